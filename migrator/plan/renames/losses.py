"""What a component comes to whose release names objects by names that have a hash now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrator.model import Difference, ResId
from migrator.plan.fit import Fit
from migrator.plan.reasons import listed, proposal
from migrator.plan.situation import Situation
from migrator.plan.types import ComponentPlan, Decision


def names_any(fits: Mapping[str, Fit], situation: Situation) -> bool:
    """Whether what a release takes over has, or names, any name that loses its hash."""
    taken = {(name, resource.id) for name, each in fits.items() for resource in each.targets.values()}
    return any((name, each.resource) in taken for name, found in situation.losses.items() for each in found)


def made_otherwise(each: Fit, situation: Situation) -> frozenset[ResId]:
    """What a generator makes and the chart makes of other content: a file is a better place for that than a patch."""
    generated = {
        loss.resource for loss in situation.losses.get(each.environment, ()) if loss.resource == loss.counterpart
    }
    return frozenset(
        difference.resource
        for difference in each.differences
        if difference.path[:1] != ("metadata",)
        and difference.resource in each.targets
        and each.targets[difference.resource].id in generated
    )


def with_losses(decided: ComponentPlan, situation: Situation) -> ComponentPlan:
    """The decision with the names that lose their hash, of whomsoever: all of them, or the component stays.

    No patch undoes them, as kustomize would not keep the names in a release up to date.
    """
    terms = situation.terms
    losses = {name: terms.judged(found, decided.id) for name, found in situation.losses.items()}
    every = [each for found in losses.values() for each in found]
    if not every:
        return decided
    blocking = tuple(each for each in every if not each.admitted)
    generators = listed([str(each) for each in decided.unhashed])
    is_adopted = decided.decision in (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)
    decided = replace(decided, impact=max(decided.impact, *(each.impact for each in every)))
    if not is_adopted or not blocking:
        why = f"; what {generators} makes loses the hash in its name" if is_adopted else ""
        return replace(
            decided,
            reason=decided.reason + why,
            differences=_joined(decided.differences, losses),
            blocked_by=(*decided.blocked_by, *blocking) if decided.blocked_by else (),
        )
    why = (
        f"kustomize keeps them up to date, and a release would not; what {generators} makes would have to lose its hash"
    )
    return replace(
        decided,
        decision=Decision.PROPOSE,
        reason=proposal(blocking, why, terms.max_impact),
        differences=_joined(decided.differences, decided.undone, losses),
        patches={},
        undone={},
        transforms={},
        blocked_by=blocking,
    )


def _joined(*found: Mapping[str, tuple[Difference, ...]]) -> Mapping[str, tuple[Difference, ...]]:
    names = sorted({name for each in found for name in each})
    return {name: tuple(one for each in found for one in each.get(name, ())) for name in names}
