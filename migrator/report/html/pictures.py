"""Before and after as pictures: which folders give and get what moves, and who owns what in each environment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.plan.groups import plural
from migrator.plan.types import Decision
from migrator.report.html.page import searchable
from migrator.report.html.tags import Html, badge, join, listed, table, tag
from migrator.report.planned.facts import DONE, MOVES, ordered

if TYPE_CHECKING:
    from migrator.plan.types import ComponentPlan, Plan

_ROW = 44
_WIDTH, _BOX, _MIDDLE = 1000, 330, 200
_MOST = 30
"""Boxes of a column, and rows of the table of owners."""
_LETTERS = 44
_BEFORE = frozenset({"delete", "edit"})


def repository_map(plan: Plan) -> Html:
    """Folders that lose files, the components that cause it, and the folders that get some; empty where none moves."""
    moving = [each.id for each in plan.components if each.decision in MOVES]
    left: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    flows: Counter[tuple[str, str, bool]] = Counter()
    for change in plan.changes:
        is_before = change.action in _BEFORE
        folder = _folder(change.path, 2 if is_before else 3)
        (left if is_before else right)[folder][change.action] += 1
        for cause in change.cause.split(", "):
            if cause in moving:
                flows[folder, cause, is_before] += 1
    if not moving or not (left or right):
        return Html("")
    columns = [
        _column(list(left), [_told(left[each]) for each in left], 0, _BOX, "kus"),
        _column(moving, ["moves to Helm"] * len(moving), (_WIDTH - _MIDDLE) // 2, _MIDDLE, ""),
        _column(list(right), [_told(right[each]) for each in right], _WIDTH - _BOX, _BOX, "helm"),
    ]
    places = [dict(zip(names[:_MOST], range(_MOST), strict=False)) for names in (list(left), moving, list(right))]
    lines = _flows(flows, places)
    height = (min(_MOST + 1, max(len(left), len(moving), len(right))) + 1) * _ROW
    title = "Before: folders whose files go or change. In the middle what moves. After: folders with what is written."
    return tag(
        "svg",
        tag("title", title),
        *lines,
        *(each for column in columns for each in column),
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        width=_WIDTH,
        height=height,
    )


def _folder(path: str, depth: int) -> str:
    parts = path.split("/")[:-1]
    return "/".join(parts[:depth]) + "/" if parts else "./"


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[action]} {done}" for action, done in DONE.items() if counts.get(action))


def _column(names: Sequence[str], notes: Sequence[str], x: int, width: int, cls: str) -> Iterator[Html]:
    for at, (name, note) in enumerate(zip(names[:_MOST], notes, strict=False)):
        y = at * _ROW + 10
        yield tag("rect", x=x + 1, y=y, width=width - 2, height=_ROW - 10, rx=6, cls=f"box {cls}")
        letters = _LETTERS * width // _BOX
        shown = name if len(name) <= letters else f"...{name[-letters + 3 :]}"
        yield tag("text", shown, tag("title", name), x=x + 10, y=y + 15)
        yield tag("text", note, x=x + 10, y=y + 29, cls="small")
    if len(names) > _MOST:
        yield tag("text", f"and {len(names) - _MOST} more", x=x + 10, y=_MOST * _ROW + 26, cls="small")


def _flows(flows: Mapping[tuple[str, str, bool], int], places: Sequence[Mapping[str, int]]) -> Iterator[Html]:
    start, end = (_WIDTH - _MIDDLE) // 2, (_WIDTH + _MIDDLE) // 2
    for (folder, component, is_before), count in sorted(flows.items()):
        at, middle = places[0 if is_before else 2].get(folder), places[1].get(component)
        if at is None or middle is None:
            continue
        (x1, y1), (x2, y2) = (_BOX, at), (start, middle)
        if not is_before:
            (x1, y1), (x2, y2) = (end, middle), (_WIDTH - _BOX, at)
        y1, y2, bend = y1 * _ROW + 27, y2 * _ROW + 27, (x2 - x1) // 2
        way = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
        yield tag("path", d=way, cls="flow", stroke_width=min(8, 1 + count // 2))


def owners(plan: Plan) -> Html:
    """Who renders each component in each environment, before and after, and what deploys the environment."""
    shown = [each for each in ordered(plan.components) if each.decision is not Decision.KEEP]
    names = [name for name in sorted(plan.environments) if any(each.members.get(name) for each in shown[:_MOST])]
    more = len(plan.components) - len(shown[:_MOST])
    deployed = [
        searchable(
            join([tag("b", name), f"  {plural(len(each.deployed_by), 'object')} deploy it today"]),
            listed(each.deployed_by),
        )
        for name, each in sorted(plan.environments.items())
        if each.deployed_by
    ]
    return join(
        [
            table(["component", *names], _rows(shown[:_MOST], names)),
            tag("p", f"And {plural(more, 'component')} without a change." if more else "", cls="dim"),
            tag("h3", "What deploys it"),
            *(deployed or [tag("p", "Nothing that is known of the repository.", cls="dim")]),
        ]
    )


def _rows(found: Iterable[ComponentPlan], names: Sequence[str]) -> Iterator[list[Html]]:
    for component in found:
        before, after = badge("Kustomize", "kustomize"), badge(f"Helm: {component.context.release}", "helm")
        owner = join([before, tag("span", "to", cls="to"), after]) if component.decision in MOVES else before
        counts = [len(component.members.get(name, ())) for name in names]
        told = [join([owner, plural(count, "object")]) if count else Html("") for count in counts]
        yield [tag("a", component.id, href=f"#component-{component.id}"), *told]
