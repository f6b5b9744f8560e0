"""Where objects go that name no namespace, as far as objects beside them tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrator.classify.units import SYSTEM_NAMESPACES
from migrator.compare.scopes import Scopes, is_namespaced
from migrator.graph.texts import placed_names, service_names
from migrator.model import ResId, Resource

DEFAULT = "default"
"""Where kubectl puts what names no namespace, unless it is told another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A namespace, and what speaks for it."""

    namespace: str
    reason: str = ""
    """Empty where nothing does."""


def likely_namespace(groups: Iterable[Sequence[Resource]], scopes: Scopes) -> Likely:
    """The one namespace of all objects that name none, of groups of objects that belong together.

    What refers to one of them with its namespace knows it best; then where the others of their group are, then the one
    Namespace among all of them. Else it is `default`.
    """
    held = [tuple(group) for group in groups]
    every = [resource for group in held for resource in group]
    named = looked_for(every, [each for each in every if _is_nowhere(each, scopes)])
    if named:
        best = _most(Counter(namespace for _, _, namespace in named))
        referring, referred, _ = min(each for each in named if each[2] == best)
        return Likely(namespace=best, reason=f"where {referring} looks for {referred}")
    homes: Counter[str] = Counter()
    for group in held:
        count = sum(1 for each in group if _is_nowhere(each, scopes))
        if count and (home := _home(group)):
            homes[home] += count
    if homes:
        return Likely(namespace=_most(homes), reason="where the objects beside them are")
    spaces = {each.id.name for each in every if (each.id.group, each.id.kind) == ("", "Namespace")}
    if len(spaces) == 1:
        (only,) = spaces
        return Likely(namespace=only, reason="the one Namespace beside them")
    return Likely(namespace=DEFAULT)


def looked_for(resources: Iterable[Resource], wanted: Iterable[Resource]) -> tuple[tuple[ResId, str, str], ...]:
    """What refers to one of the wanted with a namespace: the referring object, kind and name, and the namespace."""
    names = {(each.id.kind, each.id.name) for each in wanted}
    return tuple(
        (each.id, f"{kind} {name}", namespace)
        for each in resources
        for kind, name, namespace in (
            *placed_names(each.body),
            *(("Service", *found) for found in service_names(each.body)),
        )
        if (kind, name) in names
    )


def _is_nowhere(resource: Resource, scopes: Scopes) -> bool:
    return not resource.id.namespace and is_namespaced(resource, scopes)


def _home(group: Iterable[Resource]) -> str:
    counts = Counter(each.id.namespace for each in group if each.id.namespace)
    own = Counter({name: count for name, count in counts.items() if name not in SYSTEM_NAMESPACES})
    return _most(own or counts) if counts else ""


def _most(counts: Counter[str]) -> str:
    return max(sorted(counts), key=lambda name: counts[name])
