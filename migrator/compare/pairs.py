"""Which object after is which object before: by identity, blind to who owns it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.compare.scopes import Scopes, as_written, is_namespaced, scopes_of
from migrator.model import ResId, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One object on both sides, or what only one side has."""

    id: ResId
    before: Resource | None
    after: Resource | None

    @property
    def is_named_once(self) -> bool:
        """Whether only one side names the namespace that both are in."""
        sides = [bool(each.own_namespace) for each in (self.before, self.after) if each is not None]
        return bool(self.id.namespace) and len(sides) == 2 and any(sides) and not all(sides)


def pairs(
    before: Sequence[Resource], after: Sequence[Resource], release_namespace: str, *, meets: bool = True
) -> Iterator[Pair]:
    """The objects of both sides by identity, sorted.

    A chart often leaves the namespace out, and so do manifests (fact C4): such an object stands for the one of the
    other side without a namespace where there is one, else it lands in the release's namespace. The namespace that
    someone writes on an object that has none by its kind is not part of its identity. Where an identity occurs several
    times on a side, the occurrences are paired in order, and what is left over is only on that side. Where it does not
    `meets`, an object before that names no namespace is in none.
    """
    scopes = scopes_of((*before, *after))
    olds = _by_identity(before, {each.id for each in after}, release_namespace if meets else "", scopes)
    news = _by_identity(after, {each.id for each in before}, release_namespace, scopes)
    for key in sorted(olds.keys() | news.keys()):
        old, new = olds.get(key, []), news.get(key, [])
        for index in range(max(len(old), len(new))):
            yield Pair(
                id=key,
                before=old[index] if index < len(old) else None,
                after=new[index] if index < len(new) else None,
            )


def _by_identity(
    side: Sequence[Resource], others: Collection[ResId], release_namespace: str, scopes: Scopes
) -> Mapping[ResId, list[Resource]]:
    found: defaultdict[ResId, list[Resource]] = defaultdict(list)
    for resource in side:
        key = resource.id
        if not is_namespaced(resource, scopes):
            key, resource = replace(key, namespace=""), as_written(resource)  # noqa: PLW2901
        elif not key.namespace and key not in others:
            key = replace(key, namespace=release_namespace)
        found[key].append(resource)
    return found
