"""Which of the values in a file have an effect: taking one out changes what helm renders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from measuring.strict import compare
from migrator.charts.types import ChartArchive
from migrator.diagnostics import MigrateError
from migrator.engines import rendered_resources
from migrator.model import Json, ReleaseContext, Resource
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import FAILURES, Interpreter, Run

KeyPath = tuple[str, ...]
Render = Callable[[Json], bytes]


def leaves(values: Json, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The places of what a person sets: scalars, lists as a whole, empty maps."""
    if isinstance(values, Mapping) and values:
        for key, value in values.items():
            yield from leaves(value, (*path, key))
    elif path:
        yield path


def without(values: Mapping[str, Json], path: KeyPath) -> dict[str, Json]:
    """The values without the one at the path, and without the maps that are empty then."""
    rest = dict(values)
    head, *tail = path
    inner = without(values[head], tuple(tail)) if tail else {}
    if inner:
        rest[head] = inner
    else:
        del rest[head]
    return rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How many values are set, and which of them nobody would miss."""

    total: int
    useless: tuple[KeyPath, ...]
    renders: int
    """Renders by the helm binary that it took to know."""

    @property
    def observable(self) -> int:
        return self.total - len(self.useless)


def effect_of(values: Mapping[str, Json], render: Render, glance: Glance | None = None) -> Effect:
    """Takes each value out in turn. A glance may say that something changes; that nothing does, helm says itself."""
    before = rendered_resources(render(values), tests=True)
    renders, useless = 1, []
    for path in leaves(values):
        rest = without(values, path)
        if glance is not None and glance.changes(rest):
            continue
        renders += 1
        if not _changes(before, rest, render):
            useless.append(path)
    return Effect(total=len(list(leaves(values))), useless=tuple(useless), renders=renders)


def _changes(before: tuple[Resource, ...], values: Json, render: Render) -> bool:
    try:
        after = rendered_resources(render(values), tests=True)
    except MigrateError:
        return True
    return not compare(before, after).is_same


class Glance:
    """The interpreter's view of a chart at given values; only where it prints what helm prints (see `of`)."""

    def __init__(self, interpreter: Interpreter, setting: ReleaseContext, base: Run) -> None:
        self._interpreter, self._setting, self._base = interpreter, setting, base

    @classmethod
    def of(
        cls, archive: ChartArchive, values: Mapping[str, Json], setting: ReleaseContext, rendered: tuple[Resource, ...]
    ) -> Glance | None:
        """None where the interpreter's render is not helm's."""
        interpreter = Interpreter(load_chart(archive.files), untaken=False)
        try:
            base = interpreter.run(values, setting)
            own = _resources(base)
        except (*FAILURES, MigrateError):
            return None
        if not base.complete or not compare(rendered, own).is_same:
            return None
        return cls(interpreter, setting, base)

    def changes(self, values: Mapping[str, Json]) -> bool:
        """Whether these values print something else for certain."""
        try:
            run = self._interpreter.run(values, self._setting, self._base)
        except FAILURES:
            return False
        if not run.complete:
            return False
        if run.crds.keys() != self._base.crds.keys():
            return True
        return any(self._differs(path, run) for path in self._base.templates.keys() | run.templates.keys())

    def _differs(self, path: str, run: Run) -> bool:
        old, new = self._base.templates.get(path), run.templates.get(path)
        texts = [template.text if template else "" for template in (old, new)]
        if texts[0] == texts[1]:
            return False
        try:
            before, after = (rendered_resources(text.encode()) for text in texts)
        except MigrateError:
            return False
        return not compare(before, after).is_same


def _resources(run: Run) -> tuple[Resource, ...]:
    texts = [template.text.encode() for template in run.templates.values()]
    return tuple(resource for text in (*run.crds.values(), *texts) for resource in rendered_resources(text, tests=True))
