"""Which object after is which object before: by identity, blind to who owns it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.compare.scopes import Scopes, as_written, is_namespaced, scopes_of, without_namespace
from migrator.model import ResId, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One object on both sides, or what only one side has."""

    id: ResId
    before: Resource | None
    after: Resource | None

    is_named_once: bool
    """Whether only one side names the namespace that both are in, or one that their kind does not have."""


def pairs(
    before: Sequence[Resource], after: Sequence[Resource], release_namespace: str, *, meets: bool = True
) -> Iterator[Pair]:
    """The objects of both sides by identity, sorted.

    A chart often leaves the namespace out, and so do manifests (fact C4): such an object stands for the one of the
    other side without a namespace where there is one, else it lands in the release's namespace. The namespace that
    someone writes on an object that has none by its kind is not part of its identity, and the API server drops it
    (apiserver, registry/rest, BeforeCreate). Where an identity occurs several times on a side, the occurrences are
    paired in order, and what is left over is only on that side. Where it does not `meets`, an object before that names
    no namespace is in none, and what the API server drops is a difference.
    """
    scopes = scopes_of((*before, *after))
    olds = _by_identity(before, {each.id for each in after}, release_namespace if meets else "", scopes)
    news = _by_identity(after, {each.id for each in before}, release_namespace, scopes)
    for key in sorted(olds.keys() | news.keys()):
        old, new = olds.get(key, []), news.get(key, [])
        for index in range(max(len(old), len(new))):
            sides = [each[index] if index < len(each) else None for each in (old, new)]
            named = [_names_a_namespace(each) for each in sides if each is not None]
            first, second = (_kept(each, scopes, drops=meets) for each in sides)
            is_named_once = len(named) == 2 and any(named) and not all(named)
            yield Pair(id=key, before=first, after=second, is_named_once=is_named_once)


def _names_a_namespace(resource: Resource) -> bool:
    return not resource.is_placed and "namespace" in (resource.body.get("metadata") or {})


def _kept(resource: Resource | None, scopes: Scopes, *, drops: bool) -> Resource | None:
    """What the API server keeps of an object: no namespace where its kind has none."""
    if resource is None or is_namespaced(resource, scopes):
        return resource
    return without_namespace(resource) if drops else as_written(resource)


def _by_identity(
    side: Sequence[Resource], others: Collection[ResId], release_namespace: str, scopes: Scopes
) -> Mapping[ResId, list[Resource]]:
    found: defaultdict[ResId, list[Resource]] = defaultdict(list)
    for resource in side:
        key = resource.id
        if not is_namespaced(resource, scopes):
            key = replace(key, namespace="")
        elif not key.namespace and key not in others:
            key = replace(key, namespace=release_namespace)
        found[key].append(resource)
    return found
