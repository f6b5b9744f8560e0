"""The action, the template, the hooks and the image: they answer their schemas, and their scripts run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_support import committed

from migrator.report.markdown.blocks import URL

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
TEMPLATE = (ROOT / "templates/migrate.yml").read_text()
STEPS = {each["name"]: each for each in ACTION["runs"]["steps"] if "name" in each}


def checked(schema: str, path: Path) -> int:
    command = [PROGRAMS / "check-jsonschema", "--builtin-schema", schema, path]
    return subprocess.run(command, capture_output=True, check=False).returncode


def filled(text: str, **inputs: str) -> str:
    """The job of the template, with its inputs as GitLab fills them in."""
    job = text.partition("\n---\n")[2]
    return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: inputs[found[1]], job)


JOB = filled(TEMPLATE, command="audit", path=".", package="migrate-gitops", stage="test", image="python:3.12")


def test_they_answer_their_schemas(tmp_path: Path) -> None:
    assert checked("vendor.github-actions", ROOT / "action.yml") == 0
    (tmp_path / "job.yml").write_text(JOB)
    assert checked("vendor.gitlab-ci", tmp_path / "job.yml") == 0
    (tmp_path / "action.yml").write_text("name: x\nruns: {using: composite}\n")
    assert checked("vendor.github-actions", tmp_path / "action.yml") != 0


def test_hooks_are_hooks() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    scripts = [each["run"] for each in STEPS.values() if "run" in each]
    (job,) = yaml.safe_load(JOB).values()
    scripts.append("\n".join([*job["before_script"], *job["script"]]))
    files = [tmp_path / f"{at}.sh" for at in range(len(scripts))]
    for file, text in zip(files, scripts, strict=True):
        file.write_text(f"#!/bin/bash\n{text}\n")
    found = subprocess.run([PROGRAMS / "shellcheck", *files], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_no_script_holds_what_somebody_else_can_write() -> None:
    assert [each["name"] for each in STEPS.values() if "${{" in each.get("run", "")] == []
    assert "$[[" not in "\n".join(yaml.safe_load(JOB)["migrate-audit"]["script"])


def environment(folder: Path, **more: str) -> dict[str, str]:
    path = f"{PROGRAMS}:{os.environ['PATH']}"
    files = {name: str(folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return {**os.environ, "PATH": path, "RUNNER_TEMP": str(folder), "BASE": "", "SARIF": "true", **files, **more}


@pytest.mark.parametrize(("command", "file"), [("plan", "migrate.html"), ("audit", "migrate.sarif")])
def test_the_action_runs(command: str, file: str, app: Path, mirror: Path, tmp_path: Path) -> None:
    arguments = f"--offline\n--chart-mirror\n{mirror}\n"
    given = environment(
        tmp_path, COMMAND=command, FOLDER=str(committed(app)), ARGUMENTS=arguments, **{URL: "https://x"}
    )
    script = STEPS["Run"]["run"]
    done = subprocess.run(["bash", "-e", "-c", script], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "GITHUB_OUTPUT").read_text()
    assert "code=0\n" in told
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == (tmp_path / "migrate-report.md").read_text()
    assert (tmp_path / file).stat().st_size > 100
    result = subprocess.run(["bash", "-e", "-c", STEPS["Result"]["run"]], env={**given, "CODE": "3"}, check=False)
    assert result.returncode == 3


def test_the_action_refuses_another_command(tmp_path: Path) -> None:
    given = environment(tmp_path, COMMAND="apply", FOLDER=".", ARGUMENTS="")
    done = subprocess.run(
        ["bash", "-e", "-c", STEPS["Run"]["run"]], env=given, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "::error::" in done.stdout) == (1, True)


def test_the_template_runs(app: Path, tmp_path: Path) -> None:
    root = committed(app)
    (root / "migrate.yaml").write_text("offline: true\n")
    (job,) = yaml.safe_load(JOB).values()
    given = environment(tmp_path, COMMAND="audit", FOLDER=".")
    script = "\n".join(job["script"])
    done = subprocess.run(
        ["bash", "-e", "-c", script], env=given, cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 2), done.stderr
    assert (root / "gl-code-quality-report.json").read_text().startswith("[")
    assert (root / "migrate.md").read_text() in done.stdout


def test_the_image_is_made_of_what_there_is() -> None:
    text = (ROOT / "Containerfile").read_text()
    assert re.search(r"^USER \d+", text, flags=re.MULTILINE)
    ignored = (ROOT / ".containerignore").read_text().split()
    for needed in ("migrator", "rules", "docs", "README.md", "pyproject.toml"):
        assert (ROOT / needed).exists()
        assert needed not in ignored
