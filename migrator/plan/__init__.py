"""What becomes of each component: a Helm release, a proposal, or Kustomize as before; and why."""

from migrator.plan.decide import make_plan
from migrator.plan.situation import Examined, Repository
from migrator.plan.types import (
    Change,
    ComponentPlan,
    Decision,
    EnvironmentPlan,
    PinnedComponent,
    Plan,
    PostRenderPatch,
    StagePlan,
)

__all__ = [
    "Change",
    "ComponentPlan",
    "Decision",
    "EnvironmentPlan",
    "Examined",
    "PinnedComponent",
    "Plan",
    "PostRenderPatch",
    "Repository",
    "StagePlan",
    "make_plan",
]
