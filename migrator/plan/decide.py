"""Components and what inference found for them -> one decision each, with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.charts.types import ChartArchive, ChartRef
from migrator.classify.types import ChartCandidate, Component, ComponentKind, Evidence
from migrator.compare import Terms
from migrator.diagnostics import Diagnostic, Diagnostics
from migrator.inference.types import Inference
from migrator.model import Difference, Impact, ReleaseContext, ResId
from migrator.plan.fit import (
    Fit,
    fit,
    lesser_part,
    other_program,
    reconciled,
    shared_by,
    with_shared,
    without,
)
from migrator.plan.inputs import inputs_of
from migrator.plan.notes.entries import notes_on_entries
from migrator.plan.notes.hashes import notes_on_hashes
from migrator.plan.notes.releases import notes_on_definitions, notes_on_shared_names
from migrator.plan.post_render_patches import Pins, pin
from migrator.plan.reasons import adopted_reason, in_several_forms, listed, proposal, without_chart
from migrator.plan.renames.fits import proposed_renames, runs_twice, told_renames, with_accepted_renames
from migrator.plan.renames.kept_names import told_names, with_kept_names
from migrator.plan.renames.losses import made_otherwise, names_any, with_losses
from migrator.plan.situation import Examined, Repository, Situation, named_barely, situation_of
from migrator.plan.types import ComponentPlan, Decision, EnvironmentPlan, Plan
from migrator.render_roots import Build

_CRD = "CustomResourceDefinition"


def make_plan(
    examined: Sequence[Examined],
    repository: Repository,
    terms: Terms,
    *,
    kube_version: str = "",
    api_versions: tuple[str, ...] = (),
) -> Plan:
    """The plan without file changes, which `rewrite` adds; components by id.

    `kube_version` and `api_versions` are what every release is rendered for; empty where nobody minds. Nothing is
    adopted that a root which does not build rests on. Its diagnostics: MIG603 (several releases have one name), MIG604
    (CRDs that Helm installs and never upgrades), MIG721 and MIG934 (entries of `accept` and `refuse`).
    """
    situation = situation_of(examined, repository, terms, kube_version=kube_version, api_versions=api_versions)
    ordered = sorted(examined, key=lambda each: each.component.id)
    found = tuple(_noted(decide(each, situation), each.note) for each in ordered)
    notes = notes_on_shared_names(found)
    archives = {each.component.id: each.archive for each in examined}
    notes += tuple(note for each in found for note in notes_on_definitions(each, archives[each.id]))
    notes += tuple(notes_on_hashes(found, examined, situation))
    notes += _entry_notes(found, examined, situation)
    unjudged = any(isinstance(each.result, Diagnostic) for each in examined)
    return Plan(
        complete=all(build.is_built and not build.notices for build in repository.builds) and not unjudged,
        environments=_environments(repository.builds),
        components=found,
        diagnostics=notes,
        inputs=inputs_of(repository.builds, repository.kustomizations),
        kube_version=kube_version,
    )


def _entry_notes(found: Sequence[ComponentPlan], examined: Sequence[Examined], situation: Situation) -> Diagnostics:
    """What is to be said of the entries of `migrate.yaml`."""
    looked_at = {each.component.id for each in examined if isinstance(each.result, Inference)}
    judged = {
        each.id: [one for held in (each.differences, each.undone) for many in held.values() for one in many]
        for each in found
        if each.id in looked_at
    }
    lock = situation.repository.lock
    third = {each.component.id for each in examined if each.component.kind is ComponentKind.THIRD_PARTY}
    known = {each.id for each in found} | set(lock.components if lock is not None else ())
    return tuple(notes_on_entries(situation.terms, judged, known, is_all=lock is None and third <= looked_at))


def decide(one: Examined, situation: Situation) -> ComponentPlan:
    """The decision on one component, over all its environments at once."""
    if one.unbuilt:
        return _unbuilt(one)
    kept = _kept_reason(one, situation)
    undecided = _undecided(one, kept)
    if kept or not isinstance(one.result, Inference):
        return undecided
    inference, as_it_is = one.result, situation
    component, situation = named_barely(one, situation)
    fits: Mapping[str, Fit] = {
        name: fit(name, frozenset(members), inference, situation.present[name], situation.others(component.id, name))
        for name, members in sorted(component.members.items())
        if members and name in situation.present
    }
    fits = reconciled(with_accepted_renames(reconciled(fits), situation.terms, component.id))
    if one.generators and not names_any(fits, situation):
        return decide(replace(one, generators=()), as_it_is)
    known = replace(
        undecided,
        environments=tuple(sorted(fits)),
        context=replace(
            inference.context,
            kube_version=inference.context.kube_version or situation.kube_version,
            api_versions=inference.context.api_versions or situation.api_versions,
        ),
        values=inference.values,
        residual=inference.residual,
        followed=inference.followed,
        options=inference.options,
        left_out={name: each.left_out for name, each in fits.items() if each.left_out},
        unhashed=one.generators,
    )
    named = situation.repository.beside.get(component.id, {})
    stays = {
        name: each.left(named.get(name, frozenset())) | made_otherwise(each, situation) for name, each in fits.items()
    }
    if any(stays.values()) and (left := _adopted_beside(known, component, _beside(fits, stays), situation)):
        left = _noted(left, f"beside it stays in Kustomize: {listed(_names(stays.values()))}")
        return with_losses(left, situation)
    return with_losses(_judged(_met(known, fits), component, fits, situation), situation)


def _release(component: Component) -> str:
    """What labels say, else what the component is called; an application has none."""
    return component.release or (component.id if component.kind is ComponentKind.THIRD_PARTY else "")


def _noted(decided: ComponentPlan, note: str) -> ComponentPlan:
    return replace(decided, reason=f"{decided.reason}; {note}") if note else decided


def _undecided(one: Examined, reason: str) -> ComponentPlan:
    """What is known of a component before its differences are looked at; it stays where there is a reason."""
    component, archive = one.component, one.archive
    candidate = _candidate(component, archive)
    return ComponentPlan(
        id=component.id,
        decision=Decision.KEEP,
        reason=reason,
        category=component.category,
        environments=tuple(sorted(name for name, members in component.members.items() if members)),
        members=component.members,
        confidence=component.confidence,
        evidence=_evidence(component, candidate),
        upstream=component.upstream,
        chart=archive.ref if archive is not None else None,
        chart_digest=archive.digest if archive is not None else "",
        successor=candidate.successor if candidate is not None else "",
        rivals=tuple(each for each in component.candidates if each is not candidate),
        context=ReleaseContext(release=_release(component), namespace=component.namespace or ""),
    )


def _unbuilt(one: Examined) -> ComponentPlan:
    """A component of roots that do not build, of which no more is known than what its objects and files name."""
    found = next(iter(one.component.candidates), None)
    chart = (
        ChartRef(name=found.chart, version="".join(found.versions[:1]), repository=found.repository) if found else None
    )
    known = _undecided(one, f"repair this root first: {one.unbuilt}")
    return replace(known, decision=Decision.PROPOSE if found else Decision.KEEP, chart=chart)


def _judged(known: ComponentPlan, component: Component, fits: Mapping[str, Fit], situation: Situation) -> ComponentPlan:
    first = fits
    marked, opened = _opened(known.id, fits, situation)
    shared = {name: shared_by(each, opened[name]) for name, each in fits.items()}
    shared = {name: each for name, each in shared.items() if each.fields}
    if shared:
        fits = {name: with_shared(each, shared[name]) if name in shared else each for name, each in fits.items()}
        marked, opened = _opened(known.id, fits, situation)
    every = [difference for found in marked.values() for difference in found]
    proposed = replace(
        known, decision=Decision.PROPOSE, differences={name: found for name, found in marked.items() if found}
    )
    proposed = replace(proposed, impact=max((each.impact for each in every), default=Impact.NONE))
    if reason := _doubt(component, fits, situation) or _other_kubernetes(known, situation):
        return replace(proposed, reason=reason)
    few = next((f"{why} in {name}" for name, each in fits.items() if (why := lesser_part(each))), "")
    if few or any(map(runs_twice, fits.values())):
        if (named := _under_kept_names(known, component, first, situation)) is not None:
            return named
        renaming = _under_other_names(proposed, fits, situation)
        if renaming is not None or few:
            return renaming or replace(proposed, reason=few)
    if other := next(filter(None, (other_program(fits[name], found) for name, found in opened.items())), ""):
        return replace(proposed, reason=other)
    pins = {name: pin(fits[name], found) for name, found in opened.items()}
    blocking, why = _blocking(pins)
    beside = {name: each.better_beside for name, each in pins.items() if each.better_beside}
    if why and beside and (left := _adopted_beside(known, component, _beside(first, beside), situation)):
        return _noted(left, f"beside it stays in Kustomize: {listed(_names(beside.values()))}")
    if why:
        reason = proposal(blocking, why + _pins(known, blocking), situation.terms.max_impact)
        return replace(proposed, reason=reason, blocked_by=blocking)
    admitted = {name: tuple(each for each in found if each.admitted) for name, found in marked.items()}
    patches = {name: each.patches for name, each in pins.items() if each.patches}
    allowed = [each for found in admitted.values() for each in found]
    return replace(
        known,
        decision=Decision.ADOPT_WITH_PATCHES if patches or shared else Decision.ADOPT,
        reason=adopted_reason(
            allowed, sum(each.count for each in pins.values()), shared.values(), told_renames(fits), told_names(fits)
        ),
        differences={name: found for name, found in admitted.items() if found},
        patches=patches,
        undone={name: found for name in opened if (found := (*fits[name].undone, *opened[name]))},
        transforms={name: each.fields for name, each in shared.items()},
        impact=max((each.impact for each in allowed), default=Impact.NONE),
    )


def _under_kept_names(
    known: ComponentPlan, component: Component, fits: Mapping[str, Fit], situation: Situation
) -> ComponentPlan | None:
    """The adoption of what the chart makes under other names, with patches that give it its names; None where none is.

    Not where names are kept already: whatever else may be wrong then, names are not.
    """
    kept = {name: with_kept_names(each) for name, each in fits.items()}
    if kept == fits or any(each.kept for each in fits.values()):
        return None
    return _adopted_beside(known, component, kept, situation)


def _under_other_names(proposed: ComponentPlan, fits: Mapping[str, Fit], situation: Situation) -> ComponentPlan | None:
    """The proposal to take what the chart makes under other names; None where it makes the lesser part even so."""
    wholes = {name: proposed_renames(each) for name, each in fits.items()}
    if any(map(lesser_part, wholes.values())):
        return None
    marked, opened = _opened(proposed.id, wholes, situation)
    blocking = tuple(each for found in opened.values() for each in found if each.counterpart is not None)
    every = [each for found in marked.values() for each in found]
    return replace(
        proposed,
        differences=marked,
        impact=max((each.impact for each in every), default=Impact.NONE),
        blocked_by=blocking,
        reason=f"the chart has other names for what runs, and would make it anew: {told_renames(wholes)}",
    )


def _beside(fits: Mapping[str, Fit], stays: Mapping[str, Collection[ResId]]) -> Mapping[str, Fit]:
    """The fits of a release beside which some targets stay in Kustomize; none for an environment with nothing else."""
    left = reconciled({name: without(each, stays.get(name, ())) for name, each in fits.items()})
    return {name: each for name, each in left.items() if each.targets} or left


def _adopted_beside(
    known: ComponentPlan, component: Component, fits: Mapping[str, Fit], situation: Situation
) -> ComponentPlan | None:
    found = _judged(_met(known, fits), component, fits, situation)
    return None if found.decision is Decision.PROPOSE else found


def _names(found: Iterable[Collection[ResId]]) -> list[str]:
    return [str(each) for each in sorted({res_id for held in found for res_id in held})]


def _met(known: ComponentPlan, fits: Mapping[str, Fit]) -> ComponentPlan:
    """With the objects that a release takes over, and those of the component that it does not."""
    values = {name: each for name, each in known.values.environments.items() if name in fits}
    without_release = {name: found for name, found in known.members.items() if found and name not in fits}
    return replace(
        known,
        environments=tuple(sorted(fits)),
        values=replace(known.values, environments=values),
        members={name: tuple(sorted(found.id for found in each.targets.values())) for name, each in fits.items()},
        companions={name: each.companions for name, each in fits.items() if each.companions} | without_release,
    )


def _opened(
    component: str, fits: Mapping[str, Fit], situation: Situation
) -> tuple[Mapping[str, tuple[Difference, ...]], Mapping[str, tuple[Difference, ...]]]:
    """The differences of each environment, judged, and those that nothing admits."""
    marked = {name: situation.terms.judged(each.differences, component) for name, each in fits.items()}
    return marked, {name: tuple(each for each in found if not each.admitted) for name, found in marked.items()}


def _pins(known: ComponentPlan, blocking: Sequence[Difference]) -> str:
    """The values that would pin what the chart generates at the places of these differences."""
    places = {(each.resource, each.path) for each in blocking}
    ways = {each.pinned_by: None for each in known.residual if each.pins and (each.resource, each.path) in places}
    return f"; pinned by {listed(list(ways))}" if ways else ""


def _blocking(pins: Mapping[str, Pins]) -> tuple[tuple[Difference, ...], str]:
    """Differences that stand against adoption, and why patches do not help; empty where nothing does."""
    refused = {name: each for name, each in sorted(pins.items()) if each.why}
    if refused:
        blocking = tuple(difference for each in refused.values() for difference in each.blocking)
        name, first = next(iter(refused.items()))
        return blocking, f"{first.why} in {name}"
    return (), ""


def _kept_reason(one: Examined, situation: Situation) -> str:
    """Why the component stays without a look at differences; empty where it does not."""
    component, repository = one.component, situation.repository
    override = repository.config.components.get(component.id)
    if repository.lock is not None and component.id in repository.lock.components:
        return "it is a release already; what is left of it here are its companions"
    if override is not None and override.decision == Decision.KEEP.value:
        return "migrate.yaml says so"
    if (made := repository.inflated.get(component.id)) is not None and not isinstance(one.result, Inference):
        why = f"; {one.result.summary}" if one.result is not None else ""
        return f"helmCharts in {made.file} make it from a chart already{why}"
    if component.kind is ComponentKind.APPLICATION:
        return without_chart(component.members, repository.lock)
    if component.upstream is not None and not component.upstream.manifest.chart:
        return f"upstream release manifest of {component.upstream.title}; no public chart installs the same"
    if component.id in repository.disputed:
        return repository.disputed[component.id]
    if isinstance(one.result, Diagnostic):
        return one.result.summary + (f" ({one.result.remedy})" if one.result.remedy else "")
    if one.result is None or one.archive is None:
        return "no chart was found for it" if not component.candidates else "its chart was not examined"
    return ""


def _doubt(component: Component, fits: Mapping[str, Fit], situation: Situation) -> str:
    """Why the component is no more than a proposal whatever its differences are; empty where nothing is."""
    override = situation.repository.config.components.get(component.id)
    if override is not None and override.decision == Decision.PROPOSE.value:
        return "migrate.yaml says so"
    for each in fits.values():
        if each.twice:
            return f"the chart renders {each.twice[0]} twice"
        if each.manifold:
            return in_several_forms(min(each.manifold), each.environment)
        for resource in each.targets.values():
            origin = resource.origin
            files = (origin.path, *origin.transformed_in) if origin is not None else ()
            root = next((situation.unbuilt[path] for path in files if path in situation.unbuilt), None)
            if root is not None:
                return f"{root} does not build and may rest on the same files: repair it first"
            if origin is not None and origin.generated and origin.path in situation.stood_in:
                return f"{resource.id} is generated in {origin.path} of files that are not all in the repository"
    return ""


def _other_kubernetes(known: ComponentPlan, situation: Situation) -> str:
    """Why a component cannot be a release beside the others: all of them are rendered for one version."""
    version = known.context.kube_version
    if not situation.kube_version or version == situation.kube_version:
        return ""
    return f'its objects are those of Kubernetes {version}: `kube_version: "{version}"` in migrate.yaml adopts it'


def _environments(builds: Sequence[Build]) -> Mapping[str, EnvironmentPlan]:
    grouped: dict[str, list[Build]] = defaultdict(list)
    for build in builds:
        grouped[build.environment].append(build)
    return {
        name: EnvironmentPlan(
            roots=tuple(sorted(build.root for build in found)),
            status="built" if all(build.is_built for build in found) else "failed",
            reason="; ".join(why for build in found for why in _why(build)),
        )
        for name, found in sorted(grouped.items())
    }


def _why(build: Build) -> Iterator[str]:
    for told in (build.reason, *build.notices):
        if told is not None:
            yield told.summary if build.root in told.summary else f"{build.root}: {told.summary}"


def _candidate(component: Component, archive: ChartArchive | None) -> ChartCandidate | None:
    """The candidate whose chart was chosen, by its publisher where two have it; the first where none was."""
    chosen = (archive.ref.name, archive.ref.repository) if archive is not None else ("", "")
    ranked = sorted(
        component.candidates, key=lambda each: (each.chart == chosen[0], each.repository == chosen[1]), reverse=True
    )
    return ranked[0] if ranked else None


def _evidence(component: Component, candidate: ChartCandidate | None) -> tuple[Evidence, ...]:
    if candidate is not None:
        return candidate.evidence
    return (component.upstream.fact(),) if component.upstream is not None else ()
