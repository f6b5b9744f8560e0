"""`migrate.yaml`: what a team says about its repository. The checks are strict, so that a typo is an error."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from migrator.compare import ALL, Acceptance, Equivalences
from migrator.diagnostics import MigrateError
from migrator.discover.gitops import GitOps, read_gitops
from migrator.discover.upkeep import Ci, Teams, read_ci, read_teams
from migrator.model import Impact, Json, RepoPath, SourceSpan
from migrator.yamlio.fields import Field, FileKind, strict_file

CONFIG_PATH = RepoPath("migrate.yaml")

DECISIONS = ("adopt", "propose", "keep")

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
    clusters: Mapping[RepoPath, str] = field(default_factory=dict)
    """Folder of what is delivered to a cluster -> its environment, as `gitops` says or what is deployed there tells."""
    layout: str | None = None
    gitops: GitOps = field(default_factory=GitOps)
    ci: Ci = field(default_factory=Ci)
    teams: Teams = field(default_factory=Teams)
    max_impact: Impact | None = None
    accept: tuple[Acceptance, ...] = ()
    refuse: tuple[Acceptance, ...] = ()
    equivalences: Equivalences = ALL
    """By which two ways of writing are the same to a cluster: all but those that are switched off."""
    chart_mirrors: tuple[str, ...] = ()
    """As written: relative to the repository root."""
    url_mirrors: Mapping[str, str] = field(default_factory=dict)
    remotes: Mapping[str, str] = field(default_factory=dict)
    """Remote place -> the file, folder or git directory below the repository that stands for it."""
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

    @property
    def namespaces(self) -> Mapping[str, str]:
        """Component -> the namespace of its release, where one is said."""
        return {name: each.namespace for name, each in self.components.items() if each.namespace}

    def environment_of_root(self, root: RepoPath) -> str | None:
        """The environment that the configuration gives a root, or the cluster whose folder it lies in; else None."""
        said = next((name for name, roots in sorted(self.environments.items()) if root in roots), None)
        if said is not None:
            return said
        around = [folder for folder in self.clusters if root == folder or root.startswith(f"{folder}/")]
        return self.clusters[max(around, key=len)] if around else None


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
    file = strict_file(data, path, _FILE)
    file.refuse_others((*_READERS, "roots", "environments"))
    written = {key: held for key, held in file.entries() if held.value is not None}
    roots = list(_roots(written["roots"])) if "roots" in written else []
    environments = list(_environments(written["environments"])) if "environments" in written else []
    places: dict[str, SourceSpan] = {}
    for root in (*roots, *(root for _, held in environments for root in held)):
        places.setdefault(root.path, root.span)
    read = {key: read(written[key]) for key, read in _READERS.items() if key in written}
    return Config(
        clusters=read["gitops"].folders if "gitops" in read else {},
        roots=tuple(dict.fromkeys(root.path for root in roots)),
        environments=_by_environment(roots, environments, file),
        spans={key: held.span for key, held in file.entries()} | places,
        **read,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Root:
    """A root as it is written."""

    path: RepoPath
    environment: str | None = None
    span: SourceSpan


def _roots(held: Field) -> Iterator[_Root]:
    """The roots of a list, or of root -> environment."""
    if isinstance(held.value, Mapping):
        for text, name in held.entries():
            yield _Root(path=_folder(text, name), environment=_environment(name.value, name), span=name.span)
    else:
        for item in held.listed():
            yield _Root(path=_folder(item.text(), item), span=item.span)


def _environments(held: Field) -> Iterator[tuple[str, list[_Root]]]:
    """Environment -> its roots, one or a list."""
    for name, written in held.entries():
        items = [written] if isinstance(written.value, str) else written.listed()
        environment = _environment(name, written)
        yield environment, [_Root(path=_folder(item.text(), written), span=item.span) for item in items]


def _by_environment(
    roots: Sequence[_Root], environments: Sequence[tuple[str, Sequence[_Root]]], file: Field
) -> Mapping[str, tuple[RepoPath, ...]]:
    found: dict[str, list[RepoPath]] = {}
    for root in roots:
        if root.environment is not None:
            found.setdefault(root.environment, []).append(root.path)
    for name, held in environments:
        found.setdefault(name, []).extend(root.path for root in held)
    owner: dict[RepoPath, str] = {}
    for name, paths in found.items():
        for path in paths:
            if owner.setdefault(path, name) != name:
                two = f"{owner[path]} and {name}"
                raise file.child("environments").error(f"root {path} is given to two environments, {two}")
    return {name: tuple(dict.fromkeys(paths)) for name, paths in sorted(found.items())}


def _environment(name: Json, held: Field) -> str:
    if not isinstance(name, str) or not _ENVIRONMENT_NAME.fullmatch(name):
        raise held.error(f"{name!r} is not an environment name (letters, digits, '.', '_', '-')")
    return name


def _folder(text: str, held: Field) -> RepoPath:
    if not text:
        raise held.error("a root is the path of a folder")
    path = posixpath.normpath(text)
    if path.startswith(("/", "../")) or path == "..":
        raise held.error(f"root {text!r} lies outside the repository")
    return RepoPath(path)


def _accept(held: Field) -> tuple[Acceptance, ...]:
    return tuple(_acceptance(item, ("up_to", "privilege")) for item in held.listed())


def _refuse(held: Field) -> tuple[Acceptance, ...]:
    """A refusal is about whatever fits its description."""
    return tuple(replace(_acceptance(item, ()), up_to=Impact.DATA_LOSS, privilege=True) for item in held.listed())


def _acceptance(item: Field, further: tuple[str, ...]) -> Acceptance:
    item.needed().refuse_others(("id", "component", "only", *further, "reason"))
    given = {key: held for key, held in item.entries() if held.value is not None}
    ids = [each.text() for key in ("id", "only") if key in given for each in given[key].items()]
    if not ids and "component" not in given:
        raise item.error("needs an 'id' or 'only' with the ids (or patterns of ids) of the report, or a 'component'")
    if not ids and "up_to" in further and "up_to" not in given:
        raise item.error("needs 'up_to', the gravest impact that is accepted, or 'only' with ids of the report")
    if "reason" not in given:
        raise item.error("needs 'reason': why it is wanted")
    return Acceptance(
        component=given["component"].text() if "component" in given else "",
        only=tuple(ids),
        up_to=_impact(given["up_to"]) if "up_to" in given else None,
        privilege="privilege" in given and given["privilege"].flag(),
        reason=given["reason"].text(),
        span=item.span,
    )


def _components(held: Field) -> Mapping[str, ComponentOverride]:
    return {name: _component(item) for name, item in sorted(held.entries(), key=_by_name)}


_ABOUT_COMPONENTS: Mapping[str, Callable[[Field], str]] = {
    "decision": lambda item: item.one_of(DECISIONS),
    "repository": Field.address,
}


def _component(held: Field) -> ComponentOverride:
    if isinstance(held.value, str):  # `redis: keep` is short for `redis: {decision: keep}`
        return ComponentOverride(decision=held.one_of(DECISIONS))
    held.needed().refuse_others(ComponentOverride.__dataclass_fields__)
    said = {key: item for key, item in held.entries() if item.value is not None}
    return ComponentOverride(**{key: _ABOUT_COMPONENTS.get(key, Field.text)(item) for key, item in said.items()})


def _applications(held: Field) -> Mapping[str, Application]:
    return {name: _application(item) for name, item in sorted(held.entries(), key=_by_name)}


def _application(held: Field) -> Application:
    if isinstance(held.value, list):
        return Application(include=_texts(held))
    held.needed().refuse_others(("group", "include"))
    group, include = held.child("group"), held.child("include")
    return Application(
        group=None if group.value is None else group.text(), include=_texts(include) if include.value else ()
    )


def _impact(held: Field) -> Impact:
    try:
        return Impact.parse(held.text())
    except ValueError as error:
        raise held.error(str(error)) from None


def _equivalences(held: Field) -> Equivalences:
    held.needed().refuse_others(sorted(ALL))
    return ALL - {rule for rule, each in held.entries() if not each.flag(default=True)}


def _texts(held: Field) -> tuple[str, ...]:
    return tuple(item.text() for item in held.listed())


def _text_map(held: Field) -> Mapping[str, str]:
    return {key: item.text() for key, item in sorted(held.entries(), key=_by_name)}


def _by_name(entry: tuple[str, Field]) -> str:
    return entry[0]


_FILE = FileKind(
    code="MIG104",
    remedy="correct it: what is known is named here, and `migrate plan --help` shows what options say the same",
    whole="the configuration",
    is_read_once=True,
)
_READERS: Mapping[str, Callable[[Field], Any]] = {
    "layout": Field.text,
    "gitops": read_gitops,
    "ci": read_ci,
    "teams": read_teams,
    "max_impact": _impact,
    "accept": _accept,
    "refuse": _refuse,
    "equivalences": _equivalences,
    "chart_mirrors": _texts,
    "url_mirrors": _text_map,
    "remotes": _text_map,
    "offline": Field.flag,
    "kube_version": Field.text,
    "api_versions": _texts,
    "categories": _text_map,
    "ignore": _texts,
    "components": _components,
    "applications": _applications,
}
