"""Template functions that keep provenance: structure stays structure, text keeps its pieces.

Every other function runs on plain values and is remembered by name and operands (`Evaluator.apply`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrator.templates.errors import TemplateError
from migrator.templates.golang.types import kind_of, type_of
from migrator.templates.interpreter.evaluator import Evaluator
from migrator.templates.interpreter.expressions import Lifted
from migrator.templates.interpreter.objects import GoObject
from migrator.templates.provenance.maps import MAPS, name_of
from migrator.templates.provenance.text import (
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
from migrator.templates.provenance.value import MARK, Value, looked_up, plain, truth
from migrator.templates.provenance.yaml import read_yaml, write_yaml


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
    # in an untaken branch the value comes with what makes the untaken branch real
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
            name = name_of(key)
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
    **MAPS,
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

__all__ = ["LIFTED"]
