"""What a chart renders and what must come out -> JSON 6902 operations, and what they do when applied (RFC 6902)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from migrator.compare.bodies import mixed, unequal
from migrator.compare.permissions import RULES
from migrator.model import Json, KeyPath
from migrator.yamlio import ABSENT, digest, same

DELETE: Mapping[str, Json] = {"$patch": "delete"}
"""The one operation that removes the object."""

_LARGEST_ALIGNED = 400
"""Elements up to which two lists are aligned by content; the alignment is quadratic."""


_NAME: KeyPath = ("metadata", "name")


def named(name: str) -> tuple[Mapping[str, Json], ...]:
    """The operations that give an object a name."""
    return ({"op": "replace", "path": pointer(_NAME), "value": name},)


def is_name(steps: Json) -> bool:
    """Whether operations give an object a name, and do nothing else."""
    return (
        bool(steps)
        and isinstance(steps, list | tuple)
        and all(isinstance(each, Mapping) and each.get("path") == pointer(_NAME) for each in steps)
    )


def pointer(path: KeyPath) -> str:
    """The JSON pointer (RFC 6901) of a place: `("a/b", 0)` is `/a~1b/0`."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def operations(after: Json, before: Json) -> tuple[Mapping[str, Json], ...]:
    """The operations that turn `after` into `before`, in order; none where they are the same to Kubernetes.

    Lists are aligned by content, so an element in the middle that only one side has costs one operation. An
    operation's pointer holds at its turn: removals run from the end of a list, and what is added comes in order.
    """
    return tuple(_operations(after, before, ()))


def _operations(after: Json, before: Json, path: KeyPath) -> Iterator[Mapping[str, Json]]:
    if isinstance(after, Mapping) and isinstance(before, Mapping):
        for key in sorted(after.keys() | before.keys(), key=str):
            here = (*path, key)
            if key not in before:
                yield {"op": "remove", "path": pointer(here)}
            elif key not in after:
                yield {"op": "add", "path": pointer(here), "value": before[key]}
            else:
                yield from _operations(after[key], before[key], here)
    elif isinstance(after, list | tuple) and isinstance(before, list | tuple):
        yield from _list_operations(after, before, path)
    elif not same(after, before):
        yield {"op": "replace", "path": pointer(path), "value": before}


def _list_operations(after: Sequence[Json], before: Sequence[Json], path: KeyPath) -> Iterator[Mapping[str, Json]]:
    """Element by element from the end, so that no operation moves what a later one points at."""
    for tag, a0, a1, b0, b1 in reversed(_alignment(after, before)):
        if tag == "equal":
            continue
        shared = min(a1 - a0, b1 - b0)
        for index in range(a1 - 1, a0 + shared - 1, -1):
            yield {"op": "remove", "path": pointer((*path, index))}
        for offset in range(b1 - b0 - shared):
            place = a0 + shared + offset
            at: int | str = "-" if a1 == len(after) else place
            yield {"op": "add", "path": pointer((*path, at)), "value": before[b0 + shared + offset]}
        for offset in range(shared - 1, -1, -1):
            yield from _operations(after[a0 + offset], before[b0 + offset], (*path, a0 + offset))


def _alignment(after: Sequence[Json], before: Sequence[Json]) -> list[tuple[str, int, int, int, int]]:
    if len(after) == len(before) or max(len(after), len(before)) > _LARGEST_ALIGNED:
        return [("replace", 0, len(after), 0, len(before))]
    # named elements (containers, ports, env) are one element however much inside them differs
    old, new = ([_label(item) for item in items] for items in (after, before))
    if len(set(old)) < len(old) or len(set(new)) < len(new):
        old, new = ([digest(item) for item in items] for items in (after, before))
    found: list[tuple[str, int, int, int, int]] = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found.append(("replace" if tag == "equal" else tag, a0, a1, b0, b1))
    return found


def _label(item: Json) -> str:
    name = item.get("name") if isinstance(item, Mapping) else None
    return f"name {name}" if isinstance(name, str) else digest(item)


def taken_back(after: Json, before: Json, places: Collection[KeyPath]) -> Json:
    """`after` with what `before` has at these places of difference, as `compare` names them.

    A map that `after` does not have comes whole for what is named in it. An item of a list comes behind the one that it
    follows in `before`.
    """
    root = unequal(before, after)
    if root is None or not places:
        return after
    if () in places:
        return before

    wanted = frozenset(places)
    # one difference to a cluster may be several in the texts: a role's rules, a list that is empty on one side
    whole = {each for each in wanted if each == RULES or not (_held(before, each) and _held(after, each))}

    def is_before(path: KeyPath) -> bool:
        is_inside = any(path[:length] in whole for length in range(1, len(path)))
        return is_inside or path in wanted or any(_is_in_map(each, path) for each in wanted)

    return mixed(root, is_before)


def _held(value: Json, path: KeyPath) -> Json:
    for key in path:
        is_there = isinstance(value, list) if isinstance(key, int) else isinstance(value, dict)
        try:
            value = value[key] if is_there else None
        except (KeyError, IndexError):
            return None
    return value


def _is_in_map(path: KeyPath, other: KeyPath) -> bool:
    """Whether a path leads by keys of maps alone into the map at another."""
    depth = len(other)
    return path[:depth] == other and all(isinstance(key, str) for key in path[depth - 1 :])


def apply_operations(value: Json, steps: Iterable[Mapping[str, Json]]) -> Json:
    """What JSON 6902 makes of a value, as a copy; KeyError or IndexError for a place that is not there."""
    holder = {"root": deepcopy(value)}
    for step in steps:
        _apply(holder, step)
    return holder["root"]


def overwritten(value: Json, steps: Iterable[Mapping[str, Json]]) -> Iterator[Json]:
    """What the operations take away from a value or put something else in the place of, in order."""
    holder = {"root": deepcopy(value)}
    return (old for step in steps if (old := _apply(holder, step)) is not ABSENT)


def _apply(holder: Json, step: Mapping[str, Json]) -> Json:
    """Make one operation true of what is held as `root`; what stood there before, ABSENT where nothing did."""
    path: KeyPath = ("root", *_path(str(step["path"])))
    parent = _at(holder, path[:-1])
    key: Any = path[-1]
    if isinstance(parent, list):
        key = len(parent) if key == "-" else int(key)
        if key > len(parent) or (key == len(parent) and step["op"] != "add"):
            raise IndexError(step["path"])
        if step["op"] == "add":
            parent.insert(key, deepcopy(step["value"]))
            return ABSENT
    elif step["op"] != "add" and key not in parent:
        raise KeyError(step["path"])
    old = parent[key] if isinstance(parent, list) or key in parent else ABSENT
    if step["op"] == "remove":
        del parent[key]
    else:
        parent[key] = deepcopy(step["value"])
    return old


def _path(text: str) -> tuple[str, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def _at(value: Json, path: KeyPath) -> Json:
    for key in path:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value
