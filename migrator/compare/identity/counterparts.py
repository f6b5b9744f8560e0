"""Objects that go and objects that come: which of them are likely one under another name (fact I4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from migrator.compare.identity.pairs import Pair
from migrator.compare.images import images_of
from migrator.model import Json, ResId, Resource

MOST = 60
"""Objects of one kind and namespace on a side, beyond which none is taken for another."""
LEAST_LIKENESS = 0.4
"""The part of what two objects say that both say, below which they are two things."""
_FIXED_BY_NAME = frozenset({"CustomResourceDefinition", "Namespace", "APIService", "StorageClass", "CSIDriver"})
"""Kinds whose name is what they are: under another one it is another thing."""
_BINDINGS = frozenset({"ClusterRoleBinding", "RoleBinding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparts:
    """What takes whose place."""

    renamed: Mapping[ResId, ResId]
    """Object that goes -> the one that comes in its place."""
    replaced: Mapping[ResId, ResId]
    """The other way round."""
    bodies: Mapping[ResId, Mapping[str, Json]] = field(repr=False)
    """Object that comes -> the one in whose place, with the new names of what it binds."""


def counterparts(found: Sequence[Pair]) -> Counterparts:
    """What of the objects that only one side has takes the place of what.

    Only of one kind and namespace: workloads that run one image, other objects that say mostly the same, nearest first;
    of several alike, those whose names are. Bindings come last: what they bind may have another name by then.
    """
    sides: defaultdict[tuple[bool, str, str, str], tuple[list[_One], list[_One]]] = defaultdict(lambda: ([], []))
    for pair in found:
        resource = pair.after or pair.before
        if resource is not None and (pair.before is None) != (pair.after is None):
            own = pair.id
            if own.kind not in _FIXED_BY_NAME:
                key = (own.kind in _BINDINGS, own.group, own.kind, own.namespace)
                sides[key][pair.before is None].append(_One(id=own, resource=resource))
    renamed: dict[ResId, ResId] = {}
    replaced: dict[ResId, Mapping[str, Json]] = {}
    for _, (gone, come) in sorted(sides.items(), key=lambda item: item[0]):
        if not gone or not come or max(len(gone), len(come)) > MOST:
            continue
        bodies = {one.id: _with_new_names(one.resource, renamed) for one in gone}
        nearest = tuple(_nearest(gone, come, bodies))
        renamed |= {old.id: new.id for old, new in nearest}
        replaced |= {new.id: bodies[old.id] for old, new in nearest}
    return Counterparts(renamed=renamed, replaced={new: old for old, new in renamed.items()}, bodies=replaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """An object that only one side has."""

    id: ResId
    resource: Resource


def _nearest(
    gone: Sequence[_One], come: Sequence[_One], bodies: Mapping[ResId, Mapping[str, Json]]
) -> Iterator[tuple[_One, _One]]:
    """Each object once, those that are most alike first."""
    said = {one.id: _said(bodies.get(one.id, one.resource.body)) for one in (*gone, *come)}
    images = {one.id: _images(one.resource) for one in (*gone, *come)}
    ranked = []
    for old in gone:
        for new in come:
            shared = images[old.id] & images[new.id]
            likeness = _likeness(said[old.id], said[new.id])
            if shared or (likeness >= LEAST_LIKENESS and not images[old.id]):
                names = SequenceMatcher(None, old.id.name, new.id.name, autojunk=False).ratio()
                ranked.append((-len(shared), -round(likeness, 3), -names, old.id, new.id, old, new))
    taken: set[tuple[bool, ResId]] = set()
    for *_, old, new in sorted(ranked, key=lambda item: item[:5]):
        if not {(False, old.id), (True, new.id)} & taken:
            taken |= {(False, old.id), (True, new.id)}
            yield old, new


def _images(resource: Resource) -> frozenset[str]:
    """The images of an object's pods, without registry, tag and digest."""
    return frozenset(each.partition("@")[0].rpartition("/")[2].partition(":")[0] for each in images_of(resource))


def _said(body: Mapping[str, Json]) -> Counter[str]:
    """What an object says beside its name and its labels: its scalars with the keys above them."""
    return Counter(_leaves({key: value for key, value in body.items() if key not in {"metadata", "status"}}, ""))


def _leaves(value: Json, above: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{above}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, f"{above}/*")
    else:
        yield f"{above}={value}"


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    whole = (one | other).total()
    return (one & other).total() / whole if whole else 1.0


def _with_new_names(resource: Resource, renamed: Mapping[ResId, ResId]) -> Mapping[str, Json]:
    """A binding that binds what its role and its accounts are called now; any other object as it is."""
    if resource.id.kind not in _BINDINGS:
        return resource.body
    names: Mapping[tuple[str, str], str] = {(old.kind, old.name): new.name for old, new in renamed.items()}

    def named(held: Json) -> Json:
        if not isinstance(held, Mapping):
            return held
        return {**held, "name": names.get((str(held.get("kind")), str(held.get("name"))), held.get("name"))}

    subjects = resource.body.get("subjects")
    return {
        **resource.body,
        "roleRef": named(resource.body.get("roleRef")),
        "subjects": list(map(named, subjects)) if isinstance(subjects, list) else subjects,
    }
