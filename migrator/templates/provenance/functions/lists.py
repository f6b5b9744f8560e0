"""Functions on lists: items stay the values that they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrator.templates.errors import TemplateError
from migrator.templates.functions.types import deep_equal
from migrator.templates.golang.types import NilList, Strings, type_of
from migrator.templates.provenance.functions.text import show
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import Value, as_type_of, plain, truth


def _items(value: Value, name: str) -> list[Value]:
    if value.v is None:
        raise TemplateError(f"{name}: cannot work on nil")
    if not isinstance(value.v, list):
        raise TemplateError(f"{name}: cannot work on type {type_of(value.v)}")
    return value.v


def _list(scope: Scope, args: list[Value]) -> Value:
    return Value(list(args))


def _append(scope: Scope, args: list[Value]) -> Value:
    return _listed([*_items(args[0], "push"), args[1]], "append", args)


def _prepend(scope: Scope, args: list[Value]) -> Value:
    return _listed([args[1], *_items(args[0], "prepend")], "prepend", args)


def _concat(scope: Scope, args: list[Value]) -> Value:
    given = [arg for arg in args if arg.v is not None or scope.region is None]
    items = [item for arg in given for item in _items(arg, "concat")]
    return _listed(items or NilList(), "concat-lists", args)


def _listed(items: list[Value], op: str, args: list[Value]) -> Value:
    made = Value(items, (), op, tuple(args))
    made.hidden = tuple(piece for arg in args if isinstance(arg.v, list) for piece in arg.hidden)
    return made


def _picker(name: str, take: Callable[[list[Value]], Any]) -> Lifted:
    def pick(scope: Scope, args: list[Value]) -> Value:
        if isinstance(args[0].v, str):
            return scope.apply_plain(name, args)
        made = take(_items(args[0], name))
        return made if isinstance(made, Value) else Value(made, (), name, tuple(args))

    return pick


def _without(scope: Scope, args: list[Value]) -> Value:
    dropped = [plain(arg) for arg in args[1:]]
    kept = [item for item in _items(args[0], "without") if not any(deep_equal(plain(item), each) for each in dropped)]
    return Value(kept, (), "without", tuple(args))


def _compact(scope: Scope, args: list[Value]) -> Value:
    return Value([item for item in _items(args[0], "compact") if truth(item)], args[0].direct, "compact", tuple(args))


def _uniq(scope: Scope, args: list[Value]) -> Value:
    kept: list[Value] = []
    for item in _items(args[0], "uniq"):
        if not any(deep_equal(plain(item), plain(other)) for other in kept):
            kept.append(item)
    return Value(kept, args[0].direct, "uniq", tuple(args))


def _sort_alpha(scope: Scope, args: list[Value]) -> Value:
    items = args[0].v
    if not isinstance(items, list):
        return scope.apply_plain("sortAlpha", args)
    made = [item if isinstance(item.v, str) else show(item) for item in items if item.v is not None]
    listed = sorted(made, key=lambda item: str(item.v))
    return Value(as_type_of(Strings(), listed), args[0].direct, "sortAlpha", tuple(args))


LISTS: Mapping[str, Lifted] = {
    "list": _list,
    "tuple": _list,
    "append": _append,
    "push": _append,
    "mustAppend": _append,
    "mustPush": _append,
    "prepend": _prepend,
    "mustPrepend": _prepend,
    "concat": _concat,
    "first": _picker("first", lambda items: items[0] if items else Value(None)),
    "mustFirst": _picker("mustFirst", lambda items: items[0] if items else Value(None)),
    "last": _picker("last", lambda items: items[-1] if items else Value(None)),
    "mustLast": _picker("mustLast", lambda items: items[-1] if items else Value(None)),
    "rest": _picker("rest", lambda items: list(items[1:]) if items else NilList()),
    "initial": _picker("initial", lambda items: list(items[:-1]) if items else NilList()),
    "reverse": _picker("reverse", lambda items: list(items[::-1])),
    "without": _without,
    "mustWithout": _without,
    "compact": _compact,
    "mustCompact": _compact,
    "uniq": _uniq,
    "mustUniq": _uniq,
    "sortAlpha": _sort_alpha,
}
