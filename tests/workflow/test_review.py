"""`migrate review` on a terminal, and without one."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate
from proposed_database import GROUP, PLACE

Answer = Callable[..., list[str]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Lets a person at a terminal give these answers; what they were asked for comes into the list."""

    def given(*lines: str | BaseException) -> list[str]:
        asked: list[str] = []
        left = list(lines)

        def answer(prompt: str = "") -> str:
            asked.append(prompt)
            line = left.pop(0)
            if isinstance(line, BaseException):
                raise line
            return line

        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr(builtins, "input", answer)
        return asked

    return given


def test_a_review_leads_to_an_adoption(migrate: Migrate, proposed: Path, mirror: Path, answers: Answer) -> None:
    asked = answers("?", "e", "y", "tonight is enough")
    shown = migrate("review", proposed, "tiny-db", "--offline", "--chart-mirror", mirror)
    assert shown.code == 0
    assert [prompt[:5] for prompt in asked] == ["(1/1)", "(1/1)", "(1/1)", "why? "]
    assert f"tiny-db  {GROUP}: rollout\n" in shown.out
    assert f"{PLACE} (containers[db].command)\n    rollout; no allowance admits it\n" in shown.out
    assert "tiny-db  adopt: " in shown.out
    assert f"next  migrate apply {proposed} --only tiny-db" in shown.out
    assert (proposed / "migrate.yaml").read_text() == (
        "accept:\n  - component: tiny-db\n    up_to: rollout\n    only: StatefulSet.apps/**#/spec/template/spec/containers/*/command/**\n"
        "    reason: tonight is enough\n"
    )


def test_what_was_decided_stands_whenever_somebody_goes(
    migrate: Migrate, proposed: Path, mirror: Path, answers: Answer
) -> None:
    command = ("review", proposed, "--offline", "--chart-mirror", mirror)
    for going in (
        ["q"],
        [EOFError()],
        [KeyboardInterrupt()],
        ["y", KeyboardInterrupt()],
        ["y", EOFError()],
        ["y", "", "q"],
    ):
        answers(*going)
        shown = migrate(*command)
        assert (shown.code, "Nothing was decided.\nnext  migrate review " in shown.out) == (0, True)
        assert not (proposed / "migrate.yaml").exists()
    answers("n", "ours")
    assert f"tiny-db  propose: {GROUP}" in migrate(*command).out
    asked = answers()
    migrate(*command)
    assert asked == []
    assert "refuse:\n" in (proposed / "migrate.yaml").read_text()


def test_without_a_terminal_there_is_another_command(migrate: Migrate, proposed: Path) -> None:
    shown = migrate("review", proposed)
    assert shown.code == 1
    assert "migrate accept REPO COMPONENT" in shown.err
    assert "[MIG932]" in shown.err
