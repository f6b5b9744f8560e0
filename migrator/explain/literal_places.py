"""Whether and where a text shows a place of an object: a manifest, a patch, a field of a kustomization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.load import Kustomization
from migrator.model import Json, KeyPath
from migrator.rewrite.kustomize.ownership import Placed
from migrator.yamlio import ABSENT, same

_NAMING = ("name", "mountPath", "containerPort", "port", "ip", "key", "topologyKey", "host", "path", "type")
"""Fields by which an item of a list is known again in a file that orders the list otherwise."""
_LABEL_MAPS = ("labels", "annotations", "matchLabels")


def at(body: Json, path: KeyPath) -> Json:
    """The value at a path, ABSENT where there is none."""
    for key in path:
        is_there = key in body if isinstance(body, Mapping) else isinstance(body, list) and key in range(len(body))
        if not is_there:
            return ABSENT
        body = body[key]
    return body


def met(final: Json, path: KeyPath, other: Json) -> KeyPath:
    """As much of a path of the final object as another text of it has, items of lists known again by their names."""
    known: list[str | int] = []
    for key in path:
        mine = at(final, (key,))
        if isinstance(key, str) and isinstance(other, Mapping) and key in other:
            known.append(key)
            final, other = mine, other[key]
        elif isinstance(key, int) and isinstance(other, list):
            index = next((i for i, item in enumerate(other) if _is_item(item, mine)), None)
            if index is None:
                break
            known.append(index)
            final, other = mine, other[index]
        else:
            break
    return tuple(known)


def _is_item(item: Json, mine: Json) -> bool:
    if isinstance(item, Mapping) and isinstance(mine, Mapping):
        name = next((name for name in _NAMING if name in item and name in mine), None)
        if name is not None:
            return same(item[name], mine[name])
    return mine is not ABSENT and same(item, mine)


def shown_at(document: Json, final: Json, path: KeyPath, value: Json) -> KeyPath | None:
    """Where a merge patch shows the value at a path; None where it says nothing of it."""
    known = met(final, path, document)
    here = at(document, known)
    if value is ABSENT:
        is_gone = here is None or (isinstance(here, Mapping) and here.get("$patch") in ("delete", "replace"))
        return known if is_gone else None
    return known if len(known) == len(path) and _agrees(here, value) else None


def _agrees(shown: Json, value: Json) -> bool:
    """Whether what a file shows went into a value: it is the value, or a part of it."""
    if isinstance(shown, Mapping) and isinstance(value, Mapping):
        return bool(shown)
    if isinstance(shown, list) and isinstance(value, list):
        return any(same(item, other) for item in shown for other in value) or shown == value
    return value is not ABSENT and same(shown, value)


def operation_at(operations: Sequence[Json], path: KeyPath, value: Json) -> KeyPath | None:
    """The last operation of a JSON patch that shows the value at a path."""
    found: KeyPath | None = None
    for index, operation in enumerate(operations):
        if not isinstance(operation, Mapping):
            continue
        keys = [part.replace("~1", "/").replace("~0", "~") for part in str(operation.get("path") or "").split("/")[1:]]
        if not all(_is_key(key, mine) for key, mine in zip(keys, path, strict=False)):
            continue
        if operation.get("op") == "remove":
            shows = value is ABSENT and len(keys) <= len(path)
        else:
            inside = at(operation.get("value"), path[len(keys) :]) if len(keys) <= len(path) else ABSENT
            shows = _agrees(inside, value) or (len(keys) > len(path) and isinstance(value, Mapping | list))
        if shows:
            found = (index, "value", *path[len(keys) :])
    return found


def _is_key(key: str, mine: str | int) -> bool:
    return key == str(mine) or (key == "-" and isinstance(mine, int))


def field_of(held: Kustomization, placed: Placed, path: KeyPath, value: Json) -> str:
    """The field of a kustomization that sets such a place of every object; empty where none does."""
    fields = held.fields
    if value is ABSENT:
        return ""
    if path == ("metadata", "namespace"):
        return "namespace" if fields.get("namespace") == value else ""
    if path == ("metadata", "name") and placed.written is not None and placed.written.name != value:
        affixes = (name for name in ("namePrefix", "nameSuffix") if fields.get(name) and fields[name] in str(value))
        return next(affixes, "")
    if len(path) > 1 and path[-2] in _LABEL_MAPS:
        for name in ("commonLabels", "commonAnnotations"):
            if at(fields.get(name), path[-1:]) == value and ("nnot" in name) == (path[-2] == "annotations"):
                return name
        entries = fields.get("labels")
        if path[-2] != "annotations" and any(at(each, ("pairs", path[-1])) == value for each in entries or ()):
            return "labels"
    return ""
