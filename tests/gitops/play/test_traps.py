"""Each documented way to lose live objects, planted in stages that are safe without it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import handover_shapes as shapes
import pytest
from handover_shapes import Argo, Flux
from handover_tables import (
    CLEAN_UP,
    FLUX_MARK,
    KEEP,
    SWITCH,
    Body,
    Table,
    application,
    helm_release,
    kustomization,
    labelled,
    marked,
    moving,
    staying,
    workload,
)

from migrator.gitops.controllers.cluster import What
from migrator.gitops.play.play import violations
from migrator.model import ResId

BOTH = {**KEEP, **FLUX_MARK}
HOOKED = (*moving()[:4], *marked(moving()[4:], {"helm.sh/hook": "pre-install,pre-upgrade"}))
IN_CRDS = ({**moving()[0], "inCrds": True}, *moving()[1:])
LABELLED = tuple(labelled(moving(), {"app.kubernetes.io/instance": "db"}))
OLD_APPLICATION = ResId(group="argoproj.io", kind="Application", namespace="argocd", name="old-db")


def release(marks: dict[str, str] = BOTH, **spec: Any) -> Body:
    return helm_release("db", "charts/db", marks=marks, **spec)


def at_clean_up(table: Table, folder: str, content: list[Body]) -> Table:
    table.folders[CLEAN_UP][folder] = content
    return table


def changed(kind: str, change: dict[str, Any]) -> tuple[Body, ...]:
    """The chart, with another spec of one of its objects."""
    found = deepcopy(moving())
    for each in found:
        if each["kind"] == kind:
            each["spec"].update(change)
    return tuple(found)


def another_image() -> tuple[Body, ...]:
    return tuple(workload("StatefulSet", "db", "db:2") if each["kind"] == "StatefulSet" else each for each in moving())


def forgiving() -> Table:
    """Its values file is gone on the way back, and it takes the defaults."""
    table = shapes.app_of_apps()
    new = table.folders[SWITCH]["apps"][-1]
    new["spec"]["source"]["helm"]["ignoreMissingValueFiles"] = True
    for folders in table.folders[:SWITCH]:
        folders["charts/db"] = list(another_image())
    return table


def dropped_by_a_generator(*, preserves: bool) -> Table:
    """The directories of an ApplicationSet are emptied and gone with the switch, so that it generates nothing there."""
    table = shapes.application_set(Argo(marks={}), preserves=preserves)
    table.generates = [True, True, False, False]
    return table


def waits_only_now() -> Table:
    """`dependsOn` comes with the switch and is all that keeps the objects."""
    table = shapes.per_cluster(Flux(marks={}, prune_off=False))
    for folders in table.folders[SWITCH:]:
        waiting = kustomization("apps", "overlays/prod", dependsOn=[{"name": "infrastructure"}])
        folders["clusters/prod"] = [
            each if each["metadata"]["name"] != "apps" else waiting for each in folders["clusters/prod"]
        ]
    return table


def pods_marked() -> Table:
    """`commonAnnotations` has put the marks on pods as well."""
    table = shapes.app_of_apps()
    for each in table.folders[1]["overlays/prod"]:
        if each["kind"] == "StatefulSet":
            each["spec"]["template"]["metadata"]["annotations"] = {"argocd.argoproj.io/sync-options": "Prune=false"}
    return table


def prune_back_too_early() -> Table:
    """The chart cannot be rendered until prune is on again."""
    table = shapes.app_of_apps(Argo(marks={}, restores_at=CLEAN_UP))
    del table.folders[SWITCH]["charts/db"]
    return table


def two_releases() -> Table:
    table = shapes.per_cluster()
    for folders in table.folders[SWITCH:]:
        folders["platform/flux/prod"] = [release(), helm_release("other", "charts/db", marks=BOTH)]
    return table


def packaged_once() -> Table:
    """Another configuration, and the same version in Chart.yaml."""
    chart = {"chart": "charts/db", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}}
    table = shapes.per_cluster(Flux(release=release(chart={"spec": chart})))
    newer = [{**each, "data": {"size": "4"}} if each["kind"] == "ConfigMap" else each for each in moving()]
    return at_clean_up(table, "charts/db", newer)


def two_applications() -> Table:
    table = shapes.app_of_apps()
    for folders in table.folders[SWITCH:]:
        folders["apps"] = [*folders["apps"], application("again", "charts/db", automated=shapes.OFF)]
    return table


TRAPS = [
    pytest.param(shapes.app_of_apps().without(1), {}, "A2", What.DELETED, id="one commit, Argo CD"),
    pytest.param(shapes.per_cluster().without(1), {}, "F1", What.DELETED, id="one commit, Flux"),
    pytest.param(shapes.app_of_apps(Argo(marks={})), {}, "F10", What.DELETED, id="no marks, Argo CD"),
    pytest.param(shapes.app_of_apps(Argo(protects_application=False)), {}, "F10", What.DELETED, id="marks only"),
    pytest.param(shapes.per_cluster(Flux(marks={})), {}, "F10", What.DELETED, id="no marks, Flux"),
    pytest.param(shapes.per_cluster(Flux(prune_off=False)), {}, "F10", What.DELETED, id="marks only, Flux"),
    pytest.param(
        shapes.app_of_apps(Argo(marks=KEEP, protects_application=False)), {}, "A8", What.DELETED, id="keep is no mark"
    ),
    pytest.param(
        shapes.application_each(Argo(keeps_finalizer=True, marks={"argocd.argoproj.io/sync-options": "Prune=false"})),
        {"leaving": {OLD_APPLICATION}}, "A10", What.DELETED, id="finalizer left",
    ),
    pytest.param(shapes.app_of_apps(Argo(new_finalizer=True)), {}, "A10", What.DELETED, id="finalizer on the new one"),
    pytest.param(shapes.per_environment(Argo(root_finalizer=False)), {}, "A10", What.ORPHANED, id="root without it"),
    pytest.param(shapes.app_of_apps(Argo(restores_at=CLEAN_UP)), {}, "A9", What.DELETED, id="policy back too early"),
    pytest.param(prune_back_too_early(), {}, "A9", What.DELETED, id="prune back before all have moved"),
    pytest.param(
        shapes.app_of_apps(Argo(old={"selfHeal": True}, new={"selfHeal": True})), {}, "A3", What.BACK_AND_FORTH,
        id="self-heal on both",
    ),
    pytest.param(shapes.app_of_apps(Argo(old={"selfHeal": True})), {}, "A2", What.ORPHANED, id="self-heal, old"),
    pytest.param(shapes.app_of_apps(Argo(new={"selfHeal": True})), {}, "A2", What.ORPHANED, id="self-heal, new"),
    pytest.param(
        shapes.app_of_apps(Argo(options=("FailOnSharedResource=true",))), {}, "A3", What.ORPHANED, id="shared objects"
    ),
    pytest.param(two_applications(), {}, "A3", What.OWNED_TWICE, id="two Applications"),
    pytest.param(dropped_by_a_generator(preserves=False), {}, "A2", What.DELETED, id="ApplicationSet deletes"),
    pytest.param(
        shapes.label_tracking(Argo(name="db-prod", chart=LABELLED)), {"label_tracking": True}, "A1", What.STUCK,
        id="label tracking",
    ),
    pytest.param(shapes.app_of_apps(Argo(chart=HOOKED)), {}, "A4", What.DELETED, id="hook, Argo CD"),
    pytest.param(forgiving(), {}, "A10", What.RESTARTED, id="missing values files are ignored"),
    pytest.param(pods_marked(), {}, "A11", What.RESTARTED, id="marks on pods"),
    pytest.param(shapes.app_of_apps(Argo(chart=another_image())), {}, "proof", What.RESTARTED, id="another image"),
    pytest.param(
        shapes.app_of_apps(Argo(chart=changed("Deployment", {"selector": {"matchLabels": {"x": "y"}}}))), {}, "I1",
        What.FIXED_FIELD, id="selector",
    ),
    pytest.param(
        shapes.per_cluster(Flux(chart=changed("StatefulSet", {"serviceName": "other"}))), {}, "I2", What.FIXED_FIELD,
        id="StatefulSet",
    ),
    pytest.param(shapes.per_cluster(Flux(release_marks=FLUX_MARK)), {}, "F4", What.DELETED, id="no keep"),
    pytest.param(
        at_clean_up(shapes.per_cluster(), "platform/flux/prod", [release(FLUX_MARK)]), {}, "F6", What.DELETED,
        id="keep taken away",
    ),
    pytest.param(
        shapes.per_cluster(Flux(release_marks=KEEP, restores_at=CLEAN_UP)), {}, "F10", What.DELETED,
        id="prune back, and no mark by the release",
    ),
    pytest.param(shapes.per_cluster(Flux(own_kustomization=False)), {}, "F8", What.OWNED_TWICE, id="inside"),
    pytest.param(waits_only_now(), {}, "F8", What.DELETED, id="dependsOn too late"),
    pytest.param(shapes.per_cluster(Flux(chart=HOOKED)), {}, "F7", What.DELETED, id="hook, Flux"),
    pytest.param(
        shapes.per_cluster(Flux(chart=HOOKED, release=release(install={"disableHooks": True}))), {}, "F7",
        What.ORPHANED, id="hook that nothing makes",
    ),
    pytest.param(
        shapes.per_cluster(Flux(release=release(FLUX_MARK, install={"remediation": {"retries": 3}}))), {}, "H6",
        What.DELETED, id="remediation retries",
    ),
    pytest.param(
        shapes.per_cluster(Flux(release=release(install={"remediation": {"retries": 3}}))), {}, "H6", What.ORPHANED,
        id="remediation retries, with keep",
    ),
    pytest.param(
        at_clean_up(shapes.per_cluster(Flux(release_marks=FLUX_MARK)), "platform/flux/prod", [release(FLUX_MARK, releaseName="new")]),
        {}, "H5", What.DELETED, id="release renamed",
    ),
    pytest.param(
        shapes.per_cluster(Flux(release=release(install={"disableTakeOwnership": True}))), {}, "H3", What.ORPHANED,
        id="takes no ownership",
    ),
    pytest.param(shapes.per_cluster(), {"takes_ownership": False}, "H1", What.ORPHANED, id="old helm-controller"),
    pytest.param(packaged_once(), {}, "F9", What.STUCK, id="chart that is not packaged again"),
    pytest.param(two_releases(), {}, "H3", What.OWNED_TWICE, id="two releases"),
    pytest.param(shapes.no_controller(takes_ownership=False), {}, "H2", What.ORPHANED, id="helm takes no ownership"),
    pytest.param(shapes.no_controller(uninstalls=True), {}, "F4", What.DELETED, id="helm uninstall"),
    pytest.param(
        at_clean_up(shapes.per_cluster(Flux(release_marks=FLUX_MARK)), "charts/db", list(IN_CRDS)), {}, "C2",
        What.DELETED, id="definitions move to crds/",
    ),
    pytest.param(shapes.per_cluster(Flux(chart=IN_CRDS)), {}, "C1", What.ORPHANED, id="definitions in crds/"),
    pytest.param(shapes.app_of_apps().without(1), {}, "C2", What.DELETED, id="objects of a definition"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "options", "rule", "what"), TRAPS)
def test_a_trap_is_caught_with_its_rule(table: Table, options: dict[str, Any], rule: str, what: What) -> None:
    found = violations(table.history(**options), count=6)
    assert (rule, what) in {(each.rule, each.what) for each in found}, "\n".join(map(str, found))


def test_an_application_set_that_preserves_deletes_nothing() -> None:
    found = violations(dropped_by_a_generator(preserves=True).history(), count=6, troubled=0)
    assert What.DELETED not in {each.what for each in found if each.object.id.kind != "Application"}


def test_a_restart_that_the_proof_has_named_is_none() -> None:
    history = shapes.app_of_apps(Argo(chart=another_image())).history
    database = ResId(group="apps", kind="StatefulSet", namespace="shop", name="db")
    assert violations(history(restarts=frozenset({database})), count=3, troubled=1) == ()


def test_staying_objects_are_watched_as_well() -> None:
    table = shapes.app_of_apps()
    for folders in table.folders[SWITCH:]:
        folders["overlays/prod"] = staying()[:1]
    assert "Deployment.apps shop/web" in {str(each.object) for each in violations(table.history(), count=2, troubled=0)}
