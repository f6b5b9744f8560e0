"""What was tried for a difference that remains."""

from __future__ import annotations

from migrator.inference.attempts import LONGEST, MOST, Journal, shortened, tried_for
from migrator.model import ResId

WEB = ResId(group="apps", kind="Deployment", namespace="", name="web")
PLACED = ResId(group="apps", kind="Deployment", namespace="ns", name="web")
DB = ResId(group="apps", kind="Deployment", namespace="", name="db")
PORT = (("service", "port"), 80)


def test_only_what_was_refused_is_an_attempt_and_only_of_open_targets() -> None:
    journal = Journal()
    for owner in (WEB, DB):
        journal.asks((owner, ("spec", "port")), (PORT,))
    journal.asks((WEB, ("spec", "port")), ((("other",), 1),))
    journal.refuses((PORT,), 1.0)
    journal.refuses(((("nobody", "asked"), 1),), 2.0)
    found = journal.attempts({WEB})
    assert list(found) == [(WEB, ("spec", "port"))]
    (attempt,) = found[WEB, ("spec", "port")]
    assert attempt.values == (PORT,)
    assert attempt.farther == 1.0


def test_attempts_are_found_above_and_below_the_place_that_remains() -> None:
    journal = Journal()
    for number, path in enumerate([("spec",), ("spec", "a", "b"), ("spec", "c")]):
        journal.asks((WEB, path), ((("v",), number),))
        journal.refuses(((("v",), number),), 0.0)
    tried = journal.attempts({WEB})
    values = [attempt.values[0][1] for attempt in tried_for(PLACED, ("spec", "a"), tried)]
    assert values == [0, 1]
    assert tried_for(DB, ("spec", "a"), tried) == ()


def test_the_journal_is_bounded() -> None:
    journal = Journal()
    for number in range(3 * MOST):
        journal.asks((WEB, ()), ((("v",), number),))
        journal.refuses(((("v",), number),), 0.0)
    (attempts,) = journal.attempts({WEB}).values()
    assert [attempt.values[0][1] for attempt in attempts] == list(range(MOST))
    assert shortened("x" * LONGEST) == "x" * LONGEST
    assert shortened("x" * (LONGEST + 1)) == f"(a text of {LONGEST + 1} characters)"
    assert shortened({str(key): key for key in range(99)}) == "(a map of 99)"
    assert shortened(list(range(99))) == "(a list of 99)"
