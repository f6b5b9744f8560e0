"""What a kustomization puts on every object is not a reason for values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, find_tools
from migrator.inference.types import InferenceRequest
from migrator.model import Resource, resource_of
from migrator.plan.common import Common
from migrator.workflow.steps.infer import Answer, infer_each
from migrator.workflow.steps.shared_metadata import with_underneath

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
    "values.yaml": "replicas: 1\nannotations: {}\npodAnnotations: {}\n",
    "templates/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  {{- with .Values.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      {{- with .Values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec: {containers: [{name: web, image: web}]}
""",
    "templates/rest.yaml": "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\n" for number in range(3)
    ),
}


def targets(common: Common, **annotations: str) -> tuple[Resource, ...]:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web"}]}}
    metadata = {"name": "web", "namespace": "n", **({"annotations": annotations} if annotations else {})}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    bodies = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        *({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{n}", "namespace": "n"}} for n in range(3)),
    ]
    return tuple(common.applied(resource_of(body)) for body in bodies)


@pytest.fixture
def answered(tree: Callable[..., Path], tmp_path: Path) -> Callable[..., tuple[Answer, Answer]]:
    ask = partial(infer_each, tools=find_tools(), cache=Cache(tmp_path / "cache"), workers=1)

    def call(common: Common, **annotations: str) -> tuple[Answer, Answer]:
        request = InferenceRequest(
            chart=load_archive(tree(CHART)), targets={"dev": targets(common, **annotations)}, namespace="n"
        )
        (first,) = ask([request])
        (second,) = with_underneath([request], [first], ask)
        return first, second

    return call


def test_values_that_only_repeat_it_are_not_there(answered: Callable[..., tuple[Answer, Answer]]) -> None:
    first, second = answered(Common(annotations={"by": "argo"}), own="yes")
    assert first.inference is not None
    assert second.inference is not None
    assert first.inference.values.common["podAnnotations"] == {"by": "argo"}
    assert second.inference.values.common == {"replicas": 2, "annotations": {"own": "yes"}}
    # what is said of the targets is said of them as they are
    assert {each.path for each in second.inference.differences["dev"]} == {
        ("metadata", "annotations", "by"),
        ("spec", "template", "metadata", "annotations"),
    }


def test_nothing_is_asked_again_where_values_say_it_all(answered: Callable[..., tuple[Answer, Answer]]) -> None:
    first, second = answered(Common(), own="yes")
    assert first is second


def test_stripping_takes_back_what_applying_gives() -> None:
    common = Common(labels={"team": "blue"}, selectors={"x": "y"}, annotations={"by": "argo"})
    plain = targets(Common())
    assert tuple(map(common.stripped, map(common.applied, plain))) == plain
