"""A Chart.yaml that a team keeps beside what it rendered -> version and publisher of the charts found there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.classify.nodes import Node
from migrator.classify.units import Unit
from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.yamlio import Dialect, read_value

_NAME = "Chart.yaml"
_EXACT = re.compile(r"v?\d+\.\d+\.\d+[-+.\w]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A dependency with an exact version in a Chart.yaml of the repository."""

    path: RepoPath
    chart: str
    version: str
    repository: str

    def __str__(self) -> str:
        return f"{self.path}: {self.chart} {self.version}"


def dependencies(files: Mapping[RepoPath, bytes]) -> Iterator[Dependency]:
    """The dependencies of every Chart.yaml among the files; a range of versions or a broken file gives none."""
    for path in sorted(files):
        if posixpath.basename(path) != _NAME:
            continue
        try:
            told = read_value(files[path], dialect=Dialect.SIGS, path=path)
        except MigrateError:
            continue
        listed = told.get("dependencies") if isinstance(told, Mapping) else None
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, Mapping) and _EXACT.fullmatch(str(one.get("version", ""))):
                repository = str(one.get("repository") or "")
                yield Dependency(
                    path=path,
                    chart=str(one.get("name", "")),
                    version=str(one["version"]),
                    repository="" if repository.startswith(("file:", "@", "alias:")) else repository,
                )


def settle(units: Iterable[Unit], nodes: Sequence[Node], known: Sequence[Dependency]) -> None:
    """Give units the version and the publisher that a Chart.yaml above most of their files states for their chart.

    What labels say of the version stands. A chart that one folder states twice differently is left open.
    """
    for unit in units:
        if unit.versions:
            continue
        origins = [origin for number in unit.members if (origin := nodes[number].origin)]
        above = [one for one in known if one.chart == unit.chart and _holds(one, origins)]
        near = max((len(posixpath.dirname(one.path)) for one in above), default=0)
        nearest = [one for one in above if len(posixpath.dirname(one.path)) == near]
        if len({(one.version, one.repository) for one in nearest}) == 1:
            unit.versions[nearest[0].version] += 1
            unit.repository, unit.stated_in = nearest[0].repository, str(nearest[0])


def _holds(one: Dependency, origins: Sequence[str]) -> bool:
    """Most of the files lie in or below the folder of the Chart.yaml."""
    folder = posixpath.dirname(one.path)
    inside = sum(not folder or origin.startswith(f"{folder}/") for origin in origins)
    return bool(origins) and inside * 2 > len(origins)
