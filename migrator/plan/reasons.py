"""Decisions in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from migrator.inference.shared_metadata import SharedMetadata
from migrator.model import Difference, Impact

_SHOWN = 3


def listed(names: Sequence[str]) -> str:
    """`a, b, c and 4 more`."""
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def adopted_reason(admitted: Sequence[Difference], operations: int, shared: Collection[SharedMetadata] = ()) -> str:
    """Why a component is adopted."""
    if not (admitted or operations or shared):
        return "the chart renders what was there"
    parts = []
    if admitted:
        terms = sorted({each.allowance or "approval" for each in admitted})
        parts.append(f"{_count(len(admitted), 'difference')} admitted by {listed(terms)}")
    names = sorted({name for each in shared for name in (*each.labels, *each.selectors, *each.annotations)})
    if names:
        parts.append(f"{listed(names)} put on every object")
    if operations:
        parts.append(f"{_count(operations, 'patch operation')} pinning the rest")
    together = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"the chart renders what was there, with {together}"


def proposal(blocking: Sequence[Difference], why: str, max_impact: Impact) -> str:
    """Why a component is proposed, and the one flag or the approvals that would adopt it."""
    by_flag = [each for each in blocking if each.allowance is not None and not each.privilege]
    by_name = [each for each in blocking if each.allowance is None or each.privilege]
    worst = max((each.impact for each in by_flag), default=max_impact)
    text = f"{_count(len(blocking), 'difference')} that no patch pins ({why})" if blocking else why
    if by_flag and not by_name:
        return f"{text}; `--max-impact {worst}` would adopt it"
    if not by_name:
        return text
    ids = list(dict.fromkeys(each.id for each in by_name))
    flag = f"`--max-impact {worst}` and " if by_flag and worst > max_impact else ""
    return f"{text}; {flag}approving under `accept` in migrate.yaml would adopt it: {listed(ids)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
