"""Helm and helm-controller, rule by rule: helm `pkg/action/` and `pkg/kube/`, helm-controller `internal/reconcile/`."""

from __future__ import annotations

from typing import Any

import pytest
from controller_scene import Scene, address
from handover_tables import KEEP, Body, definition, helm_release, marked, thing

from migrator.gitops.controllers.cluster import What
from migrator.gitops.controllers.manifest import MANAGED_BY, RELEASE_NAME, RELEASE_NAMESPACE

ONE, TWO = thing("ConfigMap", "one", data={"a": "1"}), thing("ConfigMap", "two")
IN_CRDS = {**definition(), "inCrds": True}
NEWER = {**IN_CRDS, "spec": {**definition()["spec"], "versions": [{"name": "v2"}]}}


def release(**spec: Any) -> Body:
    return helm_release("db", "chart", **spec)


def installed(deployer: Body, *commits: list[Body], before: list[Body] | None = None, **options: Any) -> Scene:
    scene = Scene(*({"chart": each} for each in commits), **options).put(deployer, *(before or ()))
    return scene.guard().acts(deployer, 0)


def is_ready(scene: Scene, deployer: Body) -> bool:
    return scene.cluster.of(address(deployer)).ok


def test_its_objects_carry_the_marks_of_the_release() -> None:
    marks = installed(release(), [ONE]).marks(ONE)
    assert (marks[MANAGED_BY], marks[RELEASE_NAME], marks[RELEASE_NAMESPACE]) == ("Helm", "db", "shop")


def test_live_objects_are_taken_over_and_keep_what_others_have_set() -> None:
    theirs = marked([ONE], {"other": "mark"})
    scene = installed(release(), [ONE], before=theirs)
    assert is_ready(scene, release())
    assert scene.marks(ONE)["annotation other"] == "mark"


@pytest.mark.parametrize(
    ("spec", "options"), [({"install": {"disableTakeOwnership": True}}, {}), ({}, {"takes_ownership": False})]
)
def test_without_taking_ownership_live_objects_need_the_marks(spec: dict[str, Any], options: dict[str, Any]) -> None:
    assert not is_ready(installed(release(**spec), [ONE], before=[ONE], **options), release())
    adopted = marked([ONE], {"meta.helm.sh/release-name": "db", "meta.helm.sh/release-namespace": "shop"})
    adopted[0]["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    assert is_ready(installed(release(**spec), [ONE], before=adopted, **options), release())


def test_an_upgrade_deletes_what_has_left_unless_the_live_object_is_kept() -> None:
    assert installed(release(), [ONE, TWO], [ONE]).acts(release(), 1).has(TWO) == [False]
    scene = installed(release(), [ONE, *marked([TWO], KEEP)], [ONE])
    assert scene.acts(release(), 1).has(TWO) == [True]


def test_an_uninstall_goes_by_the_stored_manifest() -> None:
    stored = installed(release(), [ONE, *marked([TWO], KEEP)]).delete(release())
    assert stored.has(ONE, TWO) == [False, True]
    live_only = installed(release(), [ONE]).put(*marked([ONE], KEEP)).delete(release())
    assert live_only.has(ONE) == [False]


def test_a_release_that_is_suspended_leaves_its_objects() -> None:
    scene = installed(release(), [ONE])
    assert scene.put(release(suspend=True)).delete(release(suspend=True)).has(ONE) == [True]


@pytest.mark.parametrize("spec", [{"releaseName": "x"}, {"targetNamespace": "x"}, {"storageNamespace": "x"}])
def test_another_name_uninstalls_first(spec: dict[str, Any]) -> None:
    scene = installed(release(), [ONE], before=[ONE])
    renamed = release(**spec)
    assert (What.DELETED, "H5") in scene.put(renamed).acts(renamed, 0).happened


def test_the_name_of_a_release_that_says_none() -> None:
    plain = release()
    del plain["spec"]["releaseName"]
    assert installed(plain, [ONE]).marks(ONE)[RELEASE_NAME] == "shop-db"


def test_retries_uninstall_between_attempts_and_none_do_not() -> None:
    retrying = release(install={"remediation": {"retries": 1}})
    scene = Scene({"chart": [ONE]}).put(retrying, ONE).guard()
    assert (What.DELETED, "H6") in scene.acts(retrying, 0, healthy=False).happened
    careful = release(install={"remediation": {"retries": 0}})
    scene = Scene({"chart": [ONE]}).put(careful, ONE).guard().acts(careful, 0, healthy=False)
    assert (scene.happened, is_ready(scene, careful)) == (set(), False)


def test_after_its_retries_it_waits_for_another_spec() -> None:
    plain, strategy = release(), release(install={"strategy": {"name": "RetryOnFailure"}})
    scene = Scene({"chart": [ONE]}).put(plain).acts(plain, 0, healthy=False).acts(plain, 0)
    assert not is_ready(scene, plain)
    scene = Scene({"chart": [ONE]}).put(strategy).acts(strategy, 0, healthy=False).acts(strategy, 0)
    assert is_ready(scene, strategy)


def test_hooks_are_deleted_before_they_are_made_whoever_owns_them() -> None:
    hook = marked([TWO], {"helm.sh/hook": "pre-install"})
    assert (What.DELETED, "F7") in installed(release(), [ONE, *hook], before=[TWO]).happened
    off = release(install={"disableHooks": True})
    assert installed(off, [ONE, *hook], before=[TWO]).happened == set()
    kept = marked([TWO], {"helm.sh/hook": "pre-install", "helm.sh/hook-delete-policy": "hook-failed"})
    assert installed(release(), [ONE, *kept], before=[TWO]).happened == set()


def test_hooks_of_an_uninstall_run_unless_they_are_off() -> None:
    hook = marked([TWO], {"helm.sh/hook": "pre-delete"})
    assert installed(release(), [ONE, *hook], before=[TWO]).delete(release()).happened >= {(What.DELETED, "F7")}
    off = release(uninstall={"disableHooks": True})
    assert (What.DELETED, "F7") not in installed(off, [ONE, *hook], before=[TWO]).delete(off).happened


@pytest.mark.parametrize(("policy", "versions"), [("Create", []), ("Skip", []), ("CreateReplace", [{"name": "v2"}])])
def test_definitions_of_a_chart_are_replaced_only_when_told(policy: str, versions: list[Body]) -> None:
    scene = installed(release(install={"crds": policy}), [NEWER], before=[definition()])
    live = scene.live(definition())
    assert live is not None
    assert live.manifest.body["spec"]["versions"] == versions


def test_definitions_of_a_chart_outlive_the_release_and_those_of_its_templates_do_not() -> None:
    assert installed(release(), [IN_CRDS]).delete(release()).has(definition()) == [True]
    assert installed(release(), [definition()]).delete(release()).has(definition()) == [False]


def test_a_definition_that_moves_to_crds_is_deleted_by_the_upgrade() -> None:
    scene = installed(release(), [definition(), ONE], [IN_CRDS, ONE], before=[definition()])
    assert (What.DELETED, "C2") in scene.acts(release(), 1).happened


def test_drift_is_corrected_only_when_told() -> None:
    for mode, data in (("warn", {"a": "2"}), ("enabled", {"a": "1"})):
        deployer = release(driftDetection={"mode": mode})
        scene = installed(deployer, [ONE]).put({**ONE, "data": {"a": "2"}}).acts(deployer, 0)
        live = scene.live(ONE)
        assert live is not None
        assert live.manifest.body["data"] == data


def test_it_waits_for_the_releases_that_it_depends_on() -> None:
    first, then = release(), helm_release("then", "other", dependsOn=[{"name": "db"}])
    scene = Scene({"chart": [ONE], "other": [TWO]}).put(first, then).acts(then, 0)
    assert scene.has(TWO) == [False]
    assert scene.acts(first, 0).acts(then, 0).has(TWO) == [True]


def test_a_pipeline_takes_live_objects_over_only_when_told_and_leaves_them_in_the_end() -> None:
    for takes in (True, False):
        command = thing("Release", "db", api="pipeline/v1")
        command["spec"] = {"path": "chart", "releaseName": "db", "takeOwnership": takes}
        scene = installed(command, [ONE], before=[ONE])
        assert is_ready(scene, command) is takes
        assert scene.delete(command).has(ONE) == [True]


@pytest.mark.parametrize(
    ("kind", "strategy", "data"),
    [
        ("GitRepository", "ChartVersion", {"a": "1"}),
        ("GitRepository", "Revision", {"a": "2"}),
        ("HelmRepository", "ChartVersion", {"a": "2"}),
    ],
)
def test_a_chart_of_a_git_repository_is_packaged_once_for_each_version(
    kind: str, strategy: str, data: dict[str, str]
) -> None:
    chart = {"chart": "chart", "sourceRef": {"kind": kind}, "reconcileStrategy": strategy}
    deployer = release(chart={"spec": chart})
    scene = installed(deployer, [ONE], [{**ONE, "data": {"a": "2"}}]).acts(deployer, 1)
    live = scene.live(ONE)
    assert live is not None
    assert live.manifest.body["data"] == data
