"""Functions on maps: what comes out of them keeps the places that set it, merges included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.model import KeyPath
from migrator.templates.errors import TemplateError
from migrator.templates.golang.types import NilMap, Strings, Values, type_of
from migrator.templates.provenance.functions.text import show
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import Value, as_type_of, looked_up, truth


def _map(value: Value, name: str) -> dict[str, Value]:
    if not isinstance(value.v, dict):
        raise TemplateError(
            f"wrong type for value in {name}; expected map[string]interface {{}}; got {type_of(value.v)}"
        )
    return value.v


def name_of(value: Value) -> str:
    """A value as the key of a map."""
    return value.v if isinstance(value.v, str) else str(show(value).v)


def _dict(scope: Scope, args: list[Value]) -> Value:
    made: dict[str, Value] = {}
    for index in range(0, len(args), 2):
        made[name_of(args[index])] = args[index + 1] if index + 1 < len(args) else Value("")
    return Value(made)


def _get(scope: Scope, args: list[Value]) -> Value:
    name = name_of(args[1])
    found = _map(args[0], "get").get(name)
    value = found if found is not None else Value("", tuple((*p, name) for p in args[0].direct), "", (args[1],))
    value = looked_up(value, args[0], args[1], ())
    scope.note_read(value.direct)
    return value


def _set(scope: Scope, args: list[Value]) -> Value:
    _come(scope, args[0])
    target = _map(args[0], "set")
    if isinstance(target, NilMap):
        raise TemplateError("error calling set: assignment to entry in nil map")
    scope.note_change(args[0])
    name, value = name_of(args[1]), args[2]
    if args[0].direct:
        value = _unless_given(scope, tuple((*path, name) for path in args[0].direct), value)
    target[name] = value
    return args[0]


def _unless_given(scope: Scope, own: tuple[KeyPath, ...], value: Value) -> Value:
    """What is set into a map where it lacks an entry is a default: the entry's own place comes before it."""
    if (
        not own
        or own[0] in value.direct
        or scope.path_condition is None
        or not any(own[0] in above.condition.taint for above in scope.path_condition.chain())
    ):
        return value
    direct = value.direct + own if value.op == "key" else own + value.direct
    made = Value(value.v, direct, "default", (Value(None, own), value), value.pieces)
    made.hidden = value.hidden
    return made


def _unset(scope: Scope, args: list[Value]) -> Value:
    target = _map(args[0], "unset")
    scope.note_change(args[0])
    target.pop(name_of(args[1]), None)
    return args[0]


def _has_key(scope: Scope, args: list[Value]) -> Value:
    name = name_of(args[1])
    paths: tuple[KeyPath, ...] = tuple((*p, name) for p in args[0].direct)
    scope.note_read(paths)
    to_come = args[0].v is None and scope.region is not None
    return Value(not to_come and name in _map(args[0], "hasKey"), (), "hasKey", (args[0], Value(None, paths)))


def _keys(scope: Scope, args: list[Value]) -> Value:
    names = [
        Value(name, tuple((*p, "~key", name) for p in arg.direct), "key", (arg,))
        for arg in args
        for name in sorted(_map(arg, "keys"))
    ]
    return Value(as_type_of(Strings(), names), (), "keys", tuple(args))


def _values(scope: Scope, args: list[Value]) -> Value:
    tree = _map(args[0], "values")
    return Value([tree[name] for name in sorted(tree)], (), "values", tuple(args))


def _pick(scope: Scope, args: list[Value]) -> Value:
    tree, names = _map(args[0], "pick"), [name_of(arg) for arg in args[1:]]
    return Value({n: tree[n] for n in names if n in tree}, args[0].direct, "pick", tuple(args))


def _come(scope: Scope, value: Value) -> None:
    """In an untaken branch, let a value that is not there yet be a map: it may become one of any entries."""
    if scope.region is not None and value.v is None and value.direct:
        scope.make_map(value)


def _omit(scope: Scope, args: list[Value]) -> Value:
    if scope.region is not None and args[0].v is None and args[0].direct:
        return Value(None, args[0].direct, "omit", tuple(args))
    names = {name_of(arg) for arg in args[1:]}
    tree = {n: v for n, v in _map(args[0], "omit").items() if n not in names}
    made = Value(tree, args[0].direct, "omit", tuple(args))
    made.hidden = args[0].hidden
    return made


def _pluck(scope: Scope, args: list[Value]) -> Value:
    name = name_of(args[0])
    return Value([arg.v[name] for arg in args[1:] if name in _map(arg, "pluck")], (), "pluck", tuple(args))


def _dig(scope: Scope, args: list[Value]) -> Value:
    if len(args) < 3:
        raise TemplateError("error calling dig: dig needs at least three arguments")
    *names, fallback, tree = args
    here = tree
    odd = next((name for name in names if not isinstance(name.v, str)), None)
    if odd is not None and scope.region is None:
        raise TemplateError(f"error calling dig: interface conversion: interface {{}} is {_go(odd)}, not string")
    for name in names:
        if scope.region is None and (not isinstance(here.v, dict) or isinstance(here.v, Values)):
            scope.culprit = here
            raise TemplateError(
                f"error calling dig: interface conversion: interface {{}} is {_go(here)}, not map[string]interface {{}}"
            )
        if not isinstance(here.v, dict) or name_of(name) not in here.v:
            rest = tuple(name_of(n) for n in names)
            direct = tuple((*p, *rest) for p in tree.direct)
            scope.note_read(direct)
            return Value(fallback.v, direct + fallback.direct, "default", (Value(None, direct), fallback))
        here = here.v[name_of(name)]
    scope.note_read(here.direct)
    return here


def _go(value: Value) -> str:
    return "nil" if value.v is None else type_of(value.v)


def _deep_copy(scope: Scope, args: list[Value]) -> Value:
    if args[0].v is None and scope.region is None:
        raise TemplateError("error calling deepCopy: reflect: call of reflect.Value.Type on zero Value")
    return copy_of(args[0])


def copy_of(value: Value) -> Value:
    """The same tree with maps and lists of its own; provenance is kept."""
    v: Any = value.v
    if isinstance(v, dict):
        v = {name: copy_of(item) for name, item in v.items()}
    elif isinstance(v, list):
        v = [copy_of(item) for item in v]
    else:
        return value
    copy = Value(as_type_of(value.v, v), value.direct, value.op, value.args, value.pieces)
    copy.hidden = value.hidden
    return copy


def _merger(overwrite: bool) -> Lifted:
    def merge(scope: Scope, args: list[Value]) -> Value:
        for arg in args:
            _come(scope, arg)
        target = args[0]
        if isinstance(_map(target, "merge"), NilMap):
            target = Value({}, target.direct, target.op, target.args)
        for source in args[1:]:
            if target.direct and source.direct:
                upper, lower = (source, target) if overwrite else (target, source)
                scope.note_merge(upper, lower)
            _merge(scope, target, source, overwrite)
        return target

    return merge


def _merge(scope: Scope, target: Value, source: Value, overwrite: bool) -> None:
    """Merge in place as mergo does, the maps within too, whoever else holds them; lists are never joined.

    Without `overwrite` only what is empty is filled.
    """
    tree, other = _map(target, "merge"), _map(source, "merge")
    if tree is other:
        return
    scope.note_change(target)
    extra = tuple(path for path in source.direct if path not in target.direct)
    # what a person sets is the chart's own map, be it laid over one of its entries or an entry over it
    above = overwrite and min(map(len, extra), default=0) <= min(map(len, target.direct), default=0)
    target.direct = (extra + target.direct) if above else (target.direct + extra)
    target.op = target.op or "merge"
    target.hidden += source.hidden
    for name, item in tuple(other.items()):  # a map below may be this one, which grows then
        mine = tree.get(name)
        if mine is None:
            if item.v is not None or overwrite:
                fresh = Value(item.v, item.direct, item.op or "merge", item.args, item.pieces)
                fresh.hidden = item.hidden
                tree[name] = _reached(fresh, tuple((*path, name) for path in target.direct), first=not overwrite)
            continue
        if isinstance(item.v, dict) and isinstance(mine.v, dict):
            joined = Value({} if isinstance(mine.v, NilMap) else mine.v, mine.direct, mine.op, mine.args)
            joined.hidden = mine.hidden
            _merge(scope, joined, item, overwrite)
            tree[name] = joined
        elif (overwrite and (item.v is not None or scope.region is None)) or not truth(mine):
            if item.v is None and not overwrite:
                continue
            tree[name] = Value(item.v, item.direct + mine.direct, item.op or "merge", (item, mine), item.pieces)
        else:
            more = tuple(path for path in item.direct if path not in mine.direct)
            tree[name] = Value(mine.v, mine.direct + more, mine.op, mine.args, mine.pieces)
    for name, mine in tuple(tree.items()) if overwrite else ():
        if name not in other:
            tree[name] = _reached(mine, tuple((*path, name) for path in extra), first=above)


def _reached(value: Value, paths: tuple[KeyPath, ...], *, first: bool) -> Value:
    """A tree that a merge took over; each node of it is set by its place below the map merged with as well."""
    if all(path in value.direct for path in paths):
        return value
    v: Any = value.v
    if isinstance(v, dict):
        v = {name: _reached(item, tuple((*p, name) for p in paths), first=first) for name, item in v.items()}
    both = paths + value.direct if first else value.direct + paths
    made = Value(v, tuple(dict.fromkeys(both)), value.op, value.args, value.pieces)
    made.hidden = value.hidden
    return made


MAPS: Mapping[str, Lifted] = {
    "dict": _dict,
    "get": _get,
    "set": _set,
    "unset": _unset,
    "hasKey": _has_key,
    "keys": _keys,
    "values": _values,
    "pick": _pick,
    "omit": _omit,
    "pluck": _pluck,
    "dig": _dig,
    "deepCopy": _deep_copy,
    "mustDeepCopy": _deep_copy,
    "merge": _merger(overwrite=False),
    "mustMerge": _merger(overwrite=False),
    "mergeOverwrite": _merger(overwrite=True),
    "mustMergeOverwrite": _merger(overwrite=True),
}
