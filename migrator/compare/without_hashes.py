"""Names that lose the hash which a generator gave them: kustomize wrote it anew into all that names the object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.compare.generated_names import name_without_hash
from migrator.compare.impacts import impact_of
from migrator.model import Difference, DifferenceKind, Impact, Json, KeyPath, ResId, Resource

_NAME: KeyPath = ("metadata", "name")

Bare = Mapping[ResId, str]
"""Object whose name ends with the hash of its content -> its name without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutHashes:
    """Objects under the names that they have without hashes, and what is another name for that."""

    resources: tuple[Resource, ...]
    losses: Mapping[ResId, tuple[Difference, ...]] = field(default_factory=dict)
    """Object, as it is called then -> its own name and those that it names; each knows whose name it is."""


def bare_name(resource: Resource) -> str:
    """The name without the hash; empty where there is none, or where the content may never change under one name."""
    return "" if resource.body.get("immutable") is True else name_without_hash(resource)


def bare_names(before: Sequence[Resource], after: Iterable[Resource]) -> Bare:
    """What has a hash in its name before, and is there under its bare name after."""
    come = {(each.id.kind, each.id.name): each.id.namespace for each in after if not each.id.group}
    gone = [each for each in before if (each.id.kind, each.id.name) not in come]
    kept = {(each.id.kind, each.id.name) for each in before}
    named = {each.id: (each.id.kind, name) for each in gone if (name := bare_name(each))}
    return {
        res_id: key[1] for res_id, key in named.items() if key not in kept and come.get(key) in {res_id.namespace, ""}
    }


def without_hashes(resources: Iterable[Resource], names: Bare) -> WithoutHashes:
    """The objects with bare names wherever a text of theirs holds one with a hash; data hold none that is a reference.

    A name means what is in the namespace of the object that names it.
    """
    made: list[Resource] = []
    losses: dict[ResId, tuple[Difference, ...]] = {}
    for each in resources:
        near = {own.name: own for own in names if own.namespace == each.id.namespace or not each.id.namespace}
        if near:
            is_own = each.id in names
            new = _renamed(each, near, names)
            found = tuple(_losses(each, new, near, is_own=is_own))
            if found:
                losses[new.id] = found
                made.append(new)
                continue
        made.append(each)
    return WithoutHashes(resources=tuple(made), losses=losses)


def _renamed(resource: Resource, near: Mapping[str, ResId], names: Bare) -> Resource:
    """The object with bare names; what a generator makes only under its own, as its data are no references."""
    if resource.id in names:
        own = names[resource.id]
        metadata = {**resource.body["metadata"], "name": own}
        return replace(resource, id=replace(resource.id, name=own), body={**resource.body, "metadata": metadata})
    if (resource.id.group, resource.id.kind) in {("", "ConfigMap"), ("", "Secret")}:
        return resource
    pattern = re.compile(rf"(?<![a-z0-9.-])(?:{'|'.join(map(re.escape, sorted(near)))})(?![a-z0-9-]|\.[a-z0-9])")
    return replace(
        resource, body=_with_texts(resource.body, lambda text: pattern.sub(lambda one: names[near[one[0]]], text))
    )


def _losses(old: Resource, new: Resource, near: Mapping[str, ResId], *, is_own: bool) -> Iterator[Difference]:
    changed = dict(_texts(new.body, ()))
    for path, text in _texts(old.body, ()):
        if changed[path] == text:
            continue
        impact = impact_of(old.gvk, path, text, changed[path], body=old.body, selected=frozenset())
        named = next(each for name, each in sorted(near.items()) if name in text)
        bare = named.name.rpartition("-")[0]
        yield Difference(
            resource=new.id,
            path=path,
            kind=DifferenceKind.HASH,
            before=text,
            after=changed[path],
            # a pod that starts before its workload has rolled out finds the old object gone
            impact=Impact.ROLLOUT if is_own else impact,
            counterpart=replace(named, name=bare),
        )


def _texts(value: Json, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _texts(child, (*path, key))
    elif isinstance(value, list | tuple):
        for index, child in enumerate(value):
            yield from _texts(child, (*path, index))


def _with_texts(value: Json, changed: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return changed(value)
    if isinstance(value, Mapping):
        return {key: _with_texts(child, changed) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_with_texts(child, changed) for child in value]
    return value
