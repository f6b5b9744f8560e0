"""What kustomize makes of a chart is held against what the release renders, before an Application names it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from units_of_a_shop import of, release_unit

from migrator.charts import ChartLibrary, ChartSources
from migrator.diagnostics import MigrateError
from migrator.discover import GitOps
from migrator.engines import Cache, find_tools
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.argocd import argocd_objects
from migrator.gitops.emit.units import Unit
from migrator.gitops.emit.wiring import Wiring
from migrator.gitops.emit.written import Written, texts
from migrator.model import RepoPath
from migrator.prove import RenderContext
from migrator.workflow.gitops.inflated import inflated_otherwise

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: store, namespace: data}\n"
PATCH = {"target": {"kind": "Service", "name": "store"}, "patch": "- {op: add, path: /metadata/labels, value: {a: b}}"}


@pytest.fixture
def unit() -> Unit:
    body = {**yaml.safe_load(SERVICE), "metadata": {"name": "store", "namespace": "data", "labels": {"a": "b"}}}
    (service,) = of("Service", "store", "data")
    return replace(release_unit("prod", "store", objects=(replace(service, body=body),)), patches={"patches": [PATCH]})


@pytest.fixture
def context() -> RenderContext:
    library = ChartLibrary(ChartSources(offline=True), Cache(None))
    return RenderContext(tools=find_tools(), library=library, cache=Cache(None))


def objects(tree: Path, unit: Unit, template: str, schema: str = "{}") -> list[Written]:
    """What is emitted for a release of a chart with one template, written into a tree that vendors the chart."""
    found = argocd_objects(
        [unit], Wiring(tool=Tool.ARGO_CD, repository="", revision="", gitops=GitOps()), RepoPath("p")
    )
    for path, data in texts(found).items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    chart = tree / "p/charts/prod/store/charts/store-1.2.3/store"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: store\nversion: 1.2.3\n")
    (chart / "values.schema.json").write_text(schema)
    (chart / "templates/service.yaml").write_text(template)
    return list(found)


def test_a_chart_that_renders_the_same_is_inflated(tmp_path: Path, unit: Unit, context: RenderContext) -> None:
    assert inflated_otherwise(objects(tmp_path, unit, SERVICE), tmp_path, context, {"store"}) == {}


@pytest.mark.parametrize(
    ("chart", "why"),
    [
        ((f"{SERVICE}spec: {{type: NodePort}}\n", "{}"), "it differs at Service/data/store#/spec"),
        ((f"{SERVICE}---\n{SERVICE}", "{}"), "may not add resource with an already registered id"),
        ((SERVICE, '{"properties": {"size": {"type": "string"}}}'), "size"),
    ],
)
def test_another_stays_out_and_says_why(
    tmp_path: Path, unit: Unit, context: RenderContext, chart: tuple[str, str], why: str
) -> None:
    written = objects(tmp_path, unit, *chart)
    found = inflated_otherwise(written, tmp_path, context, {"store"})
    assert found.keys() == {"store"}
    assert found["store"].startswith("inflated by kustomize for Argo CD in prod, ")
    assert why in found["store"]
    with pytest.raises(MigrateError) as raised:
        inflated_otherwise(written, tmp_path, context, {"other"})
    assert raised.value.diagnostic.code == "MIG662"
    assert why in raised.value.diagnostic.summary
