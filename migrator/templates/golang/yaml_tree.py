"""Rendered text -> a tree whose nodes know the characters they stand on (SIGS dialect, as Helm and kubectl read)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.model import Json
from migrator.templates.errors import TemplateError
from migrator.yamlio.events import SyntaxProblem, parsing
from migrator.yamlio.scalars import Dialect, ScalarError, resolve_plain, resolve_tagged, sigs_key

_MAX_DEPTH = 200


class Node:
    """A scalar, map or list of a document; `start` and `end` are character offsets of its text."""

    __slots__ = ("end", "entries", "items", "keys", "kind", "start", "style", "value")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        """`scalar`, `map` or `list`."""
        self.start, self.end = start, end
        self.value: Json = None
        self.style = ""
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Node] = {}
        self.items: list[Node] = []

    def plain(self) -> Json:
        """The value that the text stands for."""
        if self.kind == "map":
            return {key: node.plain() for key, node in self.entries.items()}
        if self.kind == "list":
            return [node.plain() for node in self.items]
        return self.value

    def __repr__(self) -> str:
        return f"Node({self.kind}, {self.start}-{self.end}, {self.plain()!r})"


def parse_tree(text: str) -> list[Node]:
    """The root nodes of the documents of a text, empty ones left out. Raises TemplateError for bad YAML."""
    from yaml import events

    try:
        with parsing(text) as get:
            return _Builder(get, events).documents()
    except SyntaxProblem as problem:
        raise TemplateError(f"error converting YAML to JSON: yaml: line {problem.line}: {problem.problem}") from None
    except ScalarError as error:
        raise TemplateError(f"error converting YAML to JSON: yaml: {error}") from None


class _Builder:
    def __init__(self, get: Callable[[], Any], events: Any) -> None:
        self.next = get
        self.events = events
        self.anchors: dict[str, Node] = {}

    def documents(self) -> list[Node]:
        found = []
        events = self.events
        while not isinstance(event := self.next(), events.StreamEndEvent):
            if isinstance(event, events.DocumentStartEvent):
                node = self.node(self.next(), 0)
                if node.kind != "scalar" or node.value is not None:
                    found.append(node)
        return found

    def node(self, event: Any, depth: int) -> Node:
        events = self.events
        kind = event.__class__
        if kind is events.AliasEvent:
            if event.anchor not in self.anchors:
                raise TemplateError(f"error converting YAML to JSON: yaml: unknown anchor '{event.anchor}' referenced")
            return self.anchors[event.anchor]
        if depth > _MAX_DEPTH:
            raise TemplateError("error converting YAML to JSON: yaml: exceeded max depth")
        if kind is events.ScalarEvent:
            node = self.scalar(event)
        elif kind is events.MappingStartEvent:
            node = self.mapping(event, depth)
        else:
            node = Node("list", event.start_mark.index, event.end_mark.index)
            while (item := self.next()).__class__ is not events.SequenceEndEvent:
                node.items.append(self.node(item, depth + 1))
            node.end = item.end_mark.index
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def scalar(self, event: Any) -> Node:
        node = Node("scalar", event.start_mark.index, event.end_mark.index)
        node.style = event.style or ""
        if event.tag is not None and event.tag != "!":
            node.value = resolve_tagged(event.value, event.tag, Dialect.SIGS)
        elif event.implicit[0]:
            node.value = resolve_plain(event.value, Dialect.SIGS)
        else:
            node.value = event.value
        return node

    def mapping(self, event: Any, depth: int) -> Node:
        events = self.events
        node = Node("map", event.start_mark.index, event.end_mark.index)
        merged: list[Node] = []
        scalar, end = events.ScalarEvent, events.MappingEndEvent
        while (kind := (key := self.next()).__class__) is not end:
            plain = kind is scalar and key.implicit[0]
            if plain and key.tag is None and not key.anchor:  # the text of a plain key is all that is asked of it
                key_node = Node("scalar", key.start_mark.index, key.end_mark.index)
                key_node.value, key_node.style = key.value, key.style or ""
            else:
                key_node = self.node(key, depth + 1)
            if key_node.kind != "scalar":
                raise TemplateError("error converting YAML to JSON: yaml: invalid map key")
            if plain and key.value == "<<":
                value = self.node(self.next(), depth + 1)
                merged.extend(value.items if value.kind == "list" else [value])
                continue
            name = sigs_key(key.value) if plain else str(key_node.value)
            node.entries[name] = self.node(self.next(), depth + 1)
            node.keys[name] = key_node
        for source in merged:
            for name, value in source.entries.items():
                node.entries.setdefault(name, value)
                node.keys.setdefault(name, source.keys[name])
        node.end = key.end_mark.index
        return node


def blank_before(text: str, end: int) -> int:
    """Where the white space and the lines of comments before an offset begin."""
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        line = text.rfind("\n", 0, end) + 1
        if not text[line:end].lstrip().startswith("#"):
            return end
        end = line


def blank_after(text: str, start: int) -> int:
    """Where the white space and the comments after an offset end."""
    while True:
        while start < len(text) and text[start].isspace():
            start += 1
        if not text.startswith("#", start):
            return start
        line = text.find("\n", start)
        start = line if line >= 0 else len(text)
