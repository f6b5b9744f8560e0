from __future__ import annotations

import handover_shapes as shapes
import pytest
from handover_tables import Table

from migrator.gitops.controllers.cluster import What
from migrator.gitops.controllers.flux import named
from migrator.gitops.play.play import violations
from migrator.model import ResId

OLD_APPLICATION = ResId(group="argoproj.io", kind="Application", namespace="argocd", name="old-db")


@pytest.mark.parametrize(
    ("table", "options"),
    [
        pytest.param(shapes.per_environment(), {}, id="one Application per environment"),
        pytest.param(shapes.app_of_apps(), {}, id="app of apps"),
        pytest.param(shapes.application_each(), {"leaving": {OLD_APPLICATION}}, id="one Application per component"),
        pytest.param(shapes.application_set(), {}, id="ApplicationSet"),
        pytest.param(shapes.label_tracking(), {"label_tracking": True}, id="label tracking"),
        pytest.param(shapes.per_cluster(), {}, id="one Flux Kustomization per cluster"),
        pytest.param(shapes.per_component(), {"leaving": {named("flux-system", "db")}}, id="one per component"),
        pytest.param(shapes.per_component(is_emptied=True), {"leaving": {named("flux-system", "db")}}, id="emptied"),
        pytest.param(shapes.no_controller(), {}, id="none"),
    ],
)
def test_staged_commits_leave_every_live_object_alone(table: Table, options: dict[str, object]) -> None:
    assert violations(table.history(**options)) == ()


@pytest.mark.parametrize(
    ("table", "options"),
    [
        pytest.param(shapes.finished(shapes.app_of_apps(), *shapes.argo_finish()), {}, id="Argo CD"),
        pytest.param(shapes.finished(shapes.per_cluster(), *shapes.flux_finish()), {}, id="Flux"),
    ],
)
def test_finish_leaves_every_live_object_alone_once_all_are_healthy(table: Table, options: dict[str, object]) -> None:
    assert violations(table.history(finish=1, **options)) == ()
    found = violations(table.history(**options), troubled=2)
    assert {each.rule for each in found} & {"F10", "F6", "A9", "A10", "F4"}, "it gives up the way back"


def test_a_kustomization_that_deploys_itself_is_safe_only_while_each_stage_is_waited_for() -> None:
    found = violations(shapes.self_delivered().history())
    assert {"F10"} == {each.rule for each in found if each.what is What.DELETED} - {"C2"}
    assert violations(shapes.self_delivered().history(gates=frozenset({1, 2}))) == ()


def test_a_kustomization_that_deploys_itself_without_prune_leaves_releases_behind() -> None:
    found = violations(shapes.self_delivered(prunes=False).history(gates=frozenset({1, 2})))
    assert {each.rule for each in found} == {"F8"}


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(shapes.Argo(new=None), id="as it should be"),
        pytest.param(shapes.Argo(options=("ServerSideApply=true",)), id="server-side apply"),
    ],
)
def test_applications_may_be_synced_in_other_ways(how: shapes.Argo) -> None:
    assert violations(shapes.app_of_apps(how).history(), troubled=2) == ()
