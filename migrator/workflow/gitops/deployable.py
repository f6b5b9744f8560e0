"""What of a plan the chosen tool can deploy, known before any file is written for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrator.diagnostics import Diagnostic, Severity
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.expressible import for_tool, without_definitions
from migrator.gitops.stages.owners import owners_of
from migrator.inference.types import dotted
from migrator.inference.verdict.secret_pins import secret_values
from migrator.model import RepoPath, Resource, laid_over
from migrator.plan import Plan
from migrator.workflow.planned import ADOPTED, Planned
from migrator.workflow.steps.choices import NO_TOOL


def deployable(planned: Planned) -> Planned:
    """The plan without what the chosen tool cannot be told to deploy; itself where it can be told all of it."""
    choice = planned.baseline.choices.gitops
    if choice == NO_TOOL:
        return planned
    plan = for_tool(planned.plan, Tool(choice), enables_helm=planned.baseline.enables_helm)
    if choice == Tool.FLUX and owners_of(planned.baseline.reading.deployers, losing(planned)):
        plan = without_definitions(plan, {name: each.files for name, each in planned.charts.items()})
    if choice == Tool.FLUX and planned.baseline.config.gitops.flux.source == "chart":
        known = plan.diagnostics
        shown = tuple(each for each in _in_clear(plan, planned) if each not in known)
        plan = replace(plan, diagnostics=(*known, *shown)) if shown else plan
    return planned if plan == planned.plan else replace(planned, plan=plan)


def _in_clear(plan: Plan, planned: Planned) -> Iterator[Diagnostic]:
    """MIG680 for each component whose HelmReleases would hold what a Secret holds now: more people may read them."""
    for each in plan.components:
        if each.decision not in ADOPTED or each.chart is None or not each.chart.repository:
            continue
        paths: dict[str, None] = {}
        for build in planned.baseline.builds:
            members = set(each.members.get(build.environment, ()))
            targets = [resource for resource in build.resources if resource.id in members]
            values = laid_over(each.values.common, each.values.environments.get(build.environment, {}))
            paths.update((dotted(path), None) for path in secret_values(values, targets))
        if paths:
            yield Diagnostic(
                code="MIG680",
                severity=Severity.WARNING,
                summary=f"`spec.values` of the HelmReleases of {each.id} would hold in clear what stands in Secrets "
                f"now, for whoever may read HelmReleases: {', '.join(paths)}",
                remedy="name a Secret of your own where the chart has a value for it (MIG503 says which), or say "
                "`gitops: {flux: {source: git}}` in migrate.yaml: then they stay in files, out of the cluster",
            )


def losing(planned: Planned) -> Mapping[RepoPath, tuple[Resource, ...]]:
    """Root -> its objects that move to a release."""
    found: dict[RepoPath, tuple[Resource, ...]] = {}
    for build in planned.baseline.builds:
        members = {
            each
            for component in planned.plan.components
            if component.decision in ADOPTED
            for each in component.members.get(build.environment, ())
        }
        if moving := tuple(each for each in build.resources if each.id in members):
            found[build.root] = moving
    return found
