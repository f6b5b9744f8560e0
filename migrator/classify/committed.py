"""A Chart.yaml that a team keeps beside what it rendered -> version and publisher of the charts found there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.classify.nodes import Node
from migrator.classify.units import Unit
from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath
from migrator.yamlio import Dialect, read_value

_NAME = "Chart.yaml"
_CHARTS = "charts"
_EXACT = re.compile(r"v?\d+\.\d+\.\d+[-+.\w]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A chart with an exact version in a Chart.yaml of the repository: what it depends on, or what was unpacked."""

    path: RepoPath
    folder: str
    """Where what was rendered with it may lie."""
    chart: str
    version: str
    repository: str

    def __str__(self) -> str:
        return f"{self.path}: {self.chart} {self.version}"


def dependencies(files: Mapping[RepoPath, bytes]) -> Iterator[Dependency]:
    """What every Chart.yaml among the files depends on, or is where it is that of a published chart.

    A range of versions or a broken file gives none.
    """
    for path in sorted(files):
        if posixpath.basename(path) != _NAME:
            continue
        try:
            told = read_value(files[path], dialect=Dialect.SIGS, path=path)
        except MigrateError:
            continue
        if not isinstance(told, Mapping):
            continue
        listed = told.get("dependencies")
        needs = [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, Mapping)]
        folder = posixpath.dirname(path)
        yield from _exact(needs, path, folder)
        around = _around(folder)
        is_published = any(told.get(key) for key in ("home", "sources"))
        if around and is_published and told.get("name") not in [one.get("name") for one in needs]:
            yield from _exact([told], path, around)


def _exact(charts: Iterable[Mapping[str, Json]], path: RepoPath, folder: str) -> Iterator[Dependency]:
    for one in charts:
        if _EXACT.fullmatch(str(one.get("version", ""))):
            repository = str(one.get("repository") or "")
            yield Dependency(
                path=path,
                folder=folder,
                chart=str(one.get("name", "")),
                version=str(one["version"]),
                repository="" if repository.startswith(("file:", "@", "alias:")) else repository,
            )


def _around(folder: str) -> str:
    """The folder in which a chart was unpacked, above one of charts alone; empty where that is the repository's."""
    above = posixpath.dirname(folder)
    return posixpath.dirname(above) if posixpath.basename(above) == _CHARTS else above


def settle(units: Iterable[Unit], nodes: Sequence[Node], known: Sequence[Dependency]) -> None:
    """Give units the version and the publisher that a Chart.yaml above most of their files states for their chart.

    What labels say of the version stands. A chart that one folder states twice differently is left open.
    """
    for unit in units:
        if unit.versions:
            continue
        origins = [origin for number in unit.members if (origin := nodes[number].origin)]
        above = [one for one in known if one.chart == unit.chart and _holds(one, origins)]
        near = max((len(one.folder) for one in above), default=0)
        nearest = [one for one in above if len(one.folder) == near]
        repositories = {one.repository for one in nearest} - {""}
        if len({one.version for one in nearest}) == 1 and len(repositories) <= 1:
            unit.versions[nearest[0].version] += 1
            unit.repository, unit.stated_in = next(iter(repositories), ""), str(nearest[0])


def _holds(one: Dependency, origins: Sequence[str]) -> bool:
    """Most of the files lie in or below the folder."""
    inside = sum(not one.folder or origin.startswith(f"{one.folder}/") for origin in origins)
    return bool(origins) and inside * 2 > len(origins)
