"""Entries of `accept` and `refuse` against what differs: those that are about nothing, and those that contradict."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from migrator.compare import Acceptance, Terms
from migrator.diagnostics import Diagnostic, Severity
from migrator.model import Difference


def notes_on_entries(
    terms: Terms, judged: Mapping[str, Sequence[Difference]], known: Collection[str], *, is_all: bool
) -> Iterator[Diagnostic]:
    """Warnings for the entries of `migrate.yaml`: MIG721 (stale), MIG934 (all that it accepts is refused).

    `judged` are the differences of each component that was looked at, `known` all components that there are, those
    migrated before among them; `is_all`: there are no others, so that an entry for any component can be told, too.
    """
    for entry in (*terms.accepted, *terms.refused):
        about = {name: found for name, found in judged.items() if entry.component in ("", name)}
        covered = [(each, name) for name, found in about.items() for each in found if entry.covers(each, name)]
        if not covered and (entry.component in judged or (not entry.component and is_all)):
            yield _stale(entry, "what it is about does not differ")
        elif entry.component and entry.component not in known:
            yield _stale(entry, f"there is no component {entry.component}")
        elif entry in terms.accepted and covered:
            by = [next((other for other in terms.refused if other.covers(*each)), None) for each in covered]
            if all(by):
                yield _contradicted(entry, by[0])


def _stale(entry: Acceptance, why: str) -> Diagnostic:
    return Diagnostic(
        code="MIG721",
        severity=Severity.WARNING,
        summary=f"the entry {entry} matches nothing: {why}",
        span=entry.span,
        remedy="remove it, so that it cannot hide a later difference",
    )


def _contradicted(entry: Acceptance, other: Acceptance | None) -> Diagnostic:
    return Diagnostic(
        code="MIG934",
        severity=Severity.WARNING,
        summary=f"the entry {entry} admits nothing: all that it is about is refused"
        + (f" at {other.span}" if other is not None and other.span is not None else ""),
        span=entry.span,
        remedy="remove the one or the other",
    )
