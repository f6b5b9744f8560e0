"""Values that the chart's schema refuses are written as another type, or left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.inference.assignments.values_tree import MISSING, Tree, value_at
from migrator.inference.inversion.inverse_functions import number_of
from migrator.inference.inversion.scalars import scalar_text
from migrator.model import Json, KeyPath
from migrator.templates.chart import Chart

if TYPE_CHECKING:
    from migrator.engines import Complaint
    from migrator.inference.search.answer import Answer

MAX_CORRECTIONS = 20
_ROOT = "(root)"


def corrected(answer: Answer, chart: Chart, complaints: tuple[Complaint, ...]) -> Answer | None:
    """The answer without what a schema refuses, or with another type where it wants one; None where nothing helps."""
    values: dict[str, Mapping[str, Json]] = {}
    for environment, overrides in answer.values.items():
        tree = Tree({}, overrides)
        for complaint in complaints:
            for base in _places(chart, complaint.chart, ()):
                tree = _without_complaint(tree, base, complaint)
        values[environment] = tree.overrides
    if all(values[name] is answer.values[name] for name in values):
        return None
    said = (f"{each.chart}: {each.place}: {each.text}" for each in complaints)
    return replace(answer, values=values, refused=tuple(dict.fromkeys((*answer.refused, *said))))


def _places(chart: Chart, name: str, path: KeyPath) -> Iterator[KeyPath]:
    """Where in the values a chart of this name has its own."""
    if chart.name == name:
        yield path
    for sub in chart.charts:
        aliases = [dep.alias or dep.name for dep in chart.declared if dep.name == sub.name] or [sub.name]
        for alias in aliases:
            yield from _places(replace(sub, name=alias), name, (*path, alias))


def _without_complaint(tree: Tree, base: KeyPath, complaint: Complaint) -> Tree:
    """The tree with the deepest override that stands at the place, or as a whole above it, changed or left out."""
    own = value_at(tree.overrides, base)
    if own is MISSING:
        return tree
    place = () if complaint.place == _ROOT else _keys(own, complaint.place)
    path, value, exact = base, own, True
    for key in (*place, *complaint.properties):
        if not isinstance(value, Mapping) or key not in value:
            exact = False
            break
        path, value = (*path, key), value[key]
    if not path or (isinstance(value, Mapping) and not exact):
        return tree  # something is missing there: no override is to blame
    other = _of_type(value, complaint.wanted) if exact else MISSING
    return tree.without(path) if other is MISSING else tree.assign([(path, other)])


def _keys(value: Json, place: str) -> KeyPath:
    """The keys of a place that are joined by dots; a key may hold some itself."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if place == key:
                return (key,)
            if place.startswith(f"{key}."):
                return (key, *_keys(item, place[len(key) + 1 :]))
    return (place,)


def _of_type(value: Json, wanted: str) -> Json:
    """A scalar said as another type, MISSING where that cannot be."""
    if isinstance(value, (dict, list)):
        return MISSING
    if wanted == "string":
        return scalar_text(value)
    if wanted in ("integer", "number"):
        number = number_of(value)
        return MISSING if number is None or (wanted == "integer" and not isinstance(number, int)) else number
    if wanted == "boolean":
        return {"true": True, "false": False}.get(str(value), MISSING)
    return MISSING
