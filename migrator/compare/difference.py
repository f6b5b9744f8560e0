"""Two renderings of an environment -> everything in which they differ, each difference with its impact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.compare.bodies import Leaf
from migrator.compare.hooks import HOOK
from migrator.compare.identity.counterparts import Counterparts, counterparts
from migrator.compare.identity.pairs import Pair, pairs
from migrator.compare.impacts import impact_of, impact_of_object, impact_of_selected
from migrator.compare.met import Met, met
from migrator.compare.privilege import is_restricting, new_powers, widening
from migrator.compare.scaled import is_scaled, scaled_by
from migrator.compare.selected import labels_of_selected_pods, selected_labels
from migrator.compare.stored import ALL, RELEASE_NAMESPACE, Equivalences
from migrator.compare.without_hashes import bare_names, without_hashes
from migrator.model import Difference, DifferenceKind, Json, KeyPath, Resource
from migrator.yamlio import ABSENT, digest

_HOOK_PATH: KeyPath = ("metadata", "annotations", HOOK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two sets of objects, and what does not though it is written differently."""

    differences: tuple[Difference, ...]
    """Sorted by object and path; empty means equal to Kubernetes."""
    equivalences: Mapping[str, int] = field(default_factory=dict)
    """Rule -> the places that are written differently and are the same by it."""


def compare(
    before: Sequence[Resource],
    after: Sequence[Resource],
    *,
    release_namespace: str = "",
    rules: Equivalences = ALL,
    beside: Sequence[Resource] = (),
) -> tuple[Difference, ...]:
    """The differences of `comparison`."""
    return comparison(before, after, release_namespace=release_namespace, rules=rules, beside=beside).differences


def comparison(
    before: Sequence[Resource],
    after: Sequence[Resource],
    *,
    release_namespace: str = "",
    rules: Equivalences = ALL,
    beside: Sequence[Resource] = (),
) -> Comparison:
    """What differs between two sets of objects to a cluster, which holds what `stored_form` says.

    Objects are paired by identity, whoever renders them. An object without a namespace counts as in
    `release_namespace` if its kind is namespaced (fact C4), one before only where the rule for it holds. Items of lists
    are paired by Kubernetes' keys, or by what the lists have in common. Nothing else is left out: no label, no order of
    a list in a pod template. A place that one side lacks holds ABSENT there; a difference of a whole object has an
    empty path. Values are shown as they are written: what goes to a reader passes `redact` or `describe` first.
    `beside` are further objects of the cluster, which may select or scale those that are compared. An object whose name
    ended with the hash of its content is compared with the one that has its bare name, where that comes.
    """
    bare = without_hashes(before, bare_names(before, after))
    found = list(pairs(bare.resources, after, release_namespace, meets=RELEASE_NAMESPACE in rules))
    changed_kinds, instead = _kinds_on_both_sides(found), counterparts(found)
    everything = (*before, *after, *beside)
    selected, scaled = selected_labels(everything), scaled_by(everything)
    pods = labels_of_selected_pods((*before, *beside))
    result: list[Difference] = []
    equivalences: Counter[str] = Counter()
    for pair in found:
        equivalences[RELEASE_NAMESPACE] += pair.is_named_once
        if pair.before is None or pair.after is None:
            result.append(_one_sided(pair, changed_kinds, instead))
            continue
        result.extend(replace(each, resource=pair.id) for each in bare.losses.get(pair.before.id, ()))
        if pair.before.body is not pair.after.body and digest(pair.before.body) != digest(pair.after.body):
            both = met(
                pair.before, pair.after, rules, is_scaled=is_scaled(pair.id, scaled), namespace=pair.id.namespace
            )
            within = tuple(_within(pair, both, selected, pods))
            result.extend(within)
            equivalences.update(both.used({each.path for each in within}))
    return Comparison(differences=tuple(result), equivalences=dict(sorted((+equivalences).items())))


def _kinds_on_both_sides(found: Sequence[Pair]) -> frozenset[tuple[str, str]]:
    """Kinds of which objects go and others come: those may be one object under two names."""
    gone = {(pair.id.group, pair.id.kind) for pair in found if pair.after is None}
    come = {(pair.id.group, pair.id.kind) for pair in found if pair.before is None}
    return frozenset(gone & come)


def _one_sided(pair: Pair, changed_kinds: frozenset[tuple[str, str]], instead: Counterparts) -> Difference:
    resource = pair.after or pair.before
    if resource is None:
        raise ValueError("a pair has at least one side")
    is_added = pair.before is None
    powers = new_powers(None, resource.body) if is_added else frozenset()
    if pair.id in instead.bodies:
        powers &= new_powers(instead.bodies[pair.id], resource.body)
    return Difference(
        resource=pair.id,
        path=(),
        kind=DifferenceKind.ADDED if is_added else DifferenceKind.REMOVED,
        before=ABSENT if is_added else resource.body,
        after=resource.body if is_added else ABSENT,
        impact=impact_of_object(
            resource.gvk, is_added=is_added, has_counterpart=(pair.id.group, pair.id.kind) in changed_kinds
        ),
        privilege=bool(powers) if is_added else is_restricting(resource.body),
        counterpart=(instead.replaced if is_added else instead.renamed).get(pair.id),
    )


def _within(pair: Pair, both: Met, selected: frozenset[str], pods: frozenset[str]) -> Iterator[Difference]:
    root = both.root
    found = [leaf for leaf in both.leaves if not _is_same_namespace(pair, leaf)]
    if root is None or not found:
        return
    wider = widening(root, [leaf.place.path for leaf in found])
    for leaf in found:
        path = leaf.place.path
        before = both.place(leaf.place.before, is_before=True)
        after = both.place(leaf.place.after, is_before=False)
        is_hook = path == _HOOK_PATH and ABSENT in (leaf.before, leaf.after)
        old = both.as_written(leaf.before, leaf.place.before, is_before=True)
        new = both.as_written(leaf.after, leaf.place.after, is_before=False)
        if is_hook:
            # Helm deletes what has a hook's name before it makes the hook, whoever owns it (fact F7)
            impact = impact_of_object(both.after.gvk, is_added=leaf.after is ABSENT, has_counterpart=True)
        else:
            impact = impact_of(both.after.gvk, path, old, new, body=root.before, selected=selected)
            impact = max(impact, impact_of_selected(path, old, new, pods))
        yield Difference(
            resource=pair.id,
            path=path,
            kind=DifferenceKind.HOOK if is_hook else _kind(leaf.before, leaf.after),
            before=old,
            after=new,
            impact=impact,
            privilege=path in wider,
            place=leaf.place.words,
            is_order=leaf.is_order,
            before_path=before if before != path else None,
            after_path=after if after != path else None,
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
