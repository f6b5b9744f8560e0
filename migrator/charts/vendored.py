"""A chart that a repository holds, against the published one of its version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.charts.types import ChartArchive
from migrator.model import Json, RepoPath

_UNREAD = ("readme.md", "license", "notes.txt", "chart.lock", "requirements.yaml", "requirements.lock", ".helmignore")
"""Names of files that decide nothing of what a chart renders."""
_IDENTITY = ("name", "version", "appVersion", "type", "kubeVersion")


def changed_files(own: ChartArchive, published: ChartArchive) -> tuple[str, ...]:
    """The files by which a chart renders something else than the published one of its name; none where it is that one.

    YAML that says the same is the same, comments of values and fields of Chart.yaml that only tell of the chart are
    not compared. A subchart may be missing: what it would render is missing then, and that is for the proof to find.
    """
    paths = {path for chart in (own, published) for path in chart.files if _decides(path)}
    return tuple(sorted(path for path in paths if _differs(path, own.files, published.files)))


def _decides(path: str) -> bool:
    *folders, name = path.lower().split("/")
    return name not in _UNREAD and not name.endswith(".md") and not {"ci", "tests"} & set(folders[:1])


def _differs(path: str, own: Mapping[str, bytes], published: Mapping[str, bytes]) -> bool:
    if path not in own:
        subchart = "/".join(path.split("/")[:2])
        return not (path.startswith("charts/") and not any(each.startswith(f"{subchart}/") for each in own))
    if path not in published:
        return True
    if own[path] == published[path]:
        return False
    read = [list(_said(path, each[path])) for each in (own, published)]
    return not read[0] or read[0] != read[1]


def _said(path: str, data: bytes) -> Iterator[Json]:
    """What a file that helm reads as YAML says; nothing of any other, and of one that is none."""
    from migrator.yamlio import Dialect, YamlError, read_value

    name = path.rpartition("/")[2]
    if name not in ("Chart.yaml", "values.yaml"):
        return
    try:
        value = read_value(data, dialect=Dialect.SIGS, path=RepoPath(path))
    except YamlError:
        return
    if name == "Chart.yaml" and isinstance(value, Mapping):
        value = {key: value.get(key) for key in _IDENTITY}
    yield value
