"""Go's named types where a template can see the difference from plain JSON values.

A plain value stands for the common Go type: `int` for Go int, `list` for []interface {}, `dict` for
map[string]interface {}. The classes here are subclasses of the plain types (or small records) for the values whose Go
type differs, so code that does not care need not look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from migrator.model import Json


class Int64(int):
    """Go int64: what `add`, `mul`, `int64`, ... return. A Go int parameter refuses it."""

    __slots__ = ()


class Uint64(int):
    """Go uint64: the parts of a `semver`."""

    __slots__ = ()


class Uint8(int):
    """Go byte: what `index` finds in a string."""

    __slots__ = ()


class Strings(list[str]):
    """Go []string: what `splitList`, `keys`, `sortAlpha`, ... return."""

    __slots__ = ()


class Ints(list[int]):
    """Go []int: what `until` and `untilStep` return."""

    __slots__ = ()


class Lists(list[list[Json]]):
    """Go [][]interface {}: what `chunk` returns."""

    __slots__ = ()


class NilList(list[Json]):
    """A nil []interface {}: empty, but `null` in JSON and YAML."""

    __slots__ = ()


class NilStrings(Strings):
    """A nil []string: empty, but `null` in JSON and YAML."""

    __slots__ = ()


class StringMap(dict[str, str]):
    """Go map[string]string: what `split` returns. A missing key reads as the empty string; a dict parameter refuses
    it.
    """

    __slots__ = ()


class Values(dict[str, Json]):
    """chartutil.Values: `.Values` itself. Any dict parameter takes it, but `dig` does not."""

    __slots__ = ()


class NilMap(dict[str, Json]):
    """A nil map[string]interface {}: what a nil becomes that reaches a dict parameter through a pipe, parentheses or
    a variable.
    """

    __slots__ = ()


NIL_TYPES = (NilList, NilStrings, NilMap)


@dataclass(frozen=True, slots=True)
class Time:
    """Go time.Time: nanoseconds since 1970 in UTC, shown in a zone."""

    nanoseconds: int
    zone: tzinfo = UTC

    @property
    def moment(self) -> datetime:
        """The time in its zone, to the microsecond; Go's zero time is year 1."""
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.nanoseconds // 1000)).astimezone(
            self.zone
        )


@dataclass(frozen=True, slots=True)
class Certificate:
    """What `genCA` and its kin return: PEM text of a certificate and its key."""

    cert: str
    key: str


@dataclass(frozen=True, slots=True)
class Version:
    """What `semver` returns."""

    major: int
    minor: int
    patch: int
    prerelease: str
    metadata: str
    original: str

    def __str__(self) -> str:
        tail = f"-{self.prerelease}" if self.prerelease else ""
        tail += f"+{self.metadata}" if self.metadata else ""
        return f"{self.major}.{self.minor}.{self.patch}{tail}"


_TYPES: Final[Mapping[type, str]] = {
    type(None): "<nil>",
    bool: "bool",
    int: "int",
    float: "float64",
    str: "string",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    Int64: "int64",
    Uint64: "uint64",
    Uint8: "uint8",
    Strings: "[]string",
    Ints: "[]int",
    Lists: "[][]interface {}",
    NilList: "[]interface {}",
    NilStrings: "[]string",
    StringMap: "map[string]string",
    NilMap: "map[string]interface {}",
    Values: "chartutil.Values",
    Time: "time.Time",
    Certificate: "sprig.certificate",
    Version: "*semver.Version",
}


def type_of(value: Any) -> str:
    """The Go type as %T prints it; `<nil>` for nil."""
    found = _TYPES.get(type(value))
    if found is not None:
        return found
    return next((name for kind, name in _TYPES.items() if isinstance(value, kind)), type(value).__name__)


def kind_of(value: Any) -> str:
    """Go's reflect kind; `invalid` for nil."""
    if value is None:
        return "invalid"
    name = type_of(value)
    if name.startswith("["):
        return "slice"
    if name.startswith("map["):
        return "map"
    if name.startswith("*"):
        return "ptr"
    if isinstance(value, dict):
        return "map"
    return "struct" if "." in name else name


def wrap64(number: int) -> int:
    """The number as Go's int64 arithmetic leaves it after an overflow."""
    return number if -(1 << 63) <= number < 1 << 63 else (number + (1 << 63)) % (1 << 64) - (1 << 63)


def as_float64(value: Json) -> Json:
    """A copy of the value in which every int is a float: Go reads a number into an interface as float64 (fact D7)."""
    kind = type(value)
    if kind is int:
        return float(value)
    if kind is dict:
        return {key: as_float64(item) for key, item in value.items()}
    return [as_float64(item) for item in value] if kind is list else value


def as_bytes(text: str) -> bytes:
    """The UTF-8 bytes of a Go string; bytes that are not UTF-8 travel as lone surrogates (PEP 383)."""
    return text.encode("utf-8", "surrogateescape")


def as_text(data: bytes) -> str:
    """The string that holds these bytes; see `as_bytes`."""
    return data.decode("utf-8", "surrogateescape")
