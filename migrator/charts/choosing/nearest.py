"""Which version of an application a text names, and which versions of its chart come near to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from migrator.charts.types import ChartVersion

_NUMBERS = re.compile(r"(?:[a-z-]+-(?=v\d)|release[.-])?v?(\d+(?:\.\d+)*+)(?![0-9a-z])", re.IGNORECASE)
MINORS = 8
"""Minor versions of an app that it may be apart from one whose chart stands in: two years, at four a year."""
_UNFINISHED = re.compile(r"[-.+_](alpha|beta|rc|pre|dev|snapshot|nightly)", re.IGNORECASE)


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version or an image's tag; none where it is no version (`latest`, a branch, a commit)."""
    found = _NUMBERS.match(version.partition("@")[0].strip())
    return tuple(map(int, found[1].split("."))) if found else ()


def is_same_app(one: str, other: str) -> bool:
    """Whether two texts name one version of an application: a `v`, a build's suffix and a digest do not count."""
    first, second = sorted((_plain(one), _plain(other)), key=len)
    if first == second:
        return bool(first)
    rest = second[len(first) :]
    return bool(numbers(first)) and second.startswith(first) and rest[0] in "-_+" and not _UNFINISHED.match(rest)


def is_of_line(version: str, line: str) -> bool:
    """Whether a version is of a line that a tag names: `16.1` and `16.1-alpine` name 16.1.0 and 16.1.4."""
    wanted, held = numbers(line), numbers(version)
    return bool(wanted) and len(held) > len(wanted) and held[: len(wanted)] == wanted


def is_same_major(one: str, other: str) -> bool:
    """Whether both are versions, and of one major."""
    return bool(numbers(one)) and numbers(one)[:1] == numbers(other)[:1]


def is_near(one: str, other: str) -> bool:
    """Whether both are of one major, and few minor versions apart: what is farther runs with other flags and files."""
    minors = [(*numbers(each), 0, 0)[1] for each in (one, other)]
    return is_same_major(one, other) and abs(minors[0] - minors[1]) <= MINORS


def nearest_first(
    versions: Iterable[ChartVersion], wanted: str, of: Callable[[ChartVersion], str]
) -> Sequence[ChartVersion]:
    """The versions by how near what `of` says of each is to what is wanted; of those as near the first comes first."""
    return sorted(versions, key=lambda one: _distance(numbers(of(one)), numbers(wanted)))


def _distance(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    length = max(len(one), len(other), 4)
    padded = [(*each, *([0] * (length - len(each)))) for each in (one, other)]
    return tuple(abs(first - second) for first, second in zip(*padded, strict=True))


def _plain(version: str) -> str:
    return version.partition("@")[0].strip().lower().removeprefix("v")
