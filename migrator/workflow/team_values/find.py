"""The files of a repository in which a team may keep the values that it rendered a component with."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError
from migrator.model import RepoPath
from migrator.workflow.team_values.named import entry_values, named_in
from migrator.workflow.team_values.read import below, read_values
from migrator.workflow.team_values.types import TeamValues
from migrator.yamlio import Dialect, read_value

if TYPE_CHECKING:
    from migrator.classify import Component
    from migrator.discover import Index
    from migrator.load import ChartEntry
    from migrator.model import Resource

MOST = 6
"""Files that are tried for one component."""
_LEVELS = 6
"""Folders above an object's file in which its values may lie, its own among them."""
_VALUES = re.compile(r"(?:[\w.-]*[-._])?values(?:[-._][\w.-]*)?\.ya?ml")
_CHART = "Chart.yaml"
_HOMES = ("chart", "helm", "values")
"""What folders of values are called that lie next to the manifests."""


def team_values(
    component: Component, resources: Iterable[Resource], index: Index, entries: Sequence[ChartEntry] = ()
) -> tuple[tuple[TeamValues, ...], Diagnostics]:
    """Values for a component, likeliest first, and a diagnostic for each file that should hold some and cannot be read.

    First those of the `entries` of helmCharts that make it; then what helmfiles, kustomizations, Applications and
    HelmReleases say that name the chart, and values files near the component's own files. What sops encrypts is left
    alone.
    """
    held = list(resources)
    charts = {each.chart for each in component.candidates}
    origins = sorted({each.origin.path for each in held if each.origin is not None and each.origin.path})
    folders = _near(origins)
    found: list[TeamValues] = []
    problems: list[Diagnostic] = []
    made = [one for entry in entries for one in entry_values(entry, index)]
    for one in (*made, *named_in(folders, charts, index), *_beside(folders, charts, index)):
        if isinstance(one, Diagnostic):
            problems.append(one)
        elif one not in made:
            found.append(one)
    sure = [one for one in made if isinstance(one, TeamValues)]
    ranked = [*sure, *sorted(_merged(found), key=lambda one: not one.is_named)]
    return tuple(ranked[: max(MOST, len(sure))]), tuple(dict.fromkeys(problems))


def _near(origins: Sequence[str]) -> Sequence[str]:
    """The folders that hold most of the files, from the innermost outwards; none is the whole repository."""
    counted: dict[str, int] = {}
    for origin in origins:
        folder, level = posixpath.dirname(origin), 0
        while folder and level < _LEVELS:
            counted[folder] = counted.get(folder, 0) + 1
            folder, level = posixpath.dirname(folder), level + 1
    most = [folder for folder, count in counted.items() if count * 2 > len(origins)]
    return sorted(most, key=lambda folder: (-folder.count("/"), folder))


def _beside(folders: Sequence[str], charts: set[str], index: Index) -> Iterator[TeamValues | Diagnostic]:
    """Values files in the folders, and in folders next to the objects."""
    innermost = folders[:2]
    next_to = {posixpath.dirname(path) for folder in innermost for path in index.below(RepoPath(folder))}
    places = (*folders, *sorted(place for place in next_to - set(folders) if posixpath.dirname(place) in innermost))
    for place in places:
        names = _charts_of(place, index)
        if names is None or (names and not names & charts):
            continue
        is_own = place in innermost or posixpath.basename(place) in _HOMES
        for path in index.below(RepoPath(place)):
            file = posixpath.basename(path)
            if posixpath.dirname(path) != place or not _VALUES.fullmatch(file):
                continue
            is_called = any(chart in file for chart in charts)
            if any(name in file for name in names - charts) or not (names or is_called or is_own):
                continue
            one = read_values(index.read(path), path, is_named=is_called or len(names) == 1)
            if one is not None:
                yield _own(one, charts, names) if isinstance(one, TeamValues) else one


def _own(one: TeamValues, charts: set[str], names: set[str]) -> TeamValues:
    """The chart's part of the values of a chart that depends on it, where they are written that way."""
    keys = set(one.values) - {"global"}
    name = next((name for name in sorted(names & charts) if name in keys), None)
    if name is None or not keys <= names:
        return one
    return below(one, (name,)) or one


def _charts_of(folder: str, index: Index) -> set[str] | None:
    """The charts that a Chart.yaml in the folder names; None in a chart's own folder, whose values are its defaults."""
    path = RepoPath(f"{folder}/{_CHART}")
    if path not in index.files:
        return set()
    if index.is_directory(RepoPath(f"{folder}/templates")):
        return None
    try:
        told = read_value(index.read(path), dialect=Dialect.SIGS, path=path)
    except MigrateError:
        return set()
    listed = told.get("dependencies") if isinstance(told, Mapping) else None
    return {
        str(each.get(key))
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, Mapping)
        for key in ("name", "alias")
        if each.get(key)
    }


def _merged(found: Sequence[TeamValues]) -> Iterator[TeamValues]:
    """Each file, and each over the plain `values.yaml` of its folder, as environments have them."""
    plain = {posixpath.dirname(one.path): one for one in found if posixpath.basename(one.path).startswith("values.y")}
    for one in found:
        base = plain.get(posixpath.dirname(one.path))
        if base is not None and base is not one:
            yield base.under(one)
        else:
            yield one
