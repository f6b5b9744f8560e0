"""Dicts. Like Go's maps they are shared, not copied: `set` and `merge` change the dict they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.functions.types import is_empty
from migrator.templates.golang.fmt import to_text
from migrator.templates.golang.types import NIL_TYPES, NilMap, Strings, type_of


def _dict(*items: Json) -> dict[str, Json]:
    return {to_text(items[at]): items[at + 1] if at + 1 < len(items) else "" for at in range(0, len(items), 2)}


def _set(target: dict[str, Json], key: str, value: Json) -> dict[str, Json]:
    if isinstance(target, NilMap):
        raise TemplateError("assignment to entry in nil map")
    target[key] = value
    return target


def _unset(target: dict[str, Json], key: str) -> dict[str, Json]:
    target.pop(key, None)
    return target


def _pick(source: dict[str, Json], *keys: str) -> dict[str, Json]:
    return {key: source[key] for key in keys if key in source}


def _omit(source: dict[str, Json], *keys: str) -> dict[str, Json]:
    return {key: value for key, value in source.items() if key not in keys}


def _keys(*sources: dict[str, Json]) -> Strings:
    # Go gives them in random order: charts that care sort them
    return Strings(key for source in sources for key in sorted(source))


def _not_a_map(value: Json) -> TemplateError:
    found = "nil" if value is None else type_of(value)
    return TemplateError(f"interface conversion: interface {{}} is {found}, not map[string]interface {{}}")


def _dig(*arguments: Json) -> Json:
    if len(arguments) < 3:
        raise TemplateError("dig needs at least three arguments")
    *keys, default, value = arguments
    for number, key in enumerate([None, *keys]):
        if number:
            if key not in value:
                return default
            value = value[key]
        if number < len(keys) and type(value) is not dict and not isinstance(value, NilMap):
            raise _not_a_map(value)
        if number == 0:
            _check_keys(keys)
    return value


def _check_keys(keys: list[Json]) -> None:
    for key in keys:
        if not isinstance(key, str):
            found = "nil" if key is None else type_of(key)
            raise TemplateError(f"interface conversion: interface {{}} is {found}, not string")


def merge_into(target: dict[str, Json], source: dict[str, Json], *, overwrite: bool) -> None:
    """Mergo's deep merge of string maps, in place. Values are shared with the source, and nil in the source only
    counts when overwriting.
    """
    for key, value in source.items():
        if value is None:
            if overwrite:
                target[key] = None
            continue
        present = key in target
        current = target.get(key)
        if isinstance(value, dict) and isinstance(current, dict):
            if not isinstance(current, NilMap):
                merge_into(current, value, overwrite=overwrite)
            if current:
                continue
        if isinstance(value, list) and present and not is_empty(current):
            if overwrite:
                target[key] = value
            continue
        if overwrite or not present or is_empty(current):
            target[key] = value


def _merge(target: dict[str, Json], *sources: dict[str, Json]) -> dict[str, Json]:
    return _merge_all(target, sources, overwrite=False)


def _merge_overwrite(target: dict[str, Json], *sources: dict[str, Json]) -> dict[str, Json]:
    return _merge_all(target, sources, overwrite=True)


def _merge_all(target: dict[str, Json], sources: tuple[dict[str, Json], ...], *, overwrite: bool) -> dict[str, Json]:
    for source in sources:
        if isinstance(target, NilMap) and not isinstance(source, NilMap):
            target = {}
        merge_into(target, source, overwrite=overwrite)
    return target


def deep_copy(value: Json) -> Json:
    """A copy that shares no dict or list with the value."""
    if isinstance(value, NIL_TYPES):
        return value
    if isinstance(value, dict):
        return type(value)({key: deep_copy(item) for key, item in value.items()})
    if isinstance(value, list):
        return type(value)(map(deep_copy, value))
    return value


def _deep_copy(value: Json) -> Json:
    if value is None:
        raise TemplateError("reflect: call of reflect.Value.Type on zero Value")
    return deep_copy(value)


ENTRIES: Final[Mapping[str, Entry]] = {
    "dict": ("a*", _dict),
    "get": ("ms", lambda source, key: source.get(key, "")),
    "set": ("msa", _set),
    "unset": ("ms", _unset),
    "hasKey": ("ms", lambda source, key: key in source),
    "pluck": ("sm*", lambda key, *sources: [source[key] for source in sources if key in source]),
    "keys": ("m*", _keys),
    "values": ("m", lambda source: [source[key] for key in sorted(source)]),
    "pick": ("ms*", _pick),
    "omit": ("ms*", _omit),
    "dig": ("a*", _dig),
    "merge": ("mm*", _merge),
    "mustMerge": ("mm*", _merge),
    "mergeOverwrite": ("mm*", _merge_overwrite),
    "mustMergeOverwrite": ("mm*", _merge_overwrite),
    "deepCopy": ("a", _deep_copy),
    "mustDeepCopy": ("a", _deep_copy),
}
