"""A place in a rule file that is read strictly: what is wrong with it names file, line and field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from migrator.diagnostics import MigrateError
from migrator.model import Json, KeyPath, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value, spans


class RuleError(MigrateError):
    """A rule file that does not say what a rule file must say (MIG301)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a rule file, which knows how to complain about itself; every complaint is a RuleError."""

    value: Json
    at: KeyPath
    path: RepoPath
    data: bytes = field(repr=False)

    def error(self, problem: str) -> RuleError:
        places = spans(self.data, self.path)
        ends = range(len(self.at), -1, -1)
        here = next((places[self.at[:end]] for end in ends if self.at[:end] in places), SourceSpan(path=self.path))
        name = ".".join(map(str, self.at)) or "the file"
        return RuleError.of("MIG301", f"{name}: {problem}", span=here, remedy="correct the rule file")

    def child(self, key: str) -> Field:
        if not isinstance(self.value, Mapping):
            raise self.error("must be a mapping")
        return self._of(self.value.get(key), key)

    def refuse_others(self, known: Collection[str]) -> None:
        """RuleError at the first key that is not one of `known`."""
        for key, held in self.entries():
            if key not in known:
                raise held.error(f"unknown field {key!r}; known are {', '.join(sorted(known))}")

    def entries(self) -> list[tuple[str, Field]]:
        """The fields of a mapping, none where it is absent."""
        if self.value is None:
            return []
        if not isinstance(self.value, Mapping):
            raise self.error("must be a mapping")
        return [(key, self._of(value, key)) for key, value in self.value.items()]

    def items(self) -> list[Field]:
        """The items of a list; a value that is not a list counts as its only item."""
        if not isinstance(self.value, list):
            return [self]
        return [self._of(item, index) for index, item in enumerate(self.value)]

    def text(self, default: str | None = None) -> str:
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, str) or not self.value:
            raise self.error("must be a text" if self.value is not None else "is missing")
        return self.value

    def texts(self) -> tuple[str, ...]:
        return self._list(str, "a list of texts")

    def integers(self) -> tuple[int, ...]:
        return self._list(int, "a list of numbers")

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.error("must be a number")
        return float(self.value)

    def flag(self) -> bool:
        if self.value is not None and not isinstance(self.value, bool):
            raise self.error("must be true or false")
        return bool(self.value)

    def _of(self, value: Json, key: str | int) -> Field:
        return Field(value, (*self.at, key), self.path, self.data)

    def _list(self, of: type, what: str) -> tuple[Json, ...]:
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            raise self.error(f"must be {what}")
        for index, entry in enumerate(self.value):
            if type(entry) is not of:
                raise self._of(entry, index).error(f"must be {what}")
        return tuple(self.value)


def rule_file(data: bytes, path: RepoPath) -> Field:
    """The whole of a rule file; YamlError (MIG101) where it is not YAML."""
    return Field(read_value(data, dialect=Dialect.SIGS, path=path), (), path, data)
