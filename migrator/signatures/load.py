"""Rule files -> signatures, weights and version tables. A broken file ends the run, naming file, line and field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, SourceSpan
from migrator.signatures.score import Weights
from migrator.signatures.types import (
    CATEGORIES,
    ContainerPattern,
    ImagePattern,
    ObjectPattern,
    PodPattern,
    Signature,
)
from migrator.yamlio import Dialect, read_documents, rules_directory
from migrator.yamlio.fields import Field, FileKind, strict_file

_LEAST_LOCKSTEP = 3
"""App versions of a table from which a rule about all of them is drawn."""
RULE_FILE = FileKind(code="MIG301", remedy="correct the rule file")
TEAM_SIGNATURES = RepoPath(".migrate/rules/signatures")
_KNOWN = frozenset(
    {
        "apiVersion",
        "kind",
        "chart",
        "repository",
        "category",
        "learnedFrom",
        "fullname",
        "versionLabel",
        "generic",
        "successor",
        "aliases",
        "upstream",
        "subcharts",
        "images",
        "crds",
        "labels",
        "containers",
        "pods",
        "servicePorts",
        "core",
        "objects",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTable:
    """Which chart versions carry which app version, of one chart; newest chart version first."""

    chart: str
    publishers: Mapping[str, Mapping[str, tuple[str, ...]]]
    """repository URL -> app version (empty for versions that state none) -> chart versions."""
    rendered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """chart version -> images, as `repository:tag`, that it renders at its defaults; of some versions only."""
    until: str = ""
    """The day on which the newest version that it knows was published; empty where that is not known."""

    def chart_versions(self, app_version: str, repository: str = "") -> tuple[str, ...]:
        """The chart versions of an app version, a leading `v` aside; of one publisher where its URL is given.

        Where all known versions of a publisher are the app's own, so is one that the table does not know.
        """
        wanted = app_version.removeprefix("v")
        tables = self._tables(repository)
        found = [
            version
            for table in tables
            for app, versions in table.items()
            if app.removeprefix("v") == wanted
            for version in versions
        ]
        if not found and len(tables) == 1 and _is_lockstep(tables[0]):
            prefix = "v" if next(iter(tables[0].values()))[0].startswith("v") else ""
            found = [prefix + wanted]
        return tuple(found)

    def publishers_of(self, version: str, app_version: str) -> frozenset[str]:
        """The publishers that have a chart version (exactly, a leading `v` aside), or else an app version."""
        chart, app = version.removeprefix("v"), app_version.removeprefix("v")
        exact = {
            repository
            for repository, table in self.publishers.items()
            if chart and any(one.removeprefix("v") == chart for versions in table.values() for one in versions)
        }
        loose = {
            repository
            for repository, table in self.publishers.items()
            if app and any(one.removeprefix("v") == app for one in table)
        }
        return frozenset(exact or loose)

    def likeness(self, version: str, images: Collection[str]) -> int:
        """1 where all that a version renders at its defaults is among the images, -1 where nothing is, else 0."""
        known = self.rendered.get(version)
        if not known or not images:
            return 0
        return 1 if known <= set(images) else -1 if not known & set(images) else 0

    def by_images(self, images: Collection[str]) -> tuple[str, ...]:
        """The chart versions of which most images, at their defaults, are among some; none where no image is."""
        shared = {version: len(known & set(images)) for version, known in self.rendered.items()}
        most = max(shared.values(), default=0)
        return tuple(version for version, count in shared.items() if count == most > 0)

    def all_versions(self, repository: str = "") -> tuple[str, ...]:
        """All chart versions of the table, of one publisher where its URL is given."""
        tables = self._tables(repository)
        return tuple(version for table in tables for versions in table.values() for version in versions)

    def _tables(self, repository: str) -> list[Mapping[str, tuple[str, ...]]]:
        if repository and self.publishers:
            return [self.publishers[repository]] if repository in self.publishers else []
        return list(self.publishers.values())

    def app_versions(self) -> frozenset[str]:
        """All app versions of the table, without a leading `v`."""
        return frozenset(app.removeprefix("v") for table in self.publishers.values() for app in table if app)


def _is_lockstep(table: Mapping[str, tuple[str, ...]]) -> bool:
    return len(table) >= _LEAST_LOCKSTEP and all(
        version.removeprefix("v") == app.removeprefix("v") for app, versions in table.items() for version in versions
    )


def load_signatures(team: Iterable[Path] = (), *, shipped: Path | None = None) -> tuple[Signature, ...]:
    """Our signatures and those of the team's folders, which win over ours by chart name. Sorted by chart.

    Raises MigrateError (MIG301) for a file with a wrong or unknown field and for a chart that two files describe,
    YamlError (MIG101) for a file that is not YAML, MigrateError (MIG106) for one that cannot be read.
    """
    found = _ours(rules_directory() / "signatures") if shipped is None else _shipped(shipped)
    for folder in team:
        ours = _described((name, data) for name, data in team_files(folder) if _is_signature(data, name))
        charts = {one.chart for one in ours.values()}
        found = {key: one for key, one in found.items() if key[0] not in charts} | ours
    return tuple(found[key] for key in sorted(found))


def _shipped(root: Path) -> Mapping[tuple[str, str], Signature]:
    return _described(
        (RepoPath(f"rules/signatures/{path.parent.name}/{path.name}"), path.read_bytes())
        for path in sorted(root.glob("*/*.yaml"))
    )


_ours = lru_cache(maxsize=1)(_shipped)
"""Those of this installation: they stay what they are for as long as the process lives."""


def team_files(folder: Path) -> Iterator[tuple[RepoPath, bytes]]:
    """The rule files of a team, signatures and cases, at any depth: name and content.

    Raises MigrateError (MIG106) for what cannot be read, or leads out of the repository.
    """
    root = folder.absolute().parents[2].resolve()
    for path in sorted({*folder.rglob("*.yaml"), *folder.rglob("*.yml")}):
        name = RepoPath(f"{TEAM_SIGNATURES}/{path.relative_to(folder).as_posix()}")
        data, problem = b"", "" if path.resolve().is_relative_to(root) else "it leads out of the repository"
        try:
            data = data if problem else path.read_bytes()
        except OSError as error:
            problem = str(error.strerror)
        if problem:
            raise MigrateError.of(
                "MIG106",
                f"cannot read the rule file: {problem}",
                span=SourceSpan(path=name),
                remedy="put a readable file there, or remove it",
            )
        yield name, data


def is_case(data: bytes, path: RepoPath) -> bool:
    """Whether a rule file is a case, which tries the signatures, and no signature itself."""
    head = next((document.value for document in read_documents(data, dialect=Dialect.KUSTOMIZE, path=path)), None)
    return isinstance(head, Mapping) and head.get("kind") == "Case"


def _is_signature(data: bytes, path: RepoPath) -> bool:
    """Whether a rule file is not a case; MIG301 for two signatures in one, as the second would be lost."""
    if is_case(data, path):
        return False
    second = next(iter(read_documents(data, dialect=Dialect.KUSTOMIZE, path=path)[1:]), None)
    if second is not None:
        raise MigrateError.of(
            "MIG301",
            "a second document: a file holds one signature",
            span=SourceSpan(path=path, line=second.line),
            remedy="put each signature into a file of its own",
        )
    return True


def _described(files: Iterable[tuple[RepoPath, bytes]]) -> dict[tuple[str, str], Signature]:
    """(chart, repository) -> its signature."""
    found: dict[tuple[str, str], Signature] = {}
    for name, data in files:
        one = read_signature(data, name)
        other = found.setdefault((one.chart, one.repository), one)
        if other is not one:
            whose = f" of {one.repository}" if one.repository else ""
            problem = f"{one.chart}{whose} is described in {other.source} already"
            raise strict_file(data, name, RULE_FILE).child("chart").error(problem)
    return found


def load_weights(path: Path | None = None) -> Weights:
    """The weights of `weights.yaml`, ours unless another file is given; what a file leaves out keeps its default."""
    path = path or rules_directory() / "signatures" / "weights.yaml"
    if not path.is_file():
        return Weights()
    name = RepoPath(f"rules/signatures/{path.name}")
    data = path.read_bytes()
    value = strict_file(data, name, RULE_FILE)
    known = {one.name for one in fields(Weights)}
    chosen: dict[str, float] = {}
    for key, held in value.entries():
        if key not in known:
            raise held.error(f"unknown weight {key!r}")
        chosen[key] = held.number()
    return Weights(**chosen)


def read_signature(data: bytes, path: RepoPath) -> Signature:
    """The signature of one rule file; MIG301 names file, line and field of what is wrong with it."""
    rule = strict_file(data, path, RULE_FILE)
    rule.refuse_others(_KNOWN)
    if rule.child("kind").text() != "Signature":
        raise rule.child("kind").error("must be Signature")
    chart = rule.child("chart").text()
    return Signature(
        chart=chart,
        repository=rule.child("repository").address(""),
        category=rule.child("category").one_of(CATEGORIES),
        learned_from=rule.child("learnedFrom").texts(),
        fullname=rule.child("fullname").text(f"{{release}}-{chart}"),
        images=tuple(_image(key, held) for key, held in rule.child("images").entries()),
        crds=rule.child("crds").texts(),
        objects=tuple(
            sorted(
                (*_objects(rule.child("core"), core=True), *_objects(rule.child("objects"), core=False)),
                key=lambda pattern: (pattern.kind, pattern.name),
            )
        ),
        labels={key: held.texts() for key, held in rule.child("labels").entries()},
        containers=tuple(_container(key, held) for key, held in rule.child("containers").entries()),
        pods=tuple(_pod(held) for held in rule.child("pods").items() if held.value is not None),
        ports=rule.child("servicePorts").integers(),
        subcharts=rule.child("subcharts").texts(),
        aliases=rule.child("aliases").texts(),
        upstream=rule.child("upstream").texts(),
        version_label=rule.child("versionLabel").one_of(("app", "chart"), ""),
        is_generic=rule.child("generic").flag(),
        successor=rule.child("successor").text(""),
        source=path,
    )


def _pod(held: Field) -> PodPattern:
    held.refuse_others({"fields", "weight"})
    return PodPattern(fields=held.child("fields").texts(), weight=_weight(held.child("weight"), 0.6))


def _weight(held: Field, default: float) -> float:
    amount = default if held.value is None else held.number()
    if not 0 <= amount <= 1:
        raise held.error("must lie between 0 and 1")
    return amount


def _image(repository: str, held: Field) -> ImagePattern:
    held.refuse_others({"weight", "tag"})
    tag = held.child("tag").one_of(("appVersion",), "")
    return ImagePattern(repository=repository, weight=_weight(held.child("weight"), 1.0), is_app_version=bool(tag))


def _container(name: str, held: Field) -> ContainerPattern:
    held.refuse_others({"ports", "flags"})
    if held.value is None:
        return ContainerPattern(name=name)
    return ContainerPattern(name=name, ports=held.child("ports").integers(), flags=held.child("flags").texts())


def _objects(held: Field, *, core: bool) -> Sequence[ObjectPattern]:
    return [ObjectPattern(kind=kind, name=name, core=core) for kind, names in held.entries() for name in names.texts()]
