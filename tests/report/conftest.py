from __future__ import annotations

import pytest

from migrator.charts.types import ChartRef
from migrator.classify import Evidence
from migrator.classify.types import ChartCandidate
from migrator.diagnostics import Diagnostic, Severity
from migrator.inference.types import Residual, ResidualClass, SplitValues
from migrator.model import Difference, DifferenceKind, Impact, ReleaseContext, RepoPath, ResId, SourceSpan
from migrator.plan.types import Change, ComponentPlan, Decision, EnvironmentPlan, Plan


@pytest.fixture
def plan() -> Plan:
    """A plan with one of everything that a report shows."""
    deployment = ResId(group="apps", kind="Deployment", namespace="ns", name="web")
    dashboard = ResId(group="", kind="ConfigMap", namespace="ns", name="dash|board")
    component = ComponentPlan(
        id="cache",
        decision=Decision.ADOPT,
        reason="renders the same",
        category="databases",
        environments=("dev", "prod"),
        members={"dev": (deployment,), "prod": (deployment,)},
        confidence=0.987654,
        evidence=(
            Evidence(kind="image", detail="tiny/cache", weight=0.6, resource=deployment),
            Evidence(kind="image", detail="tiny/cache", weight=0.6, resource=dashboard),
            Evidence(kind="port", detail="80", weight=-0.1),
        ),
        chart=ChartRef(name="cache", version="1.2.3", repository="https://charts.example.org"),
        chart_digest="sha256:ab",
        successor="store of https://new.example.org",
        rivals=(
            ChartCandidate(
                chart="cache",
                repository="https://other.example.org",
                versions=(),
                app_versions=(),
                score=0.9,
                evidence=(),
            ),
        ),
        context=ReleaseContext(release="cache", namespace="ns"),
        values=SplitValues(common={"a": {"b": 1}, "text": "[bold]x"}, environments={"prod": {"replicas": 3}}),
        residual=(
            Residual(environment="prod", resource=deployment, path=("spec", "a/b", 0), cls=ResidualClass.INEXPRESSIBLE),
        ),
        companions={"dev": (dashboard,), "prod": (dashboard,)},
        differences={
            "prod": (
                Difference(
                    resource=deployment,
                    path=("metadata", "labels", "helm.sh/chart"),
                    kind=DifferenceKind.CHANGED,
                    before=None,
                    after="cache-1.2.3",
                    impact=Impact.METADATA,
                    allowance="chart-labels",
                    admitted=True,
                    why="allowance chart-labels",
                ),
            )
        },
        impact=Impact.METADATA,
    )
    kept = ComponentPlan(
        id="web",
        decision=Decision.KEEP,
        reason="application",
        category="",
        environments=("dev",),
        members={"dev": (dashboard,)},
        context=ReleaseContext(release="", namespace=""),
    )
    return Plan(
        complete=False,
        environments={
            "prod": EnvironmentPlan(roots=(RepoPath("overlays/prod"),), status="built"),
            "dev": EnvironmentPlan(roots=(RepoPath("overlays/dev"),), status="failed", reason="no such file"),
        },
        components=(component, kept),
        changes=(
            Change(action="create", path=RepoPath("helm-charts/x/Chart.yaml"), cause="cache", added=9),
            Change(action="move", path=RepoPath("b"), cause="layout", source=RepoPath("a")),
        ),
        next="migrate apply .",
        diagnostics=findings(),
    )


def findings() -> tuple[Diagnostic, ...]:
    return (
        Diagnostic(
            code="MIG201",
            severity=Severity.ERROR,
            summary="does not build: a|b\n100% <c>",
            span=SourceSpan(path=RepoPath("overlays/dev,x/kustomization.yaml"), line=3, column=5),
            remedy="add the file",
            evidence=("fact",),
        ),
        Diagnostic(code="MIG305", severity=Severity.INFO, summary="a note"),
    )
