"""Where each node of a YAML text stands: what edits and diagnostics need beside the values."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from migrator.model import KeyPath, RepoPath, SourceSpan
from migrator.yamlio.events import SyntaxProblem, parsing
from migrator.yamlio.reader import MAX_DEPTH, Document
from migrator.yamlio.scalars import ScalarError, sigs_key
from migrator.yamlio.text import YamlError, decode

_NO_PATH = RepoPath("")


class NodeKind(Enum):
    """What a node is, before any scalar has a meaning."""

    MAPPING = "mapping"
    SEQUENCE = "sequence"
    SCALAR = "scalar"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node and the characters that it takes, anchor and tag included, comments and blank lines behind it not."""

    kind: NodeKind
    start: int
    end: int
    line: int
    column: int
    """Both from 0, of `start`."""
    flow: bool = False
    """Written with brackets or braces."""
    style: str = ""
    """Of a scalar: empty for plain, else its quote, `|` or `>`."""
    text: str = ""
    entries: tuple[Entry, ...] = ()
    items: tuple[Node, ...] = ()

    @property
    def size(self) -> int:
        """How many children a collection has."""
        return len(self.items) + len(self.entries)

    @property
    def is_empty(self) -> bool:
        """Nothing is written at all: the null of `key:`."""
        return self.kind is NodeKind.SCALAR and self.start == self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key of a mapping and its value."""

    key: Node
    value: Node

    def is_named(self, name: str | int) -> bool:
        """Whether the key is this one to kubectl, which reads `y:` as "true"."""
        if self.key.kind is not NodeKind.SCALAR or self.key.style:
            return self.key.text == name
        try:
            return sigs_key(self.key.text) == name
        except ScalarError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A document of a stream by its marks."""

    separator: int | None
    """Where its `---` begins, None where it has none."""
    start: int
    """Behind the `---`, else 0."""
    end: int
    """Where the next `---` begins, or the text ends."""
    content: int | None
    """Where its first node begins; None for a document with nothing in it."""
    tail: int
    """Where what follows its last node begins: blank lines and comments."""


def regions(text: str) -> tuple[Region, ...]:
    """The documents of a text (without byte order mark); raises YamlError (MIG101) where it does not parse."""
    with _parsing(text) as get:
        return tuple(_regions(text, get))


def root_of(text: str) -> Node | None:
    """The root of the first document that is not empty; raises YamlError (MIG101) where the text does not parse."""
    from yaml import events

    with _parsing(text) as get:
        while not isinstance(event := get(), events.StreamEndEvent):
            if isinstance(event, events.DocumentStartEvent):
                root = _node(text, get, get(), 0)
                if not root.is_empty:
                    return root
        return None


_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\r\n]*", re.MULTILINE)


def comments(text: str) -> tuple[tuple[int, str], ...]:
    """Line, from 1, and text of every comment; raises YamlError (MIG101) where the text does not parse."""
    from yaml import events

    scalars: list[tuple[int, int]] = []
    with _parsing(text) as get:
        while not isinstance(event := get(), events.StreamEndEvent):
            if isinstance(event, events.ScalarEvent):
                begin, end = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]
                is_block = event.style in {"|", ">"}
                scalars.append((begin, _block_scalar_end(text, begin, end) if is_block else end))
    found: list[tuple[int, str]] = []
    position = 0
    while match := _COMMENT.search(text, position):
        at = bisect_right(scalars, (match.start(), len(text))) - 1
        begin, end = scalars[at] if at >= 0 else (0, 0)
        # behind the sign of a block scalar there may be a comment, below it is text
        is_behind = text[begin] in "|>" and "\n" not in text[begin : match.start()]
        if match.start() < end and not is_behind:
            position = end
            continue
        found.append((text.count("\n", 0, match.start()) + 1, match[0]))
        position = match.end()
    return tuple(found)


@contextmanager
def _parsing(text: str) -> Iterator[Callable[[], Any]]:
    """The events of a text, with errors as ours."""
    try:
        with parsing(text) as get:
            yield get
    except SyntaxProblem as problem:
        span = SourceSpan(path=_NO_PATH, line=problem.line, column=problem.column)
        raise YamlError.of("MIG101", f"cannot read YAML: {problem}", span=span) from None


def _regions(text: str, get: Callable[[], Any]) -> Iterator[Region]:
    from yaml import events

    found: list[Region] = []
    while not isinstance(event := get(), events.StreamEndEvent):
        if isinstance(event, events.DocumentStartEvent):
            begin: Any = event.start_mark
            after: Any = event.end_mark
            root = _node(text, get, get(), 0)
            start = after.index if event.explicit else 0
            found.append(
                Region(
                    separator=begin.index if event.explicit else None,
                    start=start,
                    end=len(text),
                    content=None if root.is_empty else root.start,
                    tail=max(start, root.end),
                )
            )
    for number, each in enumerate(found, 1):
        following = found[number].separator if number < len(found) else None
        yield replace(each, end=following or len(text))


def _node(text: str, get: Callable[[], Any], event: Any, depth: int) -> Node:
    from yaml import events

    if depth > MAX_DEPTH:
        raise YamlError.of("MIG101", f"cannot read YAML: nested deeper than {MAX_DEPTH}")
    begin, end = event.start_mark, event.end_mark
    blank = Node(kind=NodeKind.SCALAR, start=begin.index, end=end.index, line=begin.line, column=begin.column)
    if isinstance(event, events.AliasEvent):
        return replace(blank, kind=NodeKind.ALIAS, text=str(event.anchor))
    if isinstance(event, events.ScalarEvent):
        style = event.style or ""
        stop = _block_scalar_end(text, begin.index, end.index) if style in {"|", ">"} else end.index
        return replace(blank, end=stop, style=style, text=event.value)
    flow = bool(event.flow_style)
    if isinstance(event, events.SequenceStartEvent):
        items: list[Node] = []
        while not isinstance(child := get(), events.SequenceEndEvent):
            items.append(_node(text, get, child, depth + 1))
        stop = child.end_mark.index if flow or not items else items[-1].end  # type: ignore[union-attr]
        return replace(blank, kind=NodeKind.SEQUENCE, end=stop, flow=flow, items=tuple(items))
    entries: list[Entry] = []
    while not isinstance(child := get(), events.MappingEndEvent):
        key = _node(text, get, child, depth + 1)
        entries.append(Entry(key=key, value=_node(text, get, get(), depth + 1)))
    stop = child.end_mark.index if flow or not entries else max(entries[-1].value.end, entries[-1].key.end)  # type: ignore[union-attr]
    return replace(blank, kind=NodeKind.MAPPING, end=stop, flow=flow, entries=tuple(entries))


_HEADER = re.compile(r"[|>][-+0-9]*")


def _block_scalar_end(text: str, start: int, end: int) -> int:
    """Where a block scalar ends: libyaml says at the next token, but blank lines before that count only under `+`."""
    header = _HEADER.search(text, start)
    if header and "+" in header[0]:
        return end
    return max(len(text[:end].rstrip(" \t\r\n")), start + 1) if text[start:end].strip() else end


def spans(
    data: bytes | str, path: RepoPath = _NO_PATH, *, document: Document | None = None
) -> Mapping[KeyPath, SourceSpan]:
    """The place of every key and list item of a document, by path; the root is at ().

    Without `document` it is the first that is not empty. A mapping's value is placed at its key. What an alias or a
    merge brings has no place of its own. Empty for text that does not parse: whoever reads the value says why.
    """
    text = decode(data, path)
    start, end = (document.start, document.end) if document is not None else (0, len(text))
    try:
        root = root_of(text[start:end].removeprefix("\ufeff"))
    except YamlError:
        return {}
    return dict(_spans(root, (), path, text.count("\n", 0, start) + 1)) if root is not None else {}


def _spans(node: Node, here: KeyPath, path: RepoPath, first: int) -> Iterator[tuple[KeyPath, SourceSpan]]:
    """`first` is the number of the line where the document begins."""
    if not here:
        yield here, SourceSpan(path=path, line=node.line + first, column=node.column + 1)
    for index, item in enumerate(node.items):
        yield (*here, index), SourceSpan(path=path, line=item.line + first, column=item.column + 1)
        yield from _spans(item, (*here, index), path, first)
    for entry in node.entries:
        place = (*here, entry.key.text)
        yield place, SourceSpan(path=path, line=entry.key.line + first, column=entry.key.column + 1)
        yield from _spans(entry.value, place, path, first)
