"""A repository -> its deployers, its projects, and what of them cannot be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import Config, Index
from migrator.gitops.deployer import Deployer, Project
from migrator.gitops.fields import READ, field_span
from migrator.gitops.reading.application_sets import generate
from migrator.gitops.reading.applications import PLUGIN, Read, found_application, read_application
from migrator.gitops.reading.clusters import clusters_of, enables_helm, known_to, tracking_of
from migrator.gitops.reading.delivery import delivered
from migrator.gitops.reading.flux import NO_VARIABLES, FluxScope, read_kustomization, read_release
from migrator.gitops.reading.named import known_as, own_of
from migrator.gitops.reading.objects import ARGO_CD, HELM, KUSTOMIZE, Found, Rendered, find_objects
from migrator.gitops.reading.projects import read_project
from migrator.gitops.reading.repository import Tree
from migrator.gitops.substitution import substituted
from migrator.load import Kustomizations
from migrator.model import RepoPath

_SHOWN = 10
_SEEN_BY_EYE = (
    "what it renders is taken for what kustomize builds of its folder; see with `argocd app manifests NAME` that "
    "it is, before the first stage and after each"
)
_ROUNDS = 4
"""So many levels of deployers that fill in variables of deployers, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What deploys what."""

    deployers: tuple[Deployer, ...] = ()
    projects: tuple[Project, ...] = ()
    own: tuple[str, ...] = ()
    """The addresses, as they are written, by which deployers know this repository; sorted."""
    enables_helm: bool = False
    """Whether the kustomize of Argo CD may inflate charts, as far as files tell."""
    clusters: Mapping[RepoPath, str] = field(default_factory=dict)
    """Folder of what is delivered to a cluster -> the environment that is deployed there, where that is news."""
    diagnostics: Diagnostics = ()


def read_deployers(kustomizations: Kustomizations, config: Config, rendered: Iterable[Rendered]) -> Reading:
    """The deployers of a repository, each object as the root renders it that holds it, else as its file has it.

    MIG160 for what cannot be told, MIG161 for what is named and does not exist; equal things are said once.
    """
    roots = tuple(rendered)
    objects = find_objects(kustomizations.index, roots, kustomizations)
    for _ in range(_ROUNDS):
        reading = _of_objects(objects, kustomizations, config, roots)
        filled = _filled(objects, reading.deployers)
        if filled == objects:
            break
        objects = filled
    return reading


def _filled(objects: Sequence[Found], deployers: Sequence[Deployer]) -> tuple[Found, ...]:
    """The objects with the variables filled in that whoever delivers them puts in their place (Flux, `postBuild`)."""
    known = {(each.id, each.span, each.root): each for each in deployers if each.delivered_by is not None}

    def filled(found: Found) -> Found:
        own = known.get((found.id, found.span, found.root))
        for each in deployers if own is not None and "${" in str(found.spec) else ():
            if own is not None and each.id == own.delivered_by and each.cluster == own.cluster:
                options = each.sources[0].kustomize if each.sources else None
                variables = options.substitutions if options is not None else None
                is_complete = not any(text.startswith(NO_VARIABLES) for text in each.unknown)
                made = substituted(found.body, variables, is_complete=is_complete)
                return replace(found, body={**found.body, "spec": made.get("spec")})
        return found

    return tuple(map(filled, objects))


def _of_objects(
    objects: Sequence[Found], kustomizations: Kustomizations, config: Config, roots: Sequence[Rendered]
) -> Reading:
    bare = Tree(kustomizations.index)
    tree = Tree(kustomizations.index, own_of(bare, objects))
    read = list(
        _read(objects, FluxScope(tree=tree, objects=objects, rendered={each.root: each.resources for each in roots}))
    )
    tracking = tracking_of(objects)
    deployers = [
        replace(each.deployer, tracking=tracking.get(each.deployer.root) or next(iter(tracking.values()), ""))
        if each.deployer.id.group == ARGO_CD
        else each.deployer
        for each in read
    ]
    environments = {each.root: each.environment for each in roots}
    found, clusters = delivered(deployers, kustomizations, environments, config)
    return Reading(
        deployers=found,
        projects=tuple(read_project(each) for each in objects if each.is_a(ARGO_CD, "AppProject")),
        own=known_as(bare, objects),
        enables_helm=enables_helm(objects),
        clusters=clusters,
        diagnostics=tuple(_diagnostics(read, kustomizations.index)),
    )


def _read(objects: Sequence[Found], scope: FluxScope) -> Iterator[Read]:
    """Each deployer once: an object that a root renders as another does is another's in another cluster."""
    clusters = clusters_of(objects)
    for each in objects:
        if each.is_a(ARGO_CD, "Application") and each.spec:
            yield read_application(each, scope.tree, known_to(each, clusters))
        elif each.is_a(ARGO_CD, "ApplicationSet"):
            for made in generate(each, scope.tree, known := known_to(each, clusters)):
                found = found_application(made.body, each)
                yield read_application(found, scope.tree, known, each.id, made.unknown)
        elif each.is_a(KUSTOMIZE, "Kustomization"):
            yield read_kustomization(each, scope)
        elif each.is_a(HELM, "HelmRelease"):
            yield read_release(each, scope)


def _diagnostics(read: Sequence[Read], index: Index) -> Iterator[Diagnostic]:
    """One diagnostic for each reason, with everything that it concerns."""
    concerned: dict[tuple[str, str], dict[str, Deployer]] = defaultdict(dict)
    for each in read:
        for text in each.deployer.unknown:
            reason, _, detail = text.partition(": ")
            deployer = each.deployer
            if text in each.missing and deployer.span is not None:
                place = field_span(index.read(deployer.span.path), deployer.span, READ, detail)
                deployer = replace(deployer, span=place)
            line = f"{_place(deployer)}: {detail}" if detail else _place(deployer)
            concerned["MIG161" if text in each.missing else "MIG160", reason].setdefault(line, deployer)
    for (code, reason), held in sorted(concerned.items()):
        first, *others = held.values()
        more = [f"and {len(held) - _SHOWN} more"] if len(held) > _SHOWN else []
        detail = next(iter(held)).removeprefix(_place(first))
        yield _diagnostic(code, f"{reason}{detail}", first, others, (*list(held)[:_SHOWN], *more))


def _diagnostic(
    code: str, reason: str, first: Deployer, others: Sequence[Deployer], evidence: tuple[str, ...]
) -> Diagnostic:
    who, ending = f"{first.id.kind} {first.id.name}", "s"
    if others:
        files = sorted({each.span.path for each in (first, *others) if each.span is not None})
        more = f" ({files[0]} and {len(files) - 1} more files)" if len(files) > 1 else ""
        who, ending = f"{who} and {len(others)} more{more}", ""
    is_missing, is_plugin = code == "MIG161", reason.startswith(PLUGIN)
    remedy = "correct what is named, or remove what names it" if is_missing else ""
    return Diagnostic(
        code=code,
        severity=Severity.WARNING if is_missing or is_plugin else Severity.INFO,
        summary=f"{who} name{ending} {reason}" if is_missing else f"{who} rest{ending} on {reason}",
        span=first.span,
        remedy=_SEEN_BY_EYE if is_plugin else remedy,
        evidence=evidence,
    )


def _place(deployer: Deployer) -> str:
    name = f"{deployer.id.kind} {deployer.id.name}"
    return f"{deployer.span}: {name}" if deployer.span is not None else name
