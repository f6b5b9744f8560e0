"""What a kustomization puts on every object is not a reason for values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.charts import load_archive
from migrator.diagnostics import MigrateError
from migrator.engines import Cache, find_tools
from migrator.inference import infer
from migrator.inference.shared_metadata import SharedMetadata
from migrator.inference.types import InferenceRequest
from migrator.inference.without_shared_metadata import Found, without_shared_metadata
from migrator.model import Resource, resource_of

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


def targets(shared: SharedMetadata, **annotations: str) -> tuple[Resource, ...]:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web"}]}}
    metadata = {"name": "web", "namespace": "n", **({"annotations": annotations} if annotations else {})}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    bodies = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        *({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{n}", "namespace": "n"}} for n in range(3)),
    ]
    return tuple(shared.applied(resource_of(body)) for body in bodies)


Ask = Callable[[InferenceRequest], Found]
BY_ARGO = SharedMetadata(annotations={"by": "argo"})


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    return lambda request: infer(request, tools=find_tools(), cache=Cache(tmp_path / "cache"))


@pytest.fixture
def requested(tree: Callable[..., Path]) -> Callable[[SharedMetadata], InferenceRequest]:
    chart = load_archive(tree(CHART))
    return lambda shared: InferenceRequest(chart=chart, targets={"dev": targets(shared, own="yes")}, namespace="n")


def test_values_that_only_repeat_it_are_not_there(
    ask: Ask, requested: Callable[[SharedMetadata], InferenceRequest]
) -> None:
    request = requested(BY_ARGO)
    assert ask(request)[0].values.common["podAnnotations"] == {"by": "argo"}
    found, _ = ask(replace(request, has_post_render=True))
    assert found.values.common == {"replicas": 2, "annotations": {"own": "yes"}}
    # what is said of the targets is said of them as they are
    assert {each.path for each in found.differences["dev"]} == {
        ("metadata", "annotations", "by"),
        ("spec", "template", "metadata", "annotations"),
    }


def test_nothing_is_asked_again_where_values_say_it_all(
    ask: Ask, requested: Callable[[SharedMetadata], InferenceRequest]
) -> None:
    asked: list[InferenceRequest] = []

    def told(request: InferenceRequest) -> Found:
        asked.append(request)
        return ask(request)

    for shared in (SharedMetadata(), BY_ARGO):
        request = requested(shared)
        first = ask(request)
        found = without_shared_metadata(request, first, told)
        assert (found is first) is (not shared.fields)
    assert [each.targets["dev"] for each in asked] == [targets(SharedMetadata(), own="yes")]


def test_a_second_search_that_fails_leaves_the_first_answer(
    ask: Ask, requested: Callable[[SharedMetadata], InferenceRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIGRATE_DEBUG", raising=False)
    request = requested(BY_ARGO)
    first = ask(request)

    def refused(_: InferenceRequest) -> Found:
        raise MigrateError.of("MIG504", "too much", remedy="wait")

    def hole(_: InferenceRequest) -> Found:
        raise ZeroDivisionError

    assert without_shared_metadata(request, first, refused) is first
    found, notes = without_shared_metadata(request, first, hole)
    assert found is first[0]
    assert [each.code for each in notes][-1] == "MIG502"


def test_stripping_takes_back_what_applying_gives() -> None:
    shared = SharedMetadata(labels={"team": "blue"}, selectors={"x": "y"}, annotations={"by": "argo"})
    plain = targets(SharedMetadata())
    assert tuple(map(shared.stripped, map(shared.applied, plain))) == plain
