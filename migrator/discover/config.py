"""`migrate.yaml`: what a team says about its repository. The checks are strict, so that a typo is an error."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from migrator.diagnostics import MigrateError
from migrator.model import Impact, Json, KeyPath, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value, spans

CONFIG_PATH = RepoPath("migrate.yaml")

GITOPS = ("argocd", "flux", "none")
DECISIONS = ("adopt", "propose", "keep")

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A difference that a person approved by its id, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentOverride:
    """What a person decided about one component; None where the tool shall find out."""

    decision: str | None = None
    chart: str | None = None
    version: str | None = None
    repository: str | None = None
    release: str | None = None
    namespace: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a person said about one application."""

    group: str | None = None
    include: tuple[str, ...] = ()
    """Patterns of `Kind/name`, or of paths of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything `migrate.yaml` may say; the defaults are those of an absent file."""

    roots: tuple[RepoPath, ...] = ()
    """The only roots to build; empty means every kustomization that no other includes."""
    environments: Mapping[str, tuple[RepoPath, ...]] = field(default_factory=dict)
    """Environment name -> its roots."""
    layout: str | None = None
    gitops: str | None = None
    max_impact: Impact | None = None
    accept: tuple[Acceptance, ...] = ()
    chart_mirrors: tuple[str, ...] = ()
    """As written: relative to the repository root."""
    url_mirrors: Mapping[str, str] = field(default_factory=dict)
    offline: bool = False
    kube_version: str | None = None
    api_versions: tuple[str, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)
    """Chart or component name -> category."""
    ignore: tuple[str, ...] = ()
    """Patterns in the language of .gitignore."""
    components: Mapping[str, ComponentOverride] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)
    spans: Mapping[str, SourceSpan] = field(default_factory=dict, repr=False)
    """Where a root or key was written, for messages about it."""

    def environment_of_root(self, root: RepoPath) -> str | None:
        """The environment that the configuration gives a root, or None."""
        return next((name for name, roots in sorted(self.environments.items()) if root in roots), None)


def read_config(root: Path) -> Config:
    """The configuration of the repository at `root`; the defaults if it has no `migrate.yaml`.

    Raises MigrateError MIG101 (YAML), MIG104 (unknown key or wrong type, with file and line) or MIG106 (unreadable).
    """
    try:
        data = (root / CONFIG_PATH).read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise MigrateError.of(
            "MIG106",
            f"cannot read the configuration: {error.strerror}",
            span=SourceSpan(path=CONFIG_PATH),
            remedy="give read permission or remove it",
        ) from None
    return parse_config(data)


def parse_config(data: bytes, path: RepoPath = CONFIG_PATH) -> Config:
    """The configuration that the text of a `migrate.yaml` holds; errors as `read_config`."""
    value = read_value(data, dialect=Dialect.SIGS, path=path)
    return _Reader(data, path).config({} if value is None else value)


class _Reader:
    """Checks one document and knows where each key stands."""

    def __init__(self, data: bytes, path: RepoPath) -> None:
        self._path = path
        self._data = data

    def config(self, value: Json) -> Config:
        keys: dict[str, Callable[[Json, KeyPath], Any]] = {
            "layout": self._text,
            "gitops": self._choice(GITOPS),
            "max_impact": self._impact,
            "accept": self._accept,
            "chart_mirrors": self._texts,
            "url_mirrors": self._text_map,
            "offline": self._flag,
            "kube_version": self._text,
            "api_versions": self._texts,
            "categories": self._text_map,
            "ignore": self._texts,
            "components": self._components,
            "applications": self._applications,
        }
        self._mapping(value, ())
        self._known(value, (*keys, "roots", "environments"), ())
        read = {key: check(value[key], (key,)) for key, check in keys.items() if value.get(key) is not None}
        roots, environments = self._roots_and_environments(value)
        known = {str(name): self._span((name,)) for name in value}
        places = {
            str(root): self._root_span(value, root) for paths in (roots, *environments.values()) for root in paths
        }
        return Config(roots=roots, environments=environments, spans=known | places, **read)

    def _roots_and_environments(
        self, value: Mapping[str, Json]
    ) -> tuple[tuple[RepoPath, ...], dict[str, tuple[RepoPath, ...]]]:
        """Roots as a list, or as root -> environment; environments as name -> root(s)."""
        written: dict[str, list[RepoPath]] = {}
        roots: list[RepoPath] = []
        listed = value.get("roots")
        if isinstance(listed, dict):
            for text, name in listed.items():
                root = self._root(text, ("roots", text))
                roots.append(root)
                written.setdefault(self._environment(name, ("roots", text)), []).append(root)
        elif listed is not None:
            roots = [self._root(text, ("roots", i)) for i, text in enumerate(self._texts(listed, ("roots",)))]
        environments = value.get("environments") or {}
        for name, paths in self._mapping(environments, ("environments",)).items():
            place: KeyPath = ("environments", name)
            texts = (paths,) if isinstance(paths, str) else self._texts(paths, place)
            environment = self._environment(name, place)
            written.setdefault(environment, []).extend(self._root(text, place) for text in texts)
        owner: dict[RepoPath, str] = {}
        for name, paths in written.items():
            for root in paths:
                if owner.setdefault(root, name) != name:
                    self._fail(f"root {root} is given to two environments, {owner[root]} and {name}", ("environments",))
        return tuple(dict.fromkeys(roots)), {
            name: tuple(dict.fromkeys(paths)) for name, paths in sorted(written.items())
        }

    def _environment(self, name: Json, place: KeyPath) -> str:
        if not isinstance(name, str) or not _ENVIRONMENT_NAME.fullmatch(name):
            self._fail(f"{name!r} is not an environment name (letters, digits, '.', '_', '-')", place)
        return name

    def _root(self, text: Json, place: KeyPath) -> RepoPath:
        if not isinstance(text, str) or not text:
            self._fail("a root is the path of a folder", place)
        path = posixpath.normpath(text)
        if path.startswith(("/", "../")) or path == "..":
            self._fail(f"root {text!r} lies outside the repository", place)
        return RepoPath(path)

    def _root_span(self, value: Mapping[str, Json], root: RepoPath) -> SourceSpan:
        for key in ("roots", "environments"):
            written = value.get(key)
            for name, inner in written.items() if isinstance(written, dict) else enumerate(written or ()):
                texts = inner if isinstance(inner, list) else [inner]
                for index, text in enumerate([*texts, name]):
                    if isinstance(text, str) and posixpath.normpath(text) == root:
                        inside = isinstance(inner, list) and index < len(texts)
                        return self._span((key, name, index) if inside else (key, name))
        return SourceSpan(path=self._path)

    def _accept(self, value: Json, place: KeyPath) -> tuple[Acceptance, ...]:
        found = []
        for index, item in enumerate(self._list(value, place)):
            here = (*place, index)
            self._known(self._mapping(item, here), ("id", "reason"), here)
            for key in ("id", "reason"):
                if not item.get(key):
                    self._fail(
                        f"an approval needs {key!r}: the difference id of the report, and why it is wanted", here
                    )
            texts = {key: self._text(item[key], (*here, key)) for key in ("id", "reason")}
            found.append(Acceptance(id=texts["id"], reason=texts["reason"]))
        return tuple(found)

    def _components(self, value: Json, place: KeyPath) -> Mapping[str, ComponentOverride]:
        found = {}
        fields = tuple(ComponentOverride.__dataclass_fields__)
        for name, item in sorted(self._mapping(value, place).items()):
            here = (*place, name)
            if isinstance(item, str):
                item = {"decision": item}  # noqa: PLW2901 - `redis: keep` is short for `redis: {decision: keep}`
            self._known(self._mapping(item, here), fields, here)
            texts = {key: self._text(text, (*here, key)) for key, text in item.items() if text is not None}
            if "decision" in texts:
                self._choice(DECISIONS)(texts["decision"], (*here, "decision"))
            found[name] = ComponentOverride(**texts)
        return found

    def _applications(self, value: Json, place: KeyPath) -> Mapping[str, Application]:
        found = {}
        for name, item in sorted(self._mapping(value, place).items()):
            here = (*place, name)
            held = {"include": item} if isinstance(item, list) else self._mapping(item, here)
            self._known(held, ("group", "include"), here)
            group = self._text(held["group"], (*here, "group")) if held.get("group") is not None else None
            include = self._texts(held.get("include") or [], (*here, "include"))
            found[name] = Application(group=group, include=include)
        return found

    def _choice(self, allowed: Sequence[str]) -> Callable[[Json, KeyPath], str]:
        def check(value: Json, place: KeyPath) -> str:
            if value not in allowed:
                self._fail(f"{_name(place)} is {value!r}; one of {', '.join(allowed)}{_hint(value, allowed)}", place)
            return str(value)

        return check

    def _impact(self, value: Json, place: KeyPath) -> Impact:
        try:
            return Impact.parse(self._text(value, place))
        except ValueError as error:
            self._fail(f"{_name(place)}: {error}", place)

    def _flag(self, value: Json, place: KeyPath) -> bool:
        if not isinstance(value, bool):
            self._fail(f"{_name(place)} is true or false", place)
        return value

    def _text(self, value: Json, place: KeyPath) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._fail(f"{_name(place)} is a text: quote it, as YAML reads {value} as a number", place)
        if not isinstance(value, str) or not value:
            self._fail(f"{_name(place)} is a text", place)
        return value

    def _texts(self, value: Json, place: KeyPath) -> tuple[str, ...]:
        return tuple(self._text(item, (*place, index)) for index, item in enumerate(self._list(value, place)))

    def _text_map(self, value: Json, place: KeyPath) -> Mapping[str, str]:
        return {key: self._text(item, (*place, key)) for key, item in sorted(self._mapping(value, place).items())}

    def _list(self, value: Json, place: KeyPath) -> list[Json]:
        if not isinstance(value, list):
            self._fail(f"{_name(place)} is a list", place)
        return value

    def _mapping(self, value: Json, place: KeyPath) -> dict[str, Json]:
        if not isinstance(value, dict):
            self._fail(f"{_name(place)} is a mapping", place)
        return value

    def _known(self, value: Mapping[str, Json], allowed: Sequence[str], place: KeyPath) -> None:
        for key in value:
            if key not in allowed:
                inside = f" in {_name(place)}" if place else ""
                self._fail(f"unknown key {key!r}{inside}{_hint(key, allowed)}", (*place, key), known=allowed)

    def _span(self, place: KeyPath) -> SourceSpan:
        positions = spans(self._data)
        while place and place not in positions:
            place = place[:-1]
        if not place:
            return SourceSpan(path=self._path)
        at = positions[place]
        return SourceSpan(path=self._path, line=at.line, column=at.column)

    def _fail(self, summary: str, place: KeyPath, *, known: Sequence[str] = ()) -> NoReturn:
        remedy = (
            f"known keys: {', '.join(sorted(known))}" if known else "correct it; docs/configuration.md has every key"
        )
        raise MigrateError.of("MIG104", summary, span=self._span(place), remedy=remedy)


def _name(place: KeyPath) -> str:
    return ".".join(map(str, place)) or "the configuration"


def _hint(word: Json, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(word), allowed, n=1)
    return f", did you mean {close[0]!r}?" if close else ""
