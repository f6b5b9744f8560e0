"""What an expression would be once some paths are assigned: the expression graph, computed again."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.inference.edits import MISSING, AnyOther, Edits, set_inside, value_at
from migrator.model import Json, Path
from migrator.templates.functions import FUNCTIONS
from migrator.templates.render import FAILURES
from migrator.templates.value import ELEMENT, Value, plain
from migrator.templates.yamltext import as_float

UNKNOWN = object()
KEY = "~key"


def outcome(value: Value, bound: Edits) -> Json:
    """The value under these assignments; UNKNOWN where they do not tell.

    What they do not speak of is taken as it is now, an element to come as not there.
    """
    if not touched(value.taint, bound):
        return plain(value)
    for path in value.direct:
        found = _assigned(path, bound)
        if found is not MISSING:
            return UNKNOWN if isinstance(found, AnyOther) else as_float(found)
    op, args = value.op, value.args
    if not op or op in ("element", "absent"):
        return plain(value)
    if op in ("and", "or"):
        return _junction(op, args, bound)
    if op == "default":
        return _first_true(args, bound)
    if op == "choice":
        test = outcome(args[0], bound)
        return UNKNOWN if test is UNKNOWN else outcome(args[1] if test else args[2], bound)
    if op == "hasKey":
        here = outcome(args[0], bound)
        return UNKNOWN if here is UNKNOWN else any(_assigned(path, bound) is not MISSING for path in args[1].direct)
    if op not in FUNCTIONS or not all(isinstance(arg, Value) for arg in args):
        return UNKNOWN
    operands = [outcome(arg, bound) for arg in args]
    if UNKNOWN in operands:
        return UNKNOWN
    try:
        return FUNCTIONS[op](*operands)
    except FAILURES:
        return UNKNOWN


def touched(paths: Iterable[Path], bound: Edits) -> bool:
    """Whether some assignments stand at, above or below one of the paths."""
    return any(_alike(path, other) for path in paths for other, _ in bound)


def _alike(path: Path, other: Path) -> bool:
    if KEY in path or KEY in other:
        return path == other
    return all(one == two or ELEMENT in (one, two) for one, two in zip(path, other, strict=False))


def _assigned(path: Path, bound: Edits) -> Json:
    """What some assignments make of a path, MISSING where they do not speak of it."""
    found: Json = MISSING
    for other, value in bound:
        if not _alike(path, other):
            continue
        if len(other) <= len(path):
            inner = value_at(value, path[len(other) :]) if len(other) < len(path) else value
            found = None if inner is MISSING else inner
        elif value is not None:
            found = set_inside({} if found is MISSING else found, other[len(path) :], value)
    return found


def _junction(op: str, args: tuple[Value, ...], bound: Edits) -> Json:
    found: Json = UNKNOWN
    for arg in args:
        found = outcome(arg, bound)
        if found is UNKNOWN or bool(found) != (op == "and"):
            return found
    return found


def _first_true(args: tuple[Value, ...], bound: Edits) -> Json:
    found: Json = UNKNOWN
    for arg in args:
        found = outcome(arg, bound)
        if found is UNKNOWN or found:
            return found
    return found
