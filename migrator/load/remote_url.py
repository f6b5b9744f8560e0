"""What a remote reference names, in every spelling that kustomize takes: a place on a host, and a git reference."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*)://(?:[^/@]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<rest>.*)", re.IGNORECASE)
_SCP = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w-]+(?:\.[\w-]+)+):/?(?P<rest>.*)")
_BARE = re.compile(r"(?P<host>[\w-]+(?:\.[\w-]+)+)/(?P<rest>.*)")
_GITHUB = "github.com"
_RAW = "raw.githubusercontent.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteUrl:
    """A place on a host, without scheme, credentials and `.git`, so that equal places are equal."""

    host: str
    path: str
    """Of the repository and within it: `ORG/REPO/deploy/base`."""
    ref: str = ""
    is_release: bool = False
    """An asset of a release, which is in no git repository."""

    def within(self, other: RemoteUrl) -> str | None:
        """The path below another place: `.` for the place itself, None where it is none of it."""
        if self.host != other.host or (other.ref and self.ref != other.ref):
            return None
        if self.is_release and not other.is_release:
            return None
        own, shared = _parts(self), _parts(other)
        if own[: len(shared)] != shared:
            return None
        return "/".join(self.path.split("/")[len(shared) :]) or "."

    def __str__(self) -> str:
        return f"{self.host}/{self.path}" + (f"?ref={self.ref}" if self.ref else "")


def remote_url(text: str) -> RemoteUrl | None:
    """The place that a reference, a git remote or a key of `remotes` names; None where that cannot be told."""
    text, _, query = text.strip().removeprefix("git::").partition("?")
    if text.startswith("gh:"):
        text = f"{_GITHUB}/{text[3:]}"
    found = _SCHEME.fullmatch(text) or _SCP.fullmatch(text) or _BARE.fullmatch(text)
    if found is None:
        return None
    asked = parse_qs(query)
    ref = next((asked[name][-1] for name in ("ref", "version") if name in asked), "")
    host = found["host"].lower().removeprefix("www.")
    path = _normal(found["rest"])
    if path is None:
        return None
    return _of_github(RemoteUrl(host=host, path=path, ref=ref))


def _normal(rest: str) -> str | None:
    """The path without `.git` and doubled slashes; None where it leads out."""
    repository, mark, inside = rest.partition(".git/")
    rest = f"{repository}/{inside}" if mark else rest.removesuffix(".git")
    path = posixpath.normpath(re.sub(r"/{2,}", "/", rest).strip("/"))
    return None if path == "." or path.startswith("..") else path


def _of_github(url: RemoteUrl) -> RemoteUrl:
    """A single file of a repository, or of a release, by the addresses under which GitHub has it."""
    parts = url.path.split("/")
    if url.host == _RAW and len(parts) > 3:
        return _file_of(parts[:2], parts[2:])
    if url.host == _GITHUB and len(parts) > 4 and parts[2] in ("raw", "blob"):
        return _file_of(parts[:2], parts[3:])
    is_release = url.host == _GITHUB and len(parts) > 2 and parts[2] == "releases"
    return RemoteUrl(host=url.host, path=url.path, ref=url.ref, is_release=is_release)


def _file_of(repository: list[str], rest: list[str]) -> RemoteUrl:
    if rest[0] == "refs" and len(rest) > 3:
        rest = rest[2:]
    return RemoteUrl(host=_GITHUB, path="/".join((*repository, *rest[1:])), ref=rest[0])


def _parts(url: RemoteUrl) -> list[str]:
    """GitHub does not mind the case of an organisation and a repository."""
    parts = url.path.split("/")
    return [part.lower() for part in parts[:2]] + parts[2:] if url.host == _GITHUB else parts
