"""Whether any value could turn a condition: one that rests on what templates spell out alone never changes."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.templates.provenance.value import PathCondition, Piece, Value

_KINDS = frozenset({"kindOf", "kindIs", "typeOf", "typeIs"})
MOST_PARTS = 200
"""Parts of a condition that are looked at; what is made of more rests on some value."""


def may_turn(condition: Value) -> bool:
    """Whether something that a condition was made of can be set, or could come from a branch that is not taken."""
    seen: set[int] = set()
    stack: list[Value | Piece | PathCondition] = [condition]
    while stack:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if len(seen) > MOST_PARTS or (isinstance(item, Value) and (item.direct or item.hidden or item.coming)):
            return True
        stack.extend(_parts(item))
    return False


def _parts(item: Value | Piece | PathCondition) -> Iterator[Value | Piece | PathCondition]:
    if isinstance(item, Value):
        if item.op in _KINDS and any(isinstance(arg, Value) and isinstance(arg.v, dict) and arg.v for arg in item.args):
            return  # nobody writes a text or a list over a map that has entries
        yield from (arg for arg in item.args if isinstance(arg, Value))
        yield from item.pieces or ()
        if isinstance(item.v, (dict, list)):
            yield from item.v.values() if isinstance(item.v, dict) else item.v
    elif isinstance(item, Piece):
        yield from (part for part in (item.source, item.path_condition) if part is not None)
    else:
        yield from (part for part in (item.condition, item.parent) if part is not None)
