"""One object, one identity: where an object without a namespace lands, and what is rendered more than once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from migrator.compare.scopes import Scopes, is_namespaced, placed_in, scopes_of
from migrator.diagnostics import Diagnostic, Severity
from migrator.model import Json, KeyPath, ResId, Resource, SourceSpan
from migrator.prove.rendered_parts import Owner, Part, Rendering, digest_text
from migrator.yamlio import digest


def placed(rendering: Rendering, counterpart: Rendering | None = None) -> Rendering:
    """The rendering with every object in the namespace that it has in the cluster (fact C4).

    That of a release is known. That of a kustomize root is what its deployer says, or what the lock took it for; else
    the counterpart's root of the same object may know. Where nobody does, such an object and one that a chart prints
    without a namespace are both left to the deployer, if there is none of that name in the release's namespace.
    """
    sides = (rendering, counterpart) if counterpart else (rendering,)
    scopes = scopes_of(resource for side in sides for resource in side.resources)
    others = _places(counterpart) if counterpart else {}
    known = frozenset(
        resource.id
        for part in (counterpart.parts if counterpart else ())
        for resource in _placed_part(part, frozenset(), {}, scopes).resources
    )
    parts = tuple(_placed_part(part, known, others, scopes) for part in rendering.parts)
    return replace(rendering, parts=parts)


def _places(rendering: Rendering) -> Mapping[ResId, str]:
    """Object without a namespace -> that of its root, where all roots that render it agree."""
    found: defaultdict[ResId, set[str]] = defaultdict(set)
    for part in rendering.parts:
        for resource in part.resources if part.owner is Owner.KUSTOMIZE else ():
            if not resource.id.namespace:
                found[resource.id].add(part.namespace)
    return {res_id: names.pop() for res_id, names in found.items() if len(names) == 1}


def _placed_part(part: Part, known: frozenset[ResId], others: Mapping[ResId, str], scopes: Scopes) -> Part:
    moved: dict[ResId, ResId] = {}
    resources = []
    for resource in part.resources:
        if part.context is not None:
            target = replace(resource.id, namespace=part.context.namespace)
            is_left = target not in known and resource.id in known
            namespace = "" if is_left else part.context.namespace
        else:
            namespace = part.namespace or others.get(resource.id, "")
        there = _placed(resource, namespace, scopes)
        if there is not resource:
            moved[resource.id] = there.id
        resources.append(there)
    if not moved:
        return part
    generated = tuple((moved.get(res_id, res_id), path) for res_id, path in part.generated)
    return replace(part, resources=tuple(resources), generated=generated)


def _placed(resource: Resource, namespace: str, scopes: Scopes) -> Resource:
    if not is_namespaced(resource, scopes):
        # some charts write a namespace on cluster-scoped objects; the API server does not keep it
        return replace(resource, id=replace(resource.id, namespace="")) if resource.id.namespace else resource
    return placed_in(resource, namespace, scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The objects of one side by identity."""

    once: Mapping[ResId, Resource]
    ambiguous: Mapping[ResId, tuple[str, ...]]
    """Identities that are rendered with different content, with the sorted digests of it."""


def by_identity(resources: Iterable[Resource]) -> Identities:
    """Each identity once; equal copies, such as a Namespace that two roots share, are one object."""
    groups: defaultdict[ResId, dict[str, Resource]] = defaultdict(dict)
    first: dict[ResId, Resource] = {}
    for resource in resources:
        if resource.id not in first:
            first[resource.id] = resource
            continue
        group = groups[resource.id]
        if not group:
            group[digest(first[resource.id].body)] = first[resource.id]
        group.setdefault(digest(resource.body), resource)
    ambiguous = {res_id: tuple(sorted(group)) for res_id, group in groups.items() if len(group) > 1}
    return Identities(once=first, ambiguous=ambiguous)


def owned_twice(rendering: Rendering) -> tuple[tuple[ResId, Diagnostic], ...]:
    """One error for each object that two releases, or a release and a kustomize root, both render.

    The rendering has to be placed.
    """
    owners: defaultdict[ResId, list[Part]] = defaultdict(list)
    for part in rendering.parts:
        for res_id in {resource.id for resource in part.resources}:
            owners[res_id].append(part)
    found = []
    for res_id, parts in sorted(owners.items()):
        if len(parts) > 1 and any(part.owner is Owner.HELM for part in parts):
            labels = " and by ".join(part.label for part in parts)
            diagnostic = Diagnostic(
                code="MIG708",
                severity=Severity.ERROR,
                summary=f"{res_id} is owned twice in {rendering.environment}: by {labels}",
                span=SourceSpan(path=parts[0].path),
                remedy="leave the object to one of them: two tools that apply it undo each other's work",
            )
            found.append((res_id, diagnostic))
    return tuple(found)


def rendering_digest(rendering: Rendering) -> str:
    """Digest of what an environment renders: canonical objects by identity in any order, generated places left out.

    `Proof.digest` is made of these, so that `audit` can tell without the baseline whether the proof still holds.
    """
    whole = placed(rendering)
    blank: defaultdict[ResId, list[KeyPath]] = defaultdict(list)
    for res_id, path in whole.generated:
        blank[res_id].append(path)
    lines = set()
    for resource in whole.resources:
        paths = blank.get(resource.id, [])
        if () in paths:
            continue
        body: Json = resource.body
        for path in paths:
            body = _blanked(body, path)
        lines.add(f"{resource.id} {digest(body)}")
    return digest_text(sorted(lines))


def part_digests(rendering: Rendering) -> Mapping[str, str]:
    """Digest of what each part renders, by its key: tells which part it is that changed.

    Where releases have one name in one namespace, the keys of all but the first tell their folders as well.
    """
    found: dict[str, str] = {}
    for part in sorted(rendering.parts, key=lambda each: each.path):
        key = f"{part.key} ({part.path})" if part.key in found else part.key
        found[key] = rendering_digest(replace(rendering, parts=(part,)))
    return found


def companion_digests(rendering: Rendering, companions: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    """`companions:COMPONENT` -> digest of what kustomize renders of the objects that stay beside its release."""
    there = placed(rendering)
    found = {}
    for component, names in sorted(companions.items()):
        parts = (
            replace(part, resources=tuple(each for each in part.resources if str(each.id) in names))
            for part in there.parts
            if part.owner is Owner.KUSTOMIZE
        )
        found[f"companions:{component}"] = rendering_digest(replace(there, parts=tuple(parts)))
    return found


def _blanked(value: Json, path: KeyPath) -> Json:
    """The value without what lies at the path; an element of a list becomes null: the others keep their place."""
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping) and head in value:
        if rest:
            return {**value, head: _blanked(value[head], rest)}
        return {key: item for key, item in value.items() if key != head}
    if isinstance(value, list) and isinstance(head, int) and head < len(value):
        return [*value[:head], _blanked(value[head], rest) if rest else None, *value[head + 1 :]]
    return value
