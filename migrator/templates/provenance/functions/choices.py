"""Functions that choose between values, look one up, or tell of what type it is."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.templates.errors import TemplateError
from migrator.templates.golang.types import StringMap, kind_of, type_of
from migrator.templates.provenance.functions.maps import name_of
from migrator.templates.provenance.functions.text import show
from migrator.templates.provenance.go_object import GoObject
from migrator.templates.provenance.scope import Lifted, Scope
from migrator.templates.provenance.value import MARK, Value, looked_up, truth


def _default(scope: Scope, args: list[Value]) -> Value:
    if len(args) == 1:
        return args[0]
    fallback, given = args[0], args[1]
    chosen = given if truth(given) else fallback
    return Value(chosen.v, given.direct + fallback.direct, "default", (given, fallback), chosen.pieces)


def _coalesce(scope: Scope, args: list[Value]) -> Value:
    chosen = next((arg for arg in args if truth(arg)), Value(None))
    direct = tuple(path for arg in args for path in arg.direct)
    return Value(chosen.v, direct, "default", tuple(args), chosen.pieces)


def _ternary(scope: Scope, args: list[Value]) -> Value:
    if len(args) != 3:
        raise TemplateError(f"wrong number of args for ternary: want 3 got {len(args)}")
    yes, no, condition = args
    if not isinstance(condition.v, bool):
        raise TemplateError("wrong type for value; expected bool")
    chosen = yes if condition.v else no
    return Value(chosen.v, chosen.direct, "choice", (condition, yes, no, chosen), chosen.pieces)


def _required(scope: Scope, args: list[Value]) -> Value:
    message, given = args
    # in an untaken branch the value comes with what makes the untaken branch real
    if (given.v is None or given.v == "") and scope.region is None:
        scope.culprit = given
        scope.note_failure(TemplateError(str(message.v)))
    return given


def _fail(scope: Scope, args: list[Value]) -> Value:
    scope.culprit = None
    raise TemplateError(str(args[0].v))


def _lookup(scope: Scope, args: list[Value]) -> Value:
    return Value({})


def _index(scope: Scope, args: list[Value]) -> Value:
    here = args[0]
    for key in args[1:]:
        v = here.v
        if isinstance(v, dict):
            if not isinstance(key.v, str) and scope.region is None:
                scope.culprit = key
                got = "is nil; should be of type" if key.v is None else f"has type {type_of(key.v)}; should be"
                raise TemplateError(f"error calling index: value {got} string")
            name = name_of(key)
            found = v.get(name)
            nothing = "" if isinstance(v, StringMap) else None
            found = found if found is not None else Value(nothing, tuple((*p, name) for p in here.direct), "", (key,))
            here = looked_up(found, here, key, ())
        elif isinstance(v, list):
            if not isinstance(key.v, int) or isinstance(key.v, bool):
                raise TemplateError(f"cannot index slice/array with type {type_of(key.v)}")
            if not 0 <= key.v < len(v):
                scope.culprit = here
                raise TemplateError(f"error calling index: index out of range: {key.v}")
            here = v[int(key.v)]
        elif v is None:
            scope.culprit = here
            raise TemplateError("error calling index: index of untyped nil")
        else:
            return scope.apply_plain("index", args)
    scope.note_read(here.direct)
    return here


def _to_string(scope: Scope, args: list[Value]) -> Value:
    if scope.region is not None and args[0].v is None and (args[0].direct or args[0].op):
        return Value(MARK, (), "toString", (args[0],))
    return show(args[0])


def _kind_of(scope: Scope, args: list[Value]) -> Value:
    v = args[0].v
    return Value("struct" if isinstance(v, GoObject) else kind_of(v), (), "kindOf", (args[0],))


def _kind_is(scope: Scope, args: list[Value]) -> Value:
    kind = _kind_of(scope, [args[1]])
    return Value(kind.v == args[0].v, (), "kindIs", tuple(args))


def _type_of(scope: Scope, args: list[Value]) -> Value:
    return Value(type_of(args[0].v), (), "typeOf", (args[0],))


def _type_is(scope: Scope, args: list[Value]) -> Value:
    return Value(type_of(args[1].v) == args[0].v, (), "typeIs", tuple(args))


CHOICES: Mapping[str, Lifted] = {
    "default": _default,
    "coalesce": _coalesce,
    "ternary": _ternary,
    "required": _required,
    "fail": _fail,
    "lookup": _lookup,
    "index": _index,
    "toString": _to_string,
    "kindOf": _kind_of,
    "kindIs": _kind_is,
    "typeOf": _type_of,
    "typeIs": _type_is,
}
