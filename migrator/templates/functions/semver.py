"""Semantic versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.charts.versions import VersionError, parse_version, satisfies
from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.types import Version


def _semver(text: str) -> Version:
    try:
        found = parse_version(text)
    except VersionError as error:
        raise TemplateError(str(error)) from None
    return Version(found.major, found.minor, found.patch, found.prerelease, found.metadata, text)


def _compare(constraint: str, version: str) -> bool:
    try:
        return satisfies(version, constraint)
    except VersionError as error:
        raise TemplateError(str(error)) from None


ENTRIES: Final[Mapping[str, Entry]] = {
    "semver": ("s", _semver),
    "semverCompare": ("ss", _compare),
}
