"""Layouts: where the files of a migrated repository lie. They are data (`rules/layouts/`), a team may add its own."""

from __future__ import annotations

import posixpath
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.yamlio import rules_directory
from migrator.yamlio.fields import Field, FileKind, strict_file

DEFAULT_LAYOUT = "growing"

_FILE = FileKind(code="MIG631", remedy="correct the rule file", prefix="the layout cannot be used: ")
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FOLDER = re.compile(r"""(?![.\s-])[^\x00-\x1f\x7f/\\:*?"<>|]{1,200}(?<![.\s])""")
"""What every file system takes for a name."""
_PATTERNS = {
    "chart": {"category", "component", "folder"},
    "values": set[str](),
    "environmentValues": {"environment"},
    "postRender": {"environment"},
}
_DIVIDED = {
    "application": {"group", "application"},
    "infrastructure": {"category", "component"},
    "platform": {"part"},
    "environment": {"environment", "root"},
}
"""Patterns of a layout that divides monolithic overlays; without any of them applications stay where they are."""
_ALL = _PATTERNS | _DIVIDED
_NEEDED = {
    "chart": "component",
    "environmentValues": "environment",
    "postRender": "environment",
    "application": "application",
    "infrastructure": "component",
    "platform": "part",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How objects are told to be of one application: labels, folders, and what the team says in migrate.yaml."""

    labels: tuple[str, ...] = ()
    """Labels whose value names the application, the first that is there."""
    group_labels: tuple[str, ...] = ()
    """Labels whose value names the group of applications."""
    group: str = "general"
    """The group of what has no label and more than one namespace."""
    common_folders: frozenset[str] = frozenset()
    """Names of folders that say nothing about what is in them."""
    platform: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Part of the platform -> kinds of objects that belong to it where nothing says of which application they are."""
    applications: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Application -> patterns of `Kind/name` or of files."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Application -> its group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Path patterns. Those of values and post-render folders are relative to the chart's folder."""

    name: str
    chart: str
    values: str
    environment_values: str
    post_render: str
    application: str = ""
    """Empty in a layout that leaves applications where they are."""
    infrastructure: str = ""
    platform: str = ""
    environment: str = ""
    grouping: Grouping = field(default_factory=Grouping)

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

    def application_folder(self, *, group: str, application: str) -> RepoPath:
        """The folder of an application's bases and overlays. MIG632 for odd names, as for the next three."""
        for text in (group, application):
            _check_segment(text)
        return RepoPath(posixpath.normpath(self.application.format(group=group, application=application)))

    def infrastructure_folder(self, *, category: str, component: str) -> RepoPath:
        """The folder of a third-party component that stays in Kustomize, or of what stays beside its chart."""
        for text in (category, component):
            _check_segment(text)
        return RepoPath(posixpath.normpath(self.infrastructure.format(category=category, component=component)))

    def platform_folder(self, part: str) -> RepoPath:
        """The folder of what belongs to no application."""
        _check_segment(part)
        return RepoPath(posixpath.normpath(self.platform.format(part=part)))

    def environment_folder(self, environment: str, root: RepoPath) -> RepoPath:
        """The folder of the kustomization that lists everything of an environment; `root` is where it is now."""
        _check_segment(environment)
        return RepoPath(posixpath.normpath(self.environment.format(environment=environment, root=root)))

    def with_applications(self, patterns: Mapping[str, tuple[str, ...]], groups: Mapping[str, str]) -> Layout:
        """The layout with what a team says about its applications."""
        return replace(self, grouping=replace(self.grouping, applications=patterns, groups=groups))


def load_layout(name: str, directories: Sequence[Path] = ()) -> Layout:
    """The layout of that name from `layouts/NAME.yaml` of the first of the rule folders that has it, ours last.

    Raises MigrateError MIG630 (no such layout, or one that cannot be chosen yet) or MIG631 (a broken file).
    """
    for directory in (*directories, rules_directory()):
        path = directory / "layouts" / f"{name}.yaml"
        if _SEGMENT.fullmatch(name) and path.is_file():
            shown = path.parts[-4:] if directory.parts[-2:] == (".migrate", "rules") else path.parts[-2:]
            return _layout(strict_file(path.read_bytes(), RepoPath("/".join(shown)), _FILE), name)
    known = sorted({path.stem for each in (*directories, rules_directory()) for path in each.glob("layouts/*.yaml")})
    raise MigrateError.of("MIG630", f"there is no layout {name!r}", remedy=f"choose one of {', '.join(known)}")


def _layout(file: Field, name: str) -> Layout:
    file.needed().refuse_others(("apiVersion", "kind", "name", "grouping", *_ALL))
    head = {"apiVersion": "migrate/v1", "kind": "Layout", "name": name}
    if any(file.child(key).value != value for key, value in head.items()):
        raise file.error(f"must start with {', '.join(f'{key}: {value}' for key, value in head.items())}")
    wanted = _ALL if any(file.child(key).value for key in _DIVIDED) else _PATTERNS
    patterns = {key: _pattern(file.child(key), key) for key in wanted}
    return Layout(
        name=name,
        chart=patterns["chart"],
        values=patterns["values"],
        environment_values=patterns["environmentValues"],
        post_render=patterns["postRender"],
        **{key: patterns.get(key, "") for key in _DIVIDED},
        grouping=_grouping(file.child("grouping")),
    )


def _grouping(held: Field) -> Grouping:
    if held.value is None:
        return Grouping()
    held.refuse_others(("labels", "groupLabels", "group", "commonFolders", "platform"))
    return Grouping(
        labels=held.child("labels").texts(),
        group_labels=held.child("groupLabels").texts(),
        group=held.child("group").text(Grouping().group),
        common_folders=frozenset(held.child("commonFolders").texts()),
        platform={part: frozenset(kinds.texts()) for part, kinds in held.child("platform").entries()},
    )


def _pattern(held: Field, key: str) -> str:
    if held.value is None:
        raise held.error("is missing: a path pattern is needed here")
    if not isinstance(held.value, str) or not held.value:
        raise held.error("must be a path pattern")
    value = held.value
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError as error:
        raise held.error(str(error)) from None
    for _, name, spec, conversion in parts:
        if name is not None and (name not in _ALL[key] or spec or conversion):
            raise held.error(f"knows {_names(key)}, not {{{name}}}")
    needed = _NEEDED.get(key)
    if needed and needed not in {name for _, name, _, _ in parts}:
        raise held.error(f"needs {{{needed}}}, else two of them share one path")
    if value.startswith("/") or ".." in value.split("/"):
        raise held.error("leaves the repository")
    return value


def _names(key: str) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(_ALL[key])) or "no names"


def _check_segment(text: str) -> None:
    if not _FOLDER.fullmatch(text):
        raise MigrateError.of(
            "MIG632",
            f"{text!r} cannot be the name of a folder",
            remedy="give it another name in migrate.yaml",
        )
