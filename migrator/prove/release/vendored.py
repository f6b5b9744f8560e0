"""The charts that an umbrella chart holds in `charts/`: a deployer renders those, and fetches what is not there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from migrator.charts import ChartLibrary, load_archive
from migrator.charts.types import ChartArchive
from migrator.diagnostics import MigrateError
from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath, SourceSpan
from migrator.prove.release.dependencies import chart_of, dependencies_of


def place_dependency(
    release: LockedRelease, chart: Mapping[str, Json], charts: Path, library: ChartLibrary
) -> ChartArchive:
    """The release's chart, put into the folder `charts` where the repository does not vendor it.

    Raises MIG703 for a vendored chart that no dependency names, MIG704 for one that is not what was proved.
    """
    named = {str(each.get("name")) for each in dependencies_of(chart)}
    vendored: list[ChartArchive] = []
    for entry in _entries(charts):
        held = load_archive(entry, is_subchart=True)
        if held.ref.name not in named:
            raise MigrateError.of(
                "MIG703",
                f"helm renders the chart {held.ref.name} that lies here, though Chart.yaml does not name it",
                span=_span(release, entry),
                remedy="remove it, or name it among the dependencies of Chart.yaml",
            )
        vendored += [held] if held.ref.name == release.name else []
    unpacked = [each for each in vendored if each.digest != release.digest]
    archive = next((each for each in vendored if each.digest == release.digest), None)
    if archive is None:
        archive = library.fetch(chart_of(release))
        _check_digest(release, archive)
        if not vendored:
            _place(archive, charts, release)
    for each in unpacked:
        _check_content(release, each, archive)
    return archive


def _entries(charts: Path) -> Iterator[Path]:
    """What helm loads from the folder: archives and folders whose names begin with neither `.` nor `_`."""
    for entry in sorted(charts.iterdir()) if charts.is_dir() else ():
        if entry.name[0] not in "._" and (entry.is_dir() or entry.suffix == ".tgz"):
            yield entry


def _check_digest(release: LockedRelease, archive: ChartArchive) -> None:
    if archive.digest != release.digest:
        raise MigrateError.of(
            "MIG704",
            f"chart {release.name} {release.version} is not the one that was proved: "
            f"{archive.digest} where the lock has {release.digest or 'no digest'}",
            span=SourceSpan(path=release.path),
            remedy="find out who changed the archive; a chart version that is published twice cannot be trusted",
        )


def _check_content(release: LockedRelease, held: ChartArchive, archive: ChartArchive) -> None:
    """A chart may be vendored unpacked, or packed anew: every file counts."""
    if archive.path.is_dir():
        archive = load_archive(archive.path, is_subchart=True)
    files = sorted(held.files.keys() | archive.files.keys())
    changed = [each for each in files if held.files.get(each) != archive.files.get(each)]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise MigrateError.of(
            "MIG704",
            f"the vendored chart {release.name} is not the one that was proved: {changed[0]}{more} "
            f"{'is' if len(changed) == 1 else 'are'} not as in {release.name} {release.version}",
            span=_span(release, held.path),
            remedy="restore it from the published chart; what has to differ is a patch behind the chart or a value",
        )


def _place(archive: ChartArchive, charts: Path, release: LockedRelease) -> None:
    charts.mkdir(exist_ok=True)
    if archive.path.is_dir():
        shutil.copytree(archive.path, charts / release.name)
    else:
        shutil.copyfile(archive.path, charts / f"{release.name}-{release.version}.tgz")


def _span(release: LockedRelease, entry: Path) -> SourceSpan:
    return SourceSpan(path=RepoPath(f"{release.path}/charts/{entry.name}"))
