"""The old owners of what moves: they stop pruning and healing before anything leaves them (facts A2, A10, F1, F10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.emit.argocd_objects import FINALIZER
from migrator.lock import LockedOwner
from migrator.model import Json, KeyPath, RepoPath, SourceSpan, mapping_of, resource_of
from migrator.yamlio import Append, Dialect, Operation, Remove, Set, dump, edit, read_documents, read_value, spans

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


def astray(text: str, owner: LockedOwner, *, is_loosened: bool) -> tuple[str, SourceSpan] | None:
    """What is not as the first stage left it of an owner in its file, and where; None where all is.

    `is_loosened` where it must not prune, heal or take its objects with it.
    """
    span = SourceSpan(path=owner.file)
    documents = read_documents(text.encode(), dialect=Dialect.SIGS)
    alike = [each for each in documents if mapping_of(each.value).get("kind") == owner.kind]
    held = next((each for each in alike if _name(each.value) == owner.name), None)
    if held is None:
        if len(alike) != 1:
            return "its file does not hold it any more", span
        if not owner.before and str(_name(alike[0].value)) in owner.name:
            return None  # nothing was taken from it here: a kustomization puts more before or behind its name
        place = spans(text, owner.file, document=alike[0]).get(("metadata", "name"), span)
        return f"it is called {_name(alike[0].value)} now", place
    body, places = mapping_of(held.value), spans(text, owner.file, document=held)
    for each in _operations(body) if is_loosened else ():
        path = each.path
        if isinstance(each, Set) and _at(body, path) == each.value:
            continue
        said = _at(body, path) if isinstance(each, Set) else "in it"
        name = ".".join(str(key) for key in path if isinstance(key, str))
        return f"{name} is {str(said).lower()} again", _nearest(places, path, span)
    return None


def _name(body: Json) -> Json:
    return mapping_of(mapping_of(body).get("metadata")).get("name")


def _nearest(places: Mapping[KeyPath, SourceSpan], path: KeyPath, span: SourceSpan) -> SourceSpan:
    """The place of a field, or of the nearest one above it."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, span)


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
