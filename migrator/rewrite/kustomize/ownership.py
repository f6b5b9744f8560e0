"""Which document of which file became which object of which build, and who owns the object after."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.model import Gvk, Json, RepoPath, ResId, Resource
from migrator.plan.types import Decision, Plan
from migrator.render_roots import Build
from migrator.rewrite.kustomize.repository_view import RepositoryView

ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)

_HASH = re.compile(r"-[a-z0-9]{10}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A document of a manifest file; `item` counts within a document that is a List, else it is -1."""

    file: RepoPath
    document: int
    item: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An object as its manifest has it, before any transformer."""

    place: Place
    gvk: Gvk
    name: str
    namespace: str
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An object of a build, with what it is called on the way there."""

    root: RepoPath
    environment: str
    resource: Resource
    component: str | None
    """The component that takes it over; None for what stays in Kustomize."""
    file: RepoPath | None
    """Its manifest, or for a generated object the kustomization file; None for one from outside the repository."""
    written: Written | None
    """None for a generated object, and where its document was not found."""
    names: frozenset[str]
    """Every name it may have had between its manifest and the end."""
    namespaces: frozenset[str]

    @property
    def is_adopted(self) -> bool:
        return self.component is not None

    def __str__(self) -> str:
        return f"{self.resource.id}"


def adopted_ids(plan: Plan) -> Mapping[str, Mapping[ResId, str]]:
    """Environment -> object -> the component that takes it over."""
    found: dict[str, dict[ResId, str]] = defaultdict(dict)
    for component in plan.components:
        if component.decision in ADOPTED:
            for environment, members in component.members.items():
                found[environment].update(dict.fromkeys(members, component.id))
    return found


def place(plan: Plan, view: RepositoryView) -> tuple[Placed, ...]:
    """Every object of every build that renders, in the order of the builds."""
    adopted = adopted_ids(plan)
    found: list[Placed] = []
    for build in view.builds:
        affixes = view.may_rename(build.root)
        owners = adopted.get(build.environment, {})
        found += [
            _placed(build, resource, owners.get(resource.id), view, affixes=affixes) for resource in build.resources
        ]
    return tuple(found)


def place_object(build: Build, resource: Resource, view: RepositoryView) -> Placed:
    """One object of a build, whoever owns it."""
    return _placed(build, resource, None, view, affixes=view.may_rename(build.root))


def _placed(build: Build, resource: Resource, component: str | None, view: RepositoryView, *, affixes: bool) -> Placed:
    origin = resource.origin
    file = None if origin is None or origin.remote else view.index.resolve(origin.path)
    written = None
    if file is not None and origin is not None and not origin.generated:
        written = _written(resource, view, file, affixes=affixes)
    final = resource.id.name
    names = {final}
    if written is not None:
        names |= _between(written.name, final) if affixes else {written.name}
    elif origin is not None and origin.generated:
        names.add(_HASH.sub("", final) if _HASH.search(final[-11:]) else final)
    namespaces = {resource.own_namespace} | ({written.namespace} if written is not None else set())
    return Placed(
        root=build.root,
        environment=build.environment,
        resource=resource,
        component=component,
        file=file,
        written=written,
        names=frozenset(names),
        namespaces=frozenset(namespaces),
    )


def _between(first: str, final: str) -> set[str]:
    """The names that prefixes and suffixes may have given on the way; one too many does no harm."""
    begin = final.find(first)
    if begin < 0:
        return {first}
    end = begin + len(first)
    return {final[i:j] for i in range(begin + 1) for j in range(end, len(final) + 1)}


def _written(resource: Resource, view: RepositoryView, file: RepoPath, *, affixes: bool) -> Written | None:
    """The document of the file that became the object: the same kind, and the name and namespace that fit best."""
    best: tuple[tuple[bool, bool, int], Written] | None = None
    is_tied = False
    for candidate in written_objects(view, file):
        same_kind = (candidate.gvk.group, candidate.gvk.kind) == (resource.id.group, resource.id.kind)
        is_name = candidate.name == resource.id.name
        if not same_kind or not (is_name or (affixes and candidate.name in resource.id.name)):
            continue
        score = (is_name, candidate.namespace == resource.own_namespace, len(candidate.name))
        if best is None or score > best[0]:
            best, is_tied = (score, candidate), False
        elif score == best[0]:
            is_tied = True
    return None if best is None or is_tied else best[1]


def written_objects(view: RepositoryView, file: RepoPath) -> tuple[Written, ...]:
    """The objects that a manifest holds, lists taken apart; none where it is not YAML that we read."""
    return view.once(("objects", file), lambda: tuple(_objects(view, file)))


def _objects(view: RepositoryView, file: RepoPath) -> Iterator[Written]:
    try:
        documents = view.documents(file)
    except MigrateError:
        return
    for document in documents:
        body = document.value
        if not isinstance(body, dict):
            continue
        items = body.get("items")
        if str(body.get("kind") or "").endswith("List") and isinstance(items, list):
            for number, item in enumerate(items):
                if isinstance(item, dict):
                    yield _object(item, Place(file=file, document=document.index, item=number))
        else:
            yield _object(body, Place(file=file, document=document.index))


def _object(body: Mapping[str, Json], at: Place) -> Written:
    metadata = body.get("metadata")
    held = metadata if isinstance(metadata, dict) else {}
    return Written(
        place=at,
        gvk=Gvk.of(str(body.get("apiVersion") or ""), str(body.get("kind") or "")),
        name=str(held.get("name") or ""),
        namespace=str(held.get("namespace") or ""),
        body=body,
    )
