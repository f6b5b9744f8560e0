"""Groups of like differences, in a line or two each, and as a document."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.model import Impact
from migrator.plan.groups import Group, grouped

if TYPE_CHECKING:
    from migrator.model import Difference, Json
    from migrator.plan import PinnedComponent


def group_lines(differences: Mapping[str, Sequence[Difference]], environments: Collection[str]) -> Iterator[str]:
    """Each group, how it is judged, where not all of these environments have it, and one example of what weighs."""
    for group in grouped(differences):
        yield f"{group.impact!s:<9} {group.title}{_where(group, environments)}{judged(group)}"
        if not group.admitted or group.impact > Impact.METADATA:
            yield f"          e.g. {example(group)}"


def judged(group: Group) -> str:
    """`, allowed by pod-labels`, `, widens privileges`; empty where nobody has judged it and it needs no saying."""
    wider = ", widens privileges" if group.privilege else ""
    if group.why.startswith("allowance "):
        return f"{wider}, allowed by {group.why.removeprefix('allowance ')}"
    return f"{wider}, {group.why}" if (group.admitted and group.why) or group.why.startswith("refused") else wider


def example(group: Group) -> str:
    """The first difference of a group: object, place, and the value before and after."""
    from migrator.compare import describe

    first = group.differences[0]
    return f"{first.id}{in_words(first)}: {describe(first)[0]}"


def in_words(difference: Difference) -> str:
    """` (containers[db].env[LOG_LEVEL])`, ` (order of volumes)`; empty where the id says as much."""
    if difference.is_order:
        return f" (order of {difference.place or difference.path[-1]})"
    return f" ({difference.place})" if difference.place else ""


def group_documents(differences: Mapping[str, Sequence[Difference]]) -> list[dict[str, Json]]:
    """Each group as a document; `only` are the patterns that an entry of `accept` would have."""
    return [
        {
            "title": group.title,
            "family": group.family,
            "count": len(group.differences),
            "objects": len({each.resource for each in group.differences}),
            "impact": str(group.impact),
            "privilege": group.privilege,
            "admitted": group.admitted,
            "why": group.why,
            "environments": list(group.environments),
            "only": list(group.only),
            "example": example(group),
        }
        for group in grouped(differences)
    ]


def pinned_lines(pinned: Sequence[PinnedComponent]) -> Iterator[str]:
    """For each component what would change without its patches, and the command that drops the least of it."""
    for component in pinned:
        if not any(component.differences.values()):
            yield f"{component.id}  its patches change nothing any more"
            continue
        yield f"{component.id}  without its patches would change"
        for line in group_lines(component.differences, component.environments):
            yield f"    {line}" if line.startswith(" ") else f"  - {line}"
        yield f"  next  {component.next}"


def pinned_documents(pinned: Sequence[PinnedComponent]) -> list[Json]:
    """Each component with the groups of what would change without its patches."""
    return [
        {
            "component": each.id,
            "environments": list(each.environments),
            "groups": list(group_documents(each.differences)),
            "next": each.next,
        }
        for each in pinned
    ]


def _where(group: Group, environments: Collection[str]) -> str:
    return "" if set(group.environments) >= set(environments) else f" in {', '.join(group.environments)}"


def group_details(group: Group) -> Iterator[str]:
    """Every difference of a group: its id, impact and why nothing admits it, and below it old and new."""
    from migrator.compare import describe

    for difference in group.differences:
        yield f"{difference.id}{in_words(difference)}"
        yield f"  {difference.impact}{', widens privileges' if difference.privilege else ''}; {difference.why}"
        yield from (f"  {line}" for line in describe(difference))
