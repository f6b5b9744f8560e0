"""What `range` goes through: entries, items and numbers, and the lists that an element to come may be of."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.model import KeyPath
from migrator.templates.bounds import check_items
from migrator.templates.errors import TemplateError
from migrator.templates.provenance.go_object import GoObject
from migrator.templates.provenance.value import ELEMENT, MARK, Value

_LISTED = {
    "choice": (slice(1, 3),),
    "append": (slice(1),),
    "prepend": (slice(1),),
    "concat-lists": (slice(None),),
    "uniq": (slice(1),),
    "compact": (slice(1),),
}
"""Operands that a list is put together from."""
JOINS = frozenset(_LISTED) - {"choice"}
"""Operations that make one list of several."""


def key_of(name: str | int, item: Value) -> Value:
    """The key of an entry that an untaken branch has added: of one to come, whatever its own key will be."""
    paths = tuple((*path[:-1], "~key") for path in item.direct if path[-1:] == (ELEMENT,))
    return Value(name, paths, "key", (item,)) if name == MARK and paths else Value(name)


def _key(source: Value, key: str, item: Value) -> Value:
    """The name of an entry; one that a template has put into a map of its own still lies where it came from."""
    paths = source.direct or tuple(path[:-1] for path in item.direct if path[-1:] == (key,))
    return Value(key, tuple((*path, "~key", key) for path in paths), "key", (source,))


def either(source: Value) -> Value:
    """A choice between lists, or several in one; an element to come may be of any of them."""
    return Value(source.v, tuple(dict.fromkeys(_lists(source, set()))), source.op, source.args)


def _lists(source: Value, seen: set[int]) -> Iterator[KeyPath]:
    """Where the parts of a list lie. A list grown by one choice after the other names each part many times over."""
    if id(source) in seen:
        return
    seen.add(id(source))
    yield from source.direct
    for place in _LISTED.get(source.op, ()) if not source.direct or source.op == "choice" else ():
        for part in source.args[place]:
            yield from _lists(part, seen)


def iterate(source: Value) -> list[tuple[Value, Value]]:
    """What `range` goes through, as pairs of key and item. Raises TemplateError where Go cannot."""
    v = source.v
    if v is None:
        return []
    if isinstance(v, dict):
        return [(_key(source, key, v[key]), v[key]) for key in sorted(v)]
    if isinstance(v, list):
        return [(Value(index), item) for index, item in enumerate(v)]
    if isinstance(v, int) and not isinstance(v, bool):
        check_items(v, "range")
        return [(Value(index), Value(index, (), "count", (source,))) for index in range(v)]
    if isinstance(v, GoObject):
        return v.items()
    raise TemplateError(f"range can't iterate over {v}")
