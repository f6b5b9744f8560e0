"""What a chart's own values.yaml says about keys beside their values: their order, and which it knows at all.

Keys that are only written as an example (`# nodePort: 30080`) count as known: a reader finds them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from migrator.model import Json, KeyPath
from migrator.templates.chart import GLOBAL, Chart
from migrator.yamlio import spans

HEAD = ("apiVersion", "kind", "metadata", "name", "enabled")
"""Keys that people write first wherever they stand."""
_EXAMPLE = re.compile(r"(?P<blank>[ \t]*)#+ ?(?P<inner> *)(?P<quote>[\"']?)(?P<key>[\w./-]+)(?P=quote):(?:\s|$)")
_DIGITS = re.compile(r"(\d+)")

Place = tuple[int, int]
"""Which values.yaml (the chart's own first, then those of its subcharts), and the line there."""


@dataclass(slots=True)
class Section:
    """A key of values.yaml: where it stands, and the keys below it."""

    place: Place
    is_example: bool = False
    keys: dict[str | int, Section] = field(default_factory=dict)

    def add(self, path: KeyPath, place: Place, *, is_example: bool = False) -> None:
        """Note a key; what a values.yaml really has counts before an example, an earlier file before a later one."""
        here = self
        for key in path[:-1]:
            here = here.keys.setdefault(key, Section(place))
        old = here.keys.get(path[-1])
        if old is None:
            here.keys[path[-1]] = Section(place, is_example)
        elif (is_example, place) < (old.is_example, old.place):
            old.place, old.is_example = place, is_example

    def below(self, key: str | int) -> Section:
        """The section of a key; of another entry of a named map or list, what its siblings have."""
        found = self.keys.get(key)
        if found is not None:
            return found
        pattern = Section(self.place)
        for sibling in self.keys.values() if all(each.keys for each in self.keys.values()) else ():
            for name, section in sibling.keys.items():
                pattern.keys.setdefault(name, section)
        return pattern


def outline(chart: Chart) -> Section:
    """The keys that a chart and its subcharts know.

    What a library chart knows, it knows for the values of the chart that uses it; a subchart's `global` is everybody's.
    """
    root = Section((0, 0))
    charts = [((), chart), *sorted(subcharts(chart), key=lambda item: (len(item[0]), item[0]))]
    for rank, (path, sub) in enumerate(charts):
        for key, line, is_example in _keys(sub.values_text):
            homes = [(*path, *key)]
            if key[0] == GLOBAL:
                homes.append(key)
            elif path and sub.is_library:
                homes.append((*path[:-1], *key))
            for home in homes:
                root.add(home, (rank, line), is_example=is_example)
    return root


def subcharts(chart: Chart, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Chart]]:
    """Every chart below a chart, by the path of its values; one with several aliases comes under each."""
    aliases: dict[str, list[str]] = {}
    for dep in chart.declared:
        aliases.setdefault(dep.name, []).append(dep.alias or dep.name)
    for sub in chart.charts:
        for name in aliases.get(sub.name, [sub.name]):
            yield (*path, name), sub
            yield from subcharts(sub, (*path, name))


def arranged(tree: Json, section: Section) -> Json:
    """The tree with its keys in the order of the chart; keys that it does not know come last, in natural order."""
    return _arranged(tree, section, is_item=False)


def _arranged(tree: Json, section: Section, *, is_item: bool) -> Json:
    if isinstance(tree, Mapping):
        ordered = sorted(
            tree, key=lambda key: _rank(key, section, is_long=is_item and isinstance(tree[key], dict | list))
        )
        return {key: _arranged(tree[key], section.below(key), is_item=False) for key in ordered}
    if isinstance(tree, list | tuple):
        return [_arranged(item, section.below(index), is_item=True) for index, item in enumerate(tree)]
    return tree


def _rank(key: str, section: Section, *, is_long: bool) -> tuple[int, Place, tuple[tuple[int, int, str], ...]]:
    """Of the fields of a list's item those of one line come first, as people write them."""
    known = section.keys.get(key)
    if known is not None:
        return (0, known.place, ())
    head = HEAD.index(key) if key in HEAD else len(HEAD)
    return (1, (head, is_long), natural(key))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key under which `item-2` comes before `item-10`."""
    return tuple(
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in _DIGITS.split(text)
        if part
    )


def _keys(data: bytes) -> Iterator[tuple[KeyPath, int, bool]]:
    """Path and line of each key, and whether it is an example; examples belong where their indentation puts them."""
    real = sorted((span.line, span.column, path) for path, span in spans(data).items() if path)
    examples = list(_examples(data.decode("utf-8", "replace").splitlines()))
    above: list[tuple[int, KeyPath]] = []
    lines: list[tuple[int, int, KeyPath | str]] = sorted([*real, *examples], key=lambda item: item[:2])
    for line, column, found in lines:
        if isinstance(found, tuple):
            above = [*_shallower(above, column), (column, found)]
            yield found, line, False
        else:
            above = _shallower(above, column)
            path = (*(above[-1][1] if above else ()), found)
            above.append((column, path))
            yield path, line, True


def _shallower(above: Iterable[tuple[int, KeyPath]], column: int) -> list[tuple[int, KeyPath]]:
    return [item for item in above if item[0] < column]


def _examples(lines: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    for number, line in enumerate(lines, 1):
        found = _EXAMPLE.match(line)
        if found:
            yield number, len(found["blank"]) + len(found["inner"]) + 1, found["key"]
