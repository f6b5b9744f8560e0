"""A mirror folder of `NAME-VERSION.tgz` and chart folders: Chart.yaml, read where a name fits, says what each is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from migrator.charts.archive import load_metadata, read_metadata
from migrator.charts.choosing.publishers import marks_of
from migrator.charts.types import ChartVersion
from migrator.charts.versions import is_same_version
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.engines import Cache
from migrator.model import Json

_SUFFIX = ".tgz"
_VERSION_START = re.compile(r"v?\d")
Fits = Callable[[Mapping[str, Json]], bool]
"""Whether a chart of these `name`, `version`, `marks` and `digest` is the one that is asked for; may raise MIG423."""


def mirror_versions(
    names: tuple[str, ...], folder: Path, name: str, cache: Cache, *, fits: Fits
) -> tuple[tuple[ChartVersion, ...], Diagnostics]:
    """The versions of a chart among a mirror's files, in no order; a diagnostic for each file that is not a chart."""
    found: list[ChartVersion] = []
    problems = []
    for file in _candidates(names, name):
        path = folder / file
        try:
            metadata = _metadata(path, cache)
            is_it = metadata["name"] == name and fits(metadata)
        except MigrateError as error:
            problems.append(error.diagnostic)
            continue
        if is_it:
            found.append(
                ChartVersion(
                    version=metadata["version"],
                    app_version=metadata["appVersion"],
                    deprecated=metadata["deprecated"],
                    url=str(path),
                )
            )
    return tuple(found), tuple(problems)


def mirror_file(
    names: tuple[str, ...], folder: Path, name: str, version: str, cache: Cache, *, fits: Fits
) -> Path | None:
    """The mirror's file of a chart version, None if it has none. One named for it that is not a chart raises MIG41x."""
    for file in _candidates(names, name):
        # a name may be read in two ways (`app-7-1.2.3`), so Chart.yaml has the last word
        if file == f"{name}/" or is_same_version(_rest(file, name), version):
            metadata = _metadata(folder / file, cache)
            is_it = metadata["name"] == name and is_same_version(metadata["version"], version)
            if is_it and fits(metadata):
                return folder / file
    return None


def mirror_names(folder: Path) -> tuple[str, ...]:
    """The archives in a mirror's folder and, with a slash at the end, its charts that are folders; sorted.

    MIG421 if it cannot be listed.
    """
    try:
        return tuple(sorted(_entries(folder)))
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise MigrateError.of(
            "MIG421", f"chart mirror {folder}: {reason}", remedy="name a folder of NAME-VERSION.tgz archives"
        ) from None


def _entries(folder: Path) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.name.endswith(_SUFFIX) and entry.is_file():
            yield entry.name
        elif (entry / "Chart.yaml").is_file():
            yield f"{entry.name}/"


def _candidates(names: tuple[str, ...], name: str) -> Iterator[str]:
    return (
        file
        for file in names
        if file == f"{name}/" or (file.startswith(f"{name}-") and _VERSION_START.match(_rest(file, name)))
    )


def _rest(file: str, name: str) -> str:
    return file[len(name) + 1 :].removesuffix("/").removesuffix(_SUFFIX)


def _metadata(path: Path, cache: Cache) -> dict[str, Json]:
    """The few fields of Chart.yaml that a listing needs; of an archive remembered by path, size and time of change."""
    if path.is_dir():
        return _slim(read_metadata({"Chart.yaml": (path / "Chart.yaml").read_bytes()}, path.name))
    try:
        stat = path.stat()
    except OSError as error:
        raise MigrateError.of(
            "MIG410",
            f"chart archive {path.name}: {(error.strerror or 'unreadable').lower()}",
            remedy="check the mirror",
        ) from None
    key = f"chart-metadata-3\n{path.absolute()}\n{stat.st_size}\n{stat.st_mtime_ns}"
    stored = cache.get(key)
    if stored is not None:
        known: dict[str, Json] = json.loads(stored)
        return known
    slim = {**_slim(load_metadata(path)), "digest": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"}
    cache.put(key, json.dumps(slim).encode())
    return slim


def _slim(metadata: dict[str, Json]) -> dict[str, Json]:
    return {
        "name": metadata["name"],
        "version": metadata["version"],
        "appVersion": metadata.get("appVersion", ""),
        "deprecated": metadata.get("deprecated") is True,
        "marks": list(marks_of(metadata)),
        "digest": "",
    }
