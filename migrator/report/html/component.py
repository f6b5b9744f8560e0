"""All of one component: evidence, values of the environments side by side, differences, and its objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.compare import describe
from migrator.plan.groups import grouped, plural
from migrator.report.groups import in_words, judged
from migrator.report.html.blocks import more
from migrator.report.html.page import command, searchable
from migrator.report.html.tags import Html, badge, code, fold, join, listed, table, tag

if TYPE_CHECKING:
    from migrator.inference.types import SplitValues
    from migrator.model import Difference, Json
    from migrator.plan.groups import Group
    from migrator.plan.types import ComponentPlan


def component_card(component: ComponentPlan, most: int) -> Html:
    """The component with at most so many differences of a group and objects of an environment."""
    chart = f"{component.chart.name} {component.chart.version}" if component.chart else ""
    count = len({each for found in component.members.values() for each in found})
    impact = badge(f"impact {component.impact}", str(component.impact))
    title = join(
        [tag("b", component.id), " ", badge(component.decision.value), impact, f" {chart}  {plural(count, 'object')}"]
    )
    return searchable(
        title,
        tag("p", component.reason),
        command(component.next),
        table(["", ""], _facts(component), cls="facts"),
        _block("Evidence", _evidence(component)),
        _block("Values, side by side", values_table(component.values, component.environments)),
        _block("What would change", differences(component.differences, most)),
        _block("What patches take back", differences(component.undone, most)),
        _block("What no value was found for", _residual(component, most)),
        *_objects(component, most),
        words=f"{component.id} {chart} {component.category}",
        key=f"component-{component.id}",
    )


def _block(title: str, content: Html) -> Html:
    return join([tag("h3", title), content]) if content else Html("")


def _facts(component: ComponentPlan) -> Iterator[tuple[str, str]]:
    if component.chart:
        source = component.chart.repository or "no known repository"
        yield "chart", f"{component.chart.name} {component.chart.version} of {source}"
    if component.successor:
        yield "deprecated", f"its successor is {component.successor}"
    for rival in component.rivals:
        yield "or", f"{rival.title}, confidence {rival.score:.2f}"
    if component.context.release:
        yield "release", str(component.context)
    yield "category", component.category
    yield "confidence", f"{component.confidence:.2f}"
    for reason in component.options.reasons:
        yield "option", reason
    patched = sum(len(patch.operations) for patches in component.patches.values() for patch in patches)
    if patched:
        yield "patches", f"{plural(patched, 'operation')} pin what the chart does otherwise"
    if component.upstream is not None:
        yield "upstream", f"release manifest of {component.upstream.title}: {component.upstream.source}"


def _evidence(component: ComponentPlan) -> Html:
    seen = Counter((each.kind, each.detail, each.weight >= 0) for each in component.evidence)
    rows = [
        (kind, code(detail), "for" if is_for else "against", str(count))
        for (kind, detail, is_for), count in seen.items()
    ]
    return table(["fact", "seen", "", "times"], rows)


def values_table(values: SplitValues, environments: Sequence[str]) -> Html:
    """Each value by its path, what every environment has of it; what an environment adds is marked."""
    common = dict(_leaves(values.common))
    own = {name: dict(_leaves(values.environments.get(name, {}))) for name in environments}
    paths = list(dict.fromkeys([*common, *(path for held in own.values() for path in held)]))
    rows = []
    for path in paths:
        if not any(path in held for held in own.values()):
            cells = [tag("td", code(common[path]), colspan=len(environments))]
        else:
            told = ((path in own[name], own[name].get(path, common.get(path))) for name in environments)
            cells = [
                tag("td", code(value) if value is not None else "", cls="own" if is_own else "")
                for is_own, value in told
            ]
        rows.append(tag("tr", tag("td", code(path)), *cells))
    if not rows:
        return Html("")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in ("value", *environments))))
    return tag("div", tag("table", head, tag("tbody", *rows), cls="values"), cls="wide")


def _leaves(value: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """`a.b` and the text of what stands there; a list is one value."""
    if isinstance(value, Mapping) and (value or not path):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
        return
    yield path, value if isinstance(value, str) and value else _written(value)


def _written(value: Json) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


def differences(found: Mapping[str, Sequence[Difference]], most: int) -> Html:
    """Differences in groups, the gravest first, each with its old and new value."""
    return join(group_fold(group, most) for group in grouped(found))


def group_fold(group: Group, most: int) -> Html:
    """A group that its title opens: impact, how it is judged, and its differences."""
    where = f" in {', '.join(group.environments)}{judged(group)}"
    title = join([badge(str(group.impact)), group.title, tag("span", where, cls="dim")])
    rows = [(code(f"{each.id}{in_words(each)}"), _old_and_new(each), each.why) for each in group.differences[:most]]
    return fold(title, table(["place", "old and new", "judged"], rows), more(len(group.differences), most))


def _old_and_new(difference: Difference) -> Html:
    lines = describe(difference)
    marks = {"-": "del", "+": "ins"}
    return join(tag(marks[line[0]], code(line)) if line[:1] in marks else tag("div", code(line)) for line in lines)


def _residual(component: ComponentPlan, most: int) -> Html:
    rows = [
        (each.environment, code(f"{each.resource} {'/'.join(map(str, each.path))}"), each.cls.value)
        for each in component.residual[:most]
    ]
    return join([table(["in", "place", "why"], rows), more(len(component.residual), most)])


def _objects(component: ComponentPlan, most: int) -> Iterator[Html]:
    for title, held in (
        ("move to the release", component.members),
        ("stay in Kustomize beside it", component.companions),
    ):
        for name in sorted(held):
            if held[name]:
                lines = listed(code(str(each)) for each in held[name][:most])
                yield fold(f"{plural(len(held[name]), 'object')} of {name} {title}", lines, more(len(held[name]), most))
