"""One way through the house: discover -> load -> build -> graph -> classify -> resolve -> infer -> plan -> rewrite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

from migrator.classify import Component, ComponentKind
from migrator.compare.images import images_of
from migrator.compare.stored import RELEASE_NAMESPACE
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.gitops.deployer import deployed_by
from migrator.gitops.namespaces import Settled, settle_namespaces
from migrator.gitops.tool import ARGO_CD, knows_hooks
from migrator.load.included_from_above import refuse_if_included
from migrator.plan import Examined, Plan, Repository, make_plan
from migrator.plan.beside import Beside, joined
from migrator.plan.inflated import Inflated, inflated_by, with_all_made
from migrator.plan.renames.unhashed import NamedGenerator, unhashed, with_bare_names
from migrator.progress import Watch
from migrator.rewrite import followed_images, named_generators
from migrator.workflow.deciding.next_command import with_next_commands
from migrator.workflow.gitops.deployable import deployable
from migrator.workflow.planned import Planned, carried_out, layout_of, secrets_of_baseline
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of
from migrator.workflow.steps.baseline import Baseline, once, read_baseline, with_builds
from migrator.workflow.steps.classify import recognise, resources_of
from migrator.workflow.steps.infer import infer_for_one_cluster
from migrator.workflow.steps.inference_cache import Answer
from migrator.workflow.steps.library import library_of
from migrator.workflow.steps.resolve import Resolved, resolve, resolve_inflated
from migrator.workflow.steps.stand_ins import about
from migrator.workflow.steps.unbuilt import Unbuilt, unbuilt_components
from migrator.workflow.team_values import TeamValues, team_values, unfitting, with_comments

if TYPE_CHECKING:
    from migrator.charts.types import ChartArchive
    from migrator.inference.types import FollowedImage, Inference, InferenceRequest
    from migrator.model import Resource

ROUNDS = 4
"""Plans that are made anew because something could not be taken out of the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The chart that was taken for a component, and what inference found with it or why it found nothing."""

    archive: ChartArchive | None
    result: Inference | Diagnostic | None
    diagnostics: Diagnostics = ()
    note: str = ""
    """What the reason of any decision has to say of the chart."""


_UNSEARCHED = Chosen(archive=None, result=None)


def plan_repository(settings: Settings, run: Run, check: Callable[[Baseline], None] | None = None) -> Planned:
    """The plan for a repository; nothing is written but the cache.

    `check` may refuse the repository before the long part begins. Raises what ends a run: an unreadable repository or
    lock, a broken rule file, an unknown layout (MIG630), or `--only` with a component that is not there (MIG907).
    """
    baseline = read_baseline(settings, run)
    if baseline.lock_problem is not None:
        raise MigrateError(baseline.lock_problem)
    refuse_if_included(baseline.index)
    if check is not None:
        check(baseline)
    layout = layout_of(baseline)
    with run.step("classify") as watch:
        components, unclear = recognise(baseline, watch)
        unbuilt = unbuilt_components(baseline, components)
        _check_only(baseline, (*components, *(each.component for each in unbuilt)))
        settled = _settled(baseline, components)
        baseline, components = with_builds(baseline, settled.builds), settled.components
    with run.step("resolve") as watch:
        library = library_of(baseline)
        inflated = inflated_by(components, baseline.builds, baseline.kustomizations)
        components = with_all_made(components, baseline.builds, baseline.kustomizations, inflated)
        wanted = [each for each in components if _is_wanted(each, baseline) and each.id not in settled.disputed]
        resolved: list[Resolved] = []
        for each in wanted:
            watch(len(resolved), len(wanted), (each.id,))
            made = inflated.get(each.id)
            resolved.append(
                resolve_inflated(each, made, library, baseline) if made else resolve(each, library, baseline.config)
            )
    with run.step("infer") as watch:
        generators = {
            each.component.id: named_generators(each.component.members, baseline.view)
            for each in resolved
            if each.archives
        }
        chosen = _infer(resolved, generators, baseline, watch)
    with run.step("plan"):
        examined = [*_examined(components, chosen, generators), *map(_unbuilt, unbuilt)]
        of_charts = tuple(each for found in chosen.values() for each in found.diagnostics)
        said = [each.summary for each in of_charts]
        broken = (one for one in library.problems if not any(text.endswith(one.summary) for text in said))
        notes = (*baseline.diagnostics, *unclear, *settled.diagnostics, *broken, *of_charts)
        repository = _repository(baseline, inflated, settled.disputed)
        decide = partial(_plan, baseline, examined, chosen, notes, repository)
        plan, secrets = decide(beside={}), secrets_of_baseline(baseline)
    with run.step("rewrite") as watch:
        charts = {name: each.archive for name, each in chosen.items() if each.archive is not None}
        first = Planned(plan=plan, baseline=baseline, layout=layout, secrets=secrets, charts=charts)
        planned = _carried_out(first, decide, watch)
        plan = _with_deployers(planned.plan, baseline)
        return replace(planned, plan=with_next_commands(plan, settings))


def _carried_out(first: Planned, decide: Callable[..., Plan], watch: Watch) -> Planned:
    """The plan with its edits; objects that stand in the way stay in Kustomize where that lets their component go."""
    planned = carried_out(deployable(first), watch)
    beside: Beside = {}
    for _ in range(ROUNDS):
        more = joined(beside, planned.beside)
        if more == beside:
            break
        beside = more
        planned = carried_out(deployable(replace(first, plan=decide(beside=beside))), watch)
    return planned


def _with_deployers(plan: Plan, baseline: Baseline) -> Plan:
    """The plan that says what deploys each environment."""
    known = deployed_by(baseline.reading.deployers)
    held = {name: replace(each, deployed_by=known.get(name, ())) for name, each in plan.environments.items()}
    return replace(plan, environments=held)


def _settled(baseline: Baseline, components: Sequence[Component]) -> Settled:
    if RELEASE_NAMESPACE not in baseline.choices.equivalences:
        return Settled(builds=baseline.builds, components=tuple(components))
    locked = baseline.lock.namespaces if baseline.lock is not None else {}
    return settle_namespaces(baseline.builds, components, baseline.destinations, baseline.config.namespaces, locked)


def _check_only(baseline: Baseline, components: Sequence[Component]) -> None:
    known = {each.id for each in components if each.kind is ComponentKind.THIRD_PARTY}
    done = set(baseline.lock.components) if baseline.lock else set()
    names = sorted(known | done)
    for name in baseline.choices.only:
        if name not in names:
            near = f"; did you mean {' or '.join(found)}?" if (found := get_close_matches(name, names, n=2)) else ""
            there = f"recognised are {', '.join(names)}{near}" if names else "none is recognised here"
            raise MigrateError.of(
                "MIG907",
                f"no third-party component is called {name!r}; {there}",
                remedy="name one of these, or the root of the right repository; or add a signature below "
                ".migrate/rules/signatures",
            )


def _is_wanted(component: Component, baseline: Baseline) -> bool:
    """Whether it is worth the search: third-party, asked for, no release yet, and not kept by the configuration."""
    only = baseline.choices.only
    override = baseline.config.components.get(component.id)
    return (
        component.kind is ComponentKind.THIRD_PARTY
        and (not only or component.id in only)
        and not (baseline.lock is not None and component.id in baseline.lock.components)
        and not (override is not None and override.decision == "keep")
    )


def _infer(
    resolved: Sequence[Resolved],
    generators: Mapping[str, Sequence[NamedGenerator]],
    baseline: Baseline,
    watch: Watch,
) -> Mapping[str, Chosen]:
    """Component id -> the chart that renders it best, or why there is none."""
    followed = followed_images(baseline.view)
    asked = [found for found in resolved if found.archives]
    known_targets = _targets([each.component for each in asked], generators, baseline)
    requests = [_request(found, known_targets[found.component.id], baseline, followed) for found in asked]
    kept = [
        team_values(
            found.component,
            (one for target in request.targets.values() for one in target),
            baseline.index,
            found.made.entries if found.made is not None else (),
        )
        for found, request in zip(asked, requests, strict=True)
    ]
    requests = [
        replace(request, first_values=tuple(each.values for each in files))
        for request, (files, _) in zip(requests, kept, strict=True)
    ]
    answers = infer_for_one_cluster(requests, tools=baseline.tools, cache=baseline.choices.cache, watch=watch)
    known = {found.component.id: answer for found, answer in zip(asked, answers, strict=True)}
    chosen = {found.component.id: _chosen(found, known.get(found.component.id)) for found in resolved}
    for found, (files, problems) in zip(asked, kept, strict=True):
        name = found.component.id
        chosen[name] = _with_team_values(chosen[name], files, problems, name)
    return chosen


def _with_team_values(chosen: Chosen, files: Sequence[TeamValues], problems: Diagnostics, component: str) -> Chosen:
    """The chart with the comments of the team's values, and what is to be said of those values."""
    from migrator.inference.types import Inference

    if not isinstance(chosen.result, Inference) or chosen.archive is None:
        return replace(chosen, diagnostics=(*chosen.diagnostics, *problems))
    notes = unfitting(chosen.result, chosen.archive, files, component)
    result = with_comments(chosen.result, files)
    return replace(chosen, result=result, diagnostics=(*chosen.diagnostics, *problems, *notes))


def _targets(
    components: Sequence[Component], generators: Mapping[str, Sequence[NamedGenerator]], baseline: Baseline
) -> Mapping[str, Mapping[str, tuple[Resource, ...]]]:
    """Component -> environment -> what a chart should render: under bare names what it could only name by those."""
    resources = {name: {each.id: each for each in found} for name, found in resources_of(baseline).items()}
    found = {}
    for each in components:
        named, there = generators.get(each.id, ()), dict(resources)
        builds, losses = unhashed(baseline.builds, named)
        for build in builds if losses else ():
            there[build.environment] = {**there[build.environment], **{one.id: one for one in build.resources}}
        found[each.id] = {
            name: tuple(there[name][member] for member in members)
            for name, members in sorted(with_bare_names(each, baseline.builds, named).members.items())
            if members
        }
    return found


def _request(
    found: Resolved,
    targets: Mapping[str, tuple[Resource, ...]],
    baseline: Baseline,
    followed: Sequence[FollowedImage],
) -> InferenceRequest:
    from migrator.inference.types import InferenceRequest

    component = found.component
    override = baseline.config.components.get(component.id)
    request = InferenceRequest(
        chart=found.archives[0],
        others=found.archives[1:],
        are_stand_ins=bool(found.stand_ins),
        targets=targets,
        release=(override and override.release) or None,
        namespace=(override and override.namespace) or None,
        as_dependency=True,
        has_post_render=True,
        can_skip_hooks=baseline.tool != ARGO_CD,
        knows_hooks=knows_hooks(baseline.tool, inflates=found.made is not None),
        holds_objects=False,
        followed=_followed(followed, targets) if followed else (),
        kube_version=baseline.choices.kube_version,
        kube_is_given=baseline.choices.kube_is_given,
        api_versions=baseline.choices.api_versions,
        budget=baseline.choices.budget,
        equivalences=baseline.choices.equivalences,
    )
    return _of_entries(request, found.made) if found.made is not None else request


def _of_entries(request: InferenceRequest, made: Inflated) -> InferenceRequest:
    """The request with what entries of `helmCharts` say of the release, where nobody says something else."""
    apis = {each for entry in made.entries for each in entry.api_versions}
    spaces = [{each.id.namespace for each in found} for found in request.targets.values()]
    namespace = made.namespace if all(made.namespace in each for each in spaces) else None
    return replace(
        request,
        release=request.release or made.release or None,
        namespace=request.namespace or namespace or None,
        kube_version=request.kube_version if request.kube_is_given else made.kube_version or request.kube_version,
        api_versions=tuple(dict.fromkeys((*request.api_versions, *sorted(apis)))),
    )


def _followed(
    followed: Sequence[FollowedImage], targets: Mapping[str, tuple[Resource, ...]]
) -> tuple[FollowedImage, ...]:
    """Those of the images that any of the objects has."""
    images = {image for found in targets.values() for each in found for image in images_of(each)}
    return tuple(each for each in followed if each.image in images)


def _chosen(found: Resolved, answer: Answer | None) -> Chosen:
    """The chart that an answer is about, or why there is none."""
    tried = found.archives[0] if found.archives else None
    if answer is not None and answer.inference is not None:
        digest = answer.inference.chart_digest
        archive = next((each for each in found.archives if each.digest == digest), tried)
        note = found.stand_ins.get(archive.digest, "") if archive is not None else ""
        return Chosen(
            archive=archive,
            result=answer.inference,
            diagnostics=(*found.diagnostics, *answer.diagnostics),
            note=note,
        )
    told = (*(answer.diagnostics if answer is not None else ()), *found.diagnostics)
    # the component stays, and the others go on
    reasons = [replace(each, severity=Severity.WARNING) if each.severity is Severity.ERROR else each for each in told]
    first = replace(reasons[0], summary=reasons[0].summary.removeprefix(about(found.component))) if reasons else None
    return Chosen(archive=tried, result=first, diagnostics=tuple(reasons))


def _repository(baseline: Baseline, inflated: Mapping[str, Inflated], disputed: Mapping[str, str]) -> Repository:
    return Repository(
        kustomizations=baseline.kustomizations,
        builds=baseline.builds,
        config=baseline.config,
        lock=baseline.lock,
        inflated=inflated,
        disputed=disputed,
    )


def _plan(
    baseline: Baseline,
    examined: Sequence[Examined],
    chosen: Mapping[str, Chosen],
    notes: Diagnostics,
    repository: Repository,
    *,
    beside: Beside,
) -> Plan:
    terms, _ = terms_of(baseline.root, baseline.choices)
    plan = make_plan(
        examined,
        replace(repository, beside=beside),
        terms,
        kube_version=_kube_version(baseline, chosen),
        api_versions=baseline.choices.api_versions,
    )
    return replace(plan, diagnostics=once((*notes, *plan.diagnostics)))


def _examined(
    components: Sequence[Component],
    chosen: Mapping[str, Chosen],
    generators: Mapping[str, tuple[NamedGenerator, ...]],
) -> Iterator[Examined]:
    for component in components:
        found = chosen.get(component.id, _UNSEARCHED)
        yield Examined(
            component=component,
            archive=found.archive,
            result=found.result,
            note=found.note,
            generators=generators.get(component.id, ()),
        )


def _unbuilt(one: Unbuilt) -> Examined:
    return Examined(component=one.component, unbuilt=one.reason)


def _kube_version(baseline: Baseline, chosen: Mapping[str, Chosen]) -> str:
    """What every release is rendered for: what somebody said, else what all components were found to be for."""
    results = [each.result for each in chosen.values()]
    found = {each.context.kube_version for each in results if each is not None and not isinstance(each, Diagnostic)}
    return found.pop() if len(found) == 1 and not baseline.choices.kube_is_given else baseline.choices.kube_version
