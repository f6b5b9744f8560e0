"""Patches are built on what is written, and checked by what a cluster would hold."""

from __future__ import annotations

import pytest

from migrator.compare import compare
from migrator.model import Json, Resource, resource_of
from migrator.plan.fit import Fit
from migrator.plan.post_render_patches import pin

POD = {"name": "web", "image": "web:1"}


def deployment(**container: Json) -> Resource:
    spec = {"template": {"spec": {"containers": [{**POD, **container}]}}}
    return resource_of({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})


def role(*rules: Json) -> Resource:
    return resource_of(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "web"},
            "rules": [*rules],
        }
    )


def rule(resource: str, *verbs: str) -> Json:
    return {"apiGroups": [""], "resources": [resource], "verbs": list(verbs)}


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        # what is the same anyway is left to the chart
        (deployment(workingDir="/a"), deployment(tty=False, imagePullPolicy="IfNotPresent"), [("add", "/workingDir")]),
        # a default that only one side writes, against another value
        (deployment(), deployment(imagePullPolicy="Always"), [("remove", "/imagePullPolicy")]),
        (deployment(imagePullPolicy="Always"), deployment(), [("add", "/imagePullPolicy")]),
    ],
)
def test_only_what_differs_to_a_cluster_is_patched(
    before: Resource, after: Resource, operations: list[tuple[str, str]]
) -> None:
    start = "/spec/template/spec/containers/0"
    assert made(before, after) == [(op, f"{start}{path}") for op, path in operations]


def test_the_rules_of_a_role_are_taken_back_together() -> None:
    before, after = (
        role(rule("pods", "get"), rule("nodes", "list")),
        role(rule("nodes", "list"), rule("pods", "get", "watch")),
    )
    fit, _ = fitted(before, after)
    (patch,) = pin(fit, fit.differences).patches
    assert [step["path"].split("/")[1] for step in patch.operations] == ["rules"] * len(patch.operations)
    assert made(before, role(rule("nodes", "list"), rule("pods", "get"))) == []


def fitted(before: Resource, after: Resource) -> tuple[Fit, Resource]:
    fit = Fit(
        environment="dev",
        targets={before.id: before},
        rendered={after.id: after},
        differences=compare([before], [after]),
        companions=(),
    )
    return fit, after


def made(before: Resource, after: Resource) -> list[tuple[str, str]]:
    fit, _ = fitted(before, after)
    pins = pin(fit, fit.differences)
    assert pins.why == ""
    return [(str(step["op"]), str(step["path"])) for patch in pins.patches for step in patch.operations]
