"""Decisions in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from migrator.inference.shared_metadata import SharedMetadata
from migrator.lock import Lock
from migrator.model import Difference, Impact, ResId
from migrator.plan.groups import grouped, listed_groups

_SHOWN = 3
_CRD = "CustomResourceDefinition"


def listed(names: Sequence[str]) -> str:
    """`a, b, c and 4 more`."""
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def adopted_reason(
    admitted: Sequence[Difference],
    operations: int,
    shared: Collection[SharedMetadata] = (),
    renames: str = "",
    names: str = "",
) -> str:
    """Why a component is adopted; `renames` are the objects that come under another name, `names` keep theirs."""
    if not (admitted or operations or shared):
        return "the chart renders what was there"
    parts = []
    if admitted:
        terms = sorted({each.why.removeprefix("allowance ").removeprefix("accepted in ") for each in admitted})
        parts.append(f"{_count(len(admitted), 'difference')} admitted by {listed(terms)}")
    given = sorted({name for each in shared for name in (*each.labels, *each.selectors, *each.annotations)})
    if given:
        parts.append(f"{listed(given)} put on every object")
    if operations:
        parts.append(f"{_count(operations, 'patch operation')} pinning the rest")
    together = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    kept = f"; patches keep the name of {names}" if names else ""
    return f"the chart renders what was there, with {together}{kept}" + (f"; {renames}" if renames else "")


def without_chart(members: Mapping[str, Collection[ResId]], lock: Lock | None) -> str:
    """Why what no chart is known for stays: an application, what an earlier migration left beside a release, CRDs."""
    beside = {
        (name, each): component
        for component, locked in (lock.components if lock is not None else {}).items()
        for name, found in locked.companions.items()
        for each in found
    }
    objects = [(name, each) for name, found in members.items() for each in found]
    releases = sorted({beside[name, str(each)] for name, each in objects if (name, str(each)) in beside})
    kinds = {each.kind for name, each in objects if (name, str(each)) not in beside}
    if kinds - {_CRD}:
        return "it is an application"
    if not releases:
        return "CRDs alone: nothing says which chart they are of"
    return f"what stays beside the release of {listed(releases)}" + (", and CRDs" if kinds else "")


def proposal(blocking: Sequence[Difference], why: str, max_impact: Impact) -> str:
    """Why a component is proposed: what stands against it in a few words, and the flag that would do where there is."""
    if not blocking:
        return why
    text = f"{listed_groups(grouped({'': blocking}))} cannot be undone by patches: {why}"
    by_flag = [each for each in blocking if each.allowance is not None and not each.privilege]
    worst = max((each.impact for each in by_flag), default=max_impact)
    return f"{text}; `--max-impact {worst}` would adopt it" if len(by_flag) == len(blocking) else text


def in_several_forms(res_id: ResId, environment: str) -> str:
    """Why nobody can take an object that roots of one environment render with different content."""
    return (
        f"{res_id} is rendered more than once in {environment}, with different content: which of its forms reaches the "
        "cluster is chance; give roots that stand for each other environments of their own in migrate.yaml"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
