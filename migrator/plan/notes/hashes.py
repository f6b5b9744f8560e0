"""What goes with the hash in a name: pods that were made anew whenever the content changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.diagnostics import Diagnostic, Severity
from migrator.inference.types import Inference
from migrator.model import DifferenceKind, ResId, mapping_of
from migrator.plan.notes.restarts import restarting
from migrator.plan.reasons import listed
from migrator.plan.renames.unhashed import NamedGenerator
from migrator.plan.situation import Examined, Situation
from migrator.plan.types import ComponentPlan, Decision
from migrator.signatures.features import WORKLOADS

_CHECKSUM = "checksum"


def notes_on_hashes(
    found: Iterable[ComponentPlan], examined: Iterable[Examined], situation: Situation
) -> Iterator[Diagnostic]:
    """MIG615 for each generator of an adopted component that gives no hashes any more, with what is lost by that."""
    results = {each.component.id: each.result for each in examined}
    for component in found:
        if component.decision in (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES):
            result = results.get(component.id)
            for generator in component.unhashed:
                yield _note(component, generator, result if isinstance(result, Inference) else None, situation)


def _note(
    component: ComponentPlan, generator: NamedGenerator, result: Inference | None, situation: Situation
) -> Diagnostic:
    losses = [
        (name, each)
        for name, found in sorted(component.differences.items())
        for each in found
        if each.kind is DifferenceKind.HASH and each.counterpart in generator.bare
    ]
    naming = {each.resource for _, each in losses if each.resource != each.counterpart}
    own = {each.counterpart for name, each in losses if each.counterpart in component.members.get(name, ())}
    followed = _checksums(component, naming, result) if own else ()
    workloads = {(name, each.resource) for name, each in losses if each.resource.kind in WORKLOADS}
    restarted = {
        place: restarting(situation.present[place[0]].objects.get(place[1]), generator.bare) for place in workloads
    }
    left = {workload for (_, workload), by in restarted.items() if not by}
    running = listed([str(each) for each in sorted(left)]) or "what names it"
    what = f"{component.id}: {generator} gives no hash any more"
    if own:
        what = f"{component.id}: the chart makes {listed(sorted(map(str, own)))} in the place of {generator}"
    if followed:
        told = f"{listed(followed)} of the chart makes the pods anew when its content changes"
    elif restarted and not left:
        followed = tuple(sorted(set(restarted.values())))
        told = f"what reads {listed(followed)} makes the pods anew when its content changes"
    else:
        told = f"a change of its content does not make the pods of {running} anew any more"
    return Diagnostic(
        code="MIG615",
        severity=Severity.INFO if followed else Severity.WARNING,
        summary=f"{what}, and {told}",
        span=generator.span,
        remedy="" if followed else "restart them then (`kubectl rollout restart`), unless they read it anew themselves",
        evidence=tuple(sorted(f"{each.id}: {each.before} -> {each.after}" for _, each in losses)),
    )


def _checksums(component: ComponentPlan, naming: Iterable[ResId], result: Inference | None) -> tuple[str, ...]:
    """The annotations of pods by which the chart makes them anew, where no patch takes them back."""
    undone = {(each.resource, each.path[-1:]) for found in component.undone.values() for each in found}
    wanted = {(each.kind, each.name): each for each in naming}
    found: dict[str, None] = {}
    for resource in (each for held in (result.rendered if result is not None else {}).values() for each in held):
        own = wanted.get((resource.id.kind, resource.id.name))
        if own is not None:
            for key in _annotations(resource.body):
                if _CHECKSUM in key and (own, (key,)) not in undone:
                    found[key] = None
    return tuple(sorted(found))


def _annotations(body: Mapping[str, object]) -> Mapping[str, object]:
    template = mapping_of(mapping_of(body.get("spec")).get("template"))
    return mapping_of(mapping_of(template.get("metadata")).get("annotations"))
