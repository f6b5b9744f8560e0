"""The old owners of what moves: they stop pruning and healing before anything leaves them (facts A2, A10, F1, F10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.emit.argocd_objects import FINALIZER
from migrator.model import Json, KeyPath, RepoPath, mapping_of, resource_of
from migrator.yamlio import Append, Dialect, Operation, Remove, Set, dump, edit, read_documents, read_value

_GIVEN_BACK = frozenset({"prune", "selfHeal", "finalizers", "preserveResourcesOnDeletion"})
"""What a stage takes from an owner: nothing else is given back, whatever a lock says."""
_SPEC: KeyPath = ("spec",)
_TEMPLATE: KeyPath = ("spec", "template")


def owners_of(deployers: Iterable[Deployer], roots: Iterable[RepoPath]) -> tuple[Deployer, ...]:
    """The deployers that deploy one of the roots."""
    wanted = frozenset(roots)
    return tuple(each for each in deployers if any(root in wanted for one in each.sources for root in one.roots))


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


def loosened_body(body: Mapping[str, Json], owner: Deployer) -> Mapping[str, Json]:
    """The object of an owner as its file makes it once it is loosened; itself where its prune has to stay on."""
    if owner.tool is Tool.FLUX and is_self_deployed(owner):
        return body
    return mapping_of(read_value(loosened(dump(dict(body)), [owner]), dialect=Dialect.SIGS))


def loosened(text: str, owners: Iterable[Deployer]) -> str:
    """The file with its owners neither pruning, healing nor taking their objects with them; MIG102 where not."""
    wanted = {(each.made_by or each.id) for each in owners}
    for document in reversed(read_documents(text.encode(), dialect=Dialect.SIGS)):
        body = mapping_of(document.value)
        res_id = resource_of(body).id
        if any((res_id.kind, res_id.name) == (each.kind, each.name) for each in wanted):
            text = edit(text, list(_operations(body)), document=document.index)
    return text


def fields_before(text: str, kind: str, name: str) -> Mapping[str, Json]:
    """Field that `loosened` changes of an owner in this file (`spec.prune`) -> what it says; None where it is not."""
    for document in read_documents(text.encode(), dialect=Dialect.SIGS):
        body = mapping_of(document.value)
        if body.get("kind") == kind and mapping_of(body.get("metadata")).get("name") == name:
            paths = [each.path if isinstance(each, Set) else each.path[:-1] for each in _operations(body)]
            return {".".join(map(str, path)): _at(body, path) for path in paths}
    return {}


def _at(body: Json, path: KeyPath) -> Json:
    for key in path:
        body = mapping_of(body).get(str(key))
    return body


def restored(text: str, kind: str, name: str, before: Mapping[str, Json]) -> str:
    """The file with what an owner in it said before; finalizers beside those that it has now."""
    for document in read_documents(text.encode(), dialect=Dialect.SIGS):
        body = mapping_of(document.value)
        if body.get("kind") == kind and mapping_of(body.get("metadata")).get("name") == name:
            return edit(text, list(_restoring(body, before)), document=document.index)
    return text


def _restoring(body: Mapping[str, Json], before: Mapping[str, Json]) -> Iterator[Operation]:
    for field, value in before.items():
        path = tuple(field.split("."))
        if path[-1] not in _GIVEN_BACK:
            continue
        now = _at(body, path)
        if value is None and now is not None:
            yield Remove(path=path)
        elif isinstance(value, list):
            held = now if isinstance(now, list) else []
            yield from (Append(path=path, value=each) for each in value if each not in held)
        elif value is not None and isinstance(_at(body, path[:-1]), Mapping):
            yield Set(path=path, value=value)


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
