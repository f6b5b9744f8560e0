"""What a chart repository on the network offers: index.yaml over HTTP, tags of an OCI registry."""

from __future__ import annotations

import hashlib
import http
import json
import re
import urllib.parse
from collections.abc import Iterable, Mapping

from migrator.charts.types import ChartVersion
from migrator.charts.versions import sort_key
from migrator.charts.web import MAX_INDEX_BYTES, get, get_cached, refused, shown
from migrator.diagnostics import MigrateError
from migrator.engines import Cache
from migrator.model import Json, RepoPath

Index = Mapping[str, tuple[ChartVersion, ...]]
"""Versions by chart name, newest first."""

_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_SEMANTIC = re.compile(r"v?\d+\.\d+\.\d+")
_MAX_TAG_PAGES = 50


def read_index(data: bytes, base_url: str) -> Index:
    """The charts of an index.yaml; URLs are absolute; no version or no URL: left out. MIG422 if it is not an index."""
    from migrator.yamlio import Dialect, YamlError, read_value

    try:
        value = read_value(data, dialect=Dialect.SIGS, path=RepoPath("index.yaml"))
    except YamlError as error:
        raise _no_index(base_url, error.diagnostic.summary) from None
    entries = value.get("entries") if isinstance(value, dict) else None
    if not isinstance(entries, dict):
        raise _no_index(base_url, "it has no entries")
    index: dict[str, tuple[ChartVersion, ...]] = {}
    for name, listed in sorted(entries.items()):
        found = [_version(entry, base_url) for entry in listed or () if isinstance(entry, dict)]
        index[name] = newest_first(one for one in found if one)
    return index


def newest_first(versions: Iterable[ChartVersion]) -> tuple[ChartVersion, ...]:
    """The versions as helm orders them; equal ones by their text."""
    return tuple(sorted(versions, key=lambda one: (sort_key(one.version), one.version), reverse=True))


def fetch_index(repository: str, cache: Cache, *, offline: bool) -> Index:
    """The index of an HTTP repository. MIG421 unreachable, MIG422 no index.

    What was parsed is kept by the digest of the file, because reading a large index takes seconds.
    """
    url = f"{repository.rstrip('/')}/index.yaml"
    data = get_cached(url, cache, limit=MAX_INDEX_BYTES, offline=offline)
    key = f"chart-index-1\n{repository}\n{hashlib.sha256(data).hexdigest()}"
    stored = cache.get(key)
    if stored is not None:
        return _unpacked(json.loads(stored))
    index = read_index(data, repository)
    cache.put(key, json.dumps(_packed(index)).encode())
    return index


def fetch_tags(repository: str, name: str, *, offline: bool) -> tuple[ChartVersion, ...]:
    """The versions that an OCI registry (`oci://host/path`) has of a chart, newest first.

    MIG421 if it cannot be asked. Registries hold `+` in a tag as `_`. Access is anonymous, with the token that a
    registry hands to anyone.
    """
    parts = urllib.parse.urlsplit(f"{repository.rstrip('/')}/{name}")
    if offline:
        raise MigrateError.of(
            "MIG421", f"{shown(repository)} must not be asked (offline)", remedy="use --chart-mirror DIR"
        )
    scheme = "http" if parts.hostname in ("localhost", "127.0.0.1", "::1") else "https"
    url = f"{scheme}://{parts.netloc}/v2{parts.path}/tags/list"
    tags: list[str] = []
    headers: dict[str, str] = {}
    for _ in range(_MAX_TAG_PAGES):
        answer = get(url, limit=MAX_INDEX_BYTES, headers=headers)
        if answer.status == http.HTTPStatus.UNAUTHORIZED and not headers:
            headers = {"Authorization": f"Bearer {_token(answer.headers.get('www-authenticate', ''), url)}"}
            continue
        if answer.status == http.HTTPStatus.NOT_FOUND:
            return ()
        if answer.status != http.HTTPStatus.OK:
            raise refused(url, answer.status)
        tags += _json(answer.body, url).get("tags") or []
        following = re.match(r"<([^>]+)>;\s*rel=\"?next", answer.headers.get("link", ""))
        if not following:
            break
        url = urllib.parse.urljoin(url, following[1])
    found = (str(tag).replace("_", "+") for tag in tags)
    return newest_first(
        ChartVersion(version=version, url=f"{repository.rstrip('/')}/{name}:{version}")
        for version in found
        if _SEMANTIC.match(version)
    )


def _token(challenge: str, url: str) -> str:
    told = dict(_CHALLENGE.findall(challenge))
    realm = told.get("realm", "")
    if not challenge.lower().startswith("bearer") or not realm:
        raise refused(url, http.HTTPStatus.UNAUTHORIZED)
    query = urllib.parse.urlencode({name: told[name] for name in ("service", "scope") if name in told})
    answer = get(f"{realm}?{query}", limit=MAX_INDEX_BYTES)
    if answer.status != http.HTTPStatus.OK:
        raise refused(url, http.HTTPStatus.UNAUTHORIZED)
    content = _json(answer.body, url)
    return str(content.get("token") or content.get("access_token") or "")


def _json(body: bytes, url: str) -> dict[str, Json]:
    try:
        value = json.loads(body)
    except ValueError:
        raise MigrateError.of("MIG422", f"{shown(url)} answers no JSON", remedy="is it an OCI registry?") from None
    return value if isinstance(value, dict) else {}


def _version(entry: Mapping[str, Json], base_url: str) -> ChartVersion | None:
    version = entry.get("version")
    urls = entry.get("urls")
    if version is None or not isinstance(urls, list) or not urls:
        return None
    digest = str(entry.get("digest") or "").removeprefix("sha256:")
    return ChartVersion(
        version=str(version),
        app_version=str(entry["appVersion"]) if entry.get("appVersion") is not None else "",
        deprecated=entry.get("deprecated") is True,
        digest=f"sha256:{digest}" if digest else "",
        url=urllib.parse.urljoin(f"{base_url.rstrip('/')}/", str(urls[0])),
    )


def _packed(index: Index) -> dict[str, list[list[Json]]]:
    return {
        name: [[one.version, one.app_version, one.deprecated, one.digest, one.url] for one in versions]
        for name, versions in index.items()
    }


def _unpacked(packed: Mapping[str, list[list[Json]]]) -> Index:
    return {
        name: tuple(
            ChartVersion(version=row[0], app_version=row[1], deprecated=row[2], digest=row[3], url=row[4])
            for row in rows
        )
        for name, rows in packed.items()
    }


def _no_index(url: str, reason: str) -> MigrateError:
    return MigrateError.of(
        "MIG422",
        f"{shown(url)} is not a chart repository: {reason}",
        remedy="correct the URL; charts in an OCI registry need oci://",
    )
