"""Whose chart an archive is: publishers share the names of charts, and a mirror's file says name and version alone."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping

from migrator.model import Json

Publishers = Callable[[str], Mapping[str, frozenset[str]]]
"""Chart -> repository URL of each publisher that is known -> the versions that are known of it."""

_NO_NAMES = frozenset(
    {"chart", "charts", "com", "dev", "docker", "ghcr", "github", "githubusercontent", "gitlab", "io", "net", "oci"}
    | {"org", "quay", "raw", "registry", "registry-1", "www"}
)
_CHARTS = re.compile(r"(-?helm)?-?charts?$")
_CHART_SOURCE = re.compile(r"https?://[^/]*/.*\bcharts?\b", re.IGNORECASE)


def nobody(_: str) -> Mapping[str, frozenset[str]]:
    """The publishers of a chart where none are known."""
    return {}


def marks_of(metadata: Mapping[str, Json]) -> tuple[str, ...]:
    """What Chart.yaml says of its publisher: URLs, and names of maintainers; in no order that means anything."""
    return tuple(dict.fromkeys(str(each) for each in _marks(metadata) if each))


def whose(version: str, marks: tuple[str, ...], known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The publishers, of those known, whose chart it may be; all of them where nothing tells them apart.

    Where the chart's own source lies says it best, then who is known to have published the version.
    """
    plain = version.removeprefix("v")
    published = {url for url, versions in known.items() if plain in {one.removeprefix("v") for one in versions}}
    sources = [mark for mark in marks if _CHART_SOURCE.match(mark)]
    for named in (_named(sources, known), published, _named(marks, known)):
        if named:
            return frozenset(named & published or named)
    return frozenset(known)


def _marks(metadata: Mapping[str, Json]) -> Iterator[Json]:
    yield metadata.get("home")
    yield metadata.get("icon")
    for key in ("sources", "maintainers", "dependencies"):
        listed = metadata.get(key)
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict):
                fields = ("name", "email", "url") if key == "maintainers" else ("repository",)
                yield from (each.get(field) for field in fields)
            else:
                yield each


def _named(marks: Iterable[str], known: Iterable[str]) -> set[str]:
    words = {word for mark in marks for word in _words(mark)}
    return {url for url in known if _words(url) & words}


def _words(mark: str) -> set[str]:
    """The names in a URL or of a person: labels of the host and folders, without what any host or folder is called."""
    parts = urllib.parse.urlsplit(mark.lower()) if "://" in mark else None
    found = re.split(r"[./]", f"{parts.netloc}/{parts.path}") if parts else re.split(r"[\s,@.]", mark.lower())
    plain = {_CHARTS.sub("", word) for word in found}
    return plain - _NO_NAMES - {""}
