"""An umbrella chart as the deployer sees it: a private copy with its one dependency in `charts/`."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.charts import ChartLibrary, load_archive
from migrator.charts.schema import SCHEMA, outside_references
from migrator.charts.types import ChartArchive, ChartRef
from migrator.diagnostics import MigrateError
from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath, SourceSpan
from migrator.rewrite.umbrella.chart_files import lock_digest
from migrator.yamlio import Dialect, read_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A chart folder that helm can render."""

    directory: Path
    archive: ChartArchive
    inputs: Mapping[RepoPath, str]
    """Files of the repository that were copied, with their digests."""
    is_strict: bool
    """Whether helm may check the values against the schemas: it would follow references out of them (fact D8)."""


def repository_folder(tree: Path, path: RepoPath) -> Path:
    """The folder on disk; MIG702 where it is missing or lies outside the tree."""
    root = tree.resolve()
    folder = (root / path).resolve()
    if not folder.is_relative_to(root):
        raise MigrateError.of(
            "MIG702",
            "the path leaves the repository",
            span=SourceSpan(path=path),
            remedy="correct the path in .migrate/lock.yaml",
        )
    if not folder.is_dir():
        raise MigrateError.of(
            "MIG702",
            "the lock names this folder, but it does not exist",
            span=SourceSpan(path=path),
            remedy="restore the folder, or run `migrate apply --relock` if its release is meant to go",
        )
    return folder


def stage_release(
    release: LockedRelease,
    tree: Path,
    library: ChartLibrary,
    target: Path,
    replaced: Collection[RepoPath] = (),
) -> Staged:
    """Copy a release's umbrella chart to `target` and put its dependency, checked against the lock, into `charts/`.

    `replaced` are files that will be written anew: what they say counts no more.
    Raises MIG702 (missing folder, values file or post-render folder; a link out of the repository), MIG703 (Chart.yaml
    names another dependency than the lock, or Chart.lock another than both), MIG704 (the archive is not the one that
    was proved), and what the chart library raises.
    """
    folder = repository_folder(tree, release.path)
    inputs = _copy(folder, target, tree.resolve(), release.path)
    _check_named_files(release, target)
    chart = read_chart_file(target / "Chart.yaml", release.path)
    _check_dependency(release, chart)
    if RepoPath(f"{release.path}/Chart.lock") not in replaced:
        _check_lock_file(release, chart, target / "Chart.lock")
    archive = _dependency(release, target, library)
    if archive.digest != release.digest:
        raise MigrateError.of(
            "MIG704",
            f"chart {release.name} {release.version} is not the one that was proved: "
            f"{archive.digest} where the lock has {release.digest or 'no digest'}",
            span=SourceSpan(path=release.path),
            remedy="find out who changed the archive; a chart version that is published twice cannot be trusted",
        )
    schemas = {f"/{path.relative_to(target)}": path.read_bytes() for path in sorted(target.rglob(SCHEMA))}
    packed = {path.name for path in target.glob("charts/*.tgz")} - {f"{release.name}-{release.version}.tgz"}
    is_strict = not packed and not outside_references(
        {**archive.files, **{f"/{path}": schemas[path] for path in schemas}}
    )
    _place(archive, target / "charts", release)
    return Staged(directory=target, archive=archive, inputs=inputs, is_strict=is_strict)


def read_chart_file(path: Path, shown: RepoPath) -> Mapping[str, Json]:
    """Chart.yaml as a mapping; MIG703 where there is none or it holds something else."""
    span = SourceSpan(path=RepoPath(f"{shown}/Chart.yaml"))
    try:
        value = read_value(path.read_bytes(), dialect=Dialect.SIGS, path=span.path)
    except FileNotFoundError:
        value = None
    if not isinstance(value, Mapping):
        raise MigrateError.of(
            "MIG703",
            "there is no readable Chart.yaml here, though the lock names the folder as an umbrella chart",
            span=span,
            remedy="restore the file; if the release is meant to go, remove its folder and run "
            "`migrate apply --relock`",
        )
    return value


def dependencies_of(chart: Mapping[str, Json]) -> tuple[Mapping[str, Json], ...]:
    """The well-formed entries of `dependencies`."""
    entries = chart.get("dependencies")
    return tuple(each for each in entries if isinstance(each, Mapping)) if isinstance(entries, list) else ()


_KEYS = frozenset({"name", "repository", "version"})


def ref_parts(ref: ChartRef) -> tuple[str, str, str]:
    """Name, version and repository, as entries of `dependencies` have them."""
    return ref.name, ref.version, ref.repository


def is_named(entries: Sequence[Mapping[str, Json]], ref: ChartRef) -> bool:
    """Whether one of the entries of `dependencies` is the chart."""
    return ref_parts(ref) in [
        tuple(str(each.get(key) or "") for key in ("name", "version", "repository")) for each in entries
    ]


def _check_dependency(release: LockedRelease, chart: Mapping[str, Json]) -> None:
    # What the deployer fetches is what Chart.yaml names; rendering the lock's chart instead would prove something else.
    wanted = (release.name, release.version, release.repository)
    found = [
        tuple(str(entry.get(key) or "") for key in ("name", "version", "repository"))
        for entry in dependencies_of(chart)
    ]
    if wanted not in found:
        shown = "; ".join(" ".join(filter(None, each)) for each in found) or "no dependency"
        raise MigrateError.of(
            "MIG703",
            f"Chart.yaml names {shown}, the lock {' '.join(filter(None, wanted))}",
            span=SourceSpan(path=RepoPath(f"{release.path}/Chart.yaml")),
            remedy="bring both together: run `migrate apply --relock` after a meant upgrade, else restore Chart.yaml",
        )


def lock_file_problem(chart: Mapping[str, Json], locked: Json, ref: ChartRef) -> str:
    """Why a Chart.lock does not lock the chart, one of the dependencies of Chart.yaml; empty where it does."""
    entries = dependencies_of(locked) if isinstance(locked, Mapping) else ()
    if not is_named(entries, ref):
        return f"does not name {' '.join(filter(None, ref_parts(ref)))}"
    is_plain = dependencies_of(chart) == entries and len(entries) == 1 and entries[0].keys() == _KEYS
    return "has the digest of other dependencies" if is_plain and locked.get("digest") != lock_digest(ref) else ""


def _check_lock_file(release: LockedRelease, chart: Mapping[str, Json], path: Path) -> None:
    # helm dependency build, and so a deployer, fetches what Chart.lock names (fact A6)
    if not path.is_file():
        return
    span = SourceSpan(path=RepoPath(f"{release.path}/Chart.lock"))
    ref = ChartRef(name=release.name, version=release.version, repository=release.repository)
    problem = lock_file_problem(chart, read_value(path.read_bytes(), dialect=Dialect.SIGS, path=span.path), ref)
    if problem:
        raise MigrateError.of(
            "MIG703",
            f"Chart.lock {problem}, so that helm fetches another chart or none",
            span=span,
            remedy="restore Chart.lock, or run `migrate apply --relock` after a meant upgrade",
        )


def _check_named_files(release: LockedRelease, staged: Path) -> None:
    for name in release.values:
        if not _below(staged, name).is_file():
            raise MigrateError.of(
                "MIG702",
                "the lock lists this values file, but it does not exist",
                span=SourceSpan(path=RepoPath(f"{release.path}/{name}")),
                remedy="restore the file, or run `migrate apply --relock` if it is meant to go",
            )
    if release.post_render is not None and not _below(staged, release.post_render).is_dir():
        raise MigrateError.of(
            "MIG702",
            "the lock names this post-render folder, but it does not exist",
            span=SourceSpan(path=RepoPath(f"{release.path}/{release.post_render}")),
            remedy="restore the folder, or run `migrate apply --relock` if it is meant to go",
        )


def _below(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise MigrateError.of(
            "MIG702",
            f"{name!r} leaves the chart's folder",
            remedy="paths of a release in .migrate/lock.yaml are relative to its chart and stay below it",
        )
    return path


def _dependency(release: LockedRelease, staged: Path, library: ChartLibrary) -> ChartArchive:
    """The archive that the repository vendors itself, else the one that the library finds."""
    vendored = staged / "charts" / f"{release.name}-{release.version}.tgz"
    if vendored.is_file():
        return load_archive(vendored)
    return library.fetch(ChartRef(name=release.name, version=release.version, repository=release.repository))


def _place(archive: ChartArchive, charts: Path, release: LockedRelease) -> None:
    charts.mkdir(exist_ok=True)
    if archive.path.is_dir():
        shutil.copytree(archive.path, charts / release.name, dirs_exist_ok=True)
    elif archive.path.parent != charts:  # else it is the vendored one
        shutil.copyfile(archive.path, charts / f"{release.name}-{release.version}.tgz")


def _copy(folder: Path, target: Path, tree: Path, shown: RepoPath) -> Mapping[RepoPath, str]:
    inputs: dict[RepoPath, str] = {}
    for source in _files(folder):
        relative = source.relative_to(folder).as_posix()
        resolved = source.resolve()
        if source.is_symlink() and not (resolved.is_relative_to(tree) and resolved.is_file()):
            raise MigrateError.of(
                "MIG702",
                "a symbolic link leaves the repository or points nowhere",
                span=SourceSpan(path=RepoPath(f"{shown}/{relative}")),
                remedy="replace the link by the file it points to",
            )
        data = source.read_bytes()
        destination = target / relative
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(data)
        inputs[RepoPath(f"{shown}/{relative}")] = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return inputs


def _files(folder: Path) -> Iterator[Path]:
    """Files below the folder, sorted; linked directories are not entered."""
    for base, directories, names in os.walk(folder):
        directories.sort()
        for name in sorted(names):
            yield Path(base) / name
