"""Which object after is which object before: by identity, blind to who owns it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.compare.scopes import is_namespaced, scopes_of
from migrator.model import ResId, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One object on both sides, or what only one side has."""

    id: ResId
    before: Resource | None
    after: Resource | None


def pairs(before: Sequence[Resource], after: Sequence[Resource], release_namespace: str) -> Iterator[Pair]:
    """The objects of both sides by identity, sorted.

    A chart often leaves the namespace out (fact C4): such an object after stands for the one before without a
    namespace where there is one, else it lands in the release's namespace. The namespace that someone writes on an
    object that has none by its kind is not part of its identity. Where an identity occurs several times on a side, the
    occurrences are paired in order, and what is left over is only on that side.
    """
    scopes = scopes_of((*before, *after))
    olds: defaultdict[ResId, list[Resource]] = defaultdict(list)
    for resource in before:
        is_local = is_namespaced(resource, scopes)
        olds[resource.id if is_local else replace(resource.id, namespace="")].append(resource)
    news: defaultdict[ResId, list[Resource]] = defaultdict(list)
    for resource in after:
        key = resource.id
        if not is_namespaced(resource, scopes):
            key = replace(key, namespace="")
        elif not key.namespace and key not in olds:
            key = replace(key, namespace=release_namespace)
        news[key].append(resource)
    for key in sorted(olds.keys() | news.keys()):
        old, new = olds.get(key, []), news.get(key, [])
        for index in range(max(len(old), len(new))):
            yield Pair(
                id=key,
                before=old[index] if index < len(old) else None,
                after=new[index] if index < len(new) else None,
            )
