"""The cases beside the signatures: objects, and the charts that are to be seen in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from migrator.classify import Component, ComponentKind, classify
from migrator.diagnostics import MigrateError
from migrator.graph import build_graph
from migrator.model import Origin, RepoPath, Resource, SourceSpan, resource_of
from migrator.render_roots import BUILT, Build
from migrator.signatures import Signature, SignatureIndex
from migrator.signatures.load import RULE_FILE, TEAM_SIGNATURES, is_case, team_files
from migrator.yamlio import Dialect, Document, read_documents, rules_directory
from migrator.yamlio.fields import Field

_ENVIRONMENT = "case"
_TEXTS = ("version", "appVersion", "release", "namespace", "repository", "rival")
_SHOWN = 12
_VERSIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Objects as a repository may hold them, and what is to be recognised in them, nothing else."""

    path: RepoPath
    objects: tuple[Resource, ...]
    expected: Mapping[str, tuple[Mapping[str, str], ...]]
    """chart -> what is said of each of its installations."""


def case_files(repo: Path) -> Iterator[tuple[RepoPath, bytes]]:
    """The cases that ship with the signatures, and those of the team of a repository: name and content."""
    shipped = rules_directory() / "signatures"
    for path in sorted(shipped.glob("*/*/*.yaml")):
        yield RepoPath(f"rules/signatures/{path.relative_to(shipped).as_posix()}"), path.read_bytes()
    yield from ((name, data) for name, data in team_files(repo / TEAM_SIGNATURES) if is_case(data, name))


def read_case(path: RepoPath, data: bytes) -> Case:
    """The case of a file; MigrateError (MIG301) names file, line and field of what is wrong with it."""
    documents = read_documents(data, dialect=Dialect.SIGS, path=path)
    head = Field(value=documents[0].value if documents else None, path=path, data=data, kind=RULE_FILE)
    if head.child("kind").text() != "Case":
        raise head.child("kind").error("must be Case")
    head.refuse_others(("apiVersion", "kind", "about", "source", "expect"))
    head.child("about").text("")
    source = head.child("source").text("")
    expect = head.child("expect")
    if expect.value is None:
        raise expect.error("is missing; {} where no chart is to be seen")
    origin = Origin(path=RepoPath("manifests.yaml"), remote=source)
    objects = tuple(_object(document, origin, path) for document in documents[1:] if document.value is not None)
    if not objects:
        raise head.error("must be followed by at least one object, each a document of its own")
    return Case(
        path=path,
        objects=objects,
        expected={chart: tuple(_wanted(one) for one in held.items()) for chart, held in expect.entries()},
    )


def _object(document: Document, origin: Origin, path: RepoPath) -> Resource:
    if isinstance(document.value, Mapping):
        held = resource_of(document.value, origin)
        if held.gvk.version and held.gvk.kind and held.id.name:
            return held
    raise MigrateError.of(
        "MIG301",
        f"document {document.index + 1}: must be an object with apiVersion, kind and metadata.name",
        span=SourceSpan(path=path, line=document.line),
        remedy="correct the rule file",
    )


def failed_case(case: Case, signatures: Sequence[Signature] | SignatureIndex) -> str:
    """What was expected of a case and what was found, where that is not the same; else nothing."""
    build = Build(environment=_ENVIRONMENT, root=RepoPath("."), status=BUILT, resources=case.objects)
    components, _ = classify({_ENVIRONMENT: case.objects}, build_graph([build]), signatures)
    found: dict[str, list[Component]] = {}
    for one in components:
        if one.kind is ComponentKind.THIRD_PARTY:
            found.setdefault(one.candidates[0].chart, []).append(one)
    if found.keys() == case.expected.keys() and all(_agree(case.expected[chart], found[chart]) for chart in found):
        return ""
    wanted = [_said(chart, one) for chart, held in sorted(case.expected.items()) for one in held]
    seen = [_said(chart, _shown(one)) for chart, held in sorted(found.items()) for one in held]
    left = [
        str(held) for one in components if one.kind is ComponentKind.APPLICATION for held in one.members[_ENVIRONMENT]
    ]
    rest = f"; in no chart: {', '.join(left[:_SHOWN])}{' ...' if len(left) > _SHOWN else ''}" if left else ""
    return f"expected {'; '.join(wanted) or 'no chart'}, found {'; '.join(seen) or 'no chart'}{rest}"


def _wanted(held: Field) -> Mapping[str, str]:
    """`4`, or a mapping with `objects` and further expectations."""
    if not isinstance(held.value, Mapping):
        return {"objects": _count(held)}
    held.refuse_others(("objects", *_TEXTS))
    return {key: _count(one) if key == "objects" else one.text() for key, one in held.entries()}


def _count(held: Field) -> str:
    if type(held.value) is not int or held.value < 1:
        raise held.error("must be a number of objects, 1 or more")
    return str(held.value)


def _agree(wanted: Sequence[Mapping[str, str]], found: Sequence[Component]) -> bool:
    """Whether each installation is one that is expected, whatever their order."""
    return len(wanted) == len(found) and any(
        all(_fits(one, _shown(other)) for one, other in zip(wanted, order, strict=True))
        for order in permutations(found)
    )


def _fits(wanted: Mapping[str, str], shown: Mapping[str, str]) -> bool:
    lists = ("version", "rival")
    return all(value in shown[key].split() if key in lists else value == shown[key] for key, value in wanted.items())


def _shown(one: Component) -> Mapping[str, str]:
    """What a case can say of a component, as texts; `version` and `rival` are lists."""
    first = one.candidates[0]
    return {
        "objects": str(len(one.members[_ENVIRONMENT])),
        "version": " ".join(first.versions),
        "appVersion": first.app_versions[0] if first.app_versions else "",
        "release": one.release or "",
        "namespace": one.namespace or "",
        "repository": first.repository,
        "rival": " ".join(candidate.repository or candidate.chart for candidate in one.candidates[1:]),
    }


def _said(chart: str, facts: Mapping[str, str]) -> str:
    details = ", ".join(f"{key} {_short(value)}" for key, value in facts.items() if value and key != "objects")
    objects = f" with {facts['objects']} objects" if "objects" in facts else ""
    return f"{chart}{objects}{f' ({details})' if details else ''}"


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:_VERSIONS]) + (" ..." if len(words) > _VERSIONS else "")
