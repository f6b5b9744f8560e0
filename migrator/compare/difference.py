"""Two renderings of an environment -> everything in which they differ, each difference with its impact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.compare.bodies import Leaf, Unequal, unequal, unequal_leaves
from migrator.compare.hooks import HOOK
from migrator.compare.impacts import impact_of, impact_of_object, impact_of_selected
from migrator.compare.pairs import Pair, pairs
from migrator.compare.privilege import new_powers, widening
from migrator.compare.selected import labels_of_selected_pods, selected_labels
from migrator.model import Difference, DifferenceKind, Json, KeyPath, Resource
from migrator.yamlio import ABSENT, digest

_HOOK_PATH: KeyPath = ("metadata", "annotations", HOOK)


def compare(
    before: Sequence[Resource], after: Sequence[Resource], *, release_namespace: str = ""
) -> tuple[Difference, ...]:
    """The differences between two sets of objects, sorted by object and path; empty means equal to Kubernetes.

    Objects are paired by identity, whoever renders them. An object after without a namespace counts as in
    `release_namespace` if its kind is namespaced (fact C4). Items of lists are paired by Kubernetes' keys, or by what
    the lists have in common. Nothing is left out: no label, no list order. A place that one side lacks holds ABSENT
    there; a difference of a whole object has an empty path. Values are shown as they are: what goes to a reader passes
    `redact` or `describe` first.
    """
    found = list(pairs(before, after, release_namespace))
    changed_kinds = _kinds_on_both_sides(found)
    selected, pods = selected_labels((*before, *after)), labels_of_selected_pods(before)
    result: list[Difference] = []
    for pair in found:
        if pair.before is None or pair.after is None:
            result.append(_one_sided(pair, changed_kinds))
        elif pair.before.body is not pair.after.body and digest(pair.before.body) != digest(pair.after.body):
            result.extend(_within(pair, pair.before, pair.after, selected, pods))
    return tuple(result)


def _kinds_on_both_sides(found: Sequence[Pair]) -> frozenset[tuple[str, str]]:
    """Kinds of which objects go and others come: those may be one object under two names."""
    gone = {(pair.id.group, pair.id.kind) for pair in found if pair.after is None}
    come = {(pair.id.group, pair.id.kind) for pair in found if pair.before is None}
    return frozenset(gone & come)


def _one_sided(pair: Pair, changed_kinds: frozenset[tuple[str, str]]) -> Difference:
    resource = pair.after or pair.before
    if resource is None:
        raise ValueError("a pair has at least one side")
    is_added = pair.before is None
    return Difference(
        resource=pair.id,
        path=(),
        kind=DifferenceKind.ADDED if is_added else DifferenceKind.REMOVED,
        before=ABSENT if is_added else resource.body,
        after=resource.body if is_added else ABSENT,
        impact=impact_of_object(
            resource.gvk, is_added=is_added, has_counterpart=(pair.id.group, pair.id.kind) in changed_kinds
        ),
        privilege=is_added and bool(new_powers(None, resource.body)),
    )


def _within(
    pair: Pair, old: Resource, new: Resource, selected: frozenset[str], pods: frozenset[str]
) -> Iterator[Difference]:
    # digests have told that they differ: where the walk sees nothing, the whole object does
    bodies = dict(old.body), dict(new.body)
    root = unequal(*bodies) or Unequal(before=bodies[0], after=bodies[1])
    found = [leaf for leaf in unequal_leaves(root) if not _is_same_namespace(pair, leaf)]
    wider = widening(root, [leaf.place.path for leaf in found])
    for leaf in found:
        path = leaf.place.path
        is_hook = path == _HOOK_PATH and ABSENT in (leaf.before, leaf.after)
        if is_hook:
            # Helm deletes what has a hook's name before it makes the hook, whoever owns it (fact F7)
            impact = impact_of_object(new.gvk, is_added=leaf.after is ABSENT, has_counterpart=True)
        else:
            impact = impact_of(new.gvk, path, leaf.before, leaf.after, body=old.body, selected=selected)
            impact = max(impact, impact_of_selected(path, leaf.before, leaf.after, pods))
        yield Difference(
            resource=pair.id,
            path=path,
            kind=DifferenceKind.HOOK if is_hook else _kind(leaf.before, leaf.after),
            before=leaf.before,
            after=leaf.after,
            impact=impact,
            privilege=path in wider,
            place=leaf.place.words,
            is_order=leaf.is_order,
            before_path=leaf.place.before if leaf.place.before != path else None,
            after_path=leaf.place.after if leaf.place.after != path else None,
        )


def _is_same_namespace(pair: Pair, leaf: Leaf) -> bool:
    """Whether only one side writes the namespace, and it is the one in which the other lands anyway."""
    if leaf.place.path != ("metadata", "namespace") or ABSENT not in (leaf.before, leaf.after):
        return False
    return bool((leaf.after if leaf.before is ABSENT else leaf.before) == pair.id.namespace)


def _kind(before: Json, after: Json) -> DifferenceKind:
    if before is ABSENT:
        return DifferenceKind.ADDED
    return DifferenceKind.REMOVED if after is ABSENT else DifferenceKind.CHANGED
