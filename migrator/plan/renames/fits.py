"""Objects that the chart makes under another name: the old one goes and the new one comes, once that is accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from migrator.compare import Terms
from migrator.graph.named_objects import bound_objects
from migrator.model import Difference, DifferenceKind, ResId
from migrator.plan.fit import Fit
from migrator.plan.reasons import listed
from migrator.plan.renames.disturbed import Name, name_of, names_of, undisturbed
from migrator.signatures.features import WORKLOADS


def with_accepted_renames(fits: Mapping[str, Fit], terms: Terms, component: str) -> Mapping[str, Fit]:
    """The fits in which what goes and what comes in its place are both admitted, and one alone never."""
    return {name: _accepted(each, terms, component) for name, each in fits.items()}


def _accepted(each: Fit, terms: Terms, component: str) -> Fit:
    pairs = candidates(each)
    judged = terms.judged((*each.leaving, *each.differences), component)
    admitted = {difference.resource for difference in judged if not difference.path and difference.admitted}
    found = _undisturbed(each, {old: new for old, new in pairs.items() if {old, new} <= admitted})
    alone = {difference.counterpart for difference in each.leaving} & admitted - set(found.values())
    return without_added(renamed(each, found), {new for new in alone if new is not None})


def candidates(each: Fit) -> Mapping[ResId, ResId]:
    """Object of Kustomize -> the chart's object that would take its place; none of which others keep the name."""
    staying = {*each.hooks, *each.left_out}
    held = each.there.objects if each.there is not None else {}
    pairs = {
        difference.resource: difference.counterpart
        for difference in each.leaving
        if difference.counterpart is not None and held[difference.resource].id not in staying
    }
    return _undisturbed(each, pairs)


def _undisturbed(each: Fit, pairs: Mapping[ResId, ResId]) -> Mapping[ResId, ResId]:
    """The pairs of which nothing that stays in Kustomize has need."""
    if each.there is None or not pairs:
        return {}
    return undisturbed(pairs, each.there.objects, each.rendered, each.targets)


def renamed(each: Fit, pairs: Mapping[ResId, ResId]) -> Fit:
    """The fit of a release that takes the place of objects under other names."""
    if each.there is None or not pairs:
        return each
    gone = {old: each.there.objects[old] for old in pairs}
    names = {resource.id for resource in gone.values()}
    leaving = tuple(
        difference for difference in each.leaving if difference.resource in pairs.keys() - each.renamed.keys()
    )
    return replace(
        each,
        targets=dict(sorted({**each.targets, **gone}.items())),
        differences=(*each.differences, *leaving),
        companions=tuple(res_id for res_id in each.companions if res_id not in names),
        renamed=pairs,
    )


def without_added(each: Fit, keys: Collection[ResId]) -> Fit:
    """The fit of a release that does not make these objects, which only the chart has."""
    left = tuple(difference for difference in each.differences if difference.resource not in keys)
    return replace(each, differences=left, taken=each.taken | frozenset(keys)) if keys else each


def proposed_renames(each: Fit) -> Fit:
    """The fit with everything that might be one under another name."""
    return renamed(each, {**each.renamed, **candidates(each)})


def runs_twice(each: Fit) -> bool:
    """Whether a workload would stay although the chart makes what may be the same under another name."""
    return any(old.kind in WORKLOADS and old.group == "apps" for old in candidates(each).keys() - each.renamed.keys())


def told_renames(fits: Mapping[str, Fit]) -> str:
    """`Deployment.apps web/a becomes b`, for each of them once; workloads first."""
    pairs = {(old.kind not in WORKLOADS, old, new.name) for each in fits.values() for old, new in each.renamed.items()}
    return listed([f"{old} becomes {name}" for _, old, name in sorted(pairs)])


def lost_needs(each: Fit, opened: Collection[Difference]) -> tuple[Difference, ...]:
    """Of what nothing admits: what the workloads that come under another name cannot run without.

    Their accounts, and what those are bound to, are the chart's as well: a patch that takes them out would leave pods
    that may not do their work.
    """
    added = {
        difference.resource: difference
        for difference in opened
        if not difference.path and difference.kind is DifferenceKind.ADDED
    }
    needed: set[Name] = set()
    for new in each.renamed.values():
        needed |= set(names_of(each.rendered[new]))
    needed &= {name_of(key) for key in each.rendered.keys() - each.targets.keys()}
    for resource in each.rendered.values():
        bound = {(named.kind, named.name) for named in bound_objects(resource)}
        if bound & needed:
            needed |= {name_of(resource.id), *bound}
    return tuple(difference for key, difference in added.items() if name_of(key) in needed)
