"""YAML text -> JSON values as Go's readers see them, on libyaml's events (facts Y1 to Y10).

Ready readers do not serve: PyYAML and ruamel stop at the plain scalar `=` of real CRDs, YAML 1.2 readers take 0644 for
644, and none of them knows that kustomize and kubectl read the same file differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from migrator.model import Json, RepoPath
from migrator.yamlio.events import SyntaxProblem, parsing
from migrator.yamlio.expansion import expands_too_far
from migrator.yamlio.scalars import (
    Dialect,
    KeyMeanings,
    PlainMeanings,
    ScalarError,
    printed_by_kustomize,
    resolve_plain,
    resolve_tagged,
)
from migrator.yamlio.text import NO_PATH, YamlError, decode, yaml_error

MAX_DEPTH = 256
MAX_MERGED_KEYS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a stream. Values reached through an alias are shared: never change them in place."""

    value: Json
    index: int
    """Position in the stream, empty documents counted; what `remove_documents` takes."""
    start: int
    end: int
    """Characters of the decoded text (a byte order mark counts as one), separators excluded."""
    line: int
    """Line of the first node, from 1."""
    comments: tuple[str, ...] = ()
    """Comment lines above the first node, stripped, with their `#`."""


def read_documents(data: bytes | str, *, dialect: Dialect, path: RepoPath = NO_PATH) -> tuple[Document, ...]:
    """The documents of a stream, empty ones left out.

    Raises YamlError (MIG101) with file, line and column for text that Go refuses: syntax, repeated keys (KUSTOMIZE),
    keys that are not text, directives, infinities, and for what would cost too much: depth, size, alias expansion.
    """
    text = decode(data, path)
    shift = 1 if text.startswith("\ufeff") else 0
    return tuple(_Reader(text[shift:], dialect, path, shift).documents())


def read_value(data: bytes | str, *, dialect: Dialect, path: RepoPath = NO_PATH) -> Json:
    """The value of the first document that is not empty, None if there is none. Errors as `read_documents`.

    With SIGS a directive may stand before it: who reads a whole file (a kustomization, values) splits nothing at `---`.
    """
    reader = _Reader(decode(data, path).removeprefix("\ufeff"), dialect, path, 0, whole=dialect is Dialect.SIGS)
    return next((document.value for document in reader.documents()), None)


@lru_cache(maxsize=1024)
def read_manifests(text: str) -> tuple[Json, ...]:
    """The values of the documents of a rendered text, as kubectl reads them. Errors as `read_documents`.

    Target, interpreter and helm print mostly the same texts: who reads one again gets the same objects, never to be
    changed in place.
    """
    return tuple(document.value for document in read_documents(text, dialect=Dialect.SIGS))


class _Located(Exception):  # noqa: N818 - carries a problem and its event to the place that knows the file
    def __init__(self, problem: str, event: Any) -> None:
        self.problem = problem
        self.event = event


EXCESSIVE_ALIASES = "aliases expand to an excessive size"
"""What is said of a document that would be far larger with every alias written out."""
_OPEN = object()
_MERGE_TAG = "tag:yaml.org,2002:merge"
_BARE_MARK = re.compile(r"(?<![^\s,\[{])!\s")


class _Reader:
    """One pass over one text."""

    def __init__(self, text: str, dialect: Dialect, path: RepoPath, shift: int, *, whole: bool = False) -> None:
        from yaml import events

        self._events = events
        self._text = text
        self._dialect = dialect
        self._path = path
        self._shift = shift
        self._whole = whole
        self._plain = PlainMeanings(dialect)
        self._between_braces = self._plain if dialect is Dialect.SIGS else PlainMeanings(dialect)
        if dialect is Dialect.KUSTOMIZE:
            self._between_braces[""] = ""  # fact Y14
        self._keys = KeyMeanings(dialect)
        self._anchors: dict[str, Any] = {}
        self._aliased = False
        self._merged_keys = 0

    @contextmanager
    def _parsing(self) -> Iterator[None]:
        """With the text's events at hand."""
        with parsing(self._text) as get:
            self._get = self._marking(get) if _BARE_MARK.search(self._text) else get
            yield

    def _marking(self, get: Callable[[], Any]) -> Callable[[], Any]:
        """Events in which `! 5` no longer counts as plain, as libyaml would have it."""

        def marked() -> Any:
            event = get()
            if isinstance(event, self._events.ScalarEvent) and event.tag == "!":
                event.tag, event.implicit = None, (False, True)
            return event

        return marked

    def documents(self) -> Iterator[Document]:
        try:
            with self._parsing():
                yield from self._documents()
        except SyntaxProblem as problem:
            raise yaml_error(self._path, problem.line, problem.column, str(problem)) from None
        except _Located as located:
            mark = located.event.start_mark
            raise yaml_error(self._path, mark.line + 1, mark.column + 1, located.problem) from None
        except ScalarError as error:
            raise self._scalar_error(str(error)) from None

    def _scalar_error(self, problem: str) -> YamlError:
        """The error at the place of the first plain scalar that Go refuses for this reason."""
        with self._parsing():
            while not isinstance(event := self._get(), self._events.StreamEndEvent):
                if isinstance(event, self._events.ScalarEvent) and event.implicit[0]:
                    for meaning in (self._plain, self._keys):
                        try:
                            meaning[event.value]
                        except ScalarError as error:
                            if str(error) == problem:
                                mark: Any = event.start_mark
                                return yaml_error(self._path, mark.line + 1, mark.column + 1, problem)
        return yaml_error(self._path, 0, 0, problem)

    def _documents(self) -> Iterator[Document]:
        events = self._events
        text = self._text
        pending: Document | None = None
        index = -1
        while not isinstance(event := self._get(), events.StreamEndEvent):
            if isinstance(event, events.DocumentStartEvent):
                if (event.version or event.tags) and not (self._whole and event.version in (None, (1, 1))):
                    raise _Located("a % directive, which kustomize and kubectl refuse", event)
                if pending is not None:
                    yield _ended(pending, event.start_mark.index + self._shift)
                    pending = None
                index += 1
                first = self._get()
                value = self._document(first)
                if value is not None:
                    pending = self._document_at(value, index, event, first)
            elif isinstance(event, events.DocumentEndEvent) and event.explicit and pending is not None:
                yield _ended(pending, event.start_mark.index + self._shift)
                pending = None
        if pending is not None:
            yield _ended(pending, len(text) + self._shift)

    def _document_at(self, value: Json, index: int, event: Any, first: Any) -> Document:
        begin = event.end_mark.index if event.explicit else 0  # only the first document needs no `---`
        lead = self._text[0 if index == 0 else begin : first.start_mark.index]
        comments = tuple(line for raw in lead.splitlines() if (line := raw.strip()).startswith("#"))
        return Document(
            value=value,
            index=index,
            start=_after_blank_line(self._text, begin) + self._shift,
            end=0,
            line=first.start_mark.line + 1,
            comments=comments,
        )

    def _document(self, first: Any) -> Json:
        self._anchors.clear()
        self._aliased = False
        self._merged_keys = 0
        if first.__class__ is self._events.MappingStartEvent and self._dialect is Dialect.KUSTOMIZE:
            value = self._anchored(first, lambda: self._mapping(1, self._top_key))
        else:
            value = self._node(first, 0)
        if self._aliased and expands_too_far(value):
            raise _Located(EXCESSIVE_ALIASES, first)
        return value

    def _anchored(self, event: Any, build: Callable[[], Json]) -> Json:
        if event.anchor is None:
            return build()
        self._anchors[event.anchor] = _OPEN
        value = self._anchors[event.anchor] = build()
        return value

    def _node(self, event: Any, depth: int) -> Json:
        """The value of the node that begins with this event."""
        events = self._events
        kind = event.__class__
        if kind is events.ScalarEvent:
            if event.anchor is None and event.implicit[0]:
                return self._plain[event.value]
            return self._anchored(event, lambda: self._scalar(event))
        if kind is events.AliasEvent:
            return self._alias(event)
        if depth >= MAX_DEPTH:
            raise _Located(f"nested deeper than {MAX_DEPTH}", event)
        build: Callable[[int], Json] = self._sequence
        if kind is events.MappingStartEvent:
            build = self._flow_mapping if event.flow_style else self._mapping
        if event.anchor is None:
            return build(depth + 1)
        return self._anchored(event, lambda: build(depth + 1))

    def _scalar(self, event: Any) -> Json:
        if event.tag is None:
            if event.style == ">" and self._dialect is Dialect.KUSTOMIZE:
                return printed_by_kustomize(event.value)
            # `! 5`: go-yaml v3 resolves it as if the mark were not there, v2 takes it for text
            bare_mark = not event.style and self._dialect is Dialect.KUSTOMIZE
            return self._plain[event.value] if event.implicit[0] or bare_mark else event.value
        try:
            return resolve_tagged(event.value, event.tag, self._dialect)
        except ScalarError as error:
            raise _Located(str(error), event) from None

    def _alias(self, event: Any) -> Json:
        self._aliased = True
        value = self._anchors.get(event.anchor, self)
        if value is self:
            raise _Located(f"unknown anchor {event.anchor}", event)
        if value is _OPEN:
            raise _Located(f"anchor {event.anchor} contains itself", event)
        return value

    def _sequence(self, depth: int) -> list[Json]:
        get = self._get
        plain = self._plain
        scalar, end = self._events.ScalarEvent, self._events.SequenceEndEvent
        result: list[Json] = []
        append = result.append
        while (kind := (event := get()).__class__) is not end:
            if kind is scalar and event.implicit[0] and event.anchor is None:
                append(plain[event.value])
            else:
                append(self._node(event, depth))
        return result

    def _mapping(
        self, depth: int, plain_key: Callable[[str], str] | None = None, *, is_flow: bool = False
    ) -> dict[str, Json]:
        get = self._get
        plain = self._between_braces if is_flow else self._plain
        key_of = plain_key or self._keys.__getitem__
        scalar, end = self._events.ScalarEvent, self._events.MappingEndEvent
        strict = self._dialect is Dialect.KUSTOMIZE
        result: dict[str, Json] = {}
        merges: list[Json] | None = None
        while (kind := (event := get()).__class__) is not end:
            if kind is scalar and event.implicit[0] and event.anchor is None:
                if event.value == "<<":
                    merges = self._merge(event, depth, result, merges)
                    continue
                key = key_of(event.value)
            elif self._is_merge(event):
                merges = self._merge(event, depth, result, merges)
                continue
            else:
                key = self._odd_key(event, key_of)
                if strict and key == "<<":  # fact Y15
                    self._node(get(), depth)
                    continue
            if strict and key in result:
                raise _Located(f"the key {key!r} is there already", event)
            event = get()
            if event.__class__ is scalar and event.implicit[0] and event.anchor is None:
                result[key] = plain[event.value]
            else:
                result[key] = self._node(event, depth)
        for source in merges or ():
            for key, value in source.items():
                result.setdefault(key, value)
        return result

    def _flow_mapping(self, depth: int) -> dict[str, Json]:
        return self._mapping(depth, is_flow=True)

    def _top_key(self, text: str) -> str:
        """The key at the top of a document, where kustomize takes any scalar but null."""
        return text if resolve_plain(text, self._dialect) is not None else self._keys[text]

    def _odd_key(self, event: Any, key_of: Callable[[str], str]) -> str:
        """A key that is quoted, tagged, anchored or an alias."""
        if event.__class__ is self._events.AliasEvent:
            value = self._alias(event)
        elif event.__class__ is self._events.ScalarEvent:
            if event.anchor is not None and event.implicit[0]:
                self._anchors[event.anchor] = self._plain[event.value]
                return key_of(event.value)
            value = self._anchored(event, lambda: self._scalar(event))
        else:
            raise _Located("a mapping key must be a scalar", event)
        if isinstance(value, str):
            return value
        if self._dialect is Dialect.SIGS and value is not None and not isinstance(value, dict | list):
            return key_of({True: "true", False: "false"}[value] if isinstance(value, bool) else str(value))
        raise _Located("a mapping key must be text", event)

    def _is_merge(self, event: Any) -> bool:
        """Whether a key that is tagged or anchored is `<<` all the same, as `yq` writes it: `!!merge <<`."""
        is_key = event.__class__ is self._events.ScalarEvent and event.value == "<<"
        return is_key and (event.tag == _MERGE_TAG if event.tag else not event.style)

    def _merge(self, key: Any, depth: int, result: dict[str, Json], merges: list[Json] | None) -> list[Json]:
        """What `<<` brings: kept for the end (KUSTOMIZE, where local keys always win) or taken in at once (SIGS)."""
        event = self._get()
        value = self._node(event, depth)
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            raise _Located("a merge takes a mapping or a list of mappings", event)
        self._merged_keys += sum(len(source) for source in sources)
        if self._merged_keys > MAX_MERGED_KEYS:
            raise _Located("merges expand to too many keys", event)
        if self._dialect is Dialect.KUSTOMIZE:
            if merges is not None:
                raise _Located("a second merge key, which kustomize refuses", key)
            return list(sources)
        for source in reversed(sources):
            result.update(source)
        return []


def _ended(document: Document, end: int) -> Document:
    from dataclasses import replace

    return replace(document, end=end)


_BLANK_REST = re.compile(r"[ \t]*(?:\r\n?|\n|\Z)")


def _after_blank_line(text: str, position: int) -> int:
    if position == 0:
        return 0
    match = _BLANK_REST.match(text, position)
    return match.end() if match else position
