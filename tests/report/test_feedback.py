from __future__ import annotations

import io
import json
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from migrator import stopwatch as module
from migrator.diagnostics import Diagnostic, Severity
from migrator.progress import Noticed, StepAdvanced, StepEnded, StepStarted
from migrator.report.watching.feedback import Feedback
from migrator.stopwatch import Stopwatch


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, set by the test."""
    at = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: at[0])
    return at


ERASED = "\x1b[2K"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A person watches it, once stderr is redirected there (pytest redirects it itself before each test)."""
    stream = Terminal()
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def feedback(**given: bool | Path | None) -> Feedback:
    return Feedback(**{"quiet": False, "verbose": False, "timings": None, **given})


def build(listener: Feedback, stream: io.StringIO) -> None:
    """A run that builds three roots, as a command watches it."""
    with redirect_stderr(stream), listener.watching() as progress:
        progress(StepStarted(step="build"))
        for done in range(4):
            progress(StepAdvanced(step="build", done=done, total=3, running=("overlays/prod",)))
        progress(StepEnded(step="build"))


def test_a_step_inside_another_is_counted_once(now: list[float]) -> None:
    watch = Stopwatch()
    watch.start("outer")
    now[0] = 1.0
    watch.start("inner")
    now[0] = 3.0
    watch.end()
    now[0] = 4.0
    watch.end()
    now[0] = 100.0
    watch.start("inner")
    now[0] = 101.0
    watch.end()

    assert watch.seconds == {"outer": 2.0, "inner": 3.0}
    assert "inner     3.00 s  60.0 %" in watch.shares()
    assert "total     5.00 s" in watch.shares()


def test_a_step_that_fails_is_counted(now: list[float]) -> None:
    one = feedback()

    def fail() -> None:
        with one.step("bad"):
            now[0] = 2.0
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert one.times.seconds == {"bad": 2.0}


def test_a_terminal_sees_how_far_the_run_is_and_then_nothing_of_it(terminal: Terminal) -> None:
    build(feedback(), terminal)
    shown = terminal.getvalue()
    assert "building roots" in shown
    assert "3/3" in shown
    assert "overlays/prod" in shown
    assert shown.rindex(ERASED) > shown.rindex("building roots"), "the line is erased"
    assert "\n" not in shown, "and nothing of it was scrolled away"


def test_on_a_narrow_terminal_the_names_give_way_and_not_the_count(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "56")
    with redirect_stderr(terminal), feedback().watching() as progress:
        progress(StepStarted(step="build"))
        progress(StepAdvanced(step="build", done=1, total=3, running=("overlays/[red]production", "overlays/dev")))
        progress(StepEnded(step="build"))
    shown = terminal.getvalue()
    assert "1/3" in shown
    assert "overlays/[red]" in shown, "and names are no markup"
    assert "overlays/dev" not in shown
    assert "\n" not in shown, "it stays one line"


def test_no_color_leaves_the_progress_and_takes_the_colours(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    build(feedback(), terminal)
    assert "building roots" in terminal.getvalue()
    assert "\x1b[3" not in terminal.getvalue()


@pytest.mark.parametrize("why", ["quiet", "CI", "dumb", "pipe"])
def test_where_nobody_watches_nothing_is_written(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    stream: io.StringIO = terminal
    if why == "CI":
        monkeypatch.setenv("CI", "true")
    elif why == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    elif why == "pipe":
        stream = io.StringIO()
    build(feedback(quiet=why == "quiet"), stream)
    assert not stream.getvalue()


def test_what_cannot_wait_is_said_while_the_progress_is_away(terminal: Terminal) -> None:
    note = Diagnostic(code="MIG910", severity=Severity.WARNING, summary="an earlier run was interrupted")
    with redirect_stderr(terminal), feedback().watching() as progress:
        progress(StepStarted(step="discover"))
        progress(Noticed(diagnostic=note))
        progress(StepEnded(step="discover"))
    shown, _, rest = terminal.getvalue().partition("an earlier run was interrupted")
    assert ERASED in shown.rpartition("reading the repository")[2], "it is said on a line of its own"
    assert "[MIG910]" in rest


def test_the_seconds_of_each_step_go_to_a_file(now: list[float], tmp_path: Path) -> None:
    one = feedback(timings=tmp_path / "times.json")
    with one.step("report"):
        now[0] = 1.5
    one.finish()
    assert json.loads((tmp_path / "times.json").read_text())["steps"] == {"report": 1.5}
