"""What `migrate infer` found, for a person at a terminal: verdict, values, what differs and why, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from migrator.inference.types import ResidualClass
from migrator.inference.values.files import values_texts
from migrator.model import DifferenceKind
from migrator.report.terminal import SHORT, console
from migrator.yamlio import ABSENT, flow

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.inference.types import Inference, Residual
    from migrator.model import Difference, Json, ResId

_TITLES: Mapping[ResidualClass, str] = {
    ResidualClass.NOT_FOUND: "no value was found for",
    ResidualClass.REFUSED: "a value makes these right, but something else comes with it",
    ResidualClass.INEXPRESSIBLE: "the chart has no value for",
    ResidualClass.GENERATED: "the chart draws anew on every render",
    ResidualClass.POST_PROCESSING: "alike on most objects, as if something went over all of them after the chart",
    ResidualClass.NOT_IN_CHART: "no template of the chart makes these of its own: keep them beside the release",
}
EQUIVALENT = "the same to a cluster"
"""The verdict where not every field is written as in the target."""
_LONGEST = 60
_PLACES = 6
"""Places of one object that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One thing that differs, in the environments in which it does."""

    resource: ResId
    place: str
    what: str
    impact: str
    environments: tuple[str, ...]


def show_inference(inference: Inference, stream: IO[str], *, chart: str, verbose: bool = False) -> None:
    """The verdict by environment, the values files as they would be written, and what differs by its class."""
    out = console(stream)
    out.print(f"{chart}, release {inference.context}", style="bold")
    width = max(map(len, inference.rendered), default=0)
    for environment in sorted(inference.rendered):
        name = f"  {environment:<{width}}  " if len(inference.rendered) > 1 else ""
        word, text = _verdict(inference, environment)
        out.print(name, end="")
        out.print(word, style="bold yellow" if word == "differs" else "bold green", end="")
        out.print(f": {text}")
    for reason in inference.options.reasons:
        out.print(reason)
    out.print(f"{inference.renders} renders, {inference.seconds:.1f} s", style="dim")
    for name, text in values_texts(inference.values).items():
        out.print()
        out.print(f"{file_name(name)}", style="bold")
        for line in text.splitlines():
            out.print(f"  {line}", style="cyan")
    if not inference.values.common and not inference.values.environments:
        needed = "are needed" if inference.equivalent else "were found"
        out.print()
        out.print(f"no values {needed} beside the chart's defaults", style="bold")
    _differences(out, inference, verbose=verbose)
    _written_differently(out, inference, verbose=verbose)


def show_next(commands: Iterable[tuple[str, str]], stream: IO[str]) -> None:
    """What a person may do now: a command or option, and what it is for."""
    lines = list(commands)
    out = console(stream)
    out.print()
    out.print("Next", style="bold")
    for text, purpose in lines:
        out.print(f"  {purpose}:", end=" ")
        out.print(text, style="cyan")


def file_name(environment: str) -> str:
    """`values.yaml` of all environments (""), or that of one."""
    return f"values-{environment}.yaml" if environment else "values.yaml"


def _verdict(inference: Inference, environment: str) -> tuple[str, str]:
    differences = inference.differences.get(environment, ())
    missing = len(inference.companions.get(environment, ()))
    extra = len({item.resource for item in differences if item.kind is DifferenceKind.ADDED and not item.path})
    changed = len({item.resource for item in differences}) - extra
    total = len(inference.rendered[environment]) - extra + missing
    if environment in inference.refusals:
        return "differs", "helm refuses these values; what follows is told of the templates that do render"
    if not missing and not differences:
        objects = f"{'the object' if total == 1 else f'all {total} objects'} of the target, nothing else"
        others = len({resource for resource, _ in inference.written_differently.get(environment, ())})
        return (EQUIVALENT, f"{objects}; {others} of them written differently") if others else ("identical", objects)
    parts = [f"{changed} changed"] * bool(changed) + [f"{missing} missing"] * bool(missing)
    parts += [f"{extra} too many"] * bool(extra)
    return "differs", f"{total - changed - missing} of {total} objects are equal, {', '.join(parts)}"


def _differences(out: Console, inference: Inference, *, verbose: bool) -> None:
    if not inference.residual:
        return
    out.print()
    out.print("What differs (target -> chart)", style="bold")
    known = {
        (environment, item.resource, item.path): item
        for environment, found in inference.differences.items()
        for item in found
    }
    for cls in _TITLES:
        residual = [each for each in inference.residual if each.cls is cls]
        if residual:
            rows = _rows(residual, known)
            count = len({row.resource for row in rows})
            out.print(f"  {_TITLES[cls]} ({count} object{'' if count == 1 else 's'})", style="yellow")
            _objects(out, rows, every=tuple(sorted(inference.rendered)), verbose=verbose)


def _written_differently(out: Console, inference: Inference, *, verbose: bool) -> None:
    """The objects that are the same to a cluster and not written alike, with the places."""
    found: dict[tuple[ResId, str], list[str]] = {}
    for environment, places in sorted(inference.written_differently.items()):
        for resource, path in places:
            found.setdefault((resource, "".join(f"/{key}" for key in path)), []).append(environment)
    if not found:
        return
    rows = [
        _Row(resource=resource, place=place, what="", impact="", environments=tuple(environments))
        for (resource, place), environments in found.items()
    ]
    count = len({row.resource for row in rows})
    out.print()
    out.print(f"Written differently, {EQUIVALENT} ({count} object{'' if count == 1 else 's'})", style="bold")
    _objects(out, rows, every=tuple(sorted(inference.rendered)), verbose=verbose)


def _rows(
    residual: Sequence[Residual], known: Mapping[tuple[str, ResId, tuple[str | int, ...]], Difference]
) -> list[_Row]:
    """The residual in order, what is the same in several environments once."""
    found: dict[tuple[ResId, str, str, str], list[str]] = {}
    for each in residual:
        difference = known.get((each.environment, each.resource, each.path))
        pinned = f"   pinned by {each.pinned_by}" if each.pins else ""
        place = (difference.place if difference else "") or "".join(f"/{key}" for key in each.path)
        impact = str(difference.impact) if difference else ""
        found.setdefault((each.resource, place, _what(difference) + pinned, impact), []).append(each.environment)
    return [
        _Row(resource=resource, place=place, what=what, impact=impact, environments=tuple(sorted(environments)))
        for (resource, place, what, impact), environments in found.items()
    ]


def _objects(out: Console, rows: Sequence[_Row], *, every: tuple[str, ...], verbose: bool) -> None:
    groups = [(resource, list(own)) for resource, own in groupby(sorted(rows, key=_key), key=lambda row: row.resource)]
    for resource, own in groups if verbose else groups[:SHORT]:
        impacts = sorted({row.impact for row in own if row.impact not in ("", "none")})
        whole = [row for row in own if not row.place]
        marks = [f"{row.what}{_where(row, every)}" for row in whole]
        out.print(f"    {resource}", end="")
        out.print("".join(f"   {mark}" for mark in (*marks, *([] if whole else impacts))), style="dim")
        places = [row for row in own if row.place]
        for row in places if verbose else places[:_PLACES]:
            what = f": {row.what}" if row.what else ""
            out.print(f"      {row.place}{what}{_where(row, every)}")
        if not verbose and len(places) > _PLACES:
            out.print(f"      ... {len(places) - _PLACES} more places (--verbose)", style="dim")
    if not verbose and len(groups) > SHORT:
        out.print(f"    ... {len(groups) - SHORT} more objects (--verbose)", style="dim")


def _key(row: _Row) -> tuple[ResId, str]:
    return row.resource, row.place


def _where(row: _Row, every: tuple[str, ...]) -> str:
    return "" if row.environments == every else f"   in {', '.join(row.environments)}"


def _what(difference: Difference | None) -> str:
    if difference is None:
        return "missing"
    if not difference.path:
        return {DifferenceKind.ADDED: "too many", DifferenceKind.HOOK: "hook"}.get(difference.kind, "missing")
    if difference.is_order:
        return "in another order"
    one, other = difference.before, difference.after
    if isinstance(one, str) and isinstance(other, str) and one != other and "\n" in one + other:
        pairs = enumerate(zip_longest(one.split("\n"), other.split("\n"), fillvalue=ABSENT), start=1)
        number, (left, right) = next((at, pair) for at, pair in pairs if pair[0] != pair[1])
        return f"line {number}, {_short(left)} -> {_short(right)}"
    return f"{_short(one)} -> {_short(other)}"


def _short(value: Json) -> str:
    text = "nothing" if value is ABSENT else " ".join(flow(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
