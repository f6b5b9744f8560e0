"""The umbrella charts of a repository, read from its index."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from migrator.audit.types import Umbrella
from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.lock import Lock
from migrator.model import Json, RepoPath
from migrator.prove import lock_file_problem
from migrator.rewrite import is_umbrella
from migrator.yamlio import Dialect, read_value, spans


def umbrellas_of(index: Index, lock: Lock | None = None) -> tuple[Umbrella, ...]:
    """Chart folders with dependencies on public charts and without templates, sorted; what does not parse is none.

    A folder of a release in the lock counts with templates too. Charts that are vendored inside another chart's
    `charts/` are that chart's business.
    """
    named = {release.path for each in lock.environments.values() for release in each.helm} if lock is not None else ()
    found = []
    for file in sorted(index.files):
        folder = RepoPath(posixpath.dirname(file) or ".")
        if posixpath.basename(file) != "Chart.yaml" or _is_vendored(index, folder):
            continue
        chart = _read(index, file)
        dependencies = tuple(
            entry for entry in _entries(chart) if not str(entry.get("repository") or "").startswith("file:")
        )
        prefix = "" if folder == "." else f"{folder}/"
        has_templates = any(path.startswith(f"{prefix}templates/") for path in index.files)
        if dependencies and (folder in named or not has_templates):
            found.append(
                Umbrella(
                    path=folder,
                    file=file,
                    dependencies=_entries(chart),
                    is_ours=is_umbrella(chart),
                    lock_problem=_lock_problem(index, RepoPath(f"{prefix}Chart.lock"), _entries(chart)),
                    spans=spans(index.read(file), path=file),
                )
            )
    return tuple(found)


def _is_vendored(index: Index, folder: RepoPath) -> bool:
    """Whether the folder lies in the `charts/` of another chart."""
    parts = folder.split("/")
    return any(
        part == "charts" and "/".join([*parts[:position], "Chart.yaml"]) in index.files
        for position, part in enumerate(parts)
    )


def _entries(chart: Json) -> tuple[Mapping[str, Json], ...]:
    entries = chart.get("dependencies") if isinstance(chart, Mapping) else None
    return tuple(entry for entry in entries if isinstance(entry, Mapping)) if isinstance(entries, list) else ()


def _lock_problem(index: Index, path: RepoPath, entries: tuple[Mapping[str, Json], ...]) -> str:
    return lock_file_problem(entries, _read(index, path)) if index.is_file(path) else ""


def _read(index: Index, path: RepoPath) -> Json:
    if not index.is_file(path):
        return None
    try:
        return read_value(index.read(path), dialect=Dialect.SIGS, path=path)
    except MigrateError:
        return None
