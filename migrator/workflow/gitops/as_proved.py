"""Whether a tree renders what its lock was proved of: what a stage is proved against is the tree as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from migrator.compare import Terms
from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.lock import LOCK_PATH, Lock
from migrator.model import SourceSpan
from migrator.prove import (
    RenderContext,
    Rendering,
    all_part_digests,
    changed_parts,
    is_of_what_came,
    render_tree,
    rendered_digest,
    rendering_digest,
)

ACCEPT = "`migrate verify` shows what differs; where it is meant, let the lock follow with `migrate apply --relock`"


def as_proved(
    lock: Lock, tree: Path, context: RenderContext, terms: Terms, refusal: Callable[[Diagnostic], MigrateError]
) -> Mapping[str, Rendering]:
    """What a tree renders by its lock; where that is not what was proved, the refusal of MIG669 is raised."""
    now = render_tree(lock, tree, context, terms.equivalences)
    parts = changed_parts(lock, all_part_digests(lock, now))
    digest = rendered_digest({name: rendering_digest(each) for name, each in now.items()})
    left_out = {root: held for each in now.values() for root, held in each.left_out.items()}
    if digest != lock.proof_digest and not is_of_what_came(parts, lock, left_out):
        problem = next((one for each in now.values() for one in each.problems), None)
        if problem is not None:
            raise MigrateError(problem)
        raise refusal(_changed(parts))
    return now


def _changed(parts: tuple[str, ...]) -> Diagnostic:
    more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
    what = f": {parts[0]}{more}" if parts else ""
    return Diagnostic(
        code="MIG669",
        severity=Severity.ERROR,
        summary=f"the tree does not render what its lock was proved of{what}",
        span=SourceSpan(path=LOCK_PATH),
        remedy=f"{ACCEPT}, commit that, and run this again",
        evidence=parts,
    )
