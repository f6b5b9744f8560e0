"""What a chart repository on the network offers: its index.yaml."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from migrator.charts.access import Access, joined, shown, without_login
from migrator.charts.types import ChartVersion
from migrator.charts.versions import is_same_version, sort_key
from migrator.charts.web import MAX_INDEX_BYTES, Web
from migrator.dataclass_json import from_json, to_json
from migrator.diagnostics import MigrateError
from migrator.engines import Cache
from migrator.model import Json, RepoPath

Index = Mapping[str, tuple[ChartVersion, ...]]
"""Versions by chart name, newest first."""


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
        found = [
            _version(entry, base_url)
            for entry in (listed if isinstance(listed, list) else ())
            if isinstance(entry, dict)
        ]
        index[name] = newest_first(one for one in found if one)
    return index


def newest_first(versions: Iterable[ChartVersion]) -> tuple[ChartVersion, ...]:
    """The versions as helm orders them; equal ones by their text."""
    return tuple(sorted(versions, key=lambda one: (sort_key(one.version), one.version), reverse=True))


def fetch_index(web: Web, repository: str, cache: Cache, *, access: Access, offline: bool) -> Index:
    """The index of an HTTP repository. MIG421 unreachable, MIG422 no index.

    What was parsed is kept by the digest of the file, because reading a large index takes seconds. No user or password
    in the URL reaches the cache.
    """
    repository, _ = without_login(repository)
    url = f"{repository.rstrip('/')}/index.yaml"
    data = web.get_cached(url, cache, limit=MAX_INDEX_BYTES, access=access, offline=offline)
    return _parsed(data, repository, cache)


def folder_index(folder: Path, cache: Cache) -> Index:
    """The index.yaml that a mirror's folder holds; empty where there is none that can be read."""
    with suppress(OSError, MigrateError):
        if not (folder / "index.yaml").is_file():  # to read a pipe might never end
            return {}
        return _parsed((folder / "index.yaml").read_bytes(), "file:", cache)
    return {}


def check_promise(folder: Path, metadata: Mapping[str, Json], promised: Sequence[ChartVersion]) -> None:
    """MIG423 for an archive of a mirror that is not the one of which the mirror's own index has the digest."""
    found = str(metadata["digest"])
    digests = {one.digest for one in promised if is_same_version(one.version, metadata["version"]) and one.digest}
    if found and digests and found not in digests:
        raise MigrateError.of(
            "MIG423",
            f"{metadata['name']}-{metadata['version']}.tgz in the mirror {folder} is not what its index.yaml promises: "
            f"{found} instead of {', '.join(sorted(digests))}",
            remedy="get the archive from its publisher again, or make the index anew (helm repo index)",
        )


def _parsed(data: bytes, repository: str, cache: Cache) -> Index:
    key = f"chart-index-3\n{repository}\n{hashlib.sha256(data).hexdigest()}"
    stored = cache.get(key)
    if stored is not None:
        with suppress(ValueError):
            return from_json(dict[str, tuple[ChartVersion, ...]], stored)
    index = read_index(data, repository)
    cache.put(key, to_json(index))
    return index


def _version(entry: Mapping[str, Json], base_url: str) -> ChartVersion | None:
    version = entry.get("version")
    urls = entry.get("urls")
    url = joined(f"{base_url.rstrip('/')}/", str(urls[0])) if isinstance(urls, list) and urls else ""
    if version is None or not url:
        return None
    digest = str(entry.get("digest") or "").removeprefix("sha256:")
    return ChartVersion(
        version=str(version),
        app_version=str(entry["appVersion"]) if entry.get("appVersion") is not None else "",
        deprecated=entry.get("deprecated") is True,
        digest=f"sha256:{digest}" if digest else "",
        url=url,
        created=str(entry.get("created") or "")[:10],
    )


def _no_index(url: str, reason: str) -> MigrateError:
    return MigrateError.of(
        "MIG422",
        f"{shown(url)} is not a chart repository: {reason}",
        remedy="correct the URL; charts in an OCI registry need oci://",
    )
