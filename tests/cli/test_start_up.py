"""`migrate --help` is for people: it must not wait for what only a run needs."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "networkx",
    "deepdiff",
    "ruamel",
    "rich",
    "yaml",
    "pathspec",
    "jinja2",
    "libcst",
    "concurrent.futures",
    "httpx",
    "numpy",
)
BUDGET = 0.150

SHOW_MODULES = """
import json, sys
from migrator.cli import main
try:
    main({arguments!r})
except SystemExit as left:
    assert not left.code, left.code
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)


def heavy_modules(modules: list[str]) -> list[str]:
    return [name for name in modules if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)]


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["apply", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    shown = run(SHOW_MODULES.format(arguments=arguments))
    assert heavy_modules(json.loads(shown.stderr)) == []


def test_no_http_library_without_network() -> None:
    arguments = ["plan", "fixtures/simple-app", "--chart-mirror", "fixtures/charts", "--offline", "--quiet"]
    loaded = json.loads(run(SHOW_MODULES.format(arguments=arguments)).stderr)
    assert "yaml" in loaded
    assert "httpx" not in loaded


def test_the_check_sees_a_heavy_import() -> None:
    shown = run("import json, sys, yaml; sys.stderr.write(json.dumps(sorted(sys.modules)))")
    assert "yaml" in heavy_modules(json.loads(shown.stderr))


def test_help_is_within_its_budget_over_importing_click() -> None:
    def processor_seconds(code: str) -> float:
        """CPU time, so that a busy machine does not decide."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(code)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    shown, click = (
        min(processor_seconds(code) for _ in range(7))
        for code in ("from migrator.cli import main; main(['--help'])", "import click")
    )
    assert shown - click < BUDGET
