"""The old owners of what moves: they stop pruning and healing before anything leaves them (facts A2, A10, F1, F10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.emit.argocd_objects import FINALIZER
from migrator.model import Json, KeyPath, RepoPath, mapping_of, resource_of
from migrator.yamlio import Dialect, Operation, Remove, Set, edit, read_documents

_SPEC: KeyPath = ("spec",)
_TEMPLATE: KeyPath = ("spec", "template")


def owners_of(deployers: Iterable[Deployer], roots: Iterable[RepoPath]) -> tuple[Deployer, ...]:
    """The deployers that deploy one of the roots."""
    wanted = frozenset(roots)
    return tuple(
        each
        for each in deployers
        if any(one.here and not one.chart and RepoPath(one.path) in wanted for one in each.sources)
    )


def is_self_deployed(deployer: Deployer) -> bool:
    """Whether no parent could take its prune off before it sees the commit itself."""
    return deployer.delivered_by == deployer.id


def files_of(owners: Sequence[Deployer]) -> Mapping[RepoPath, tuple[Deployer, ...]]:
    """File -> the owners that are written in it, without those whose prune has to stay on (Flux, self-deployed)."""
    found: dict[RepoPath, list[Deployer]] = defaultdict(list)
    for each in owners:
        if each.span is not None and not (each.tool is Tool.FLUX and is_self_deployed(each)):
            found[each.span.path].append(each)
    return {path: tuple(held) for path, held in sorted(found.items())}


def loosened(text: str, owners: Iterable[Deployer]) -> str:
    """The file with its owners neither pruning, healing nor taking their objects with them; MIG102 where not."""
    wanted = {(each.made_by or each.id) for each in owners}
    for document in reversed(read_documents(text.encode(), dialect=Dialect.SIGS)):
        body = mapping_of(document.value)
        res_id = resource_of(body).id
        if any((res_id.kind, res_id.name) == (each.kind, each.name) for each in wanted):
            text = edit(text, list(_operations(body)), document=document.index)
    return text


def _operations(body: Mapping[str, Json]) -> Iterator[Operation]:
    kind, spec = body.get("kind"), mapping_of(body.get("spec"))
    if kind == "Kustomization":
        yield Set(path=(*_SPEC, "prune"), value=False)
    elif kind == "Application":
        yield from _application(body, ())
    elif kind == "ApplicationSet":
        yield from _application(mapping_of(spec.get("template")), _TEMPLATE)
        yield Set(path=(*_SPEC, "syncPolicy", "preserveResourcesOnDeletion"), value=True)


def _application(body: Mapping[str, Json], at: KeyPath) -> Iterator[Operation]:
    policy = mapping_of(mapping_of(body.get("spec")).get("syncPolicy"))
    if isinstance(policy.get("automated"), Mapping):
        yield Set(path=(*at, "spec", "syncPolicy", "automated", "prune"), value=False)
        yield Set(path=(*at, "spec", "syncPolicy", "automated", "selfHeal"), value=False)
    finalizers = mapping_of(body.get("metadata")).get("finalizers")
    for index, each in enumerate(finalizers if isinstance(finalizers, list) else ()):
        if str(each).split("/", 1)[0] == FINALIZER:
            yield Remove(path=(*at, "metadata", "finalizers", index))
