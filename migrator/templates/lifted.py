"""Template functions that keep provenance: structure stays structure, text keeps its pieces.

Every other function runs on plain values and is remembered by name and operands (`Evaluator.apply`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrator.model import Path
from migrator.templates.errors import TemplateError
from migrator.templates.evaluator import Evaluator
from migrator.templates.expressions import Lifted
from migrator.templates.gotypes import kind_of, type_of
from migrator.templates.objects import GoObject
from migrator.templates.text import (
    affix,
    concatenate,
    cut,
    edge_trim,
    indent,
    join,
    printf,
    quote,
    replace,
    shift_case,
    show,
)
from migrator.templates.value import MARK, Value, lift, looked_up, plain, truth
from migrator.templates.yamltext import read_yaml, write_yaml


def _include(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) != 2:
        raise TemplateError(f"wrong number of args for include: want 2 got {len(args)}")
    return ev.include(args)


def _tpl(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) != 2:
        raise TemplateError(f"wrong number of args for tpl: want 2 got {len(args)}")
    return ev.tpl(args)


def _default(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) == 1:
        return args[0]
    fallback, given = args[0], args[1]
    chosen = given if truth(given) else fallback
    return Value(chosen.v, given.direct + fallback.direct, "default", (given, fallback), chosen.pieces)


def _coalesce(ev: Evaluator, args: list[Value]) -> Value:
    chosen = next((arg for arg in args if truth(arg)), Value(None))
    direct = tuple(path for arg in args for path in arg.direct)
    return Value(chosen.v, direct, "default", tuple(args), chosen.pieces)


def _ternary(ev: Evaluator, args: list[Value]) -> Value:
    if len(args) != 3:
        raise TemplateError(f"wrong number of args for ternary: want 3 got {len(args)}")
    yes, no, condition = args
    if not isinstance(condition.v, bool):
        raise TemplateError("wrong type for value; expected bool")
    chosen = yes if condition.v else no
    return Value(chosen.v, chosen.direct, "choice", (condition, yes, no, chosen), chosen.pieces)


def _required(ev: Evaluator, args: list[Value]) -> Value:
    message, given = args
    # in a ghost the value comes with what makes the ghost real
    if (given.v is None or given.v == "") and ev.region is None:
        ev.culprit = given
        ev.note_failure(TemplateError(str(message.v)))
    return given


def _fail(ev: Evaluator, args: list[Value]) -> Value:
    ev.culprit = None
    raise TemplateError(str(args[0].v))


def _lookup(ev: Evaluator, args: list[Value]) -> Value:
    return Value({})


def _kind_of(ev: Evaluator, args: list[Value]) -> Value:
    v = args[0].v
    return Value("struct" if isinstance(v, GoObject) else kind_of(v), (), "kindOf", (args[0],))


def _kind_is(ev: Evaluator, args: list[Value]) -> Value:
    kind = _kind_of(ev, [args[1]])
    return Value(kind.v == args[0].v, (), "kindIs", tuple(args))


def _type_of(ev: Evaluator, args: list[Value]) -> Value:
    return Value(type_of(args[0].v), (), "typeOf", (args[0],))


def _type_is(ev: Evaluator, args: list[Value]) -> Value:
    return Value(type_of(args[1].v) == args[0].v, (), "typeIs", tuple(args))


# -- maps ------------------------------------------------------------------------------------------------------


def _map(value: Value, name: str) -> dict[str, Value]:
    if not isinstance(value.v, dict):
        raise TemplateError(
            f"wrong type for value in {name}; expected map[string]interface {{}}; got {type_of(value.v)}"
        )
    return value.v


def _name(value: Value) -> str:
    return value.v if isinstance(value.v, str) else str(show(value).v)


def _dict(ev: Evaluator, args: list[Value]) -> Value:
    made: dict[str, Value] = {}
    for index in range(0, len(args), 2):
        made[_name(args[index])] = args[index + 1] if index + 1 < len(args) else Value("")
    return Value(made)


def _get(ev: Evaluator, args: list[Value]) -> Value:
    name = _name(args[1])
    found = _map(args[0], "get").get(name)
    value = found if found is not None else Value("", tuple((*p, name) for p in args[0].direct), "", (args[1],))
    ev.dependencies.update(value.direct)
    return value


def _set(ev: Evaluator, args: list[Value]) -> Value:
    if ev.region is not None and args[0].v is None and args[0].direct:
        ev.make_map(args[0])
    target = _map(args[0], "set")
    ev.remember(args[0])
    ev.note_change(args[0])
    name, value = _name(args[1]), args[2]
    if args[0].direct:
        value = _unless_given(ev, tuple((*path, name) for path in args[0].direct), value)
    target[name] = value
    return args[0]


def _unless_given(ev: Evaluator, own: tuple[Path, ...], value: Value) -> Value:
    """What is set into a map where it lacks an entry is a default: the entry's own place comes before it."""
    if not own or own[0] in value.direct or not any(own[0] in gate.condition.taint for gate in ev.gates()):
        return value
    direct = value.direct + own if value.op == "key" else own + value.direct
    made = Value(value.v, direct, "default", (Value(None, own), value), value.pieces)
    made.hidden = value.hidden
    return made


def _unset(ev: Evaluator, args: list[Value]) -> Value:
    target = _map(args[0], "unset")
    ev.remember(args[0])
    ev.note_change(args[0])
    target.pop(_name(args[1]), None)
    return args[0]


def _has_key(ev: Evaluator, args: list[Value]) -> Value:
    name = _name(args[1])
    paths: tuple[Path, ...] = tuple((*p, name) for p in args[0].direct)
    ev.dependencies.update(paths)
    to_come = args[0].v is None and ev.region is not None
    return Value(not to_come and name in _map(args[0], "hasKey"), (), "hasKey", (args[0], Value(None, paths)))


def _keys(ev: Evaluator, args: list[Value]) -> Value:
    names = [
        Value(name, tuple((*p, "~key", name) for p in arg.direct), "key", (arg,))
        for arg in args
        for name in sorted(_map(arg, "keys"))
    ]
    return Value(names, (), "keys", tuple(args))


def _values(ev: Evaluator, args: list[Value]) -> Value:
    tree = _map(args[0], "values")
    return Value([tree[name] for name in sorted(tree)], (), "values", tuple(args))


def _pick(ev: Evaluator, args: list[Value]) -> Value:
    tree, names = _map(args[0], "pick"), [_name(arg) for arg in args[1:]]
    return Value({n: tree[n] for n in names if n in tree}, args[0].direct, "pick", tuple(args))


def _omit(ev: Evaluator, args: list[Value]) -> Value:
    names = {_name(arg) for arg in args[1:]}
    tree = {n: v for n, v in _map(args[0], "omit").items() if n not in names}
    return Value(tree, args[0].direct, "omit", tuple(args))


def _pluck(ev: Evaluator, args: list[Value]) -> Value:
    name = _name(args[0])
    return Value([arg.v[name] for arg in args[1:] if name in _map(arg, "pluck")], (), "pluck", tuple(args))


def _dig(ev: Evaluator, args: list[Value]) -> Value:
    *names, fallback, tree = args
    here = tree
    for name in names:
        if not isinstance(here.v, dict) or _name(name) not in here.v:
            rest = tuple(_name(n) for n in names)
            direct = tuple((*p, *rest) for p in tree.direct)
            ev.dependencies.update(direct)
            return Value(fallback.v, direct + fallback.direct, "default", (Value(None, direct), fallback))
        here = here.v[_name(name)]
    ev.dependencies.update(here.direct)
    return here


def _deep_copy(ev: Evaluator, args: list[Value]) -> Value:
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
    copy = Value(v, value.direct, value.op, value.args, value.pieces)
    copy.hidden = value.hidden
    return copy


def _merger(overwrite: bool) -> Lifted:
    def merge(ev: Evaluator, args: list[Value]) -> Value:
        target = args[0]
        _map(target, "merge")
        ev.note_change(target)
        for source in args[1:]:
            if target.direct and source.direct:
                upper, lower = (source, target) if overwrite else (target, source)
                ev.merged[upper.direct[0], lower.direct[0]] = None
            _merge(ev, target, source, overwrite)
        return target

    return merge


def _merge(ev: Evaluator, target: Value, source: Value, overwrite: bool) -> None:
    """Merge in place as mergo does: without `overwrite` only what is empty is filled; lists are never joined."""
    tree, other = _map(target, "merge"), _map(source, "merge")
    ev.remember(target)
    extra = tuple(path for path in source.direct if path not in target.direct)
    # what a person sets is the chart's own map, be it laid over one of its entries or an entry over it
    above = overwrite and min(map(len, extra), default=0) <= min(map(len, target.direct), default=0)
    target.direct = (extra + target.direct) if above else (target.direct + extra)
    target.op = target.op or "merge"
    target.hidden += source.hidden
    for name, item in other.items():
        mine = tree.get(name)
        if mine is None:
            if item.v is not None or overwrite:
                fresh = Value(item.v, item.direct, item.op or "merge", item.args, item.pieces)
                fresh.hidden = item.hidden
                tree[name] = _reached(fresh, tuple((*path, name) for path in target.direct), first=not overwrite)
            continue
        if isinstance(item.v, dict) and isinstance(mine.v, dict):
            fresh = Value(dict(mine.v), mine.direct, mine.op, mine.args)
            fresh.hidden = mine.hidden
            _merge(ev, fresh, item, overwrite)
            tree[name] = fresh
        elif (overwrite and item.v is not None) or not truth(mine):
            if item.v is None and not overwrite:
                continue
            tree[name] = Value(item.v, item.direct + mine.direct, item.op or "merge", (item, mine), item.pieces)
        else:
            more = tuple(path for path in item.direct if path not in mine.direct)
            tree[name] = Value(mine.v, mine.direct + more, mine.op, mine.args, mine.pieces)
    for name, mine in tree.items() if overwrite else ():
        if name not in other:
            tree[name] = _reached(mine, tuple((*path, name) for path in extra), first=above)


def _reached(value: Value, paths: tuple[Path, ...], *, first: bool) -> Value:
    """A tree that a merge took over; each node of it is set by its place below the map merged with as well."""
    if not paths:
        return value
    v: Any = value.v
    if isinstance(v, dict):
        v = {name: _reached(item, tuple((*p, name) for p in paths), first=first) for name, item in v.items()}
    both = paths + value.direct if first else value.direct + paths
    made = Value(v, tuple(dict.fromkeys(both)), value.op, value.args, value.pieces)
    made.hidden = value.hidden
    return made


# -- lists -----------------------------------------------------------------------------------------------------


def _items(value: Value, name: str) -> list[Value]:
    if value.v is None:
        raise TemplateError(f"{name}: cannot work on nil")
    if not isinstance(value.v, list):
        raise TemplateError(f"{name}: cannot work on type {type_of(value.v)}")
    return value.v


def _list(ev: Evaluator, args: list[Value]) -> Value:
    return Value(list(args))


def _append(ev: Evaluator, args: list[Value]) -> Value:
    return _listed([*_items(args[0], "push"), args[1]], "append", args)


def _prepend(ev: Evaluator, args: list[Value]) -> Value:
    return _listed([args[1], *_items(args[0], "prepend")], "prepend", args)


def _concat(ev: Evaluator, args: list[Value]) -> Value:
    return _listed([item for arg in args if arg.v is not None for item in _items(arg, "concat")], "concat-lists", args)


def _listed(items: list[Value], op: str, args: list[Value]) -> Value:
    made = Value(items, (), op, tuple(args))
    made.hidden = tuple(piece for arg in args if isinstance(arg.v, list) for piece in arg.hidden)
    return made


def _picker(name: str, take: Callable[[list[Value]], Any]) -> Lifted:
    def pick(ev: Evaluator, args: list[Value]) -> Value:
        if isinstance(args[0].v, str):
            return ev.apply_plain(name, args)
        made = take(_items(args[0], name))
        return made if isinstance(made, Value) else Value(made, (), name, tuple(args))

    return pick


def _without(ev: Evaluator, args: list[Value]) -> Value:
    dropped = [plain(arg) for arg in args[1:]]
    return Value([i for i in _items(args[0], "without") if plain(i) not in dropped], (), "without", tuple(args))


def _compact(ev: Evaluator, args: list[Value]) -> Value:
    return Value([item for item in _items(args[0], "compact") if truth(item)], args[0].direct, "compact", tuple(args))


def _uniq(ev: Evaluator, args: list[Value]) -> Value:
    kept: list[Value] = []
    for item in _items(args[0], "uniq"):
        if not any(plain(item) == plain(other) and type(item.v) is type(other.v) for other in kept):
            kept.append(item)
    return Value(kept, args[0].direct, "uniq", tuple(args))


def _sort_alpha(ev: Evaluator, args: list[Value]) -> Value:
    items = args[0].v
    if not isinstance(items, list):
        return ev.apply_plain("sortAlpha", args)
    made = [item if isinstance(item.v, str) else show(item) for item in items]
    return Value(sorted(made, key=lambda item: str(item.v)), args[0].direct, "sortAlpha", tuple(args))


def _index(ev: Evaluator, args: list[Value]) -> Value:
    here = args[0]
    for key in args[1:]:
        v = here.v
        if isinstance(v, dict):
            name = _name(key)
            found = v.get(name)
            found = found if found is not None else Value(None, tuple((*p, name) for p in here.direct), "", (key,))
            here = looked_up(found, here, key, ())
        elif isinstance(v, list):
            if not isinstance(key.v, (int, float)) or isinstance(key.v, bool):
                raise TemplateError(f"cannot index slice/array with type {type_of(key.v)}")
            if not 0 <= key.v < len(v):
                ev.culprit = here
                raise TemplateError(f"error calling index: index out of range: {key.v}")
            here = v[int(key.v)]
        elif v is None:
            ev.culprit = here
            raise TemplateError("error calling index: index of untyped nil")
        else:
            return ev.apply_plain("index", args)
    ev.dependencies.update(here.direct)
    return here


def _to_string(ev: Evaluator, args: list[Value]) -> Value:
    if ev.region is not None and args[0].v is None and (args[0].direct or args[0].op):
        return Value(MARK, (), "toString", (args[0],))
    return show(args[0])


def _keep(name: str) -> Lifted:
    """A conversion that changes the type alone: remembered, and still set by the same path."""

    def keep(ev: Evaluator, args: list[Value]) -> Value:
        return ev.apply_plain(name, args)

    return keep


LIFTED: Mapping[str, Lifted] = {
    "include": _include,
    "tpl": _tpl,
    "default": _default,
    "coalesce": _coalesce,
    "ternary": _ternary,
    "required": _required,
    "fail": _fail,
    "lookup": _lookup,
    "kindOf": _kind_of,
    "kindIs": _kind_is,
    "typeOf": _type_of,
    "typeIs": _type_is,
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
    "rest": _picker("rest", lambda items: items[1:]),
    "initial": _picker("initial", lambda items: items[:-1]),
    "reverse": _picker("reverse", lambda items: items[::-1]),
    "without": _without,
    "mustWithout": _without,
    "compact": _compact,
    "mustCompact": _compact,
    "uniq": _uniq,
    "mustUniq": _uniq,
    "sortAlpha": _sort_alpha,
    "index": _index,
    "toString": _to_string,
    "quote": quote('"'),
    "squote": quote("'"),
    "indent": indent(newline=False),
    "nindent": indent(newline=True),
    "trim": edge_trim(),
    "trimAll": edge_trim(cutset=True),
    "trimPrefix": affix(front=True),
    "trimSuffix": affix(front=False),
    "trunc": cut,
    "replace": replace,
    "lower": shift_case("lower", str.lower),
    "upper": shift_case("upper", str.upper),
    "cat": concatenate(" "),
    "print": concatenate(""),
    "printf": printf,
    "join": join,
    "toYaml": write_yaml,
    "fromYaml": read_yaml(array=False),
    "fromYamlArray": read_yaml(array=True),
}

__all__ = ["LIFTED", "copy_of", "lift"]
