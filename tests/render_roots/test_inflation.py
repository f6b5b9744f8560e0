"""Kustomizations that inflate charts are built with the charts of the mirror, on a copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.charts import ChartLibrary
from migrator.charts.types import ChartSources
from migrator.diagnostics import Diagnostics
from migrator.engines import Cache, find_helm
from migrator.render_roots import Build, Inflater

Run = Callable[..., tuple[dict[str, Build], Diagnostics]]
CHARTS = Path(__file__).resolve().parents[2] / "fixtures/charts"
PINNED = "{name: tiny-db, version: 1.4.0, repo: 'https://tiny.example.org/charts', releaseName: db, valuesInline: {auth: {password: x}}}"


@pytest.fixture
def inflater() -> Inflater:
    sources = ChartSources(mirrors=(CHARTS,), offline=True)
    return Inflater(helm=find_helm(), library=ChartLibrary(sources, Cache(None)))


def test_a_chart_comes_from_the_mirror_and_the_repository_is_left_alone(
    tree: Callable[..., Path], build: Run, inflater: Inflater
) -> None:
    root = tree({"kustomization.yaml": f"helmCharts:\n- {PINNED}\n"})
    found, notes = build(root, inflater=inflater)
    assert notes == ()
    (made,) = (each for each in found["."].resources if each.gvk.kind == "StatefulSet")
    assert made.origin is not None
    assert made.origin.generated
    assert made.origin.path == "kustomization.yaml"
    assert sorted(path.name for path in root.iterdir()) == ["kustomization.yaml"]


def test_a_chart_in_the_repository_comes_first(tree: Callable[..., Path], build: Run, inflater: Inflater) -> None:
    files = {
        "kustomization.yaml": "helmGlobals: {chartHome: vendored}\nhelmCharts:\n- {name: own, releaseName: x}\n",
        "vendored/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 0.1.0\n",
        "vendored/own/values.yaml": "{}\n",
        "vendored/own/templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\n",
    }
    found, notes = build(tree(files), inflater=inflater)
    assert notes == ()
    assert [each.id.name for each in found["."].resources] == ["x"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{name: tiny-db, releaseName: db}", "MIG212"),
        (PINNED.replace("1.4.0", "9.9.9"), "MIG421"),
    ],
)
def test_what_cannot_be_inflated_says_why(
    tree: Callable[..., Path], build: Run, inflater: Inflater, entry: str, code: str
) -> None:
    found, notes = build(tree({"app/kustomization.yaml": f"helmCharts:\n- {entry}\n"}), inflater=inflater)
    assert not found["app"].is_built
    assert [(note.code, str(note.span)) for note in notes] == [(code, "app/kustomization.yaml")]
    assert notes[0].summary.startswith("app does not build: ")
