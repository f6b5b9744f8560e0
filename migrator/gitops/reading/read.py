"""A repository -> its deployers, its projects, and what of them cannot be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import Config
from migrator.gitops.deployer import Deployer, Project
from migrator.gitops.reading.application_sets import generate
from migrator.gitops.reading.applications import Read, found_application, read_application, sources_of
from migrator.gitops.reading.clusters import clusters_of, known_to, tracking_of
from migrator.gitops.reading.delivery import delivered
from migrator.gitops.reading.flux import FluxScope, read_kustomization, read_release, repository_of
from migrator.gitops.reading.objects import ARGO_CD, HELM, KUSTOMIZE, Found, Rendered, find_objects
from migrator.gitops.reading.projects import read_project
from migrator.gitops.reading.repository import WILD, Tree, own_addresses
from migrator.load import Kustomizations
from migrator.model import Json, mapping_of

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What deploys what."""

    deployers: tuple[Deployer, ...] = ()
    projects: tuple[Project, ...] = ()
    own: tuple[str, ...] = ()
    """The addresses, as they are written, by which deployers know this repository; sorted."""
    diagnostics: Diagnostics = ()


def read_deployers(kustomizations: Kustomizations, config: Config, rendered: Iterable[Rendered]) -> Reading:
    """The deployers of a repository, each object as the root renders it that holds it, else as its file has it.

    MIG160 for what cannot be told, MIG161 for what is named and does not exist; equal things are said once.
    """
    roots = tuple(rendered)
    objects = find_objects(kustomizations, roots)
    index = kustomizations.index
    scope = FluxScope(tree=Tree(index), objects=objects, rendered={each.root: each.resources for each in roots})
    named = [(repository, path) for each in objects for repository, path in _named(each, scope) if repository]
    tree = Tree(index, own_addresses(index, named))
    read = list(_read(objects, replace(scope, tree=tree)))
    tracking = tracking_of(objects)
    deployers = [
        replace(each.deployer, tracking=tracking.get(each.deployer.root) or next(iter(tracking.values()), ""))
        if each.deployer.id.group == ARGO_CD
        else each.deployer
        for each in read
    ]
    environments = {each.root: each.environment for each in roots}
    return Reading(
        deployers=delivered(deployers, kustomizations, environments, config),
        projects=tuple(read_project(each) for each in objects if _is(each, ARGO_CD, "AppProject")),
        own=tuple(sorted({repository for repository, _ in named if tree.is_here(repository) and "/" in repository})),
        diagnostics=tuple(_diagnostics(read)),
    )


def _is(found: Found, group: str, kind: str) -> bool:
    return (found.id.group, found.id.kind) == (group, kind)


def _read(objects: Sequence[Found], scope: FluxScope) -> Iterator[Read]:
    """Each deployer once: an object that a root renders as another does is another's in another cluster."""
    clusters = clusters_of(objects)
    for each in objects:
        if _is(each, ARGO_CD, "Application") and each.spec:
            yield read_application(each, scope.tree, known_to(each, clusters))
        elif _is(each, ARGO_CD, "ApplicationSet"):
            for made in generate(each, scope.tree, known := known_to(each, clusters)):
                found = found_application(made.body, each)
                yield read_application(found, scope.tree, known, each.id, made.unknown)
        elif _is(each, KUSTOMIZE, "Kustomization"):
            yield read_kustomization(each, scope)
        elif _is(each, HELM, "HelmRelease"):
            yield read_release(each, scope)


def _named(found: Found, scope: FluxScope) -> Iterator[tuple[str, str]]:
    """Repositories and the folders, files or patterns of them that an object names."""
    if _is(found, ARGO_CD, "Application"):
        yield from _named_in(found.spec)
    elif _is(found, ARGO_CD, "ApplicationSet"):
        yield from _named_in(mapping_of(mapping_of(found.spec.get("template")).get("spec")))
        yield from _named_by_generators(found.spec.get("generators"))
    elif _is(found, KUSTOMIZE, "Kustomization"):
        yield repository_of(found, scope), str(found.spec.get("path") or ".")


def _named_in(spec: object) -> Iterator[tuple[str, str]]:
    for source in sources_of(mapping_of(spec)):
        repository = str(source.get("repoURL") or "")
        if source.get("path") and not source.get("chart") and not WILD.search(repository):
            yield repository, str(source["path"])


def _named_by_generators(value: Json) -> Iterator[tuple[str, str]]:
    for each in map(mapping_of, value if isinstance(value, list) else ()):
        git = mapping_of(each.get("git"))
        for item in (*(git.get("directories") or ()), *(git.get("files") or ())):
            if not mapping_of(item).get("exclude"):
                yield str(git.get("repoURL") or ""), str(mapping_of(item).get("path") or "")
        for kind in ("matrix", "merge"):
            yield from _named_by_generators(mapping_of(each.get(kind)).get("generators"))


def _diagnostics(read: Sequence[Read]) -> Iterator[Diagnostic]:
    """One diagnostic for each reason, with everything that it concerns."""
    concerned: dict[tuple[str, str], dict[str, Deployer]] = defaultdict(dict)
    for each in read:
        for text in each.deployer.unknown:
            reason, _, detail = text.partition(": ")
            line = f"{_place(each.deployer)}: {detail}" if detail else _place(each.deployer)
            concerned["MIG161" if text in each.missing else "MIG160", reason].setdefault(line, each.deployer)
    for (code, reason), held in sorted(concerned.items()):
        first, *others = held.values()
        more = [f"and {len(held) - _SHOWN} more"] if len(held) > _SHOWN else []
        yield _diagnostic(code, reason, first, len(others), (*list(held)[:_SHOWN], *more))


def _diagnostic(code: str, reason: str, first: Deployer, others: int, evidence: tuple[str, ...]) -> Diagnostic:
    who, ending = f"{first.id.kind} {first.id.name}", "s"
    if others:
        who, ending = f"{who} and {others} more", ""
    is_missing = code == "MIG161"
    return Diagnostic(
        code=code,
        severity=Severity.WARNING if is_missing else Severity.INFO,
        summary=f"{who} name{ending} {reason}" if is_missing else f"{who} rest{ending} on {reason}",
        span=first.span,
        remedy="correct what is named, or remove what names it" if is_missing else "",
        evidence=evidence,
    )


def _place(deployer: Deployer) -> str:
    name = f"{deployer.id.kind} {deployer.id.name}"
    return f"{deployer.span}: {name}" if deployer.span is not None else name
