"""The three edits, as values, and what they mean for the value that a text holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.model import Json, KeyPath
from migrator.yamlio.canonical import ABSENT
from migrator.yamlio.text import YamlError


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take out a key or a list item; the key of a list goes with its last item."""

    path: KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Put a value at a key or over a list item; missing mappings on the way are made."""

    path: KeyPath
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Add an item to a list; the list and its key are made if there is none."""

    path: KeyPath
    value: Json


Operation = Remove | Set | Append


def pointer(path: KeyPath) -> str:
    """The path for people: `resources[2].name`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "the document"


def in_order(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations so that no one moves what a later one names: additions first, then removals from the end.

    A removal below another removal is part of it.
    """
    additions = [operation for operation in operations if not isinstance(operation, Remove)]
    removed = {operation.path for operation in operations if isinstance(operation, Remove)}
    whole = [path for path in removed if not any(path[:depth] in removed for depth in range(len(path)))]
    ordered = sorted(
        whole, key=lambda path: [(isinstance(key, int), f"{key:012}" if isinstance(key, int) else key) for key in path]
    )
    return (*additions, *(Remove(path=path) for path in reversed(ordered)))


def applied(value: Json, operation: Operation) -> Json:
    """The value after the operation; the value given stays as it is. Raises YamlError (MIG102) as the edit would."""
    match operation:
        case Remove(path=path):
            return _removed(value, path, operation)
        case Set(path=path, value=new):
            return _with(value, path, lambda _: new, operation)
        case Append(path=path, value=new):
            return _with(value, path, lambda old: [*_list(old, operation), new], operation)


def _list(value: Json, operation: Operation) -> list[Json]:
    if value is ABSENT or value is None:
        return []
    if isinstance(value, list):
        return value
    raise refusal(operation, "there is no list there")


def refusal(operation: Operation, why: str) -> YamlError:
    """The error for an edit that cannot be made."""
    verb = {Remove: "remove", Set: "set", Append: "append to"}[type(operation)]
    return YamlError.of("MIG102", f"cannot {verb} {pointer(operation.path)}: {why}", remedy="edit the file by hand")


def _with(value: Json, path: KeyPath, change: object, operation: Operation) -> Json:
    if not path:
        return change(value)  # type: ignore[operator]
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        if not isinstance(value, list) or not 0 <= key < len(value):
            raise refusal(operation, f"there is no item {key}")
        return [*value[:key], _with(value[key], rest, change, operation), *value[key + 1 :]]
    if value is ABSENT or value is None:
        value = {}
    if not isinstance(value, dict):
        raise refusal(operation, f"{key!r} would stand in something that is not a mapping")
    return {**value, key: _with(value.get(key, ABSENT), rest, change, operation)}


def _removed(value: Json, path: KeyPath, operation: Operation) -> Json:
    key, rest = path[0], path[1:]
    if isinstance(value, dict) and key in value:
        if rest:
            child = _removed(value[key], rest, operation)
            gone = isinstance(child, list) and not child
        else:
            child, gone = None, True
        return {name: child if name == key else old for name, old in value.items() if not (gone and name == key)}
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        middle = [_removed(value[key], rest, operation)] if rest else []
        return [*value[:key], *middle, *value[key + 1 :]]
    raise refusal(operation, "nothing is there")
