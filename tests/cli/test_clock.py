from __future__ import annotations

import io

import pytest

from migrator.workflow import clock as module
from migrator.workflow.clock import Clock, shares


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, set by the test."""
    at = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: at[0])
    return at


def test_a_step_inside_another_is_counted_once(now: list[float]) -> None:
    clock = Clock()
    with clock.step("outer"):
        now[0] = 1.0
        with clock.step("inner"):
            now[0] = 3.0
        now[0] = 4.0
    now[0] = 100.0
    with clock.step("inner"):
        now[0] = 101.0

    assert clock.seconds() == {"outer": 2.0, "inner": 3.0}
    assert "inner     3.00 s  60.0 %" in shares(clock)
    assert "total     5.00 s" in shares(clock)


def test_a_step_that_fails_is_counted(now: list[float]) -> None:
    clock = Clock()

    def fail() -> None:
        with clock.step("bad"):
            now[0] = 2.0
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert clock.seconds() == {"bad": 2.0}


def test_progress_is_cleared_at_the_end(now: list[float]) -> None:
    stream = io.StringIO()
    with Clock(stream).step("build"):
        pass
    assert stream.getvalue().startswith("\r\x1b[Kbuild ...")
    assert stream.getvalue().endswith("\r\x1b[K")
