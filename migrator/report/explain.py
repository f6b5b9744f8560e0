"""An explanation of values: for a person, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from migrator.inference.effects.value_effects import COMMON
from migrator.inference.types import ResidualClass, dotted
from migrator.report.json import chart_document, is_json, pointer, residual_document, upstream_document
from migrator.report.terminal import SHORT, console, show_upstream
from migrator.yamlio import ABSENT, flow

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.explain import Explanation, Origin, Source
    from migrator.inference.effects.value_effects import Effect, ExplainedValue
    from migrator.inference.types import Attempt, Residual
    from migrator.model import Json

MEANINGS: Mapping[ResidualClass, str] = {
    ResidualClass.NOT_IN_CHART: "no template of the chart makes this object of its own: it stays beside the release",
    ResidualClass.POST_PROCESSING: "most objects differ in the same way, as if something went over all of them",
    ResidualClass.GENERATED: "the chart draws it anew on every render",
    ResidualClass.INEXPRESSIBLE: (
        "a template spells this out whatever the values are; claimed only where every branch was looked at"
    ),
    ResidualClass.REFUSED: "a value makes it right, and was refused for what comes with it",
    ResidualClass.NOT_FOUND: "no value was found; that none is there is not shown",
}
_LONGEST = 100
_KINDS = {"absent": "nothing there"}
_VERBS = {"sets": "", "adds": "", "removes": " (gone because of it)"}


def show_explanation(explanation: Explanation, stream: IO[str], *, verbose: bool = False) -> None:
    """Each value with what it shapes and where it came from, then what no value expresses and what was tried for it."""
    out = console(stream)
    name = f"{explanation.component}: " if explanation.component else ""
    chart = f"{explanation.chart.name} {explanation.chart.version}"
    out.print(f"{name}chart {chart}, release {explanation.context}", style="bold")
    if explanation.commit:
        out.print(f"It is a release already: this tells of commit {explanation.commit[:12]}, before it became one.")
    show_upstream(out, explanation.upstream)
    for value, origins in explanation.values:
        out.print()
        _value(out, value, origins, explanation.environments, verbose=verbose)
    groups = _alike(explanation.residual)
    if groups:
        out.print()
        out.print("What no value expresses", style="bold")
    for group in groups if verbose else groups[:SHORT]:
        _residual(out, group, explanation.environments, verbose=verbose)
    if len(groups) > SHORT and not verbose:
        out.print(f"  ... {len(groups) - SHORT} more (--verbose, or --format json)", style="dim")


def _value(
    out: Console, value: ExplainedValue, origins: Sequence[Origin], environments: tuple[str, ...], *, verbose: bool
) -> None:
    out.print(dotted(value.path), style="bold")
    default = "" if value.default is ABSENT else f"   (the chart has {_short(value.default)})"
    for name, held in value.values.items():
        where = "values.yaml" if name == COMMON else f"values-{name}.yaml"
        out.print(f"  {where}: ", end="")
        out.print(_short(held), style="cyan", end="")
        out.print(default)
    if value.note:
        out.print(f"  note     {value.note}")
    _lines(out, "shapes", _effect_lines(value.effects, environments), verbose=verbose)
    _lines(out, "from", [_origin_line(each, environments) for each in origins], verbose=verbose)
    if not origins and value.effects:
        out.print("  from     no file of the repository: it takes out what the chart would add")
    for reason in dict.fromkeys(value.refusals.values()):
        names = [name for name, each in value.refusals.items() if each == reason]
        out.print(f"  needed   {_some(names, environments)}without it the chart does not render: {_cut(reason)}")
    _lines(out, "read by", list(value.readers), verbose=verbose)


def _effect_lines(effects: Sequence[Effect], environments: tuple[str, ...]) -> list[str]:
    """The places, each with the environments that have it where that is not all; many places of an object as one."""
    met: dict[tuple[str, str, str], list[str]] = {}
    for effect in effects:
        met.setdefault((str(effect.resource), _place(effect.path), effect.change), []).append(effect.environment)
    return [
        f"{_some(found, environments)}{resource} {place or '(the object)'}{_VERBS[change]}"
        for (resource, place, change), found in met.items()
    ]


def _origin_line(origin: Origin, environments: tuple[str, ...]) -> str:
    more = origin.places - 1
    lines = f" and {more} more line{'s' if more > 1 else ''}" if more else ""
    return f"{_some(origin.environments, environments)}{_line(origin.source)}{lines}"


_Open: TypeAlias = "tuple[Residual, Source | None]"


def _alike(residual: Iterable[_Open]) -> list[list[_Open]]:
    """What remains at one place for one reason and after the same attempts is told once."""
    groups: list[list[_Open]] = []
    for each, source in residual:
        for group in groups:
            first = group[0][0]
            if each.path and (first.path, first.cls, first.tried) == (each.path, each.cls, each.tried):
                group.append((each, source))
                break
        else:
            groups.append([(each, source)])
    return groups


def _residual(out: Console, group: Sequence[_Open], environments: tuple[str, ...], *, verbose: bool) -> None:
    residual, source = group[0]
    resources = list(dict.fromkeys(each.resource for each, _ in group))
    what = str(resources[0]) if len(resources) == 1 else f"{len(resources)} objects"
    names = _some((each.environment for each, _ in group), environments)
    out.print(f"  {names}{what} {_place(residual.path)}".rstrip(), style="bold")
    out.print(f"    class    {residual.cls.value}: {_meaning(residual)}")
    if source is not None:
        out.print(f"    from     {_line(source)}" + (", for one" if len(group) > 1 else ""))
    if residual.pinned_by:
        out.print(f"    pin      {residual.pinned_by}")
    for index, attempt in enumerate(residual.tried if verbose else residual.tried[:3]):
        out.print(f"    {'' if index else 'tried':<8} {_attempt_line(attempt)}")
    if residual.cls is ResidualClass.NOT_FOUND and not residual.tried:
        out.print("    tried    nothing: no value was met that reaches this place")


def _meaning(residual: Residual) -> str:
    if residual.cls is ResidualClass.NOT_FOUND and not residual.path:
        return "the chart makes it, the repository has none, and no value was found that leaves it out"
    return MEANINGS[residual.cls]


def _attempt_line(attempt: Attempt) -> str:
    values = ", ".join(f"{dotted(path)}={_short(value)}" for path, value in attempt.values)
    if attempt.brings:
        return f"{_cut(values)}: makes it right, but {attempt.brings}"
    result = "nothing came nearer" if attempt.farther <= 0 else f"{attempt.farther:g} farther from the target"
    return f"{_cut(values)}: {result}"


def _lines(out: Console, title: str, lines: Sequence[str], *, verbose: bool) -> None:
    shown = lines if verbose or len(lines) <= SHORT else lines[: SHORT // 2]
    for index, line in enumerate(shown):
        out.print(f"  {'' if index else title:<8} {line}")
    if len(lines) > len(shown):
        out.print(f"  {'':<8} ... {len(lines) - len(shown)} more (--verbose, or --format json)", style="dim")


def _some(names: Iterable[str], every: tuple[str, ...]) -> str:
    found = sorted(set(names))
    return "" if found == sorted(every) else f"{', '.join(found)}: "


def _line(source: Source) -> str:
    where = f"{source.span.path}:{source.span.line}" if source.span.line else str(source.span.path)
    return where + ("" if source.kind == "manifest" else f" ({_KINDS.get(source.kind, source.kind)})")


def _place(path: Sequence[str | int]) -> str:
    return "".join(f"/{key}" for key in path)


def _short(value: Json) -> str:
    return _cut(flow(value))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def explanation_document(explanation: Explanation) -> dict[str, Json]:
    """`component` and what follows it, of the document of `migrate explain --format json` (docs/schema)."""
    return {
        "component": explanation.component or None,
        "decision": explanation.decision or None,
        "chart": chart_document(explanation.chart),
        "release": explanation.context.release,
        "namespace": explanation.context.namespace,
        "upstream": upstream_document(explanation.upstream),
        "commit": explanation.commit or None,
        "values": [_value_document(value, origins) for value, origins in explanation.values],
        "residual": [_residual_document(residual, source) for residual, source in explanation.residual],
    }


def _value_document(value: ExplainedValue, origins: Sequence[Origin]) -> dict[str, Json]:
    document: dict[str, Json] = {
        "path": pointer(value.path),
        "environments": {name: held for name, held in value.values.items() if name != COMMON},
    }
    if COMMON in value.values:
        document["common"] = value.values[COMMON]
    if is_json(value.default):
        document["default"] = value.default
    return document | {
        "note": value.note,
        "effects": [
            {
                "environment": effect.environment,
                "resource": str(effect.resource),
                "path": pointer(effect.path),
                "change": effect.change,
            }
            for effect in value.effects
        ],
        "origins": [
            {**_source_document(origin.source), "places": origin.places, "environments": list(origin.environments)}
            for origin in origins
        ],
        "readers": list(value.readers),
        "refusals": dict(value.refusals),
    }


def _residual_document(residual: Residual, source: Source | None) -> dict[str, Json]:
    return residual_document(residual) | {
        "meaning": _meaning(residual),
        "origin": _source_document(source) if source is not None else None,
        "tried": [
            {
                "values": [{"path": pointer(path), "value": value} for path, value in attempt.values],
                "farther": attempt.farther,
                **({"brings": attempt.brings} if attempt.brings else {}),
            }
            for attempt in residual.tried
        ],
    }


def _source_document(source: Source) -> dict[str, Json]:
    return {"file": str(source.span.path), "line": source.span.line, "kind": source.kind}
