"""Each command that a message tells a person to run is run, as it stands, in a migrated repository."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate, commit_all, committed
from told_commands import told_commands

import migrator

CONFIG = f"offline: true\nchart_mirrors: [{FIXTURES / 'charts'}]\n"
FILLED = {
    "REPO": ".",
    "REPOSITORY": ".",
    "FOLDER": "elsewhere",
    "COMPONENT": "tiny-cache",
    "IMPACT": "recreate",
    "TEXT": "why",
    "DIR": "elsewhere",
    "FILE": "elsewhere.json",
    "REF": "HEAD~1",
}
WHERE_X = {"--only": "tiny-cache", "--base": "HEAD~1", "--gitops": "argocd", "--": "base", "--out": "plan.json"}
ELSEWHERE = {
    "migrate handover": "MIG666",
    "migrate handover --finish": "MIG666",
    "migrate review": "MIG932",
    "migrate rules refresh": "MIG928",
}
"""What there is nothing for here: a change of hands, a terminal, a network."""
UNHAD = ("git lfs",)


def filled(line: str) -> list[str]:
    """The words of a command line with something in each place that a person fills in."""
    words = [FILLED.get(word, word) for word in shlex.split(line)]
    for at, word in enumerate(words):
        if word == "X":
            words[at] = WHERE_X[words[at - 1]]
    return [*words, "plan.json"] if words[-1] == "--out" else words


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture, migrated and committed, with a configuration under which commands run as they stand."""
    root = tmp_path_factory.mktemp("told") / "shop"
    shutil.copytree(FIXTURES / "simple-app", root)
    (root / "migrate.yaml").write_text(CONFIG)
    committed(root)
    migrator.apply(root, migrator.Options())
    commit_all(root, "migrated")
    return root


@pytest.mark.parametrize("line", [line for line in told_commands() if not line.startswith(UNHAD)])
def test_each_command_that_a_text_tells_is_one_that_runs(
    line: str, hybrid: Path, migrate: Migrate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(hybrid, tmp_path / "shop"))
    monkeypatch.chdir(root)
    program, *words = filled(line)
    if program == "git":
        words += ["base"] if words[:1] == ["add"] else []
        done = subprocess.run(["git", "--no-pager", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return
    outcome = migrate(*words)
    if line in ELSEWHERE:
        assert (outcome.code, f"[{ELSEWHERE[line]}" in outcome.err) == (1, True), outcome.err
        return
    assert outcome.code in (0, 2, 3), outcome.err
    assert not re.search(r"\[MIG9(?!09)\d\d\]", outcome.err), outcome.err


def test_the_commands_are_found() -> None:
    found = told_commands()
    assert {"migrate verify --base REF", "git submodule update --init", "migrate plan --only X"} <= set(found)
    assert len(found) > 30
