"""A text that names something in another repository -> which repository, at which ref, which file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

VERSION = r"v?\d+(?:\.\w+)+(?:[-+][\w.+-]+)?"
"""A version in a path or a tag: at least two parts, the first a number."""
_SSH = re.compile(r"^(?:ssh://)?(?:[\w.-]+@)?github\.com[:/]")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:tar\.gz|tgz|zip)$")
_REF = re.compile(r"^refs/(?:tags|heads)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place in another repository or on a site; never with credentials."""

    repository: str
    """`owner/name` on GitHub in lower case; empty for any other site."""
    ref: str
    """Tag, branch or commit; empty where none is given."""
    path: str
    """In the repository; the name of the file for a release asset; host and path for any other site."""
    is_asset: bool = False
    """A file of a GitHub release."""
    is_whole: bool = False
    """The source of the repository at the ref, or the page of a release, no path in it."""

    def __str__(self) -> str:
        if not self.repository:
            return self.path
        parts = (f"github.com/{self.repository}", self.ref, self.path)
        return " ".join(part for part in parts if part)


def location_of(text: str) -> Location | None:
    """What an entry of a kustomization, an origin of kustomize or a URL in a comment names; None for none of these."""
    text = text.strip().strip("\"'<>()").removeprefix("git::")
    head, _, query = text.partition("?")
    head = _SSH.sub("github.com/", head)
    host, _, rest = _SCHEME.sub("", head).partition("/")
    host = host.lower().removeprefix("www.")
    if "." not in host or not rest:
        return None
    match host:
        case "github.com":
            return _github(rest, query)
        case "raw.githubusercontent.com":
            return _raw(rest)
        case "codeload.github.com":
            return _codeload(rest)
        case _:
            return Location(repository="", ref="", path=f"{host}/{rest.lstrip('/')}")


def _github(rest: str, query: str) -> Location | None:
    given = parse_qs(query)
    ref = next((given[key][0] for key in ("ref", "version") if key in given), "")
    before, found, after = rest.partition(".git")
    if found and after[:1] in {"", "/"}:
        rest = f"{before}/{after}"
    parts = [part for part in rest.split("/") if part]
    if len(parts) < 2:
        return None
    repository, tail = "/".join(parts[:2]).lower(), parts[2:]
    match tail:
        case ["releases", "download", tag, *name] if name:
            return Location(repository=repository, ref=tag, path="/".join(name), is_asset=True)
        case ["releases", "latest", "download", *name] if name:
            return Location(repository=repository, ref="", path="/".join(name), is_asset=True)
        case ["releases", "tag", tag]:
            return Location(repository=repository, ref=tag, path="", is_whole=True)
        case ["archive", *name] if name:
            archive = _ARCHIVE.sub("", _REF.sub("", "/".join(name)))
            return Location(repository=repository, ref=archive, path="", is_whole=True)
        case ["raw" | "blob" | "tree", *_] if not ref:
            at, path = _ref_and_path(tail[1:])
            return Location(repository=repository, ref=at, path=path, is_whole=not path)
        case _:
            return Location(repository=repository, ref=_REF.sub("", ref), path="/".join(tail))


def _raw(rest: str) -> Location | None:
    parts = [part for part in rest.split("/") if part]
    if len(parts) < 4:
        return None
    ref, path = _ref_and_path(parts[2:])
    return Location(repository="/".join(parts[:2]).lower(), ref=ref, path=path)


def _codeload(rest: str) -> Location | None:
    parts = [part for part in rest.split("/") if part]
    if len(parts) < 4:
        return None
    ref = _REF.sub("", "/".join(parts[3:]))
    return Location(repository="/".join(parts[:2]).lower(), ref=ref, path="", is_whole=True)


def _ref_and_path(parts: list[str]) -> tuple[str, str]:
    if parts[:1] == ["refs"] and len(parts) > 2:
        parts = parts[2:]
    return (parts[0], "/".join(parts[1:])) if parts else ("", "")
