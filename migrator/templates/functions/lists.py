"""Lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.functions.text.strings import string_list
from migrator.templates.functions.types import deep_equal, is_empty
from migrator.templates.golang.fmt import to_text
from migrator.templates.golang.strconv import to_int
from migrator.templates.golang.types import Lists, NilList, Strings, kind_of

NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference"


def as_list(value: Json, refusal: str) -> list[Json]:
    """The list, or the error of sprig's reflection: a nil pointer fault for nil, the refusal with the kind for the
    rest.
    """
    if isinstance(value, list):
        return value
    if value is None:
        raise TemplateError(NIL_POINTER)
    raise TemplateError(f"{refusal} {kind_of(value)}")


def _append(value: Json, item: Json) -> list[Json]:
    return [*as_list(value, "Cannot push on type"), item]


def _prepend(value: Json, item: Json) -> list[Json]:
    return [item, *as_list(value, "Cannot prepend on type")]


def _first(value: Json) -> Json:
    items = as_list(value, "Cannot find first on type")
    return items[0] if items else None


def _last(value: Json) -> Json:
    items = as_list(value, "Cannot find last on type")
    return items[-1] if items else None


def _rest(value: Json) -> list[Json]:
    items = as_list(value, "Cannot find rest on type")
    return list(items[1:]) if items else NilList()


def _initial(value: Json) -> list[Json]:
    items = as_list(value, "Cannot find initial on type")
    return list(items[:-1]) if items else NilList()


def _reverse(value: Json) -> list[Json]:
    return list(reversed(as_list(value, "Cannot find reverse on type")))


def _compact(value: Json) -> list[Json]:
    return [item for item in as_list(value, "Cannot compact on type") if not is_empty(item)]


def _in_list(items: list[Json], needle: Json) -> bool:
    return any(deep_equal(needle, item) for item in items)


def _uniq(value: Json) -> list[Json]:
    kept: list[Json] = []
    for item in as_list(value, "Cannot find uniq on type"):
        if not _in_list(kept, item):
            kept.append(item)
    return kept


def _without(value: Json, *omitted: Json) -> list[Json]:
    items = as_list(value, "Cannot find without on type")
    return [item for item in items if not _in_list(list(omitted), item)]


def _has(needle: Json, value: Json) -> bool:
    return value is not None and _in_list(as_list(value, "Cannot find has on type"), needle)


def _slice(value: Json, *indices: Json) -> Json:
    items = as_list(value, "list should be type of slice or array but")
    if not items:
        return None
    start = to_int(indices[0]) if indices else 0
    end = to_int(indices[1]) if len(indices) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise TemplateError("reflect.Value.Slice: slice index out of bounds")
    return type(items)(items[start:end])


def _concat(*lists: Json) -> list[Json]:
    joined: list[Json] = []
    for value in lists:
        if value is not None and not isinstance(value, list):
            raise TemplateError(f"Cannot concat type {kind_of(value)} as list")
        joined += as_list(value, "")
    return joined or NilList()


def _chunk(size: int, value: Json) -> Lists:
    items = as_list(value, "Cannot chunk type")
    if size <= 0:
        raise TemplateError("runtime error: makeslice: len out of range")
    return Lists([items[start : start + size] for start in range(0, len(items), size)])


def _sort_alpha(value: Json) -> Strings:
    if isinstance(value, list):
        return type(string_list(value))(sorted(string_list(value)))
    return Strings([to_text(value)])


def _both(name: str, signature: str, function: Callable[..., Json]) -> dict[str, Entry]:
    """The function under its name and as `mustName`: both raise, one by panic."""
    return {name: (signature, function), f"must{name[0].upper()}{name[1:]}": (signature, function)}


ENTRIES: Final[Mapping[str, Entry]] = {
    "list": ("a*", lambda *items: list(items)),
    "tuple": ("a*", lambda *items: list(items)),
    **_both("append", "aa", _append),
    **_both("push", "aa", _append),
    **_both("prepend", "aa", _prepend),
    **_both("first", "a", _first),
    **_both("last", "a", _last),
    **_both("rest", "a", _rest),
    **_both("initial", "a", _initial),
    **_both("reverse", "a", _reverse),
    **_both("compact", "a", _compact),
    **_both("uniq", "a", _uniq),
    **_both("without", "aa*", _without),
    **_both("has", "aa", _has),
    **_both("slice", "aa*", _slice),
    **_both("chunk", "ia", _chunk),
    "concat": ("a*", _concat),
    "sortAlpha": ("a", _sort_alpha),
}
