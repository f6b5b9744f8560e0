"""A plan with all that it was made from, and the edits that carry it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from migrator.diagnostics import ExitCode
from migrator.discover import Index
from migrator.gitops.deployer import Deployer
from migrator.gitops.deploying import deploying_of
from migrator.gitops.handover import left_behind
from migrator.load import load
from migrator.lock import LOCK_PATH, Lock, dump_lock
from migrator.model import Resource
from migrator.plan import Decision, Plan
from migrator.plan.beside import Beside
from migrator.progress import Watch, uncounted
from migrator.rewrite import (
    AUTOMATION_CODES,
    FileEdit,
    Layout,
    changes,
    load_layout,
    rewrite,
    sealed,
)
from migrator.workflow.steps.acceptance import TEAM_RULES
from migrator.workflow.steps.baseline import Baseline, once, tree_digest
from migrator.workflow.steps.classify import resources_of
from migrator.workflow.steps.split_overlays import divided

if TYPE_CHECKING:
    from migrator.charts.types import ChartArchive
    from migrator.compare.secrets import Secrets


ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and all that it was made from."""

    plan: Plan
    baseline: Baseline = field(repr=False)
    layout: Layout
    secrets: Secrets = field(repr=False)
    charts: Mapping[str, ChartArchive] = field(default_factory=dict, repr=False)
    """Component id -> the chart that was taken for it."""
    edits: tuple[FileEdit, ...] = field(default=(), repr=False)
    """What becomes of the files; none where nothing is to be done."""
    lock: Lock | None = field(default=None, repr=False)
    """What `edits` leave; None before the plan is carried out."""
    beside: Beside = field(default_factory=dict)
    """What cannot be taken out of the files, and could stay while the rest of its component need not."""
    protection: tuple[FileEdit, ...] = field(default=(), repr=False)
    """The stage before `edits`, where something deploys today what moves; none where there is no such stage."""
    owners: tuple[Deployer, ...] = field(default=(), repr=False)
    """What deploys today what moves."""
    elsewhere: tuple[str, ...] = ()
    """Environments of which objects of another repository deploy today what moves."""
    deployed_otherwise: Mapping[str, str] = field(default_factory=dict)
    """Component -> what its new deployer would do else than the lock says: it must not be written."""

    @property
    def exit_code(self) -> int:
        """1 where no root builds: then the plan decides nothing; 3 where the plan is not complete."""
        if self.baseline.builds_nothing:
            return ExitCode.ERROR
        return ExitCode.DONE if self.plan.complete else ExitCode.UNPROVED


def layout_of(baseline: Baseline) -> Layout:
    """The layout that was chosen, with what migrate.yaml says of applications; MIG630 for one that is not there."""
    return load_layout(baseline.choices.layout, [baseline.root / TEAM_RULES]).with_applications(
        {name: each.include for name, each in baseline.config.applications.items() if each.include},
        {name: each.group for name, each in baseline.config.applications.items() if each.group},
    )


def carried_out(planned: Planned, watch: Watch = uncounted) -> Planned:
    """The plan with the edits that carry it out, and without what cannot be taken out of the files."""
    baseline = planned.baseline
    engines = {**baseline.tools.engines, "kubeVersion": planned.plan.kube_version}
    made = rewrite(planned.plan, baseline.view, planned.layout, engines, watch)
    told = (*made.diagnostics, *left_behind(made.plan, made.charts, baseline.view))
    edits, lock, notes = divided(made.plan, planned.layout, baseline, made.edits, made.lock, told=told)
    edits = sealed(edits, lock, baseline.index) if edits else ()
    # of an attempt before this one, whose files may have moved otherwise
    earlier = (each for each in made.plan.diagnostics if each.code not in AUTOMATION_CODES)
    diagnostics = once((*earlier, *notes))
    plan = replace(made.plan, changes=changes(edits), stages=(), diagnostics=diagnostics)
    return replace(planned, plan=plan, edits=edits, lock=lock, beside=made.beside)


def with_deploying(lock: Lock, edits: Iterable[FileEdit], index: Index) -> Lock:
    """The lock with the digests of the objects that deploy, in the tree that the edits leave."""
    files = {each.path: each.after for each in edits}
    kustomizations, _ = load(index.with_files({**files, LOCK_PATH: dump_lock(lock).encode()}))
    return replace(lock, deploying=deploying_of(kustomizations, lock))


def sealed_whole(edits: Sequence[FileEdit], lock: Lock, index: Index) -> tuple[FileEdit, ...]:
    """The edits with this lock, and with what deploys the tree that they leave in it."""
    return sealed(edits, with_deploying(lock, edits, index), index)


def secrets_of_baseline(baseline: Baseline, more: Iterable[Resource] = ()) -> Secrets:
    """What no report may show of a repository, and of more that was rendered."""
    from migrator.compare.secrets import secrets_of

    everything = (each for found in resources_of(baseline).values() for each in found)
    return secrets_of(chain(everything, more), salt=tree_digest(baseline.index))
