"""Layouts: where the files of a migrated repository lie. They are data (`rules/layouts/`), a team may add its own."""

from __future__ import annotations

import posixpath
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import NoReturn

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value, rules_directory

DEFAULT_LAYOUT = "growing"

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PATTERNS = {
    "chart": {"category", "component", "folder"},
    "values": set[str](),
    "environmentValues": {"environment"},
    "postRender": {"environment"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Path patterns. Those of values and post-render folders are relative to the chart's folder."""

    name: str
    chart: str
    values: str
    environment_values: str
    post_render: str

    def chart_folder(self, *, category: str, component: str, folder: RepoPath) -> RepoPath:
        """The folder of a component's umbrella chart; `folder` is where its manifests are. MIG632 for odd names."""
        for text in (category, component):
            _check_segment(text)
        path = self.chart.format(category=category, component=component, folder=folder)
        return RepoPath(posixpath.normpath(path))

    def values_file(self, environment: str | None) -> str:
        """The values file of an environment, or (None) the one for all of them; relative to the chart's folder."""
        if environment is None:
            return self.values
        _check_segment(environment)
        return self.environment_values.format(environment=environment)

    def post_render_folder(self, environment: str) -> str:
        """The folder of an environment's post-render kustomization; relative to the chart's folder."""
        _check_segment(environment)
        return self.post_render.format(environment=environment)


def load_layout(name: str, directories: Sequence[FilePath] = ()) -> Layout:
    """The layout of that name from `layouts/NAME.yaml` of the first of the rule folders that has it, ours last.

    Raises MigrateError MIG630 (no such layout, or one that cannot be chosen yet) or MIG631 (a broken file).
    """
    for directory in (*directories, rules_directory()):
        path = directory / "layouts" / f"{name}.yaml"
        if _SEGMENT.fullmatch(name) and path.is_file():
            return _layout(path.read_bytes(), RepoPath(f"layouts/{name}.yaml"), name)
    known = sorted({path.stem for each in (*directories, rules_directory()) for path in each.glob("layouts/*.yaml")})
    raise MigrateError.of("MIG630", f"there is no layout {name!r}", remedy=f"choose one of {', '.join(known)}")


def _layout(data: bytes, path: RepoPath, name: str) -> Layout:
    value = read_value(data, dialect=Dialect.SIGS, path=path)
    if not isinstance(value, Mapping):
        _broken(path, "a layout is a mapping")
    known = {"apiVersion", "kind", "name", "available", *_PATTERNS}
    for key in value:
        if key not in known:
            _broken(path, f"unknown key {key!r}")
    if value.get("apiVersion") != "migrate/v1" or value.get("kind") != "Layout" or value.get("name") != name:
        _broken(path, f"it starts with apiVersion: migrate/v1, kind: Layout, name: {name}")
    if value.get("available") is False:
        raise MigrateError.of(
            "MIG630", f"the layout {name} cannot be written yet", remedy=f"use the layout {DEFAULT_LAYOUT}"
        )
    patterns = {key: _pattern(value.get(key), key, path) for key in _PATTERNS}
    return Layout(
        name=name,
        chart=patterns["chart"],
        values=patterns["values"],
        environment_values=patterns["environmentValues"],
        post_render=patterns["postRender"],
    )


def _pattern(value: Json, key: str, path: RepoPath) -> str:
    if not isinstance(value, str) or not value:
        _broken(path, f"{key} is a path pattern")
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError as error:
        _broken(path, f"{key}: {error}")
    for _, name, spec, conversion in parts:
        if name is not None and (name not in _PATTERNS[key] or spec or conversion):
            _broken(path, f"{key} knows {_names(key)}, not {{{name}}}")
    needed = {"chart": "component", "environmentValues": "environment", "postRender": "environment"}.get(key)
    if needed and needed not in {name for _, name, _, _ in parts}:
        _broken(path, f"{key} needs {{{needed}}}, else two of them share one path")
    if value.startswith("/") or ".." in value.split("/"):
        _broken(path, f"{key} leaves the repository")
    return value


def _names(key: str) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(_PATTERNS[key])) or "no names"


def _check_segment(text: str) -> None:
    if not _SEGMENT.fullmatch(text):
        raise MigrateError.of(
            "MIG632",
            f"{text!r} cannot be the name of a folder",
            remedy="give it a name of letters, digits, '.', '_' and '-' in migrate.yaml",
        )


def _broken(path: RepoPath, problem: str) -> NoReturn:
    raise MigrateError.of(
        "MIG631", f"the layout cannot be used: {problem}", span=SourceSpan(path=path), remedy="correct the rule file"
    )
