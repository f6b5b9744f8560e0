"""What a tool cannot be told stays in Kustomize, and is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from units_of_a_shop import of, unit

from migrator.charts.types import ChartRef
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.expressible import buildable, for_tool, without_definitions
from migrator.inference.types import ReleaseOptions
from migrator.model import ReleaseContext, ResId
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.plan.types import PostRenderPatch

PATCH = PostRenderPatch(
    target=ResId(group="", kind="Service", namespace="a", name="b"), version="v1", operations=({"$patch": "delete"},)
)


def decided(tool: Tool, *, enables_helm: bool = False, **more: object) -> tuple[Decision, list[str]]:
    component = ComponentPlan(
        id="store",
        decision=Decision.ADOPT_WITH_PATCHES,
        reason="",
        category="databases",
        environments=("prod",),
        members={},
        context=ReleaseContext(release="a", namespace="b"),
        **more,
    )
    plan = for_tool(Plan(complete=True, environments={}, components=(component,)), tool, enables_helm=enables_helm)
    return plan.components[0].decision, [each.code for each in plan.diagnostics]


@pytest.mark.parametrize(
    ("tool", "more"),
    [
        (Tool.ARGO_CD, {"patches": {"prod": (PATCH,)}}),
        (Tool.ARGO_CD, {"transforms": {"prod": {"labels": []}}}),
        (Tool.ARGO_CD, {"options": ReleaseOptions(hooks="skip")}),
        (Tool.FLUX, {"transforms": {"prod": {"labels": []}}}),
    ],
)
def test_it_stays_where_the_tool_has_no_word_for_it(tool: Tool, more: dict[str, object]) -> None:
    assert decided(tool, **more) == (Decision.PROPOSE, ["MIG662"])


@pytest.mark.parametrize("more", [{"patches": {"prod": (PATCH,)}}, {"options": ReleaseOptions(hooks="skip")}])
def test_flux_has_post_renderers_and_can_leave_hooks_out(more: dict[str, object]) -> None:
    assert decided(Tool.FLUX, **more) == (Decision.ADOPT_WITH_PATCHES, [])


@pytest.mark.parametrize(
    "more",
    [
        {"patches": {"prod": (PATCH,)}},
        {"transforms": {"prod": {"labels": []}}},
        {"options": ReleaseOptions(hooks="skip")},
    ],
)
def test_argo_cd_has_a_word_for_all_of_it_where_kustomize_may_inflate_charts(more: dict[str, object]) -> None:
    chart = ChartRef(name="store", version="1.2.3", repository="https://charts.example.org")
    assert decided(Tool.ARGO_CD, enables_helm=True, chart=chart, **more) == (Decision.ADOPT_WITH_PATCHES, [])
    homeless = ChartRef(name="store", version="1.2.3", repository="")
    assert decided(Tool.ARGO_CD, enables_helm=True, chart=homeless, **more) == (Decision.PROPOSE, ["MIG662"])


def test_a_kustomization_that_inflates_charts_is_not_for_flux_and_for_argo_cd_where_it_may() -> None:
    units = (
        replace(unit("prod", "apps/charted", of("Service", "a", "a")), inflates=True),
        unit("prod", "apps/plain", of("Service", "b", "b")),
    )
    kept, (note,) = buildable(units, Tool.FLUX)
    assert (kept, note.code) == (units[1:], "MIG662")
    assert note.summary.endswith("(fact F2): apps/charted")
    kept, (note,) = buildable(units, Tool.ARGO_CD)
    assert (kept, note.code) == (units, "MIG662")
    assert "--enable-helm" in note.remedy
    assert buildable(units, Tool.ARGO_CD, enables_helm=True) == (units, ())
    assert buildable(units[1:], Tool.FLUX) == (units[1:], ())


def test_definitions_of_a_charts_own_folder_stay_where_nothing_would_protect_them() -> None:
    group = "apiextensions.k8s.io"
    own, other = (ResId(group=group, kind="CustomResourceDefinition", namespace="", name=f"{each}.b") for each in "ax")
    component = ComponentPlan(
        id="store",
        decision=Decision.ADOPT,
        reason="",
        category="databases",
        environments=("prod",),
        members={"prod": (own, other)},
        context=ReleaseContext(release="a", namespace="b"),
    )
    files = {"crds/a.yaml": b"kind: CustomResourceDefinition\nmetadata: {name: a.b}\n", "templates/x.yaml": b"{{"}
    plan = without_definitions(Plan(complete=True, environments={}, components=(component,)), {"store": files})
    (made,) = plan.components
    assert (made.members, made.companions) == ({"prod": (other,)}, {"prod": (own,)})
    assert not made.options.include_crds
    same = Plan(complete=True, environments={}, components=(component,))
    assert without_definitions(same, {"store": {"templates/x.yaml": b""}}) == same
