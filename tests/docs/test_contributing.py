"""What a contributor is given: hooks and forms that work, and one gate that every page names in the same way."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS = ROOT / ".pre-commit-config.yaml"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
FIELDS = {"markdown": "value", "input": "label", "textarea": "label", "dropdown": "label", "checkboxes": "label"}
"""The elements of GitHub's issue forms, and the attribute that each needs."""


def validated(hooks: Path) -> subprocess.CompletedProcess[str]:
    """What pre-commit says of a configuration."""
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(hooks)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def gate() -> list[str]:
    """The commands of .ci/run, in their order."""
    body = re.search(r"exec_tests\(\) \{\n(.*?)\n\}", (ROOT / ".ci" / "run").read_text(), re.DOTALL)
    assert body is not None
    return [line.strip().removesuffix(' "$@"') for line in body[1].splitlines()[1:]]


def problems(form: dict[str, Any]) -> list[str]:
    """Why GitHub would not show a form, or why it would not ask for what is needed."""
    found = [f"no {key}" for key in ("name", "description", "body") if key not in form]
    body = form.get("body", [])
    for field in body:
        needed = FIELDS.get(field["type"])
        if needed is None:
            found.append(f"unknown type {field['type']}")
        elif needed not in field.get("attributes", {}):
            found.append(f"{field['type']} without {needed}")
    ids = [field["id"] for field in body if "id" in field]
    found += [f"two fields called {name}" for name in sorted({name for name in ids if ids.count(name) > 1})]
    if not any(field.get("id") == "version" and field.get("validations", {}).get("required") for field in body):
        found.append("does not ask for the version")
    if not any("--format json" in field.get("attributes", {}).get("description", "") for field in body):
        found.append("does not ask for JSON")
    return found


def test_pre_commit_takes_the_hooks() -> None:
    assert validated(HOOKS).returncode == 0, validated(HOOKS).stdout


def test_a_hook_without_an_entry_is_seen(tmp_path: Path) -> None:
    broken = tmp_path / "hooks.yaml"
    broken.write_text(HOOKS.read_text().replace("entry: mypy, ", ""))

    assert "Missing required key: entry" in validated(broken).stdout


def test_hooks_run_every_check_of_the_gate_but_the_tests() -> None:
    (local,) = yaml.safe_load(HOOKS.read_text())["repos"]
    entries = [hook["name"] for hook in local["hooks"]]
    checks = [command.removesuffix(" .").replace(" --check", "") for command in gate() if "pytest" not in command]

    assert checks == ["ruff check", "ruff format", "mypy", "lint-imports"]
    assert set(checks) <= set(entries)


def test_the_readme_runs_what_the_gate_runs() -> None:
    shown = re.search(r"sh -ec '(.*?)'", (ROOT / "README.md").read_text())
    assert shown is not None
    assert shown[1].split("; ") == gate()


def test_the_gate_has_a_floor_for_what_tests_reach() -> None:
    coverage = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]
    assert coverage["run"]["branch"]
    assert coverage["report"]["fail_under"] >= 90
    assert "`.ci/run --cov`" in (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_issue_forms_ask_for_what_is_needed(form: Path) -> None:
    assert problems(yaml.safe_load(form.read_text())) == []


def test_a_form_that_github_refuses_is_seen() -> None:
    field = {"type": "input", "id": "version", "attributes": {}}
    form = {"name": "x", "body": [field, field, {"type": "slider"}]}

    assert problems(form) == [
        "no description",
        "input without label",
        "input without label",
        "unknown type slider",
        "two fields called version",
        "does not ask for the version",
        "does not ask for JSON",
    ]


def test_three_forms_are_there() -> None:
    assert [form.stem for form in FORMS] == ["1-bug", "2-wrong-result", "3-chart-not-recognised"]
