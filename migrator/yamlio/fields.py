"""A place in a YAML file of this project, which is read strictly: what is wrong there names file, line and field."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from migrator.diagnostics import MigrateError
from migrator.model import Json, KeyPath, RepoPath, SourceSpan, without_credentials
from migrator.yamlio.nodes import Entry, Node, NodeKind, regions, root_of, spans
from migrator.yamlio.reader import read_value
from migrator.yamlio.scalars import Dialect
from migrator.yamlio.text import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of file, and how what is wrong with one is said."""

    code: str
    remedy: str
    prefix: str = ""
    """In front of every problem: `the lock cannot be used: `."""
    whole: str = "the file"
    """What a problem of no single field is about."""
    is_read_once: bool = False
    """Refused where a key stands twice, or a second document follows: people would read one, and programs another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A place in a file and what it holds, None where it is absent. All that is asked of it raises `error`."""

    value: Json
    at: KeyPath = ()
    path: RepoPath
    data: bytes | str = field(repr=False)
    kind: FileKind

    @property
    def span(self) -> SourceSpan:
        """Where it stands, or the nearest place above it that does."""
        places = _places(self.data, self.path)
        ends = range(len(self.at), -1, -1)
        return next((places[self.at[:end]] for end in ends if self.at[:end] in places), SourceSpan(path=self.path))

    def error(self, problem: str) -> MigrateError:
        """The error that the problem is, to be raised."""
        name = ".".join(map(str, self.at)) or self.kind.whole
        summary = f"{self.kind.prefix}{name}: {problem}"
        return MigrateError.of(self.kind.code, summary, span=self.span, remedy=self.kind.remedy)

    def needed(self) -> Field:
        """The field itself, which must not be absent."""
        if self.value is None:
            raise self.error("is missing" if self.at else "is empty")
        return self

    def address(self, default: str | None = None) -> str:
        """An address without a login in it: what is written here is written on, and read by many."""
        text = self.text(default)
        if without_credentials(text) != text:
            raise self.error(
                "holds a login; leave that to Helm: `helm repo add NAME URL --username USER --password-stdin`"
            )
        return text

    def child(self, key: str) -> Field:
        """The field of a mapping."""
        if not isinstance(self.value, Mapping):
            raise self.error("must be a mapping")
        return self._of(self.value.get(key), key)

    def entries(self) -> list[tuple[str, Field]]:
        """The fields of a mapping, none where it is absent."""
        if self.value is None:
            return []
        if not isinstance(self.value, Mapping):
            raise self.error("must be a mapping")
        return [(key, self._of(value, key)) for key, value in self.value.items()]

    def refuse_others(self, known: Collection[str]) -> None:
        """Raises at the first field that is not one of `known`."""
        for key, held in self.entries():
            if key not in known:
                hint = _hint(key, known) or ";"
                raise held.error(f"unknown field {key!r}{hint} known are {', '.join(sorted(known))}")

    def items(self) -> list[Field]:
        """The items of a list; a value that is not a list counts as its only item."""
        return self.listed() if isinstance(self.value, list) else [self]

    def listed(self) -> list[Field]:
        """The items of what must be a list."""
        value = self.needed().value
        if not isinstance(value, list):
            raise self.error("must be a list")
        return [self._of(item, index) for index, item in enumerate(value)]

    def string(self) -> str:
        """A text, which may be empty."""
        value = self.needed().value
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise self.error(f"must be a text: quote it, as YAML reads {value} as a number")
        if not isinstance(value, str):
            raise self.error("must be a text")
        return value

    def text(self, default: str | None = None) -> str:
        """A text, which must not be empty; the default where it is absent."""
        if self.value is None and default is not None:
            return default
        value = self.string()
        if not value.strip():
            raise self.error("must be a text that is not empty")
        return value

    def one_of(self, words: Collection[str], default: str | None = None) -> str:
        """One of some words; the default where it is absent."""
        if self.value is None and default is not None:
            return default
        word = self.needed().value
        if not isinstance(word, str) or word not in words:
            raise self.error(f"must be one of {', '.join(words)}, not {word!r}{_hint(word, words)}")
        return word

    def texts(self) -> tuple[str, ...]:
        """A list of texts, empty where it is absent."""
        return () if self.value is None else tuple(item.string() for item in self.listed())

    def integers(self) -> tuple[int, ...]:
        """A list of whole numbers, empty where it is absent."""
        return () if self.value is None else tuple(item.integer() for item in self.listed())

    def integer(self) -> int:
        value = self.needed().value
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error("must be a whole number")
        return value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.error("must be a number")
        return float(self.value)

    def flag(self, *, default: bool = False) -> bool:
        """True or false; the default where it is absent."""
        if self.value is not None and not isinstance(self.value, bool):
            raise self.error("must be true or false")
        return default if self.value is None else self.value

    def _of(self, value: Json, key: str | int) -> Field:
        return Field(value=value, at=(*self.at, key), path=self.path, data=self.data, kind=self.kind)


def strict_file(data: bytes | str, path: RepoPath, kind: FileKind) -> Field:
    """The whole of a file; YamlError (MIG101) where it is not YAML."""
    file = Field(value=read_value(data, dialect=Dialect.SIGS, path=path), path=path, data=data, kind=kind)
    for problem, line in _ambiguities(decode(data, path).removeprefix("\ufeff")) if kind.is_read_once else ():
        span = SourceSpan(path=path, line=line + 1)
        raise MigrateError.of(kind.code, f"{kind.prefix}{problem}", span=span, remedy=kind.remedy)
    return file


def _ambiguities(text: str) -> Iterator[tuple[str, int]]:
    """What can be read in two ways, and its line from 0: keys that stand twice, documents behind the first."""
    further = [each for each in regions(text) if each.content is not None][1:]
    yield from (("a second document follows", text.count("\n", 0, each.content or 0)) for each in further)
    root = root_of(text)
    yield from _twice(root) if root is not None else ()


def _twice(node: Node) -> Iterator[tuple[str, int]]:
    met: list[Entry] = []
    for entry in node.entries:
        key = entry.key
        if key.kind is not NodeKind.SCALAR:
            yield "a key is no plain text", key.line
        elif any(other.is_named(key.text) or entry.is_named(other.key.text) for other in met):
            yield f"the key {key.text!r} stands twice", key.line
        met.append(entry)
        yield from _twice(entry.value)
    for item in node.items:
        yield from _twice(item)


_places = lru_cache(maxsize=2)(spans)


def _hint(word: Json, known: Collection[str]) -> str:
    close = difflib.get_close_matches(str(word), known, n=1, cutoff=0.7)
    return f", did you mean {close[0]!r}?" if close else ""
