"""Rules of SOPS match encrypted files where they are now, or the rule is named."""

from __future__ import annotations

import textwrap

import pytest

from migrator.model import RepoPath
from migrator.rewrite.automation.follow import follow
from migrator.rewrite.automation.paths.moves import moves_of

OLD = RepoPath("overlays/prod/db.enc.yaml")
NEW = RepoPath("applications/api/overlays/prod/db.enc.yaml")


def followed(text: str, *, config: str = ".sops.yaml", others: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    path = RepoPath(config)
    before = frozenset({OLD, path, *map(RepoPath, others)})
    moves = moves_of({OLD: NEW}, before, before - {OLD} | {NEW}, encrypted=frozenset({OLD}))
    found = follow({path: textwrap.dedent(text).encode()}, moves)
    after = found.files.get(path, textwrap.dedent(text).encode()).decode()
    return after, [f"{each.span}: {each.summary}" for each in found.diagnostics if each.code == "MIG651"]


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_rule_takes_the_new_path_too(quote: str) -> None:
    text = f"creation_rules:\n# prod\n- path_regex: {quote}^overlays/prod/.*enc{quote} # ours\n  age: age1x\n- age: age1y\n"
    added = r"^overlays/prod/.*enc|^applications/api/overlays/prod/db[.]enc[.]yaml$"
    assert followed(text) == (text.replace("^overlays/prod/.*enc", added), [])


@pytest.mark.parametrize("regex", ["overlays/prod/.*", r"\.enc\.yaml$", "prod"])
def test_a_rule_that_matches_still_stays(regex: str) -> None:
    text = f"creation_rules:\n- path_regex: {regex}\n  age: age1x\n- age: age1y\n"
    assert followed(text) == (text, [])


def test_a_rule_for_all_stays() -> None:
    text = "creation_rules:\n- path_regex: ^never\n  age: age1x\n- age: age1y\n"
    assert followed(text) == (text, [])


def test_a_rule_before_it_that_would_be_taken_now_is_told() -> None:
    text = "creation_rules:\n- path_regex: ^applications/\n  age: age1x\n- path_regex: ^overlays/prod\n  age: age1y\n"
    after, notes = followed(text)
    assert after == text
    (note,) = notes
    assert note.startswith(".sops.yaml:4")
    assert f"{OLD} was encrypted by this rule and is {NEW} now" in note


def test_a_file_that_leaves_the_folder_of_its_rules_is_told() -> None:
    text = "creation_rules:\n- path_regex: .*\n  age: age1x\n"
    after, notes = followed(text, config="overlays/.sops.yaml", others=(".sops.yaml",))
    assert after == text
    (note,) = notes
    assert note.startswith("overlays/.sops.yaml:2")
    assert f"{NEW} is not below this file any more" in note


def test_an_expression_that_cannot_be_read_is_told() -> None:
    _, notes = followed("creation_rules:\n- path_regex: '(['\n  age: age1x\n")
    assert len(notes) == 1
    assert "not understood" in notes[0]
