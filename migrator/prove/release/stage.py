"""An umbrella chart as the deployer sees it: a private copy with its one dependency in `charts/`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.charts import ChartLibrary
from migrator.charts.schema import SCHEMA, outside_references
from migrator.charts.types import ChartArchive
from migrator.diagnostics import MigrateError
from migrator.lock import LockedRelease
from migrator.model import RepoPath, SourceSpan
from migrator.prove.release.dependencies import check_dependencies, check_lock_file, read_chart_file
from migrator.prove.release.vendored import place_dependency


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
    A chart that the repository vendors there is left as it is: the deployer renders it.
    Raises MIG702 (missing folder, values file or post-render folder; a link out of the repository), MIG703 (Chart.yaml
    names another dependency than the lock, or Chart.lock another than both; a chart in `charts/` that neither names),
    MIG704 (a chart is not the one that was proved), and what the chart library raises.
    """
    folder = repository_folder(tree, release.path)
    inputs = _copy(folder, target, tree.resolve(), release.path)
    _check_named_files(release, target)
    chart = read_chart_file(target / "Chart.yaml", release.path)
    check_dependencies(release, chart, target)
    if RepoPath(f"{release.path}/Chart.lock") not in replaced:
        check_lock_file(release, chart, target / "Chart.lock")
    archive = place_dependency(release, chart, target / "charts", library)
    schemas = {f"/{path.relative_to(target)}": path.read_bytes() for path in sorted(target.rglob(SCHEMA))}
    packed = {path.name for path in target.glob("charts/*.tgz")} - {f"{release.name}-{release.version}.tgz"}
    is_strict = not packed and not outside_references(
        {**archive.files, **{f"/{path}": schemas[path] for path in schemas}}
    )
    return Staged(directory=target, archive=archive, inputs=inputs, is_strict=is_strict)


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


def _copy(folder: Path, target: Path, tree: Path, shown: RepoPath) -> Mapping[RepoPath, str]:
    inputs: dict[RepoPath, str] = {}
    for source in _files(folder, tree, shown):
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


def _files(folder: Path, tree: Path, shown: RepoPath) -> Iterator[Path]:
    """Files below the folder, sorted. helm enters linked folders: those that stay in the repository are entered too."""
    entered: dict[Path, tuple[Path, ...]] = {folder: (folder.resolve(),)}
    for base, directories, names in os.walk(folder, followlinks=True):
        directories.sort()
        for directory in directories:
            path = Path(base) / directory
            resolved, above = path.resolve(), entered[Path(base)]
            if not resolved.is_relative_to(tree) or resolved in above:
                raise MigrateError.of(
                    "MIG702",
                    "a symbolic link leaves the repository or leads into itself",
                    span=SourceSpan(path=RepoPath(f"{shown}/{path.relative_to(folder).as_posix()}")),
                    remedy="replace the link by the folder it points to",
                )
            entered[path] = (*above, resolved)
        for name in sorted(names):
            yield Path(base) / name
