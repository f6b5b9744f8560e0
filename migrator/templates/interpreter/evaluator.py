"""Runs a template: computes what Helm computes, where each character came from, and the branches that are not taken.

A branch that is not taken runs too: its text is kept in zero-width pieces under the path condition that would open it,
its assignments and `set`s are undone at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import accumulate
from typing import Any

from migrator.model import KeyPath
from migrator.templates.bounds import MAX_TPL_DEPTH, NODE_COST, ROOM, UNTAKEN_ROOM, UNTAKEN_ROOM_OF_A_RUN, TooLargeError
from migrator.templates.errors import StopError, TemplateError
from migrator.templates.golang.fmt import to_text
from migrator.templates.interpreter.failures import MAX_FAILURES, Failure
from migrator.templates.interpreter.iteration import either, iterate, key_of
from migrator.templates.interpreter.object_kinds import Kinds
from migrator.templates.interpreter.untaken_branches import Changed, Jump, UntakenBranch, UntakenBranches
from migrator.templates.language import parser as ast
from migrator.templates.provenance.functions.table import LIFTED
from migrator.templates.provenance.go_object import GoObject
from migrator.templates.provenance.value import (
    ELEMENT,
    MARK,
    PathCondition,
    Piece,
    Region,
    Value,
    composed,
    parts,
    pieces_between,
    plain,
)

MAX_COMING = 4
"""Entries added by untaken branches that a loop is run for."""
INCLUDE_DEPTH = 200
NO_VALUE = "<no value>"


class Evaluator(UntakenBranches):
    """Runs templates of one chart over one tree of values. Not shared between threads."""

    def __init__(
        self,
        defines: Mapping[str, list[ast.Node]],
        functions: Mapping[str, Callable[..., Any]],
        *,
        untaken: bool = True,
    ) -> None:
        self.defines = dict(defines)
        self.lifted, self.functions, self.untaken = _LIFTED, functions, untaken
        self.out: list[Piece] = []
        self.path_condition: PathCondition | None = None
        self.region: Region | None = None
        self.scopes: list[dict[str, Value]] = []
        self.dependencies: set[KeyPath] = set()
        self.shared: set[int] = set()
        """Identities of the maps that all templates see."""
        self.mutated: set[KeyPath] = set()
        """Places of the values that the template changed, the root for what it set beside them."""
        self.running: list[UntakenBranch] = []
        self.changed: list[Changed] = []
        self.assumed, self.inside = frozenset(), ()
        self.depth = self.tpl_depth = 0
        self.room, self.untaken_room = ROOM, 0
        self.untaken_left = UNTAKEN_ROOM_OF_A_RUN
        """What is left for the untaken branches of all templates."""
        self.cut = False
        self.template = ""
        self.parsed: dict[str, tuple[list[ast.Node], dict[str, list[ast.Node]]]] = {}
        self.culprit: Value | None = None
        self.failures: list[Failure] = []
        self.vocabulary: dict[KeyPath, dict[str, None]] = {}
        """Texts that templates compare the value at a path with, in order of appearance."""
        self.merged: dict[tuple[KeyPath, KeyPath], None] = {}
        """Maps that templates merge over other maps: the upper and the lower one."""
        self.kinds, self.asked_kinds = Kinds(), frozenset[str]()
        self.ranged: set[KeyPath] = set()
        """Places of maps whose entries, whatever their names, the template goes through."""

    # -- blocks ------------------------------------------------------------------------------------------------

    def render(self, nodes: list[ast.Node], dot: Value, template: str) -> list[Piece]:
        """The pieces that a template file prints. Where Helm would stop, `self.failures` says why."""
        self.out = _without_nil(self.execute(nodes, dot, template))
        return self.out

    def execute(self, nodes: list[ast.Node], dot: Value, template: str) -> list[Piece]:
        """The pieces as text/template prints them: Helm takes `<no value>` out of them afterwards."""
        self.out, self.path_condition, self.region, self.depth, self.tpl_depth = [], None, None, 0, 0
        self.inside, self.scopes = (), [{"": dot}]
        self.dependencies, self.template, self.culprit = set(), template, None
        self.mutated = set()
        room = min(UNTAKEN_ROOM, self.untaken_left)
        self.room, self.untaken_room, self.cut = ROOM, room, False
        self.failures, self.ranged = [], set()
        try:
            self.run(nodes, dot)
        finally:
            self.untaken_left -= room - self.untaken_room
        return self.out

    def run(self, nodes: list[ast.Node], dot: Value) -> None:
        """Run statements; after one that fails the others still run, so that what Helm would print is seen."""
        self.charge(NODE_COST * (len(nodes) + 1))
        for node in nodes:
            try:
                self.step(node, dot)
            except StopError:
                raise
            except TemplateError as error:
                self.note_failure(error)
                if isinstance(node, ast.Output) and node.pipeline.declare and not node.pipeline.assign:
                    self.scopes[-1][node.pipeline.declare[0]] = Value(None)

    def step(self, node: ast.Node, dot: Value) -> None:
        """Run one statement. Raises TemplateError where Helm would stop."""
        kind = type(node)
        if kind is ast.Text:
            self.room -= len(node.text)  # type: ignore[union-attr]
            self.out.append(Piece(node.text, None, self.path_condition, self.region))  # type: ignore[union-attr]
        elif kind is ast.Sourced:
            pieces = self.placed(node.pieces)  # type: ignore[union-attr]
            self.out.extend(pieces if self.region is None else self.as_untaken(pieces))
        elif kind is ast.Output:
            self.output(node, dot)  # type: ignore[arg-type]
        elif kind is ast.If:
            self.branch(node, dot)  # type: ignore[arg-type]
        elif kind is ast.Range:
            self.loop(node, dot)  # type: ignore[arg-type]
        elif kind is ast.Call:
            self.call_template(node, dot)  # type: ignore[arg-type]
        else:
            raise Jump(node.keyword)  # type: ignore[union-attr]

    def note_change(self, tree: Value) -> None:
        """Remember a map before it is changed in place: an untaken branch undoes it, other templates see it."""
        self.remember(tree)
        if self.region is None and id(tree.v) in self.shared:
            self.mutated.update(tree.direct or {()})

    def note_merge(self, upper: Value, lower: Value) -> None:
        """Remember that one map is laid over another."""
        self.merged[upper.direct[0], lower.direct[0]] = None

    def note_failure(self, error: TemplateError) -> None:
        """Remember what Helm would stop at."""
        culprit, self.culprit = self.culprit, None
        if self.region is not None:
            self.region.error = self.region.error or error.message
        elif len(self.failures) < MAX_FAILURES:
            self.failures.append(Failure(message=error.message, path_condition=self.path_condition, culprit=culprit))

    def output(self, node: ast.Output, dot: Value) -> None:
        """Evaluate `{{ ... }}`, and print it unless it declares a variable."""
        pipeline = node.pipeline
        value = self.pipeline(pipeline, dot)
        if pipeline.declare:
            return
        self.emit(value)

    def emit(self, value: Value) -> None:
        """Print a value as Go does: nil as `<no value>`, which Helm takes out of a whole file or `tpl` at its end."""
        if value.pieces is not None:
            pieces = self.placed(parts(value))
            self.charge(len(value.v) + NODE_COST * len(pieces))
            self.out.extend(pieces if self.region is None else self.as_untaken(pieces))
            return
        v = value.v
        text = v if type(v) is str else NO_VALUE if v is None else to_text(_printable(value))
        if self.region is not None and (v is None or not text):
            text = MARK
        self.room -= len(text)
        literal = not value.direct and not value.op
        self.out.append(Piece(text, None if literal else value, self.path_condition, self.region))

    def branch(self, node: ast.If, dot: Value) -> None:
        """Run `if` or `with`: the branch that Go takes, and the other one as an untaken branch."""
        self.scopes.append({})
        try:
            condition = self.pipeline(node.pipeline, dot)
            taken = self.holds(condition)
            inner = condition if node.keyword == "with" else dot
            chosen, other = (node.body, node.otherwise) if taken else (node.otherwise, node.body)
            outer_condition = self.path_condition
            self.path_condition = PathCondition(outer_condition, node.keyword, condition, taken, True)
            before, start = self.snapshot() if node.assigns else {}, len(self.out)
            try:
                changed = self.watched(partial(self.block, chosen, inner if taken else dot))
            finally:
                path_condition, self.path_condition = self.path_condition, outer_condition
            untaken, end = UntakenBranch(), len(self.out)
            if other and self.wants_untaken(condition) and self.is_asked_for(other):
                body = partial(self.block, other, dot if taken else inner)
                untaken = self.run_untaken(body, node.keyword, condition, wanted=not taken)
                if not taken:  # what comes first in the template stands first: it may go on with what is above
                    self.out[start:] = [*self.out[end:], *self.out[start:end]]
            if node.assigns:
                self.join(path_condition, before, untaken)
            self.join_entries(path_condition, changed, untaken)
        finally:
            self.scopes.pop()

    def is_asked_for(self, nodes: list[ast.Node]) -> bool:
        """Whether an untaken branch may print something of use: not if all its objects are of other kinds."""
        kinds = self.kinds.of(nodes, self.defines) if self.asked_kinds else frozenset()
        return not kinds or any(kind in self.asked_kinds or kind.endswith("List") for kind in kinds)

    def block(self, nodes: list[ast.Node], dot: Value) -> None:
        """Run statements in a scope of their own."""
        self.scopes.append({})
        try:
            self.run(nodes, dot)
        finally:
            self.scopes.pop()

    def loop(self, node: ast.Range, dot: Value) -> None:
        """Run `range`: once for each element, and once more for one that may come, as an untaken branch."""
        self.scopes.append({})
        try:
            source = self.pipeline(ast.Pipeline(node.pipeline.commands, line=node.line), dot)
            self.culprit = source
            items = iterate(source)
            self.culprit = None
            if isinstance(source.v, dict) or (source.v is None and len(node.pipeline.declare) == 2):
                self.ranged.update(source.direct[:1])
            outer = self.path_condition
            try:
                for key, item in items:
                    self.path_condition = PathCondition(outer, "range", source, True, True)
                    self.path_condition.element = key.v
                    if not self.iteration(node, key, item):
                        break
            finally:
                self.path_condition = outer
            if not items and node.otherwise:
                self.path_condition = PathCondition(outer, "range", source, False, True)
                try:
                    self.block(node.otherwise, dot)
                finally:
                    self.path_condition = outer
            if self.wants_untaken(source) and self.is_asked_for(node.body):
                lists = source if source.direct else either(source)
                if lists.direct:
                    self.untaken_element(node, lists)
            for region, name, item in source.coming[-MAX_COMING:]:
                if self.wants_untaken(region.path_condition.condition):
                    self.as_in(region, partial(self._iterated, node, key_of(name, item), item))
        finally:
            self.scopes.pop()

    def _iterated(self, node: ast.Range, key: Value, item: Value) -> None:
        self.iteration(node, key, item)

    def iteration(self, node: ast.Range, key: Value, item: Value) -> bool:
        """Run the body of a loop once; whether the loop goes on."""
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
        except Jump as jump:
            return jump.keyword == "continue"
        finally:
            self.scopes.pop()
        return True

    def untaken_element(self, node: ast.Range, source: Value) -> None:
        """Run the body of a loop for an element that is not there yet."""
        element = Value(None, tuple((*path, ELEMENT) for path in source.direct), "element", (source,))
        key = Value(MARK, tuple((*path, "~key") for path in source.direct), "key", (source,))

        def run() -> None:
            self.iteration(node, key, element)

        self.grow(self.run_untaken(run, "range", source, wanted=True))

    # -- templates ---------------------------------------------------------------------------------------------

    def call_template(self, node: ast.Call, dot: Value) -> None:
        """Run `template "name" ...`."""
        argument = self.pipeline(node.pipeline, dot) if node.pipeline else Value(None)
        self.invoke(node.name, argument)

    def invoke(self, name: str, dot: Value) -> None:
        """Run a named template on a dot of its own. Raises TemplateError where there is none of that name."""
        nodes = self.defines.get(name)
        if nodes is None:
            raise TemplateError(f'template "{name}" not defined')
        inside, self.depth = self.inside, self.depth + 1
        if self.depth > INCLUDE_DEPTH:
            raise StopError("rendering template has a nested reference name: " + name)
        try:
            if self.unfolds(name):
                self.run_apart(nodes, dot)
        finally:
            self.inside, self.depth = inside, self.depth - 1

    def run_apart(self, nodes: list[ast.Node], dot: Value) -> None:
        """Run statements that see no variable but `$`."""
        scopes, self.scopes = self.scopes, [{"": dot}]
        try:
            self.run(nodes, dot)
        finally:
            self.scopes = scopes

    def capture(self, body: Callable[[], None], op: str, args: tuple[Any, ...] = ()) -> Value:
        """What `body` prints, as a value."""
        outer, self.out = self.out, []
        try:
            body()
            return composed(self.out, op, args, self.region)
        finally:
            self.out = outer

    def include(self, args: list[Value]) -> Value:
        """What a named template prints, as a text. Raises TemplateError where there is none of that name."""
        _check_count("include", args)
        name = args[0].v
        if not isinstance(name, str):
            raise TemplateError("include: expected a string for the template's name")
        return self.capture(partial(self.invoke, name, args[1]), "include", (args[0],))

    def tpl(self, args: list[Value]) -> Value:
        """What a text prints as a template. Raises TemplateError where it is not one."""
        _check_count("tpl", args)
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
            self.defines = {**outer_defines, **defines}
        self.tpl_depth += 1
        try:
            if self.tpl_depth > MAX_TPL_DEPTH:
                raise TooLargeError(f"tpl calls itself more than {MAX_TPL_DEPTH} times deep")
            made = self.capture(partial(self.run_apart, nodes, dot), "tpl", (source,))
        finally:
            self.defines = outer_defines
            self.tpl_depth -= 1
        shown = tuple(
            p
            if p.source is not None or pieces
            else Piece(p.text, Value(p.text, (), "tpl-text", (source,)), p.path_condition, p.region)
            for p in _without_nil(made.pieces or ())
        )
        return Value(made.v.replace(NO_VALUE, ""), (), "tpl", (source,), shown)

    # -- variables ---------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Value:
        """The value of a variable. Raises TemplateError where none of that name is in scope."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise TemplateError(f"undefined variable: ${name}")


_LIFTED: Mapping[str, Callable[[Evaluator, list[Value]], Value]] = {
    **LIFTED,
    "include": Evaluator.include,
    "tpl": Evaluator.tpl,
}


def _check_count(name: str, args: list[Value]) -> None:
    if len(args) != 2:
        raise TemplateError(f"wrong number of args for {name}: want 2 got {len(args)}")


def _without_nil(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece.with_text(piece.text.replace(NO_VALUE, "")) if NO_VALUE in piece.text else piece for piece in pieces]


def _printable(value: Value) -> Any:
    v = value.v
    return str(v) if isinstance(v, GoObject) else plain(value)
