"""Several environments of one component: what one search found serves the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from migrator.charts import ChartArchive, load_archive
from migrator.engines import HelmRender, find_helm, helm_template, rendered_resources
from migrator.inference import InferenceRequest
from migrator.inference.hypothesis.state import State
from migrator.inference.search import environments
from migrator.inference.search.environments import solve
from migrator.model import Json, ReleaseContext, Resource
from migrator.yamlio import dump

TEMPLATE = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader}
---
{{- if eq .Values.scope "cluster" }}
apiVersion: v1
kind: ConfigMap
metadata: {name: wide}
data: {level: {{ .Values.level }}}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: narrow}
data: {level: {{ .Values.level }}, colour: {{ .Values.colour }}}
"""


@pytest.fixture
def chart(tmp_path: Path) -> ChartArchive:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: reads\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text("scope: cluster\nlevel: info\ncolour: red\n")
    (tmp_path / "templates" / "all.yaml").write_text(TEMPLATE)
    return load_archive(tmp_path)


def made(chart: ChartArchive, values: Mapping[str, Json]) -> tuple[Resource, ...]:
    context = ReleaseContext(release="reads", namespace="data", kube_version="1.32")
    return rendered_resources(
        helm_template(find_helm(), HelmRender(context=context, chart=chart.path, values=(dump(values).encode(),)))
    )


def asked(chart: ChartArchive, given: Mapping[str, Mapping[str, Json]]) -> InferenceRequest:
    targets = {name: made(chart, values) for name, values in given.items()}
    return InferenceRequest(chart=chart, targets=targets, release="reads", namespace="data", budget=20)


def test_the_same_objects_are_searched_once(chart: ChartArchive) -> None:
    narrow = {"scope": "namespace", "level": "debug"}
    two = solve(asked(chart, {"all": {}, "dev": narrow}))
    three = solve(asked(chart, {"all": {}, "dev": narrow, "prod": narrow}))
    assert three.values["prod"] == three.values["dev"] == two.values["dev"]
    assert three.values["dev"]["level"] == "debug"
    assert three.renders == two.renders


def test_another_environment_begins_with_the_nearest_answer(
    chart: ChartArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[State] = []
    searched = environments._searched

    def watched(request, evaluator, state, *rest, **given):
        begun.append(state)
        return searched(request, evaluator, state, *rest, **given)

    monkeypatch.setattr(environments, "_searched", watched)
    narrow = {"scope": "namespace", "level": "debug"}
    answer = solve(asked(chart, {"all": {}, "dev": narrow, "prod": {**narrow, "colour": "blue"}}))
    assert begun[2].tree.overrides["level"] == "debug", "not from the first one, which has no values"
    assert answer.values["prod"]["colour"] == "blue"
    assert "colour" not in answer.values["dev"]
