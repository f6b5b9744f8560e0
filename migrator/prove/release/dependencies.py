"""What an umbrella chart depends on, as Chart.yaml, Chart.lock and the lock say: a deployer fetches what they name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from migrator.charts.types import ChartRef
from migrator.diagnostics import MigrateError
from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath, SourceSpan
from migrator.rewrite.umbrella.chart_files import dependencies_digest
from migrator.yamlio import Dialect, read_value

_EXACT = re.compile(r"v?\d+\.\d+\.\d+([-+].+)?")
_OLDER = ("requirements.yaml", "requirements.lock")
"""Files of Helm 2 that Helm 3 reads as well, and believes before Chart.yaml and Chart.lock."""


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


def dependencies_of(chart: Json) -> tuple[Mapping[str, Json], ...]:
    """The well-formed entries of `dependencies`."""
    entries = chart.get("dependencies") if isinstance(chart, Mapping) else None
    return tuple(each for each in entries if isinstance(each, Mapping)) if isinstance(entries, list) else ()


def lock_file_problem(entries: Sequence[Mapping[str, Json]], locked: Json) -> str:
    """Why a Chart.lock does not lock the dependencies of Chart.yaml; empty where it does."""
    resolved = dependencies_of(locked)
    wanted = [_source(each) for each in entries]
    found = [_source(each) for each in resolved]
    missing = [each for each in wanted if each not in found]
    if missing:
        return f"does not name {' '.join(filter(None, missing[0]))}"
    if found != wanted:
        other = next((each for each in found if each not in wanted), found[-1])
        return f"names {' '.join(filter(None, other))}, which Chart.yaml does not"
    for entry, held in zip(entries, resolved, strict=True):
        version, exact = str(held.get("version") or ""), str(entry.get("version") or "")
        if _EXACT.fullmatch(exact) and version.removeprefix("v") != exact.removeprefix("v"):
            return f"has {entry.get('name')} {version or 'without a version'} where Chart.yaml has {exact}"
    digest = locked.get("digest") if isinstance(locked, Mapping) else None
    return "has the digest of other dependencies" if digest != dependencies_digest(entries, resolved) else ""


def _source(entry: Mapping[str, Json]) -> tuple[str, str]:
    return str(entry.get("name") or ""), str(entry.get("repository") or "")


def check_dependencies(release: LockedRelease, chart: Mapping[str, Json], staged: Path) -> None:
    """Refuse a Chart.yaml whose chart of the release's name is another than the lock's (MIG703).

    Rendering the lock's chart instead would prove something else.
    """
    for name in _OLDER:
        if (staged / name).exists():
            raise MigrateError.of(
                "MIG703",
                f"helm reads {name} as well and believes it before Chart.yaml",
                span=SourceSpan(path=RepoPath(f"{release.path}/{name}")),
                remedy="remove the file: the dependencies of this chart stand in Chart.yaml",
            )
    wanted = (release.name, release.version, release.repository)
    found = [_whole(entry) for entry in dependencies_of(chart)]
    if wanted not in found or any(each[0] == release.name and each != wanted for each in found):
        shown = "; ".join(" ".join(filter(None, each)) for each in found) or "no dependency"
        raise MigrateError.of(
            "MIG703",
            f"Chart.yaml names {shown}, the lock {' '.join(filter(None, wanted))}",
            span=SourceSpan(path=RepoPath(f"{release.path}/Chart.yaml")),
            remedy="bring both together: run `migrate apply --relock` after a meant upgrade, else restore Chart.yaml",
        )


def _whole(entry: Mapping[str, Json]) -> tuple[str, str, str]:
    return str(entry.get("name") or ""), str(entry.get("version") or ""), str(entry.get("repository") or "")


def check_lock_file(release: LockedRelease, chart: Mapping[str, Json], path: Path) -> None:
    """Refuse a Chart.lock of other dependencies (MIG703): helm dependency build fetches what it names (fact A6)."""
    if not path.is_file():
        return
    span = SourceSpan(path=RepoPath(f"{release.path}/Chart.lock"))
    locked = read_value(path.read_bytes(), dialect=Dialect.SIGS, path=span.path)
    problem = lock_file_problem(dependencies_of(chart), locked)
    if problem:
        raise MigrateError.of(
            "MIG703",
            f"Chart.lock {problem}, so that helm fetches another chart or none",
            span=span,
            remedy="restore Chart.lock, or run `migrate apply --relock` after a meant upgrade",
        )


def chart_of(release: LockedRelease) -> ChartRef:
    """The public chart that the lock has for a release."""
    return ChartRef(name=release.name, version=release.version, repository=release.repository)
