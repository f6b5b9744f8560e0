"""Nothing that a repository brings reaches a reader's terminal, log or page but as something that can be seen."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest
from cli_support import Migrate, committed

from migrator.progress import StepAdvanced, StepStarted
from migrator.report.json import dumps
from migrator.report.progress import Bar
from migrator.report.terminal import console
from migrator.report.visible import visible, visible_lines

ACTIVE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
BASE = "base/database"
PLANTED = r"""
apiVersion: v1
kind: ConfigMap
metadata:
  name: "shop-\e[2K\rdb"
  namespace: shop
  labels: {helm.sh/chart: "tiny-db-\e]0;x\a1.0"}
  annotations: {"a\e[1A": "[bold]b\e[31m\u202Ec"}
data: {"k\e[8m": "v\e[0m"}
"""


@pytest.fixture
def planted(app: Path) -> Path:
    """A repository with escape sequences in names, labels, keys and values of its objects."""
    return planted_in(app, "odd.yaml")


def planted_in(app: Path, name: str) -> Path:
    (app / BASE / name).write_text(PLANTED)
    path = app / BASE / "kustomization.yaml"
    path.write_text(path.read_text().replace("resources:\n", f"resources:\n- {json.dumps(name)}\n", 1))
    path = app / BASE / "db.yaml"
    odd = '"workingDir\\e[31m": "/a\\e[31m"\n        image: registry'
    path.write_text(path.read_text().replace("image: registry", odd, 1))
    return committed(app)


COMMANDS = (
    ("plan", "text"),
    ("plan", "markdown"),
    ("plan", "json"),
    ("plan", "github"),
    ("plan", "gitlab"),
    ("graph", "mermaid"),
    ("graph", "dot"),
    ("graph", "json"),
    ("audit", "text"),
    ("audit", "junit"),
    ("audit", "sarif"),
    ("charts", "text"),
)


@pytest.mark.parametrize(("command", "output_format"), COMMANDS)
def test_no_report_passes_on_what_could_act(
    command: str, output_format: str, migrate: Migrate, planted: Path, mirror: Path
) -> None:
    more = [] if command == "graph" else ["--chart-mirror", str(mirror), "--verbose"]
    shown = migrate(command, planted, "--offline", *more, "--format", output_format)
    assert shown.out, shown.err
    assert not ACTIVE.search(shown.out)
    assert not ACTIVE.search(shown.err)
    if output_format in ("json", "sarif", "gitlab"):
        json.loads(shown.out)


def test_no_name_of_a_file_acts(migrate: Migrate, app: Path, mirror: Path) -> None:
    root = planted_in(app, "odd\x1b[31m\u202e.yaml")
    for command in ("plan", "audit"):
        shown = migrate(command, root, "--offline", "--chart-mirror", mirror, "--verbose")
        assert not ACTIVE.search(shown.out + shown.err)


def test_a_plan_tells_names_in_letters(migrate: Migrate, planted: Path, mirror: Path) -> None:
    shown = migrate("plan", planted, "--offline", "--chart-mirror", mirror, "--format", "text", "--verbose")
    assert r"\x1b[" in shown.out


def test_an_apply_and_its_difference_do_not_either(
    migrate: Migrate, planted: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--offline", "--chart-mirror", mirror)
    with monkeypatch.context() as terminal:
        terminal.setattr(sys.stdout, "isatty", lambda: True)
        shown = migrate("apply", planted, *options, "--diff")
        assert (shown.code, "diff --git" in shown.out, ACTIVE.search(shown.out)) == (0, True, None)
    shown = migrate("apply", planted, *options)
    assert (shown.code, ACTIVE.search(shown.out + shown.err)) == (0, None)


def test_an_error_does_not_either(migrate: Migrate, app: Path) -> None:
    (app / "migrate.yaml").write_text('"lay\\e[31mout": growing\n')
    shown = migrate("plan", app)
    assert (shown.code, r"\x1b[31m" in shown.err, ACTIVE.search(shown.err)) == (1, True, None)


def test_lines_and_markup() -> None:
    stream = io.StringIO()
    console(stream).print("[bold]a[/bold]\n  next  rm\x1b[0m", style="bold")
    assert stream.getvalue() == "[bold]a[/bold]\\n  next  rm\\x1b[0m\n"
    assert visible("é\u202e\x7f\t") == r"é\u202e\x7f\t"
    assert visible_lines("a\n\tb\x85\r\n") == "a\n\tb\\x85\\r\n"


def test_json_keeps_the_value() -> None:
    value = {"a": "\x1b\x9b\x7f\u202e\u2028\ud800 é\n"}
    assert json.loads(dumps(value)) == value
    assert not ACTIVE.search(dumps(value))


def test_the_progress_shows_names_in_letters() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Bar(stream) as bar:
        bar.show(StepStarted(step="infer"))
        bar.show(StepAdvanced(step="infer", done=1, total=2, running=("a\x1b]0;x\x07",)))
    assert ("\x07" in stream.getvalue(), "\x1b]" in stream.getvalue()) == (False, False)
