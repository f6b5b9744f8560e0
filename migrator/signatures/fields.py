"""A place in a rule file that is read strictly: what is wrong with it names file, line and field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value


class RuleError(MigrateError):
    """A rule file that does not say what a rule file must say (MIG301)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a rule file, which knows how to complain about itself; all readers raise RuleError."""

    value: Json
    at: tuple[str, ...]
    path: RepoPath
    data: bytes

    def error(self, problem: str) -> RuleError:
        name = ".".join(self.at) or "the file"
        return RuleError.of(
            "MIG301",
            f"{name}: {problem}",
            span=SourceSpan(path=self.path, line=_line_of(self.data, self.at)),
            remedy="correct the rule file",
        )

    def child(self, key: str) -> Field:
        if not isinstance(self.value, Mapping):
            raise self.error("must be a mapping")
        return Field(self.value.get(key), (*self.at, key), self.path, self.data)

    def refuse_others(self, known: Collection[str]) -> None:
        """RuleError at the first key that is not one of `known`."""
        for key, held in self.entries():
            if key not in known:
                raise held.error(f"unknown field {key!r}")

    def entries(self) -> list[tuple[str, Field]]:
        if self.value is None:
            return []
        if not isinstance(self.value, Mapping):
            raise self.error("must be a mapping")
        return [(key, Field(value, (*self.at, key), self.path, self.data)) for key, value in self.value.items()]

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

    def _list(self, of: type, what: str) -> tuple[Json, ...]:
        if self.value is None:
            return ()
        if not isinstance(self.value, list) or not all(type(entry) is of for entry in self.value):
            raise self.error(f"must be {what}")
        return tuple(self.value)


def _line_of(data: bytes, at: tuple[str, ...]) -> int:
    """The line of the deepest key of the path that can be found in the text, 0 when none can."""
    lines, line, start = data.decode("utf-8", "replace").splitlines(), 0, 0
    for key in at:
        wanted = re.compile(rf"(?:^|[\s{{,])[\"']?{re.escape(key)}[\"']?\s*:")
        hit = next((number for number in range(start, len(lines)) if wanted.search(lines[number])), None)
        if hit is None:
            break
        line, start = hit + 1, hit
    return line


def rule_file(data: bytes, path: RepoPath) -> Field:
    """The whole of a rule file; YamlError (MIG101) where it is no YAML."""
    return Field(read_value(data, dialect=Dialect.SIGS, path=path), (), path, data)
