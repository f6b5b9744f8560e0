"""Helm's versions and version constraints: a port of Masterminds/semver v3, which helm and sprig use.

Points where it differs from other semver ranges (fact V1): `>1.2` excludes 1.2.5, `^0` includes 0.9.0, a comma and a
space both mean AND, `==` and an empty constraint are errors, a pre-release satisfies only a constraint that names one.
https://github.com/Masterminds/semver/blob/v3.3.0/constraints.go
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

SortKey: TypeAlias = tuple[int, int, int, int, tuple[int, ...], tuple[tuple[int, int, str], ...]]

_IDENTIFIERS = r"[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*"
_VERSION = re.compile(rf"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?")
# a number, or the joker; the class holds `|` upstream as well
_NUMBER = r"[0-9|xX*]+"
_PATTERN = rf"v?({_NUMBER})(\.{_NUMBER})?(\.{_NUMBER})?(-{_IDENTIFIERS})?(\+{_IDENTIFIERS})?"
_PATTERN_TEXT = _PATTERN.replace("(", "(?:").replace("(?:?:", "(?:")
_OPERATORS = r"=<|=>|<=|>=|!=|~>|[=<>~^]|"
_CONSTRAINT = re.compile(rf"\s*({_OPERATORS})\s*({_PATTERN})\s*", re.ASCII)
_FIND = re.compile(rf"(?:{_OPERATORS})\s*(?:{_PATTERN_TEXT})", re.ASCII)
_VALID = re.compile(
    rf"\s*(?:{_OPERATORS})\s*(?:{_PATTERN_TEXT})\s*(?:(?:\s+|,\s*)(?:{_OPERATORS})\s*(?:{_PATTERN_TEXT})\s*)*", re.ASCII
)
_RANGE = re.compile(rf"\s*({_PATTERN_TEXT})\s+-\s+({_PATTERN_TEXT})\s*", re.ASCII)
_UINT64 = 2**64


class VersionError(ValueError):
    """Text that is not a version or a constraint; the message is helm's (`Invalid Semantic Version`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A semantic version; parts that were not written are 0. The leading `v` is not part of it."""

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    metadata: str = ""
    """Build metadata: no part of any comparison."""

    @property
    def key(self) -> SortKey:
        """What versions are compared by: a pre-release is less than its release."""
        identifiers = tuple(
            (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in self.prerelease.split(".") if part
        )
        return (1, self.major, self.minor, self.patch, () if self.prerelease else (1,), identifiers)

    def __str__(self) -> str:
        release = f"{self.major}.{self.minor}.{self.patch}"
        prerelease = f"-{self.prerelease}" if self.prerelease else ""
        return f"{release}{prerelease}+{self.metadata}" if self.metadata else f"{release}{prerelease}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Constraint:
    operator: str
    version: Version
    any_major: bool
    any_minor: bool
    any_patch: bool

    @property
    def is_partial(self) -> bool:
        return self.any_major or self.any_minor or self.any_patch


def parse_version(text: str) -> Version:
    """The version that a text names as helm reads it (`v1` and `1.2` are versions); VersionError if it is none."""
    match = _VERSION.fullmatch(text)
    if not match:
        raise VersionError("Invalid Semantic Version")
    numbers = [int((part or ".0").lstrip(".")) for part in match.groups()[:3]]
    prerelease = match[4] or ""
    if any(part.isdecimal() and len(part) > 1 and part[0] == "0" for part in prerelease.split(".")):
        raise VersionError("Version segment starts with 0")
    if any(number >= _UINT64 for number in numbers):
        raise VersionError("Invalid Semantic Version")
    return Version(major=numbers[0], minor=numbers[1], patch=numbers[2], prerelease=prerelease, metadata=match[5] or "")


def sort_key(version: str) -> SortKey:
    """A key that sorts versions upwards; what is not a version comes first. `v1.0.0` and `1.0.0` are equal."""
    try:
        return parse_version(version.strip()).key
    except VersionError:
        return (0, 0, 0, 0, (), ((1, 0, version),))


def is_same_version(one: str, other: str) -> bool:
    """Whether two texts name the same chart version: a leading `v` does not count, build metadata does."""
    return one.strip().removeprefix("v") == other.strip().removeprefix("v")


def satisfies(version: str, constraint: str) -> bool:
    """Whether helm's `semverCompare constraint version` is true; VersionError where helm fails."""
    alternatives = _parse_constraints(constraint)
    parsed = parse_version(version)
    return any(all(_holds(parsed, one) for one in conjunction) for conjunction in alternatives)


def _parse_constraints(text: str) -> tuple[tuple[_Constraint, ...], ...]:
    rewritten = text
    for match in _RANGE.finditer(text):
        rewritten = rewritten.replace(match[0], f">= {match[1]}, <= {match[2]} ", 1)
    alternatives = []
    for part in rewritten.split("||"):
        if not _VALID.fullmatch(part):
            raise VersionError(f"improper constraint: {part}")
        alternatives.append(tuple(_parse_constraint(found) for found in _FIND.findall(part)))
    return tuple(alternatives)


def _parse_constraint(text: str) -> _Constraint:
    match = _CONSTRAINT.fullmatch(text)
    if not match:
        raise VersionError(f"improper constraint: {text}")
    operator, whole, major, minor, patch, prerelease, _ = match.groups()
    any_major = _is_joker(major)
    any_minor = not any_major and _is_joker(minor)
    any_patch = not any_major and not any_minor and _is_joker(patch)
    suffix = prerelease or ""
    if any_major:
        whole = f"0.0.0{suffix}"
    elif any_minor:
        whole = f"{major}.0.0{suffix}"
    elif any_patch:
        whole = f"{major}{minor}.0{suffix}"
    try:
        version = parse_version(whole)
    except VersionError:
        raise VersionError("constraint Parser Error") from None
    return _Constraint(
        operator=operator, version=version, any_major=any_major, any_minor=any_minor, any_patch=any_patch
    )


def _is_joker(part: str | None) -> bool:
    return not part or part.lstrip(".") in ("", "x", "X", "*")


def _holds(v: Version, c: _Constraint) -> bool:
    if v.prerelease and not c.version.prerelease and (c.operator != "!=" or c.is_partial):
        return False
    match c.operator:
        case "" | "=":
            return _tilde(v, c) if c.is_partial else v.key == c.version.key
        case "!=":
            return _differs(v, c)
        case ">":
            return _greater(v, c)
        case "<":
            return v.key < c.version.key
        case ">=" | "=>":
            return v.key >= c.version.key
        case "<=" | "=<":
            return _at_most(v, c)
        case "^":
            return _caret(v, c)
        case _:  # ~ and ~>
            return _tilde(v, c)


def _differs(v: Version, c: _Constraint) -> bool:
    if c.is_partial:
        if v.major != c.version.major:
            return True
        if v.minor != c.version.minor and not c.any_minor:
            return True
        if c.any_minor:
            return False
        if v.patch != c.version.patch and not c.any_patch:
            return True
        if c.any_patch:
            return v.prerelease != c.version.prerelease
    return v.key != c.version.key


def _greater(v: Version, c: _Constraint) -> bool:
    if c.is_partial:
        if v.major != c.version.major:
            return v.major > c.version.major
        if c.any_minor:
            return False
        if c.any_patch:
            return v.minor > c.version.minor
    return v.key > c.version.key


def _at_most(v: Version, c: _Constraint) -> bool:
    if not c.is_partial:
        return v.key <= c.version.key
    if v.major > c.version.major:
        return False
    return not (v.major == c.version.major and v.minor > c.version.minor and not c.any_minor)


def _tilde(v: Version, c: _Constraint) -> bool:
    least = c.version
    if v.key < least.key:
        return False
    # ~0.0.0 is upstream's special case: any version, as for `*`
    if (least.major, least.minor, least.patch) == (0, 0, 0) and not c.any_minor and not c.any_patch:
        return True
    return v.major == least.major and (v.minor == least.minor or c.any_minor)


def _caret(v: Version, c: _Constraint) -> bool:
    least = c.version
    if v.key < least.key:
        return False
    if least.major > 0 or c.any_minor:
        return v.major == least.major
    if v.major > 0:
        return False
    if least.minor > 0 or c.any_patch:
        return v.minor == least.minor
    if v.minor > 0:
        return False
    return v.patch == least.patch
