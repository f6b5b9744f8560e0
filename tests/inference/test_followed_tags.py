"""A followed image's tag gets a line in the values, and what helm renders stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, HelmRender, find_tools, helm_template, rendered_resources
from migrator.inference import Inference, infer
from migrator.inference.types import FollowedImage, InferenceRequest
from migrator.model import ReleaseContext

CONTEXT = ReleaseContext(release="web", namespace="shop", kube_version="1.32")
CHART = {
    "Chart.yaml": 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "3.1"\n',
    "values.yaml": "replicas: 1\nimage: {repository: example.org/web, tag: ''}\n",
    "templates/web.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"}
""",
}
IMAGE = "example.org/web:3.1"
PATH = ("image", "tag")
Infer = Callable[..., Inference]


@pytest.fixture
def inferred(tree: Callable[..., Path]) -> Infer:
    def call(*environments: str, files: Mapping[str, str] | None = None, image: str = IMAGE) -> Inference:
        """The answer for `dev` and `prod`, rendered at the defaults but for the replicas."""
        chart = load_archive(tree({**CHART, **(files or {})}))
        tools = find_tools()
        assert tools.helm is not None
        targets = {
            name: rendered_resources(
                helm_template(tools.helm, HelmRender(context=CONTEXT, chart=chart.path, values=(values,)))
            )
            for name, values in (("dev", b"replicas: 1"), ("prod", b"replicas: 3"))
        }
        followed = (FollowedImage(image=image, environments=environments),) if environments else ()
        request = InferenceRequest(
            chart=chart, targets=targets, release="web", namespace="shop", followed=followed, budget=10
        )
        return infer(request, tools=tools, cache=Cache(None))[0]

    return call


def test_it_is_what_the_chart_says_anyway(inferred: Infer) -> None:
    without, found = inferred(), inferred("dev", "prod")
    assert without.followed == {}
    assert found.followed == {IMAGE: PATH}
    assert found.values.common == {**without.values.common, "image": {"tag": "3.1"}}
    assert "image automation" in dict(found.values.notes)[PATH]
    assert found.identical
    assert found.renders == without.renders + 2


def test_where_one_environment_is_followed_the_others_keep_what_they_have(inferred: Infer) -> None:
    found = inferred("prod")
    assert found.values.environments["prod"]["image"] == {"tag": "3.1"}
    assert "image" not in found.values.common
    assert "dev" not in found.values.environments


def test_an_image_that_is_not_rendered_has_no_value(inferred: Infer) -> None:
    found = inferred("prod", image="example.org/other:3.1")
    assert (found.followed, found.values) == ({}, inferred().values)


@pytest.mark.parametrize(
    "files",
    [
        {"values.schema.json": '{"properties": {"image": {"properties": {"tag": {"enum": [""]}}}}}'},
        {
            "templates/said.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: said}\n"
            "data: {tag: {{ .Values.image.tag | quote }}}\n"
        },
    ],
    ids=["the schema refuses it", "another object says it"],
)
def test_a_line_with_which_helm_renders_anything_else_is_not_added(inferred: Infer, files: Mapping[str, str]) -> None:
    found = inferred("dev", "prod", files=files)
    assert found.identical
    assert found.followed == {}
    assert "image" not in found.values.common
