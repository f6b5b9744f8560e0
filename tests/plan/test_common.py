"""What is put on every object: found in the objects, and said as kustomize does it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from migrator.compare import compare
from migrator.engines import find_kustomize, kustomize_post_render, rendered_resources
from migrator.model import Json, Resource, resource_of
from migrator.plan.common import Common, common_of, with_common
from migrator.plan.fit import Fit
from migrator.yamlio import dump


def made(kind: str, version: str = "apps/v1", **spec: Json) -> Resource:
    metadata = {"name": kind.lower(), "namespace": "web"}
    return resource_of({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})


def pods(app: str) -> dict[str, Json]:
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "main"}]}}


CHART = (
    made("Deployment", selector={"matchLabels": {"app": "a"}}, template=pods("a")),
    made("DaemonSet", selector={"matchLabels": {"app": "b"}}, template=pods("b")),
    made("CronJob", "batch/v1", schedule="* * * * *", jobTemplate={"spec": {"template": pods("c")}}),
    made("Service", "v1", selector={"app": "a"}, ports=[{"port": 80}]),
    made("Ingress", "networking.k8s.io/v1"),
)


def fitting(targets: Sequence[Resource], rendered: Sequence[Resource]) -> Fit:
    return Fit(
        environment="dev",
        targets={each.id: each for each in targets},
        rendered={each.id: each for each in rendered},
        differences=tuple(compare(targets, rendered)),
        companions=(),
    )


def kustomized(resources: Sequence[Resource], common: Common, folder: Path) -> tuple[Resource, ...]:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["out.yaml"]}
    (folder / "kustomization.yaml").write_text(dump({**head, **common.fields}))
    stream = "\n---\n".join(json.dumps(each.body) for each in resources)
    return rendered_resources(kustomize_post_render(find_kustomize(), stream.encode(), folder, "out.yaml"))


def test_it_is_found_again_and_kustomize_does_the_same(tmp_path: Path) -> None:
    for common in (
        Common(labels={"team": "blue"}),
        Common(selectors={"team": "blue"}),
        Common(annotations={"by": "argo"}),
        Common(labels={"team": "blue"}, selectors={"x": "y"}, annotations={"by": "argo"}),
    ):
        targets = kustomized(CHART, common, tmp_path)
        assert not compare(targets, [common.applied(each) for each in CHART])
        fit = fitting(targets, CHART)
        assert common_of(fit, fit.differences) == common
        assert with_common(fit, common).differences == ()


def test_what_one_object_lacks_or_a_template_has_otherwise_is_not_common(tmp_path: Path) -> None:
    common = Common(annotations={"by": "argo"})
    targets = kustomized(CHART, common, tmp_path)
    but_one = fitting([*targets[1:], CHART[0]], CHART)
    assert not common_of(but_one, but_one.differences).fields
    few = fitting(targets[:2], CHART[:2])
    assert not common_of(few, few.differences).fields


def test_a_hook_is_never_given_it() -> None:
    hook = resource_of({**CHART[4].body, "metadata": {"name": "i", "annotations": {"helm.sh/hook": "pre-install"}}})
    assert Common(labels={"team": "blue"}).applied(hook) == hook
