"""What becomes of a team's values once the right ones are known: comments stay, and what did not fit is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.inference.assignments.values_tree import MISSING, leaves, value_at
from migrator.inference.values.split import effective
from migrator.model import Json, KeyPath, SourceSpan
from migrator.workflow.team_values.types import TeamValues
from migrator.yamlio import same

if TYPE_CHECKING:
    from migrator.charts.types import ChartArchive
    from migrator.inference.types import Inference


def with_comments(inference: Inference, found: Sequence[TeamValues]) -> Inference:
    """The answer with the team's comments at the keys that remain, before what else there is to say of them."""
    values = inference.values
    parts = (values.common, *values.environments.values())
    notes = dict(values.notes)
    for one in reversed(found):
        for path, said in one.comments.items():
            if any(value_at(part, path) is not MISSING for part in parts):
                own = dict(values.notes).get(path)
                notes[path] = f"{said}\n{own}" if own else said
    return replace(inference, values=replace(values, notes=tuple(notes.items())))


def unfitting(inference: Inference, archive: ChartArchive, found: Sequence[TeamValues], component: str) -> Diagnostics:
    """A message for each file of which nothing is among the values that render the objects.

    A warning where the file is named as the chart's, else a note: it may be about something else.
    """
    from migrator.inference.rendered_chart import defaults_of
    from migrator.templates.chart import load_chart

    defaults = defaults_of(load_chart(archive.files))
    effects = [effective(inference.values, name) for name in inference.differences]
    return tuple(
        _note(one, said[0], archive, component)
        for one in found
        if (said := list(_said(one.values, defaults))) and not _any_of(one.values, said, effects)
    )


def _said(values: Mapping[str, Json], defaults: Mapping[str, Json]) -> Iterator[KeyPath]:
    """The leaves that are no defaults of the chart."""
    for path in leaves(values):
        default = value_at(defaults, path)
        if default is MISSING or not same(default, value_at(values, path)):
            yield path


def _any_of(values: Mapping[str, Json], said: Sequence[KeyPath], effects: Sequence[Mapping[str, Json]]) -> bool:
    return any(
        (there := value_at(tree, path)) is not MISSING and same(there, value_at(values, path))
        for tree in effects
        for path in said
    )


def _note(one: TeamValues, path: KeyPath, archive: ChartArchive, component: str) -> Diagnostic:
    ref = archive.ref
    return Diagnostic(
        code="MIG511",
        severity=Severity.WARNING if one.is_named else Severity.INFO,
        summary=f"component {component}: these values do not fit: nothing of them is among those with which "
        f"{ref.name} {ref.version} renders the objects",
        span=SourceSpan(path=one.path, line=one.lines.get(path, 0)),
        remedy="are they of another chart or version? The values of the plan come from the objects alone",
    )
