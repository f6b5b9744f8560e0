"""Values in the form in which the chart writes them: a number for a number, a list for a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrator.inference.assignments.values_tree import MISSING, leaves, set_inside, value_at
from migrator.inference.types import SplitValues
from migrator.inference.values.split import effective
from migrator.model import Json, KeyPath, ReleaseContext
from migrator.templates.interpreter.render import Interpreter

_COMMAS = re.compile(r",(?![^\[({]*[\])}])")
"""Commas outside of brackets."""


def as_the_chart_writes(
    values: SplitValues, defaults: Mapping[str, Json], interpreter: Interpreter, setting: ReleaseContext
) -> SplitValues:
    """The values with each scalar in the form of its default, where every environment renders the same with it."""
    for name in (None, *sorted(values.environments)):
        part = values.common if name is None else values.environments[name]
        for path in leaves(part):
            for form in _forms(value_at(part, path), value_at(defaults, path)):
                other = _with(values, name, path, form)
                if _renders_the_same(values, other, name, interpreter, setting):
                    values = other
                    break
    return values


def _forms(value: Json, default: Json) -> Iterator[Json]:
    """How the value could be written if it had the type of its default; nothing where it has."""
    if isinstance(value, str) and isinstance(default, list):
        yield [part.strip() for part in _COMMAS.split(value)]
    elif isinstance(value, str) and isinstance(default, bool) and value in ("true", "false"):
        yield value == "true"
    elif isinstance(value, str) and _is_number(default) and re.fullmatch(r"-?(0|[1-9]\d*)", value):
        yield int(value)
    elif isinstance(default, str) and default and isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(default, str) and default and _is_number(value):
        yield str(value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value is not MISSING


def _with(values: SplitValues, name: str | None, path: KeyPath, form: Json) -> SplitValues:
    if name is None:
        return replace(values, common=set_inside(values.common, path, form))
    own = set_inside(values.environments[name], path, form)
    return replace(values, environments={**values.environments, name: own})


def _renders_the_same(
    values: SplitValues, other: SplitValues, name: str | None, interpreter: Interpreter, setting: ReleaseContext
) -> bool:
    for environment in [name] if name is not None else ["", *values.environments]:
        run = interpreter.run(effective(values, environment), setting)
        again = interpreter.run(effective(other, environment), setting, run)
        if {k: (v.text, v.error) for k, v in run.templates.items()} != {
            k: (v.text, v.error) for k, v in again.templates.items()
        }:
            return False
    return True
