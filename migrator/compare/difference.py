"""Two renderings of an environment -> everything in which they differ, each difference with its impact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.compare.hooks import HOOK
from migrator.compare.impacts import impact_of, impact_of_object
from migrator.compare.pairs import Pair, pairs
from migrator.compare.privilege import new_powers, widening
from migrator.compare.selected import selected_labels
from migrator.model import Difference, DifferenceKind, Impact, Json, KeyPath, Resource
from migrator.yamlio import ABSENT, differences, digest

_HOOK_PATH: KeyPath = ("metadata", "annotations", HOOK)
_TEXT_MAPS = frozenset({("metadata", "labels"), ("metadata", "annotations")})


def compare(
    before: Sequence[Resource], after: Sequence[Resource], *, release_namespace: str = ""
) -> tuple[Difference, ...]:
    """The differences between two sets of objects, sorted by object and path; empty means equal to Kubernetes.

    Objects are paired by identity, whoever renders them. An object after without a namespace counts as in
    `release_namespace` if its kind is namespaced (fact C4). Nothing is left out: no label, no list order. A place that
    one side lacks holds ABSENT there; a difference of a whole object has an empty path. Values are shown as they are:
    what goes to a reader passes `redact` or `describe` first.
    """
    found = list(pairs(before, after, release_namespace))
    changed_kinds = _kinds_on_both_sides(found)
    selected = selected_labels((*before, *after))
    result: list[Difference] = []
    for pair in found:
        if pair.before is None or pair.after is None:
            result.append(_one_sided(pair, changed_kinds))
        elif pair.before.body is not pair.after.body and digest(pair.before.body) != digest(pair.after.body):
            result.extend(_within(pair, pair.before, pair.after, selected))
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


def _within(pair: Pair, old: Resource, new: Resource, selected: frozenset[str]) -> Iterator[Difference]:
    places = [place for place in _places(old.body, new.body) if not _is_same_namespace(pair, *place)]
    wider = widening(old.body, new.body, places)
    for path, before, after in places:
        is_hook = path == _HOOK_PATH and ABSENT in (before, after)
        # Helm makes a hook anew at its events and keeps no record of it: no longer the same object
        impact = impact_of(new.gvk, path, before, after, body=old.body, selected=selected)
        yield Difference(
            resource=pair.id,
            path=path,
            kind=DifferenceKind.HOOK if is_hook else _kind(before, after),
            before=before,
            after=after,
            impact=Impact.RECREATE if is_hook else impact,
            privilege=path in wider,
        )


def _is_same_namespace(pair: Pair, path: KeyPath, before: Json, after: Json) -> bool:
    """Whether only one side writes the namespace, and it is the one in which the other lands anyway."""
    if path != ("metadata", "namespace") or ABSENT not in (before, after):
        return False
    return bool((after if before is ABSENT else before) == pair.id.namespace)


def _kind(before: Json, after: Json) -> DifferenceKind:
    if before is ABSENT:
        return DifferenceKind.ADDED
    return DifferenceKind.REMOVED if after is ABSENT else DifferenceKind.CHANGED


def _places(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[tuple[KeyPath, Json, Json]]:
    """The smallest unequal places; labels and annotations key by key even where one side has none at all."""
    for path, before, after in differences(_plain(old), _plain(new)):
        sides = [{} if side is ABSENT or side is None else side for side in (before, after)]
        if path in _TEXT_MAPS and all(isinstance(side, Mapping) for side in sides) and any(sides):
            for inner, left, right in differences(sides[0], sides[1]):
                yield (*path, *inner), left, right
        else:
            yield path, before, after


def _plain(body: Mapping[str, Json]) -> Json:
    return body if isinstance(body, dict) else dict(body)


def with_allowance(difference: Difference, allowance: str) -> Difference:
    """The difference, admitted by the allowance of this id."""
    return replace(difference, allowance=allowance)
