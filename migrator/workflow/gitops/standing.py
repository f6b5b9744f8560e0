"""`migrate handover`: where the change of hands stands, and what in the tree contradicts its stages."""

from __future__ import annotations

from migrator.discover import refuse_special_files
from migrator.gitops.stages.guide import Guide, contradicted, guide_of
from migrator.workflow.gitops.objects import told_of_objects
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import read_baseline


def guide_repository(settings: Settings, run: Run) -> Guide:
    """The guide by the lock, with MIG822 and MIG818 for objects that are not as the stages left them.

    Raises MIG666 where no change of hands was begun, and what reading the repository raises.
    """
    refuse_special_files(settings.root)
    guide = guide_of(settings.root)
    baseline = read_baseline(settings, run)
    problems = told_of_objects(baseline.kustomizations, baseline.lock, baseline.reading.deployers)
    return contradicted(guide, problems)
