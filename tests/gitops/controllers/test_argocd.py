"""Argo CD, rule by rule: argo-cd `controller/`, gitops-engine `pkg/sync/`, and their documentation."""

from __future__ import annotations

import pytest
from controller_scene import Scene
from handover_tables import FINALIZER, Body, application, definition, labelled, marked, thing

from migrator.gitops.controllers.argocd import INSTANCE, TRACKING
from migrator.gitops.controllers.cluster import What
from migrator.gitops.controllers.manifest import ANNOTATION

ONE, TWO = thing("ConfigMap", "one", data={"a": "1"}), thing("ConfigMap", "two")
PRUNE, HEAL, BOTH = {"prune": True}, {"selfHeal": True}, {"prune": True, "selfHeal": True}


def option(*bodies: Body, text: str) -> list[Body]:
    return marked(bodies, {"argocd.argoproj.io/sync-options": text})


def synced(app: Body, *commits: list[Body]) -> Scene:
    """An Application that has synced the first commit."""
    scene = Scene(*({"folder": each} for each in commits)).put(app).acts(app, 0)
    return scene.guard()


def test_what_it_applies_carries_its_tracking_annotation() -> None:
    scene = synced(application("app", "folder"), [ONE])
    assert scene.marks(ONE)[TRACKING] == "app:/ConfigMap:shop/one"


def test_tracking_by_label_overwrites_the_label() -> None:
    app = application("app", "folder")
    scene = Scene({"folder": labelled([ONE], {"app.kubernetes.io/instance": "chart"})}, label_tracking=True)
    assert scene.put(app).acts(app, 0).marks(ONE)[INSTANCE] == "app"


@pytest.mark.parametrize(("automated", "is_there"), [(PRUNE, False), ({}, True), (None, True)])
def test_what_has_left_is_pruned_only_when_told(automated: dict[str, bool] | None, is_there: bool) -> None:
    app = application("app", "folder", automated=automated)
    assert synced(app, [ONE, TWO], [ONE]).acts(app, 1).has(TWO) == [is_there]


def test_an_automated_sync_never_prunes_all_unless_that_is_allowed() -> None:
    careful, bold = (application("app", "folder", automated={**PRUNE, "allowEmpty": each}) for each in (False, True))
    assert synced(careful, [ONE], []).acts(careful, 1).has(ONE) == [True]
    assert synced(bold, [ONE], []).acts(bold, 1).has(ONE) == [False]


def test_prune_false_counts_on_the_live_object() -> None:
    app = application("app", "folder", automated=PRUNE)
    assert synced(app, [ONE, *option(TWO, text="Prune=false")], [ONE]).acts(app, 1).has(TWO) == [True]
    assert synced(app, [ONE, *option(TWO, text="Delete=false")], [ONE]).acts(app, 1).happened == {(What.DELETED, "A8")}
    keep = marked([TWO], {"helm.sh/resource-policy": "keep"})
    assert synced(app, [ONE, *keep], [ONE]).acts(app, 1).happened == {(What.DELETED, "A8")}


def test_with_prune_off_it_goes_on_tracking_and_deletes_later() -> None:
    off, on = application("app", "folder", automated={}), application("app", "folder", automated=PRUNE)
    scene = synced(off, [ONE, TWO], [ONE], [{**ONE, "data": {"a": "2"}}]).acts(off, 1)
    assert scene.put(on).acts(on, 2).happened == {(What.DELETED, "A9")}


def test_what_another_application_tracks_is_not_pruned() -> None:
    app, other = application("app", "folder"), application("other", "folder")
    scene = synced(app, [ONE, TWO], [ONE]).put(other).acts(other, 0)
    assert scene.acts(app, 1).has(TWO) == [True]


def test_an_apply_takes_away_what_it_had_applied_whoever_did() -> None:
    app, other = application("app", "folder", automated={}), application("other", "folder", automated={})
    scene = synced(app, option(ONE, text="Prune=false"), [ONE]).put(other).acts(other, 1)
    assert f"{ANNOTATION}argocd.argoproj.io/sync-options" not in scene.marks(ONE)
    assert scene.marks(ONE)[TRACKING].startswith("other:")


def test_a_server_side_apply_leaves_what_another_manager_owns() -> None:
    app, other = application("app", "folder"), application("other", "folder", options=["ServerSideApply=true"])
    scene = synced(app, option(ONE, text="Prune=false"), [ONE]).put(other).acts(other, 1)
    assert scene.marks(ONE)[f"{ANNOTATION}argocd.argoproj.io/sync-options"] == "Prune=false"


def test_without_self_heal_a_commit_is_synced_once() -> None:
    app, other = application("app", "folder", automated={}), application("other", "folder", automated={})
    scene = synced(app, [ONE]).put(other).acts(other, 0).acts(app, 0)
    assert scene.marks(ONE)[TRACKING].startswith("other:")
    healing = application("app", "folder", automated=HEAL)
    assert scene.put(healing).acts(healing, 0).marks(ONE)[TRACKING].startswith("app:")


def test_another_policy_alone_is_no_reason_to_sync_again_and_another_source_is() -> None:
    app, other = application("app", "folder", automated={}), application("other", "folder", automated={})
    scene = synced(app, [ONE]).put(other).acts(other, 0)
    pruning = application("app", "folder", automated=PRUNE)
    assert scene.put(pruning).acts(pruning, 0).marks(ONE)[TRACKING].startswith("other:")
    scene.table.folders[0]["elsewhere"] = [ONE]
    moved = application("app", "elsewhere", automated={})
    assert scene.put(moved).acts(moved, 0).marks(ONE)[TRACKING].startswith("app:")


def test_what_cannot_be_rendered_changes_nothing() -> None:
    app = application("app", "folder")
    scene = synced(app, [ONE])
    del scene.table.folders[0]["folder"]
    scene.world.rendered.clear()
    assert scene.acts(app, 0).has(ONE) == [True]


def test_shared_objects_fail_a_sync_that_is_told_so() -> None:
    app, other = application("app", "folder"), application("other", "folder", options=["FailOnSharedResource=true"])
    scene = synced(app, [ONE], [ONE, TWO]).put(other).acts(other, 1)
    assert scene.marks(ONE)[TRACKING].startswith("app:")
    assert scene.has(TWO) == [False]


def test_waves_wait_for_health_and_prune_before_they_apply() -> None:
    app = application("app", "folder")
    late = marked([TWO], {"argocd.argoproj.io/sync-wave": "1"})
    scene = Scene({"folder": [ONE, *late]}).put(app).acts(app, 0, healthy=False)
    assert scene.has(ONE, TWO) == [True, False]
    assert scene.acts(app, 0).has(TWO) == [True]


def test_a_refused_object_fails_the_sync_and_not_the_prune_before() -> None:
    app = application("app", "folder", automated=PRUNE)
    scene = synced(app, [ONE, TWO], [{**ONE, "data": {"a": "2"}}]).refuses(app, 1)
    assert scene.has(TWO) == [False]
    live = scene.live(ONE)
    assert live is not None
    assert live.manifest.body["data"] == {"a": "1"}


def test_the_finalizer_deletes_what_is_tracked_but_definitions_and_what_is_marked() -> None:
    app = application("app", "folder", finalizer=True)
    kept = option(TWO, text="Delete=false")
    scene = synced(app, [ONE, *kept, definition()]).delete(app)
    assert scene.has(ONE, TWO, definition()) == [False, True, True]
    keep = marked([TWO], {"helm.sh/resource-policy": "keep"})
    assert synced(app, [ONE, *keep]).delete(app).has(ONE, TWO) == [False, True]
    plain = application("app", "folder")
    assert synced(plain, [ONE]).delete(plain).has(ONE) == [True]


def test_a_prune_deletes_definitions_with_their_objects() -> None:
    app = application("app", "folder", automated=PRUNE)
    widget = thing("Widget", "one", api="example.org/v1")
    scene = synced(app, [definition(), widget, ONE], [widget, ONE]).acts(app, 1)
    assert (What.DELETED, "C2") in scene.happened


def test_an_application_that_goes_takes_its_applications_along() -> None:
    child = application("child", "deeper", finalizer=True)
    root = application("root", "folder", finalizer=True)
    scene = Scene({"folder": [child], "deeper": [ONE]}).put(root).acts(root, 0).acts(child, 0).delete(root)
    assert scene.has(child, ONE) == [False, False]


def test_the_three_way_apply_of_a_parent_takes_the_finalizer_of_its_child() -> None:
    root = application("root", "folder")
    with_it, without = application("child", "x", finalizer=True), application("child", "x")
    scene = synced(root, [with_it], [without])
    assert f"finalizer {FINALIZER}" in scene.marks(with_it)
    assert f"finalizer {FINALIZER}" not in scene.acts(root, 1).marks(with_it)


def application_set(**spec: object) -> Body:
    body = thing("ApplicationSet", "set", api="argoproj.io/v1alpha1", namespace="argocd")
    return {**body, "spec": {"template": application("made", "folder"), **spec}}


def test_an_application_set_adds_the_finalizer_unless_it_preserves() -> None:
    made = application("made", "folder")
    plain, preserving = application_set(), application_set(syncPolicy={"preserveResourcesOnDeletion": True})
    scene = Scene({"folder": [ONE]}).put(plain).acts(plain, 0).acts(made, 0)
    assert f"finalizer {FINALIZER}" in scene.marks(made)
    assert f"finalizer {FINALIZER}" not in scene.put(preserving).acts(preserving, 0).marks(made)
    assert scene.delete(preserving).has(made, ONE) == [False, True]


def test_an_application_set_deletes_what_it_no_longer_generates() -> None:
    made, plain = application("made", "folder"), application_set()
    scene = Scene({"folder": [ONE]}, {"folder": [ONE]}).put(plain).acts(plain, 0).acts(made, 0)
    scene.table.generates[1] = False
    assert scene.acts(plain, 1).has(made, ONE) == [False, False]


def test_a_hook_is_made_anew_and_never_pruned() -> None:
    app = application("app", "folder", automated=PRUNE)
    hook = marked([TWO], {"helm.sh/hook": "pre-install"})
    assert synced(app, [ONE, *hook], [ONE]).acts(app, 1).has(TWO) == [True]
    assert synced(app, [ONE, TWO], [ONE, *hook]).acts(app, 1).happened >= {(What.DELETED, "A4")}


@pytest.mark.parametrize("event", ["test", "post-rollback"])
def test_some_hooks_of_helm_never_run(event: str) -> None:
    app = application("app", "folder")
    assert synced(app, [ONE, *marked([TWO], {"helm.sh/hook": event})]).has(TWO) == [False]


def test_objects_go_to_the_cluster_of_the_destination() -> None:
    app = application("app", "folder")
    app["spec"]["destination"]["server"] = "https://far.example.org"
    scene = Scene({"folder": [ONE]}).put(app).acts(app, 0)
    assert [each.cluster for each in scene.cluster.live if each.id.name == "one"] == ["https://far.example.org"]


def project(*places: str, kinds: tuple[str, ...] = ("*",), repositories: tuple[str, ...] = ("*",)) -> Body:
    body = thing("AppProject", "narrow", api="argoproj.io/v1alpha1", namespace="argocd")
    body["spec"] = {
        "sourceRepos": list(repositories),
        "destinations": [{"server": "https://one.example.org", "namespace": each} for each in places],
        "namespaceResourceWhitelist": [{"group": "*", "kind": each} for each in kinds],
    }
    return body


def of_project(namespace: str, url: str = "https://git.example.org/team/shop.git") -> Body:
    to = {"server": "https://one.example.org", **({"namespace": namespace} if namespace else {})}
    app = application("app", "folder", destination=to, project="narrow")
    app["spec"]["source"]["repoURL"] = url
    return app


@pytest.mark.parametrize(
    ("allowed", "app", "is_synced"),
    [
        (project("shop"), of_project("shop"), True),
        (project("shop"), of_project(""), False),  # objects that name their namespace do not help
        (project("*"), of_project(""), True),
        (project("!kube-*", "*"), of_project("kube-system"), False),
        (project("other"), of_project("other"), False),  # the object is in shop
        (project("shop", kinds=("Secret",)), of_project("shop"), False),
        (project("shop", repositories=("https://git.example.org/*/shop",)), of_project("shop"), True),
        (project("shop", repositories=("https://git.example.org/*",)), of_project("shop"), False),
        (project("shop", repositories=("*", "!https://git.example.org/team/*")), of_project("shop"), False),
    ],
)
def test_a_project_keeps_out_what_it_does_not_allow(allowed: Body, app: Body, is_synced: bool) -> None:
    scene = Scene({"folder": [ONE]}).put(allowed, app).acts(app, 0)
    there = [each.id.name for each in scene.cluster.live if each.id.kind == "ConfigMap"]
    assert there == (["one"] if is_synced else [])
