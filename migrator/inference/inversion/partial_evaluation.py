"""What an expression would be once some paths are assigned, without rendering again."""

from __future__ import annotations

from migrator.inference.assignments.values_tree import MISSING, AnyOther, Edits, set_inside, value_at
from migrator.model import Json, KeyPath
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.golang.types import as_float64
from migrator.templates.interpreter.render import FAILURES
from migrator.templates.provenance.value import ELEMENT, Value, plain

UNKNOWN = object()
KEY = "~key"


class Outcomes:
    """Computes values of one expression graph under one set of assignments after the other."""

    def __init__(self) -> None:
        self.touching: dict[tuple[int, tuple[KeyPath, ...]], bool] = {}

    def of(self, value: Value, bound: Edits) -> Json:
        """The value under these assignments; UNKNOWN where it cannot be computed.

        What is not assigned is as it is now; an element that does not exist yet is absent.
        """
        return self._of(value, bound, tuple(path for path, _ in bound))

    def touched(self, value: Value, paths: tuple[KeyPath, ...]) -> bool:
        """Whether a value depends on one of these paths, or on one above or below it."""
        key = (id(value), paths)
        if key not in self.touching:
            first = {path[0] for path in paths}
            near = [path for path in value.taint if not path or path[0] in first]
            self.touching[key] = any(_alike(path, other) for path in near for other in paths)
        return self.touching[key]

    def _of(self, value: Value, bound: Edits, paths: tuple[KeyPath, ...]) -> Json:
        if not self.touched(value, paths):
            return plain(value)
        for path in value.direct:
            found = _assigned(path, bound)
            if found is not MISSING:
                return UNKNOWN if isinstance(found, AnyOther) else as_float64(found)
        op, args = value.op, value.args
        if not op or op in ("element", "absent"):
            return plain(value)
        if op in ("and", "or", "default"):
            found = UNKNOWN
            for arg in args:
                found = self._of(arg, bound, paths)
                if found is UNKNOWN or bool(found) == (op != "and"):
                    break
            return found
        if op == "choice":
            test = self._of(args[0], bound, paths)
            return UNKNOWN if test is UNKNOWN else self._of(args[1] if test else args[2], bound, paths)
        if op == "hasKey" and len(args) > 1:
            here = self._of(args[0], bound, paths)
            return UNKNOWN if here is UNKNOWN else any(_assigned(path, bound) is not MISSING for path in args[1].direct)
        if op not in FUNCTIONS or not all(isinstance(arg, Value) for arg in args):
            return UNKNOWN
        operands = [self._of(arg, bound, paths) for arg in args]
        if UNKNOWN in operands:
            return UNKNOWN
        try:
            return FUNCTIONS[op](*operands)
        except FAILURES:
            return UNKNOWN


def _alike(path: KeyPath, other: KeyPath) -> bool:
    if KEY in path or KEY in other:
        return path == other
    return all(one == two or ELEMENT in (one, two) for one, two in zip(path, other, strict=False))


def _assigned(path: KeyPath, bound: Edits) -> Json:
    """The value of a path under some assignments, MISSING where they do not set it."""
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
