"""A chart that makes what there is under other names: proposed, and adopted once that is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.model import Json, Resource
from migrator.plan import Decision
from migrator.plan.types import ComponentPlan
from tests.plan.test_decide import bare, one, thing


def deployment(name: str, account: str = "", labels: Json = None, **more: Any) -> Resource:
    pod: dict[str, Json] = {"containers": [{"name": "main", "image": "example.org/tool:1"}]}
    if account:
        pod["serviceAccountName"] = account
    return thing("Deployment", name, spec={"template": {"metadata": {"labels": labels or {}}, "spec": pod}}, **more)


def config(name: str, **more: Any) -> Resource:
    return thing("ConfigMap", name, data={"a": "b"}, **more)


def pair(kind: str, old: str, new: str, group: str = "") -> list[str]:
    name = f"{kind}.{group}" if group else kind
    return [f"{name}/data/{old}#", f"{name}/data/{new}#"]


RBAC = "rbac.authorization.k8s.io"
WORKLOAD = pair("Deployment", "tool", "chart-tool", "apps")
THERE = (deployment("tool"), config("settings"))
MADE = [bare(deployment("chart-tool")), bare(config("settings"))]


def test_where_no_patch_is_wanted_it_is_proposed_with_what_becomes_what() -> None:
    """A patch could give back the name, but not without saying more than the chart does."""
    found = one({"dev": (long("tool"), THERE[1])}, {"dev": MADE})
    assert found.decision is Decision.PROPOSE
    assert found.reason == (
        "the chart has other names for what runs, and would make it anew: Deployment.apps data/tool becomes chart-tool"
    )
    assert sorted(each.id for each in found.blocked_by) == sorted(WORKLOAD)


def test_once_both_are_accepted_the_old_one_leaves_and_the_new_one_comes() -> None:
    found = one({"dev": THERE}, {"dev": MADE}, accepted=WORKLOAD)
    assert found.decision is Decision.ADOPT
    assert {each.name for each in found.members["dev"]} == {"tool", "settings"}
    assert found.companions == {}
    assert sorted(each.id for each in found.differences["dev"]) == sorted(WORKLOAD)
    assert found.reason.endswith("; Deployment.apps data/tool becomes chart-tool")


def long(name: str) -> Resource:
    """What runs the same image, and is given two dozen arguments."""
    container = {"name": "main", "image": "example.org/tool:1", "args": [f"--flag-{number}" for number in range(24)]}
    return thing(
        "Deployment", name, spec={"template": {"metadata": {"labels": {}}, "spec": {"containers": [container]}}}
    )


@pytest.mark.parametrize("accepted", [[], WORKLOAD[1:]])
def test_one_never_comes_beside_the_other(accepted: list[str]) -> None:
    """However much else the chart makes as it is: a release without what the chart runs is no adoption of it."""
    many = (long("tool"), THERE[1], deployment("other"))
    made = [*MADE, bare(deployment("other"))]
    found = one({"dev": many}, {"dev": made}, accepted=accepted)
    assert (found.decision, found.patches) == (Decision.PROPOSE, {})
    assert found.reason.endswith("would make it anew: Deployment.apps data/tool becomes chart-tool")


def test_a_name_that_something_else_has_need_of_stays() -> None:
    route = thing(
        "Pod", "job", spec={"containers": [{"name": "a", "envFrom": [{"configMapRef": {"name": "settings"}}]}]}
    )
    made = [bare(deployment("tool")), bare(config("chart-settings"))]
    accepted = pair("ConfigMap", "settings", "chart-settings")
    assert [each.name for each in one({"dev": THERE}, {"dev": made}, accepted=accepted).members["dev"]] == [
        "settings",
        "tool",
    ]
    found = one({"dev": THERE}, {"dev": made}, accepted=accepted, others=[route])
    assert [each.name for each in found.members["dev"]] == ["tool"]
    assert [each.name for each in found.companions["dev"]] == ["settings"]


def test_a_service_that_something_else_calls_by_name_stays_and_so_do_its_pods() -> None:
    labels: dict[str, Json] = {"app": "tool"}
    service = thing("Service", "tool", spec={"selector": labels, "ports": [{"port": 80}]})
    run = deployment("tool", labels=labels)
    made = [bare(thing("Service", "chart-tool", spec=service.body["spec"])), MADE[1]]
    accepted = [*WORKLOAD, *pair("Service", "tool", "chart-tool")]
    client = thing("ConfigMap", "client", data={"url": "http://tool.data.svc:80/"})

    def members(new: Resource, *others: Resource) -> list[str]:
        chart = [*made, bare(new)]
        found = one({"dev": (run, service, THERE[1])}, {"dev": chart}, accepted=accepted, others=others)
        return [str(each) for each in found.members["dev"]]

    named, other = deployment("chart-tool", labels=labels), deployment("chart-tool", labels={"app": "other"})
    everything = ["ConfigMap data/settings", "Deployment.apps data/tool", "Service data/tool"]
    assert sorted(members(other)) == everything
    assert sorted(members(named, client)) == everything[:2]
    assert members(other, client) == everything[:1]


def needy(*accepted: str) -> ComponentPlan:
    account = bare(thing("ServiceAccount", "chart-tool"))
    ref = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "chart-tool"}
    subjects = [{"kind": "ServiceAccount", "name": "chart-tool", "namespace": "data"}]
    binding = thing(
        "ClusterRoleBinding", "chart-tool", namespace="", apiVersion=f"{RBAC}/v1", roleRef=ref, subjects=subjects
    )
    return one(
        {"dev": THERE},
        {"dev": [bare(deployment("chart-tool", "chart-tool")), MADE[1], account, binding]},
        accepted=[*WORKLOAD, *accepted],
    )


def test_what_runs_under_another_name_comes_with_its_account_and_what_that_may_do() -> None:
    found = needy()
    assert found.decision is Decision.PROPOSE
    needed = [f"ClusterRoleBinding.{RBAC}//chart-tool#", "ServiceAccount/data/chart-tool#"]
    assert sorted(each.id for each in found.blocked_by) == needed
    assert "cannot do without" in found.reason
    assert needy(*needed).decision is Decision.ADOPT


def test_what_is_rendered_twice_is_no_release() -> None:
    other = bare(config("settings", metadata={"labels": {"a": "b"}}))
    assert one({"dev": THERE}, {"dev": [*THERE, other]}).reason == "the chart renders ConfigMap data/settings twice"
    # equal copies are one object
    assert one({"dev": THERE}, {"dev": [*map(bare, THERE), MADE[1]]}).decision is Decision.ADOPT


def test_what_roots_of_one_environment_render_in_several_forms_stays() -> None:
    other = thing("ConfigMap", "settings", data={"a": "c"})
    there, made = (deployment("tool"), config("settings")), [bare(deployment("tool")), MADE[1]]
    found = one({"dev": (*there, other)}, {"dev": made})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert found.reason.endswith("beside it stays in Kustomize: ConfigMap data/settings")
    assert one({"dev": (*there, config("settings"))}, {"dev": made}).companions == {}, "equal copies are one object"
    runs = one({"dev": (*there, deployment("tool", "another"))}, {"dev": made})
    assert runs.decision is Decision.PROPOSE
    assert runs.reason.startswith("Deployment.apps data/tool is rendered more than once in dev, with different content")


def test_environments_that_share_a_manifest_go_together() -> None:
    """Where one environment keeps the old name, the manifest stays in the other one too."""
    found = one({"dev": THERE, "prod": THERE}, {"dev": MADE, "prod": MADE[1:]}, accepted=WORKLOAD)
    assert found.members.get("dev", ()) == found.members.get("prod", ())
    assert all(each.name != "tool" for each in found.members.get("dev", ()))
