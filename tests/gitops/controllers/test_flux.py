"""kustomize-controller, rule by rule: its `kustomization_controller.go`, fluxcd/pkg `ssa`, and its documentation."""

from __future__ import annotations

import pytest
from controller_scene import Scene, address
from handover_tables import FLUX_MARK, Body, helm_release, kustomization, marked, thing

from migrator.gitops.controllers.cluster import What

ONE, TWO = thing("ConfigMap", "one", data={"a": "1"}), thing("ConfigMap", "two")


def applied(deployer: Body, *commits: list[Body]) -> Scene:
    return Scene(*({"folder": each} for each in commits)).put(deployer).acts(deployer, 0).guard()


def test_what_it_applies_carries_its_labels_and_is_in_its_inventory() -> None:
    own = kustomization("own", "folder")
    scene = applied(own, [ONE])
    assert scene.marks(ONE)["label kustomize.toolkit.fluxcd.io/name"] == "own"
    assert scene.cluster.of(address(own)).inventory == {address(ONE)}


@pytest.mark.parametrize(("prune", "is_there"), [(True, False), (False, True)])
def test_what_has_left_is_deleted_only_when_told(prune: bool, is_there: bool) -> None:
    own = kustomization("own", "folder", prune=prune)
    assert applied(own, [ONE, TWO], [ONE]).acts(own, 1).has(TWO) == [is_there]


def test_with_prune_off_it_forgets_what_has_left() -> None:
    own, on = kustomization("own", "folder", prune=False), kustomization("own", "folder")
    scene = applied(own, [ONE, TWO], [ONE]).acts(own, 1)
    assert scene.put(on).acts(on, 1).has(TWO) == [True]


def test_a_mark_on_the_live_object_protects() -> None:
    own = kustomization("own", "folder")
    assert applied(own, [ONE, *marked([TWO], FLUX_MARK)], [ONE]).acts(own, 1).has(TWO) == [True]


def test_objects_of_another_kustomization_are_left_alone() -> None:
    own, other = kustomization("own", "folder"), kustomization("other", "folder")
    scene = applied(own, [ONE, TWO], [ONE]).put(other).acts(other, 0)
    assert scene.acts(own, 1).has(TWO) == [True]


def test_an_object_that_a_release_has_taken_over_is_still_its_own() -> None:
    own, release = kustomization("own", "folder"), helm_release("db", "chart")
    scene = applied(own, [ONE, TWO], [ONE]).put(release)
    scene.table.folders[0]["chart"] = [TWO]
    assert scene.acts(release, 0).acts(own, 1).happened == {(What.DELETED, "F5")}


def test_a_mark_of_the_release_protects_it_as_well() -> None:
    own, release = kustomization("own", "folder"), helm_release("db", "chart", marks=FLUX_MARK)
    scene = applied(own, [ONE, TWO], [ONE]).put(release)
    scene.table.folders[0]["chart"] = [TWO]
    assert scene.acts(release, 0).acts(own, 0).acts(own, 1).has(TWO) == [True]


def test_a_refused_object_stops_it_before_it_deletes() -> None:
    own = kustomization("own", "folder")
    scene = applied(own, [ONE, TWO], [{**ONE, "data": {"a": "2"}}]).refuses(own, 1)
    assert scene.has(TWO) == [True]
    assert scene.acts(own, 1).has(TWO) == [False]


def test_a_folder_that_is_gone_deletes_nothing() -> None:
    own = kustomization("own", "folder")
    scene = Scene({"folder": [ONE]}, {}).put(own).acts(own, 0).acts(own, 1)
    assert scene.has(ONE) == [True]
    assert not scene.cluster.of(address(own)).ok


def test_it_acts_on_the_spec_that_it_had_when_it_began() -> None:
    own, off = kustomization("own", "folder"), kustomization("own", "folder", prune=False)
    assert applied(own, [own, TWO], [off]).acts(own, 1).has(TWO) == [False]


@pytest.mark.parametrize(
    ("spec", "is_there"),
    [
        ({}, False),
        ({"prune": False}, True),
        ({"deletionPolicy": "Orphan"}, True),
        ({"prune": False, "deletionPolicy": "Delete"}, False),
        ({"suspend": True}, True),
    ],
)
def test_its_deletion_policy_decides_on_its_inventory(spec: dict[str, object], is_there: bool) -> None:
    own = kustomization("own", "folder")
    told = {**own, "spec": {**own["spec"], **spec}}
    assert applied(own, [ONE]).put(told).delete(told).has(ONE) == [is_there]


def test_it_waits_for_what_it_depends_on_to_be_ready_at_the_same_commit() -> None:
    first, then = kustomization("first", "folder"), kustomization("then", "other", dependsOn=[{"name": "first"}])
    scene = Scene({"folder": [ONE], "other": [TWO]}, {"folder": [ONE], "other": []}).put(first, then)
    assert scene.acts(then, 0).has(TWO) == [False]
    assert scene.acts(first, 0).acts(then, 0).has(TWO) == [True]
    assert scene.acts(then, 1).has(TWO) == [True]
    assert scene.acts(first, 1).acts(then, 1).has(TWO) == [False]


def test_a_dependency_that_is_not_there_is_not_ready() -> None:
    own = kustomization("own", "folder", dependsOn=[{"name": "nobody"}])
    assert applied(own, [ONE]).has(ONE) == [False]


def test_it_is_ready_when_what_it_waits_for_is() -> None:
    own, release = kustomization("own", "folder", wait=True), helm_release("db", "chart")
    scene = Scene({"folder": [release], "chart": [ONE]}).put(own).acts(own, 0)
    assert not scene.cluster.of(address(own)).ok
    assert scene.acts(release, 0).acts(own, 0).cluster.of(address(own)).ok


def test_who_is_suspended_does_nothing() -> None:
    assert applied(kustomization("own", "folder", suspend=True), [ONE]).has(ONE) == [False]


def test_objects_that_are_disabled_are_neither_applied_nor_deleted() -> None:
    own = kustomization("own", "folder")
    disabled = marked([TWO], {"kustomize.toolkit.fluxcd.io/reconcile": "disabled"})
    assert applied(own, [ONE, *disabled]).has(TWO) == [False]
    scene = applied(own, [ONE, TWO], [ONE]).put(*disabled)
    assert scene.acts(own, 1).has(TWO) == [True]
