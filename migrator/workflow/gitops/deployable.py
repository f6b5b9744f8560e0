"""What of a plan the chosen tool can deploy, known before any file is written for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrator.gitops.deployer import Tool
from migrator.gitops.emit.expressible import for_tool, without_definitions
from migrator.gitops.stages.owners import owners_of
from migrator.model import RepoPath, Resource
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
    return planned if plan == planned.plan else replace(planned, plan=plan)


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
