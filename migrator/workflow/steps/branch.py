"""`migrate apply --branch`: what is proved becomes commits on a new branch, one for each component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import MigrateError
from migrator.engines.branch import Content, Step, check_branch, commit_branch
from migrator.gitops.deployer import Tool
from migrator.lock import CLEAN_UP, LOCK_PATH, PROTECT, SWITCH
from migrator.model import RepoPath, SourceSpan
from migrator.pipelines.own_files import CAUSE as PIPELINES
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.plan.groups import plural
from migrator.rewrite import FileEdit, check_place, rewrite
from migrator.workflow.gitops.stages import Stage
from migrator.workflow.planned import Planned
from migrator.workflow.steps.baseline import Baseline

_ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


def check_can_branch(baseline: Baseline, name: str) -> None:
    """Nothing where the branch can be made; MIG917 where it cannot, MIG908 for changes that are not committed."""
    git = baseline.index.git
    if not git.is_repo or git.commit is None:
        raise MigrateError.of(
            "MIG917",
            f"cannot make the branch {name!r}: there is no commit that it could start from",
            remedy="run `git init` and commit first",
        )
    if git.dirty:
        raise MigrateError.of(
            "MIG908",
            f"git has changes that are not committed, and a branch holds commits alone: {git.dirty[0]}",
            span=SourceSpan(path=git.dirty[0]),
            remedy="commit or stash them",
        )
    check_branch(baseline.index.root, name)


def write_branch(
    planned: Planned, edits: Sequence[FileEdit], name: str, stages: Sequence[Stage] = ()
) -> tuple[str, ...]:
    """The ids of the new branch's commits; the last one has the very files that are proved. MIG121, MIG622, MIG917.

    One for each stage where hands change, as a controller may act on every commit that it sees.
    """
    index = planned.baseline.index
    for path in sorted({edit.path for held in (edits, *(each.edits for each in stages)) for edit in held}):
        check_place(index.root, path)
    if stages:
        staged = [Step(message=_of_stage(each, planned), files=_contents(each.edits)) for each in stages]
        return commit_branch(index.root, name, index.git.commit or "HEAD", staged)
    steps = [
        *_component_steps(planned),
        Step(
            message=_DIVIDED,
            files=_contents([edit for edit in edits if edit.path != LOCK_PATH and edit.cause != PIPELINES]),
        ),
        Step(message=_LOOKED_AFTER, files=_contents([edit for edit in edits if edit.path != LOCK_PATH])),
        Step(message=_LAST, files=_contents(edits)),
    ]
    return commit_branch(index.root, name, index.git.commit or "HEAD", steps)


_DIVIDED = """refactor: each application has a folder of its own

Overlays are divided by application, and render what they did.
"""
_LOOKED_AFTER = """ci: pipelines and scripts look after the result

They build, render and check what every environment deploys.
"""
_LAST = """chore: record how every environment renders

With the lock, the tree is proved to render what it did before: `migrate verify` shows it again.
"""


def _of_stage(stage: Stage, planned: Planned) -> str:
    product = Tool(planned.baseline.choices.gitops).product
    adopted = ", ".join(each.id for each in planned.plan.components if each.decision in _ADOPTED)
    about = {
        PROTECT: "Nothing moves yet: what will move is marked, and its owners neither prune nor heal.\n"
        "Merge the next stage only when every owner reports that this one is applied.",
        SWITCH: f"Charts render {adopted or 'what they did'}, and objects of {product} deploy them.",
        CLEAN_UP: "Owners to which nothing is left go. Merge it only when everything is in sync and healthy.",
    }[stage.name]
    subject = {
        PROTECT: "chore: protect what changes hands",
        SWITCH: "feat: charts take over",
        CLEAN_UP: "chore: take away owners to which nothing is left",
    }[stage.name]
    return f"{subject}\n\n{about}\n\n{stage.trailer}\n"


def _component_steps(planned: Planned) -> Sequence[Step]:
    adopted = [each for each in planned.plan.components if each.decision in _ADOPTED]
    steps = []
    for end, component in enumerate(adopted, start=1):
        part = _only(planned.plan, {each.id for each in adopted[:end]})
        made = rewrite(part, planned.baseline.view, planned.layout)
        files = _contents([edit for edit in made.edits if edit.path != LOCK_PATH])
        steps.append(Step(message=_message(component), files=files))
    return steps


def _only(plan: Plan, wanted: set[str]) -> Plan:
    """The plan as if these components alone were adopted."""
    components = tuple(
        replace(each, decision=Decision.PROPOSE) if each.decision in _ADOPTED and each.id not in wanted else each
        for each in plan.components
    )
    return replace(plan, components=components)


def _message(component: ComponentPlan) -> str:
    chart = f"the chart {component.chart.name} {component.chart.version}" if component.chart is not None else "a chart"
    resources = max((len(members) for members in component.members.values()), default=0)
    context = component.context
    return (
        f"feat: {component.id} comes from {chart}\n\n"
        f"Release {context.release} in namespace {context.places}, in {', '.join(component.environments)}. "
        f"The Kustomize part loses {plural(resources, 'object')}.\n"
    )


def _contents(edits: Sequence[FileEdit]) -> Mapping[RepoPath, Content | None]:
    gone = {edit.path: edit.before for edit in edits if edit.after is None}
    found: dict[RepoPath, Content | None] = {}
    for edit in edits:
        if edit.after is None:
            found[edit.path] = None
        else:
            is_same = edit.moved_from is not None and gone.get(edit.moved_from) == edit.after
            found[edit.path] = Content(
                data=edit.after, source=edit.moved_from, is_same=is_same, is_executable=edit.is_executable
            )
    return found
