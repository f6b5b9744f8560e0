"""What a hole in the search raises, as a diagnostic: one chart's templates met it, and the others go on."""

from __future__ import annotations

import os

from migrator.diagnostics import Diagnostic, Severity
from migrator.inference.types import InferenceRequest

FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Whatever else is wrong ends the run."""


def told(error: Exception) -> str:
    """The kind of a fault and its place in our code; with MIGRATE_DEBUG it raises the error itself."""
    if os.environ.get("MIGRATE_DEBUG"):
        raise error
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__', '?')}:{place.tb_lineno}" if place else "?"
    return f"{type(error).__name__} in {where}"


def fault(request: InferenceRequest, error: Exception) -> Diagnostic:
    """MIG502 for a search that a fault has ended."""
    return _diagnostic(f"the search for the values of {request.chart.ref.name} failed: {told(error)}")


def faults_within(request: InferenceRequest, places: tuple[str, ...]) -> Diagnostic:
    """MIG502 for a search that went on without what met a fault."""
    return _diagnostic(
        f"a part of the search for the values of {request.chart.ref.name} failed, and the rest went on without it: "
        + ", ".join(places)
    )


def _diagnostic(summary: str) -> Diagnostic:
    return Diagnostic(
        code="MIG502",
        severity=Severity.WARNING,
        summary=summary,
        remedy="a fault of migrate: run again with MIGRATE_DEBUG=1 and report what it prints",
    )
