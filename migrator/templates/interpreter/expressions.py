"""Expressions of templates: pipelines, fields, function calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from migrator.model import KeyPath
from migrator.templates.bounds import NODE_COST
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import nil_argument
from migrator.templates.functions.table import CHECKED, SIGNATURES
from migrator.templates.golang.methods import has_members, member
from migrator.templates.golang.types import NilMap, StringMap, Values
from migrator.templates.language import parser as ast
from migrator.templates.provenance.functions.maps import MAPS
from migrator.templates.provenance.go_object import GoObject
from migrator.templates.provenance.value import MARK, Region, Value, lift, looked_up, outline, plain, truth

DIGESTS = frozenset(["sha256sum", "sha1sum", "sha512sum", "md5sum", "adler32sum"])
_LOOKS_INTO = {"index": 0, "get": 0, "hasKey": 0}
"""Functions that read an entry of an operand, which they note themselves, and the place of that operand."""


class Expressions(ABC):
    """What an evaluator does between the braces. Text, blocks and untaken branches are the Evaluator's."""

    lifted: Mapping[str, Callable[[Any, list[Value]], Value]]
    """Functions that keep provenance; their first operand is the evaluator."""
    functions: Mapping[str, Callable[..., Any]]
    """Functions over plain values."""
    untaken: bool
    region: Region | None
    scopes: list[dict[str, Value]]
    dependencies: set[KeyPath]
    culprit: Value | None
    vocabulary: dict[KeyPath, dict[str, None]]

    @abstractmethod
    def charge(self, size: int) -> None:
        """Take from the room what something costs, in characters."""

    @abstractmethod
    def variable(self, name: str) -> Value:
        """The value of a variable."""

    @abstractmethod
    def assign(self, name: str, value: Value) -> None:
        """Give a variable that exists another value."""

    @abstractmethod
    def run_untaken(self, body: Callable[[], None], keyword: str, condition: Value, *, wanted: bool) -> Any:
        """Run something that leaves no trace."""

    def pipeline(self, node: ast.Pipeline, dot: Value) -> Value:
        """What stands between two braces, evaluated; `$x := ...` also declares or assigns the variable."""
        untaken = self.untaken
        self.untaken = untaken and not any(_is_digest(command) for command in node.commands[1:])
        value: Value | None = None
        try:
            for command in node.commands:
                value = self.command(command, dot, value)
        finally:
            self.untaken = untaken
        result = value if value is not None else Value(None)
        if node.declare:
            if node.assign:
                self.assign(node.declare[0], result)
            else:
                self.scopes[-1][node.declare[0]] = result
        return result

    def command(self, operands: list[ast.Operand], dot: Value, last: Value | None) -> Value:
        """One command of a pipeline; `last` is what the one before it gave. Raises TemplateError where Go does."""
        first = operands[0]
        kind = type(first)
        if kind is ast.Function:
            return self.function(first.name, operands[1:], dot, last)  # type: ignore[union-attr]
        if len(operands) == 1 and last is None:
            return self.operand(first, dot)
        if kind is ast.Field or kind is ast.Variable or kind is ast.Chain:
            args = [self.operand(item, dot) for item in operands[1:]]
            if last is not None:
                args.append(last)
            return self.method(first, dot, args)
        raise TemplateError(f"can't give argument to non-function {first}")

    def operand(self, node: ast.Operand, dot: Value) -> Value:
        """What an operand stands for. Raises TemplateError where Go does."""
        kind = type(node)
        if kind is ast.Field:
            return self.path(dot, node.names)  # type: ignore[union-attr]
        if kind is ast.Literal:
            return Value(node.value)  # type: ignore[union-attr]
        if kind is ast.Variable:
            value = self.variable(node.name)  # type: ignore[union-attr]
            return self.path(value, node.names) if node.names else value  # type: ignore[union-attr]
        if kind is ast.Dot:
            return dot
        if kind is ast.Pipeline:
            return self.pipeline(node, dot)  # type: ignore[arg-type]
        if kind is ast.Function:
            return self.function(node.name, [], dot, None)  # type: ignore[union-attr]
        if kind is ast.Chain:
            return self.path(self.pipeline(node.operand, dot), node.names)  # type: ignore[union-attr]
        raise TemplateError(f"cannot evaluate {node}")

    def path(self, value: Value, names: tuple[str, ...]) -> Value:
        """What stands below a value, noted as something that the template read."""
        value = self.walked(value, names)
        if value.direct:
            self.dependencies.update(value.direct)
        return value

    def note_read(self, paths: Iterable[KeyPath]) -> None:
        """Remember what the template depends on."""
        self.dependencies.update(paths)

    def walked(self, value: Value, names: tuple[str, ...]) -> Value:
        """What stands below a value, without a note that it was read."""
        # in Go a receiver that is nil itself has nil fields, and those have; one found by a field is an error
        is_nil = value.v is None
        for name in names:
            value = _absent(value, name) if is_nil else self.field(value, name)
        return value

    def field(self, value: Value, name: str) -> Value:
        """A field of a value. Raises TemplateError where Go finds none and says so."""
        v = value.v
        if isinstance(v, dict):
            if name == "AsMap" and isinstance(v, Values):
                return Value(dict(v), value.direct, value.op, value.args)
            found = v.get(name)
            if value.op == "lookup":
                table, key, rest = value.args
                found = found if found is not None else Value(None, tuple((*path, name) for path in value.direct))
                return looked_up(found, table, key, (*rest, name))
            if found is not None:
                return found  # type: ignore[no-any-return]
            return _absent(value, name) if not isinstance(v, StringMap) else Value("")
        if isinstance(v, GoObject):
            return v.field(name)
        if has_members(v):
            return lift(member(v, name), (), "field", (value,))
        if self.region is not None:
            return _absent(value, name)
        self.culprit = value
        if v is None:
            raise TemplateError(f"nil pointer evaluating interface {{}}.{name}")
        raise TemplateError(f"can't evaluate field {name} in type {_go_type(v)}")

    def method(self, node: ast.Operand, dot: Value, args: list[Value]) -> Value:
        """What a method of a Go object returns. Raises TemplateError where there is none."""
        if isinstance(node, ast.Field):
            base, names = dot, node.names
        elif isinstance(node, ast.Variable):
            base, names = self.variable(node.name), node.names
        elif isinstance(node, ast.Chain):
            base, names = self.pipeline(node.operand, dot), node.names
        else:
            raise TemplateError("not a method")
        for name in names[:-1]:
            base = self.field(base, name)
        if isinstance(base.v, GoObject):
            return base.v.call(names[-1], args)
        if has_members(base.v):
            return lift(member(base.v, names[-1], *map(plain, args)), (), "field", (base, *args))
        raise TemplateError(f"{names[-1]} is not a method but has arguments")

    def function(self, name: str, operands: list[ast.Operand], dot: Value, last: Value | None) -> Value:
        """What a function returns. Raises TemplateError where it fails and Helm would stop."""
        if name in ("and", "or"):
            return self.junction(name, operands, dot, last)
        place = _LOOKS_INTO.get(name)
        if place is None:
            args = [self.operand(item, dot) for item in operands]
        else:
            args = [
                self.looked_into(item, dot) if i == place else self.operand(item, dot)
                for i, item in enumerate(operands)
            ]
        if last is not None:
            args.append(last)
        try:
            return self.call(name, operands, args)
        except TemplateError:
            if place is not None and args:
                self.dependencies.update(args[0].direct)
            if self.culprit is None and name != "fail":
                self.culprit = min((arg for arg in args if arg.direct), key=lambda arg: arg.v is not None, default=None)
            # what an untaken branch reads may only come with the value that would make it real
            if self.region is None or name == "fail" or all(arg.v is not None and arg.v != MARK for arg in args):
                raise
            return Value(None, (), name, tuple(args))

    def looked_into(self, node: ast.Operand, dot: Value) -> Value:
        """An operand of which one entry alone is read: of a plain path that entry is what the template depends on."""
        if not isinstance(node, (ast.Field, ast.Variable)):
            return self.operand(node, dot)
        return self.walked(dot if isinstance(node, ast.Field) else self.variable(node.name), node.names)

    def call(self, name: str, operands: list[ast.Operand], args: list[Value]) -> Value:
        """Apply a function: one that knows of provenance where there is one, else on plain values."""
        size = 0
        for arg in args:
            v = arg.v
            if type(v) is str:
                size += len(v) + (NODE_COST * len(arg.pieces) if arg.pieces else 0)
            elif isinstance(v, list):
                size += NODE_COST * len(v)
        if size:
            self.charge(size)
        lifted = self.lifted.get(name)
        # a nil that was found by a field is an interface in Go, any other is untyped
        fields = [type(item) is ast.Field or bool(getattr(item, "names", ())) for item in operands]
        untyped = [i for i, arg in enumerate(args) if arg.v is None and not (i < len(fields) and fields[i])]
        if lifted is None:
            return self.apply_plain(name, args, untyped)
        for index in untyped if name in MAPS and self.region is None else ():
            args[index] = _as_map(name, index, args[index])
        if self.region is None and name in CHECKED:
            CHECKED[name]([arg.v for arg in args])
        try:
            return lifted(self, args)
        except (IndexError, ValueError) as error:
            raise TemplateError(f"wrong number or type of args for {name}: {error}") from error

    def apply_plain(self, name: str, args: list[Value], untyped: Sequence[int] = ()) -> Value:
        """Call a function on plain values; the result remembers name and operands."""
        if name in ("eq", "ne", "has"):
            self.note_words(args)
        function = self.functions.get(name)
        if function is None:
            raise TemplateError(f'function "{name}" not defined')
        try:
            values = [outline(arg) if name in _COUNTING else plain(arg) for arg in args]
            for index in untyped:
                values[index] = nil_argument(SIGNATURES[name], index)
            result = function(*values)
        except TypeError as error:
            raise TemplateError(f"wrong number or type of args for {name}: {error}") from error
        if isinstance(result, list | dict):
            self.charge(NODE_COST * len(result))
        return lift(result, (), name, tuple(args))

    def note_words(self, args: list[Value]) -> None:
        """Remember which texts a value is compared with: likely what it may be."""
        words = [w for arg in args for w in (arg.v if isinstance(arg.v, list) else [arg])]
        literal = [w.v for w in words if isinstance(w, Value) and not w.direct and not w.op and isinstance(w.v, str)]
        for arg in args:
            for path in arg.direct if literal else ():
                self.vocabulary.setdefault(path, {}).update(dict.fromkeys(literal))

    def junction(self, name: str, operands: list[ast.Operand], dot: Value, last: Value | None) -> Value:
        """`and` and `or` stop at the operand that decides; the others run quietly, to be known to inversion."""
        values: list[Value] = []
        decided: Value | None = None
        count = len(operands) + (last is not None)
        for index in range(count):
            if decided is None:
                value = self.operand(operands[index], dot) if index < len(operands) else last
            else:
                value = self.quiet(operands[index], dot) if index < len(operands) else last
            if value is None:
                continue
            values.append(value)
            if decided is None and (truth(value) != (name == "and") or index == count - 1):
                decided = value
        if decided is None:
            raise TemplateError(f"wrong number of args for {name}: want at least 1 got 0")
        return Value(decided.v, decided.direct, name, tuple(values), decided.pieces)

    def quiet(self, node: ast.Operand, dot: Value) -> Value | None:
        if not self.untaken:
            return None
        found: list[Value] = []
        self.run_untaken(lambda: found.append(self.operand(node, dot)), "quiet", Value(None), wanted=True)
        return found[0] if found else None


_COUNTING = frozenset({"empty", "kindIs", "kindOf", "len", "not"})
"""Functions that do not look into the entries or items of what they are given."""


def _as_map(name: str, index: int, nil: Value) -> Value:
    """An untyped nil at a parameter that takes a map: Go makes an empty one of it."""
    made = nil_argument(SIGNATURES[name], index)
    return Value(made, nil.direct, nil.op, nil.args) if isinstance(made, NilMap) else nil


def _absent(value: Value, name: str) -> Value:
    """A field that is not there; it can be set by its place below the map."""
    direct = tuple((*path, name) for path in value.direct)
    if value.op == "lookup":
        table, key, rest = value.args
        return Value(None, direct, "lookup", (table, key, (*rest, name)))
    return Value(None, direct, "absent", (value,)) if value.op else Value(None, direct)


def _go_type(v: Any) -> str:
    return {str: "string", bool: "bool", float: "float64", int: "int", list: "[]interface {}"}.get(
        type(v), "interface {}"
    )


def _is_digest(command: list[ast.Operand]) -> bool:
    """Whether a command makes what it is given unreadable, so that untaken branches in that are of no use."""
    first = command[0]
    return isinstance(first, ast.Function) and first.name in DIGESTS
