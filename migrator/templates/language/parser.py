"""Go template text -> syntax tree (text/template of Go 1.23, as Helm 3.17 embeds it)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from migrator.templates.errors import TemplateError
from migrator.templates.language.lexer import Tokens, number, unquote


@dataclass(slots=True)
class Text:
    text: str


@dataclass(slots=True)
class Sourced:
    """Text that came from a value: what `tpl` makes of the text nodes of its operand."""

    pieces: list[Any]


@dataclass(slots=True)
class Literal:
    value: str | int | float | bool | None


@dataclass(slots=True)
class Dot:
    pass


@dataclass(slots=True)
class Field:
    """`.a.b` on the dot."""

    names: tuple[str, ...]


@dataclass(slots=True)
class Variable:
    """`$x.a.b`; the bare `$` has the empty name."""

    name: str
    names: tuple[str, ...]


@dataclass(slots=True)
class Chain:
    """`(pipeline).a.b`, or `function.a.b`."""

    operand: Pipeline
    names: tuple[str, ...]


@dataclass(slots=True)
class Function:
    name: str


@dataclass(slots=True)
class Pipeline:
    commands: list[list[Operand]]
    declare: tuple[str, ...] = ()
    assign: bool = False
    line: int = 0


Operand = Literal | Dot | Field | Variable | Chain | Function | Pipeline


@dataclass(slots=True)
class Output:
    pipeline: Pipeline
    line: int


@dataclass(slots=True)
class If:
    """`if` and `with`; an `else if` is an If alone in the otherwise list."""

    keyword: str
    pipeline: Pipeline
    body: list[Node]
    otherwise: list[Node]
    line: int
    assigns: bool = True
    """Whether a branch may give another value to a variable from outside of it."""


@dataclass(slots=True)
class Range:
    pipeline: Pipeline
    body: list[Node]
    otherwise: list[Node]
    line: int


@dataclass(slots=True)
class Call:
    """`template "name" pipeline`; also what `block` leaves behind."""

    name: str
    pipeline: Pipeline | None
    line: int


@dataclass(slots=True)
class Jump:
    """`break` or `continue`."""

    keyword: str


Node = Text | Sourced | Output | If | Range | Call | Jump

_ACTION = re.compile(
    r"""\{\{(?P<ltrim>-(?=[ \t\r\n]))?
        (?: \s*(?P<comment>/\*.*?\*/)\s*?(?P<crtrim>(?<=[\s])-|(?<=\*/)\s+-)?\}\}
          | (?P<body>(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])+'|(?!\}\}).)*?)
            (?P<rtrim>(?<=[ \t\r\n])-)?\}\})""",
    re.VERBOSE | re.DOTALL,
)


def _pipeline(tokens: Tokens, closing: str) -> Pipeline:
    declare, assign = _declaration(tokens)
    commands: list[list[Operand]] = []
    command: list[Operand] = []
    while True:
        kind = tokens.peek()
        if kind == closing:
            if command:  # Go lets a trailing `|` pass
                commands.append(command)
            if not commands:
                raise tokens.fail("missing value for command")
            return Pipeline(commands, declare, assign, tokens.line)
        if kind == "pipe":
            tokens.take()
            if not command:
                raise tokens.fail("missing value for command")
            commands.append(command)
            command = []
        else:
            command.append(_operand(tokens))


def _declaration(tokens: Tokens) -> tuple[tuple[str, ...], bool]:
    start = tokens.at
    names: list[str] = []
    while tokens.peek() == "variable":
        _, text, match = tokens.take()
        if match.group("vfields"):
            break
        names.append(text[1:])
        kind = tokens.peek()
        if kind in ("declare", "assign"):
            tokens.take()
            return tuple(names), kind == "assign"
        if kind != "comma":
            break
        tokens.take()
    tokens.at = start
    return (), False


def _operand(tokens: Tokens) -> Operand:
    kind, text, _ = tokens.take()
    if kind == "string":
        return Literal(unquote(text))
    if kind == "char":
        return Literal(ord(unquote(text)))
    if kind == "number":
        return Literal(number(text))
    if kind == "dot":
        return Dot()
    if kind == "field":
        return Field(tuple(text[1:].split(".")))
    if kind == "variable":
        name, *names = text[1:].split(".")
        return Variable(name, tuple(names))
    if kind == "word":
        return _word(text, tokens)
    if kind == "open":
        inner = _pipeline(tokens, "close")
        chain = tokens.take()[2].group("chain")
        return Chain(inner, tuple(chain[1:].split("."))) if chain else inner
    raise tokens.fail(f"unexpected {text!r} in operand")


def _word(text: str, tokens: Tokens) -> Operand:
    """A constant, a function, or the fields of what a function returns: `now.Year`."""
    name, *names = text.split(".")
    if name not in ("true", "false", "nil"):
        function = Function(name)
        return Chain(Pipeline([[function]], line=tokens.line), tuple(names)) if names else function
    if names:
        raise tokens.fail(f'unexpected . after term "{name}"')
    return Literal(None if name == "nil" else name == "true")


@dataclass(slots=True)
class _Open:
    """A block that waits for its `end`; `target` is where nodes go now."""

    node: If | Range | None
    target: list[Node]
    assigned: int
    """Assignments before it."""
    chained: bool = False  # opened by an `else if`: closes with its parent


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.defines: dict[str, list[Node]] = {}
        self.root: list[Node] = []
        self.assigned = 0
        self.stack = [_Open(None, self.root, 0)]
        self.define_name: list[str] = []

    def parse(self) -> None:
        place, line, trim = 0, 1, False
        for match in _ACTION.finditer(self.source):
            self.text(self.source[place : match.start()], trim, bool(match["ltrim"]))
            line += self.source.count("\n", place, match.start())
            place = match.end()
            if match["comment"] is None:
                self.action(match["body"], line)
            line += match.group().count("\n")
            trim = bool(match["rtrim"] or match["crtrim"])
        rest = self.source[place:]
        if "{{" in rest:
            raise TemplateError(f"line {line}: unclosed action")
        self.text(rest, trim, False)
        if len(self.stack) > 1:
            raise TemplateError(f"line {line}: unexpected end of file: a block is not closed")

    def text(self, text: str, left: bool, right: bool) -> None:
        if left:
            text = text.lstrip(" \t\r\n")
        if right:
            text = text.rstrip(" \t\r\n")
        if text:
            self.stack[-1].target.append(Text(text))

    def action(self, body: str, line: int) -> None:
        if body.strip(" \t\r\n") == "end":
            self.close(line)
            return
        tokens = Tokens(body, line)
        word = tokens.keyword()
        if not word:
            self.stack[-1].target.append(Output(self.pipeline(tokens), line))
            return
        tokens.take()
        if word in ("if", "with"):
            self.open(If(word, self.pipeline(tokens), [], [], line))
        elif word == "range":
            self.open(Range(self.pipeline(tokens), [], [], line))
        elif word == "else":
            self.otherwise(tokens, line)
        elif word == "end":
            self.close(line)
        elif word in ("break", "continue"):
            self.stack[-1].target.append(Jump(word))
        else:
            name = unquote(tokens.take()[1])
            if word == "define":
                self.define(name)
                return
            pipeline = self.pipeline(tokens) if tokens.peek() else None
            self.stack[-1].target.append(Call(name, pipeline, line))
            if word == "block":
                self.define(name)

    def define(self, name: str) -> None:
        body: list[Node] = []
        self.defines[name] = body
        self.stack.append(_Open(None, body, self.assigned))

    def open(self, node: If | Range) -> None:
        self.stack[-1].target.append(node)
        self.stack.append(_Open(node, node.body, self.assigned))

    def otherwise(self, tokens: Tokens, line: int) -> None:
        top = self.stack[-1]
        if top.node is None:
            raise TemplateError(f"line {line}: unexpected {{{{else}}}}")
        top.target = top.node.otherwise
        word = tokens.keyword()
        if word in ("if", "with"):
            tokens.take()
            node = If(word, self.pipeline(tokens), [], [], line)
            top.target.append(node)
            self.stack.append(_Open(node, node.body, self.assigned, chained=True))

    def close(self, line: int) -> None:
        while self.stack[-1].chained:
            self.leave()
        if len(self.stack) == 1:
            raise TemplateError(f"line {line}: unexpected {{{{end}}}}")
        self.leave()

    def leave(self) -> None:
        done = self.stack.pop()
        if isinstance(done.node, If):
            done.node.assigns = self.assigned > done.assigned

    def pipeline(self, tokens: Tokens) -> Pipeline:
        found = _pipeline(tokens, "")
        self.assigned += any(kind == "assign" for kind, _, _ in tokens.items)
        return found


@lru_cache(maxsize=4096)
def parse(source: str) -> tuple[list[Node], dict[str, list[Node]]]:
    """The nodes of a template file, and the templates that it defines by name; one tree for all who parse that text.

    Raises TemplateError with the line where Go's parser refuses.
    """
    parser = _Parser(source)
    parser.parse()
    return parser.root, parser.defines


def with_sources(nodes: list[Node], source: str, cut: Callable[[int, int], list[Any]]) -> list[Node]:
    """The tree with every text replaced by the pieces of the source that it stands on."""
    place = 0

    def walk(listed: list[Node]) -> list[Node]:
        nonlocal place
        made: list[Node] = []
        for node in listed:
            if isinstance(node, Text):
                at = source.find(node.text, place)
                place = at + len(node.text)
                made.append(Sourced(cut(at, place)))
            elif isinstance(node, If):
                made.append(
                    If(node.keyword, node.pipeline, walk(node.body), walk(node.otherwise), node.line, node.assigns)
                )
            elif isinstance(node, Range):
                made.append(Range(node.pipeline, walk(node.body), walk(node.otherwise), node.line))
            else:
                made.append(node)
        return made

    return walk(nodes)
