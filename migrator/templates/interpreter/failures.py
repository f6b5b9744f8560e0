"""What Helm would stop at in a template; what comes after it is run all the same."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.templates.provenance.value import PathCondition, Value

MAX_FAILURES = 20
"""That are kept of one template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Where Helm would stop: what it says, the path condition over that place, and the value that it speaks of."""

    message: str
    path_condition: PathCondition | None = None
    culprit: Value | None = None
