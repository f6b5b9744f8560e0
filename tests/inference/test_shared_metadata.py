"""What is put on every object: found in the objects, and said as kustomize does it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from migrator.compare import compare
from migrator.compare.identity.pairs import pairs
from migrator.engines import find_kustomize, kustomize_post_render, rendered_resources
from migrator.inference.shared_metadata import SharedMetadata, shared_metadata
from migrator.model import Json, Resource, resource_of
from migrator.yamlio import dump


def made(kind: str, version: str = "apps/v1", **spec: Json) -> Resource:
    metadata = {"name": kind.lower(), "namespace": "web"}
    return resource_of({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})


def pods(app: str) -> dict[str, Json]:
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "main"}]}}


def asking(app: str) -> dict[str, Json]:
    """A selector's labels, and next to it an item that has none."""
    return {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "zone"}


SPREAD = {
    "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [asking("d"), {"topologyKey": "host"}]},
    "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": asking("d")}]},
}
SET = made(
    "StatefulSet",
    selector={"matchLabels": {"app": "d"}},
    template={**pods("d"), "spec": {"affinity": SPREAD, "topologySpreadConstraints": [asking("d"), {"maxSkew": 1}]}},
    volumeClaimTemplates=[{"metadata": {"name": "data"}}, {"metadata": {"name": "logs", "labels": {"kind": "logs"}}}],
)
POLICY = made(
    "NetworkPolicy",
    "networking.k8s.io/v1",
    podSelector={"matchLabels": {"app": "d"}},
    ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}]}, {}],
    egress=[{"to": [{"podSelector": {"matchLabels": {"app": "dns"}}}]}],
)

CHART = (
    SET,
    POLICY,
    made("PodDisruptionBudget", "policy/v1", selector={"matchLabels": {"app": "d"}}, minAvailable=1),
    made("Job", "batch/v1", template=pods("e")),
    made("Deployment", selector={"matchLabels": {"app": "a"}}, template=pods("a")),
    made("DaemonSet", selector={"matchLabels": {"app": "b"}}, template=pods("b")),
    made("CronJob", "batch/v1", schedule="* * * * *", jobTemplate={"spec": {"template": pods("c")}}),
    made("Service", "v1", selector={"app": "a"}, ports=[{"port": 80}]),
    made("Ingress", "networking.k8s.io/v1"),
)


def found(targets: Sequence[Resource], rendered: Sequence[Resource]) -> SharedMetadata:
    met = [(each.before, each.after) for each in pairs(targets, rendered, "") if each.before and each.after]
    return shared_metadata(met, [each.path for each in compare(targets, rendered)])


def kustomized(resources: Sequence[Resource], shared: SharedMetadata, folder: Path) -> tuple[Resource, ...]:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["out.yaml"]}
    (folder / "kustomization.yaml").write_text(dump({**head, **shared.fields}))
    stream = "\n---\n".join(json.dumps(each.body) for each in resources)
    return rendered_resources(kustomize_post_render(find_kustomize(), stream.encode(), folder, "out.yaml"))


def test_it_is_found_again_and_kustomize_does_the_same(tmp_path: Path) -> None:
    for shared in (
        SharedMetadata(labels={"team": "blue"}),
        SharedMetadata(selectors={"team": "blue"}),
        SharedMetadata(annotations={"by": "argo"}),
        SharedMetadata(labels={"team": "blue"}, selectors={"x": "y"}, annotations={"by": "argo"}),
    ):
        targets = kustomized(CHART, shared, tmp_path)
        assert not compare(targets, [shared.applied(each) for each in CHART])
        assert found(targets, CHART) == shared


def test_labels_that_a_peer_of_a_policy_or_a_claim_lacks_are_no_field(tmp_path: Path) -> None:
    """The field would put it there too: traffic would be cut off, and what a claim is made of cannot change."""
    targets = kustomized(CHART, SharedMetadata(selectors={"team": "blue"}), tmp_path)
    for untouched, place in ((POLICY, "ingress"), (SET, "volumeClaimTemplates")):
        held = [
            replace(each, body={**each.body, "spec": {**each.body["spec"], place: untouched.body["spec"][place]}})
            if each.gvk.kind == untouched.gvk.kind
            else each
            for each in targets
        ]
        assert found(held, CHART) == SharedMetadata(labels={"team": "blue"})


def test_what_one_object_lacks_or_a_template_has_otherwise_is_not_shared(tmp_path: Path) -> None:
    shared = SharedMetadata(annotations={"by": "argo"})
    targets = kustomized(CHART, shared, tmp_path)
    assert found(targets, CHART).fields
    assert not found([CHART[0], *targets[1:]], CHART).fields
    assert not found(targets[:2], CHART[:2]).fields


def test_a_hook_is_given_it_as_well() -> None:
    """Kustomize knows no hooks: it sees them where Argo CD deploys what it makes of a chart."""
    marks = {"annotations": {"helm.sh/hook": "pre-install"}}
    hook = resource_of({**CHART[4].body, "metadata": {"name": "i", **marks}})
    shared = SharedMetadata(labels={"team": "blue"})
    assert shared.applied(hook).body["metadata"] == {"name": "i", **marks, "labels": {"team": "blue"}}
    assert shared.stripped(shared.applied(hook)).body["metadata"] == {"name": "i", **marks}
