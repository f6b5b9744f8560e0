"""Runs a template: computes what Helm computes, where each character came from, and the branches that are not taken.

A branch that is not taken runs as a *ghost*: its text is kept in zero-width pieces under the gate that would open it,
its assignments and `set`s are undone at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from migrator.model import Path
from migrator.templates import syntax as ast
from migrator.templates.errors import TemplateError
from migrator.templates.expressions import Expressions, Lifted
from migrator.templates.gofmt import to_text
from migrator.templates.objects import GoObject
from migrator.templates.value import (
    ELEMENT,
    MARK,
    Gate,
    Piece,
    Region,
    Value,
    composed,
    parts,
    pieces_between,
    plain,
    truth,
)

GHOST_DEPTH = 8
GHOST_STEPS = 200_000
INCLUDE_DEPTH = 200


class _Jump(Exception):  # noqa: N818 - control flow, as in the templates themselves
    def __init__(self, keyword: str) -> None:
        self.keyword = keyword


class GhostLimitError(Exception):
    """A ghost has run long enough; what it printed so far stands."""


class Evaluator(Expressions):
    """Runs templates of one chart over one tree of values. Not shared between threads."""

    def __init__(
        self,
        defines: Mapping[str, list[ast.Node]],
        lifted: Mapping[str, Lifted],
        functions: Mapping[str, Callable[..., Any]],
        *,
        ghosts: bool = True,
    ) -> None:
        self.defines = dict(defines)
        self.lifted, self.functions, self.ghosts = lifted, functions, ghosts
        self.out: list[Piece] = []
        self.gate: Gate | None = None
        self.region: Region | None = None
        self.scopes: list[dict[str, Value]] = []
        self.dependencies: set[Path] = set()
        self.mutated = False
        self.journal: list[Callable[[], None]] | None = None
        self.assigned: list[dict[tuple[int, str], Value]] = []
        self.depth = 0
        self.ghost_steps = 0
        self.template = ""
        self.parsed: dict[str, tuple[list[ast.Node], dict[str, list[ast.Node]]]] = {}
        self.culprit: Value | None = None
        self.vocabulary: dict[Path, dict[str, None]] = {}
        """Texts that templates compare the value at a path with, in order of appearance."""

    # -- blocks ------------------------------------------------------------------------------------------------

    def render(self, nodes: list[ast.Node], dot: Value, template: str) -> list[Piece]:
        """The pieces that a template file prints. Raises TemplateError where Helm fails; `self.out` keeps the rest."""
        self.out, self.gate, self.region, self.depth = [], None, None, 0
        self.scopes = [{"": dot}]
        self.dependencies, self.template, self.culprit = set(), template, None
        self.ghost_steps = 0
        self.run(nodes, dot)
        return self.out

    def run(self, nodes: list[ast.Node], dot: Value) -> None:
        for node in nodes:
            kind = type(node)
            if kind is ast.Text:
                self.out.append(Piece(node.text, None, self.gate, self.region))  # type: ignore[union-attr]
            elif kind is ast.Sourced:
                pieces = node.pieces  # type: ignore[union-attr]
                self.out.extend(pieces if self.region is None else self.ghostly(pieces))
            elif kind is ast.Output:
                self.output(node, dot)  # type: ignore[arg-type]
            elif kind is ast.If:
                self.branch(node, dot)  # type: ignore[arg-type]
            elif kind is ast.Range:
                self.loop(node, dot)  # type: ignore[arg-type]
            elif kind is ast.Call:
                self.call_template(node, dot)  # type: ignore[arg-type]
            else:
                raise _Jump(node.keyword)  # type: ignore[union-attr]

    def output(self, node: ast.Output, dot: Value) -> None:
        pipeline = node.pipeline
        value = self.pipeline(pipeline, dot)
        if pipeline.declare:
            return
        self.emit(value)

    def emit(self, value: Value) -> None:
        """Print a value as Go does; Helm turns `<no value>` into nothing."""
        if value.pieces is not None:
            pieces = parts(value)
            self.out.extend(pieces if self.region is None else self.ghostly(pieces))
            return
        v = value.v
        text = v if type(v) is str else "" if v is None else to_text(_printable(value))
        if self.region is not None and not text:
            text = MARK
        literal = not value.direct and not value.op
        self.out.append(Piece(text, None if literal else value, self.gate, self.region))

    def ghostly(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Pieces as part of the ghost that is running; ghosts that they bring along become ghosts inside it."""
        moved: dict[int, Region] = {}
        shown = [
            Piece(
                piece.text,
                piece.source,
                piece.gate,
                self.region if piece.region is None else self._moved(piece.region, moved),
                piece.wholes,
            )
            for piece in pieces
        ]
        if not any(piece.text for piece in shown):
            shown.append(Piece(MARK, None, self.gate, self.region))
        return shown

    def _moved(self, region: Region, moved: dict[int, Region]) -> Region:
        """A ghost that was run elsewhere, inside the one that is running."""
        outer: Region | None = self.region
        while outer is not None:
            if outer is region:
                assert self.region is not None  # noqa: S101
                return self.region
            outer = outer.parent
        found = moved.get(id(region))
        if found is None:
            found = Region(region.gate, self._moved(region.parent, moved) if region.parent else self.region)
            found.error = region.error
            moved[id(region)] = found
        return found

    def branch(self, node: ast.If, dot: Value) -> None:
        self.scopes.append({})
        try:
            condition = self.pipeline(node.pipeline, dot)
            taken = truth(condition)
            inner = condition if node.keyword == "with" else dot
            chosen, other = (node.body, node.otherwise) if taken else (node.otherwise, node.body)
            outer_gate = self.gate
            self.gate = Gate(outer_gate, node.keyword, condition, taken, True)
            before = self.snapshot()
            failure: TemplateError | None = None
            try:
                self.block(chosen, inner if taken else dot)
            except TemplateError as error:
                if self.region is None:
                    raise
                failure = error
            finally:
                gate, self.gate = self.gate, outer_gate
            ghosts: dict[tuple[int, str], Value] = {}
            if other and self.wants_ghost(condition):
                ghosts = self.ghost(other, dot if taken else inner, node.keyword, condition, not taken)
            if failure is not None:
                raise failure
            self.join(condition, gate, before, ghosts)
        finally:
            self.scopes.pop()

    def block(self, nodes: list[ast.Node], dot: Value) -> None:
        self.scopes.append({})
        try:
            self.run(nodes, dot)
        finally:
            self.scopes.pop()

    def loop(self, node: ast.Range, dot: Value) -> None:
        self.scopes.append({})
        try:
            source = self.pipeline(ast.Pipeline(node.pipeline.commands, line=node.line), dot)
            items = _iterate(source)
            outer = self.gate
            try:
                for key, item in items:
                    self.gate = Gate(outer, "range", source, True, True)
                    self.gate.element = key.v
                    if not self.iteration(node, key, item):
                        break
            finally:
                self.gate = outer
            if not items and node.otherwise:
                self.gate = Gate(outer, "range", source, False, True)
                try:
                    self.block(node.otherwise, dot)
                finally:
                    self.gate = outer
            if self.wants_ghost(source) and source.direct and self.ghost_steps < GHOST_STEPS:
                self.ghost_element(node, source)
        finally:
            self.scopes.pop()

    def iteration(self, node: ast.Range, key: Value, item: Value) -> bool:
        scope: dict[str, Value] = {}
        names = node.pipeline.declare
        if names and node.pipeline.assign:
            for name, value in zip(names, (item,) if len(names) == 1 else (key, item), strict=False):
                self.assign(name, value)
        elif len(names) == 1:
            scope[names[0]] = item
        elif names:
            scope[names[0]], scope[names[1]] = key, item
        self.scopes.append(scope)
        try:
            self.block(node.body, item)
        except _Jump as jump:
            return jump.keyword == "continue"
        finally:
            self.scopes.pop()
        return True

    def ghost_element(self, node: ast.Range, source: Value) -> None:
        element = Value(None, tuple((*path, ELEMENT) for path in source.direct), "element", (source,))
        key = Value(MARK, tuple((*path, "~key") for path in source.direct), "key", (source,))

        def run() -> None:
            self.iteration(node, key, element)

        self.in_ghost("range", source, True, run)

    # -- ghosts ------------------------------------------------------------------------------------------------

    def wants_ghost(self, condition: Value) -> bool:
        if not self.ghosts or (self.region is not None and self.region.depth >= GHOST_DEPTH):
            return False
        return bool(condition.direct or condition.op or condition.pieces)

    def ghost(
        self, nodes: list[ast.Node], dot: Value, keyword: str, condition: Value, wanted: bool
    ) -> dict[tuple[int, str], Value]:
        """Run a branch that is not taken; returns what it would have assigned to outer variables."""

        def run() -> None:
            self.block(nodes, dot)

        return self.in_ghost(keyword, condition, wanted, run)

    def in_ghost(
        self, keyword: str, condition: Value, wanted: bool, body: Callable[[], None]
    ) -> dict[tuple[int, str], Value]:
        outer = (self.gate, self.region, self.journal, self.depth, self.culprit)
        scopes = list(self.scopes)
        self.gate = Gate(self.gate, keyword, condition, wanted, False)
        self.region = Region(self.gate, self.region)
        self.journal = []
        self.assigned.append({})
        out_before = self.out
        try:
            body()
        except (TemplateError, RecursionError) as error:
            self.region.error = str(error)
        except (_Jump, GhostLimitError):
            pass
        finally:
            for undo in reversed(self.journal):
                undo()
            self.scopes[:] = scopes
            self.out = out_before
            self.gate, self.region, self.journal, self.depth, self.culprit = outer
            assigned = self.assigned.pop()
        return assigned

    def snapshot(self) -> dict[tuple[int, str], Value]:
        return {(id(scope), name): value for scope in self.scopes for name, value in scope.items()}

    def join(
        self,
        condition: Value,
        gate: Gate,
        before: dict[tuple[int, str], Value],
        ghosts: dict[tuple[int, str], Value],
    ) -> None:
        """After a branch: an outer variable that either side assigns becomes a choice between both."""
        for scope in self.scopes:
            for name, now in scope.items():
                key = (id(scope), name)
                old = before.get(key)
                if old is None:
                    continue
                other = ghosts.get(key, old)
                if now is old and other is old:
                    continue
                sides = (now, other) if gate.wanted else (other, now)
                scope[name] = Value(now.v, now.direct, "choice", (condition, *sides, now), now.pieces)

    # -- templates ---------------------------------------------------------------------------------------------

    def call_template(self, node: ast.Call, dot: Value) -> None:
        argument = self.pipeline(node.pipeline, dot) if node.pipeline else Value(None)
        self.invoke(node.name, argument)

    def invoke(self, name: str, dot: Value) -> None:
        nodes = self.defines.get(name)
        if nodes is None:
            raise TemplateError(f'template "{name}" not defined')
        if self.region is not None:
            self.ghost_steps += 1
            if self.ghost_steps > GHOST_STEPS:
                raise GhostLimitError
        self.depth += 1
        limit = INCLUDE_DEPTH if self.region is None else 60
        if self.depth > limit:
            raise TemplateError("rendering template has a nested reference name: " + name)
        scopes, self.scopes = self.scopes, [{"": dot}]
        try:
            self.run(nodes, dot)
        finally:
            self.scopes = scopes
            self.depth -= 1

    def capture(self, body: Callable[[], None], op: str, args: tuple[Any, ...] = ()) -> Value:
        """What `body` prints, as a value."""
        outer, self.out = self.out, []
        try:
            body()
            return composed(self.out, op, args, self.region)
        finally:
            self.out = outer

    def include(self, args: list[Value]) -> Value:
        name = args[0].v
        if not isinstance(name, str):
            raise TemplateError("include: expected a string for the template's name")
        return self.capture(lambda: self.invoke(name, args[1]), "include", (args[0],))

    def tpl(self, args: list[Value]) -> Value:
        source, dot = args
        text = source.v
        if not isinstance(text, str):
            raise TemplateError(f"wrong type for value; expected string; got {type(text).__name__}")
        if "{{" not in text:
            return Value(text, source.direct, "tpl", (source,), source.pieces)
        if text not in self.parsed:
            self.parsed[text] = ast.parse(text)
        nodes, defines = self.parsed[text]
        pieces = [piece for piece in source.pieces or () if piece.region is None]
        if pieces:
            starts = list(accumulate((len(piece.text) for piece in pieces), initial=0))[:-1]
            nodes = ast.with_sources(nodes, text, lambda low, high: pieces_between(pieces, starts, low, high))
        outer_defines = self.defines
        if defines:
            self.defines = {**self.defines, **defines}

        def body() -> None:
            scopes, self.scopes = self.scopes, [{"": dot}]
            try:
                self.run(nodes, dot)
            finally:
                self.scopes = scopes

        try:
            made = self.capture(body, "tpl", (source,))
        finally:
            self.defines = outer_defines
        shown = tuple(
            p
            if p.source is not None or pieces
            else Piece(p.text, Value(p.text, (), "tpl-text", (source,)), p.gate, p.region)
            for p in made.pieces or ()
        )
        return Value(made.v, (), "tpl", (source,), shown)

    # -- variables ---------------------------------------------------------------------------------------------

    def assign(self, name: str, value: Value) -> None:
        for scope in reversed(self.scopes):
            if name in scope:
                if self.journal is not None:
                    self.journal.append(partial(scope.__setitem__, name, scope[name]))
                    for recorded in self.assigned:
                        recorded[(id(scope), name)] = value
                scope[name] = value
                return
        raise TemplateError(f"undefined variable: ${name}")

    def remember(self, container: dict[str, Value]) -> None:
        """Note a map before a function changes it, so that a ghost leaves no trace."""
        if self.journal is not None:
            old = dict(container)

            def undo() -> None:
                container.clear()
                container.update(old)

            self.journal.append(undo)

    def variable(self, name: str) -> Value:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise TemplateError(f"undefined variable: ${name}")


def _iterate(source: Value) -> list[tuple[Value, Value]]:
    v = source.v
    if v is None:
        return []
    if isinstance(v, dict):
        paths = source.direct
        return [
            (Value(key, tuple((*path, "~key", key) for path in paths), "key", (source,)), v[key]) for key in sorted(v)
        ]
    if isinstance(v, list):
        return [(Value(index), item) for index, item in enumerate(v)]
    if isinstance(v, int) and not isinstance(v, bool):
        return [(Value(index), Value(index, (), "count", (source,))) for index in range(v)]
    if isinstance(v, GoObject):
        return v.items()
    raise TemplateError(f"range can't iterate over {v}")


def _printable(value: Value) -> Any:
    v = value.v
    return str(v) if isinstance(v, GoObject) else plain(value)
