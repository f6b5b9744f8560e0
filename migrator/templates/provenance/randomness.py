"""What in a value comes from chance: the value that counts now is followed, not those that it might have had."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.templates.chart import Chart
from migrator.templates.functions.table import RANDOM
from migrator.templates.provenance.value import Value, truth

_CALL = re.compile(rf"\b(?:{'|'.join(sorted(RANDOM))})\b")


def draws(chart: Chart) -> bool:
    """Whether some template of the chart or of its subcharts names a function of chance."""
    return any(_CALL.search(text) for text in chart.templates.values()) or any(map(draws, chart.charts))


def is_generated(value: Value) -> bool:
    """Whether two renders of the same input would make two values of it."""
    if value.generated is None:
        value.generated = _search(value)
    return value.generated


def _search(value: Value) -> bool:
    seen: set[int] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if item.generated or item.op in RANDOM:
            return True
        if item.generated is None:
            stack.extend(_parts(item))
    return False


def _parts(value: Value) -> Iterator[Value]:
    """The values that this one is made of as it stands."""
    if value.pieces is not None:
        yield from (piece.source for piece in value.pieces if piece.region is None and piece.source is not None)
    elif value.op in ("default", "or"):
        yield next((arg for arg in value.args if truth(arg)), value.args[-1])
    elif value.op == "and":
        yield next((arg for arg in value.args if not truth(arg)), value.args[-1])
    elif value.op == "choice":
        yield value.args[-1]
    elif value.op == "merge" and value.args:
        yield value.args[0]
    elif isinstance(value.v, dict):
        yield from value.v.values()
    elif isinstance(value.v, list):
        yield from value.v
    else:
        for arg in value.args:
            if isinstance(arg, Value):
                yield arg
