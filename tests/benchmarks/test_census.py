"""What the census counts, and what it says of it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from measuring.census import Census, Found, Left, Stated, below, census, dependencies, kept, reason, said, same_version
from measuring.census_page import figures, page
from migrator.model import RepoPath
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import read_baseline

OBJECTS = """\
# Source: metrics-server/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: metrics-server
  namespace: kube-system
  labels: {helm.sh/chart: metrics-server-3.12.0, app.kubernetes.io/name: metrics-server, app.kubernetes.io/instance: ms}
"""
CHART = "apiVersion: v2\nname: meta\nversion: 1.0.0\ndependencies:\n- {name: metrics-server, version: v3.12.0}\n"


def found(name: str, chart: str, right: str, **more: object) -> Found:
    given = {"publisher": "https://example.org/charts", "versions": ["1.0.0"], "app": "", "release": "one"}
    given |= {"namespace": "here", "confidence": 0.9, "objects": 3, "evidence": ["label: a=b"], "others": []}
    return Found(id=name, chart=chart, right=right, **{**given, "places": {f"{name}/x.yaml": 3}, **more})


def left(name: str, right: str = "", **more: object) -> Left:
    given = {"objects": 2, "workloads": 1, "images": ["acme/shop"], "near": "", "score": 0.0}
    return Left(id=name, right=right, **{**given, "places": {f"{name}/x.yaml": 2}, **more})


def row(**more: object) -> Census:
    return Census(**{"name": "acme__shop", "roots": 2, "objects": 9, **more})


def test_a_person_says_by_the_longest_path() -> None:
    known = {"apps": "redis", "apps/shop": "", "infra/db": "mysql redis"}
    assert said({"apps/cache/x.yaml": 2}, known, "redis") == "redis"
    assert not said({"apps/shop/x.yaml": 2, "apps/cache/x.yaml": 1}, known, "redis")
    assert not said({"apps2/x.yaml": 1}, known, "redis")
    assert said({"infra/db-pvc.yaml": 1}, known, "redis") == "redis"
    assert said({"infra/db.yaml": 1}, known, "kafka") == "mysql"


def test_what_a_chart_yaml_states() -> None:
    assert dependencies(CHART.encode()) == [("metrics-server", "v3.12.0")]
    assert dependencies(b"name: x\n") == []
    assert same_version("v1.2.3", "1.2.3")
    assert not same_version("", "")
    assert not same_version("1.2.3", "1.2.30")


def test_objects_below_a_folder_and_not_below_the_next() -> None:
    places = {"a/x.yaml": 2, "a/b/x.yaml": 3, "ab/x.yaml": 4}
    assert below(places, "a", ["a"]) == 5
    assert below(places, "a", ["a", "a/b"]) == 2


def test_a_reason_is_the_same_on_every_machine() -> None:
    text = f"merging &{{0x1a2b3c4d5e}} of /srv/tree/apps/shop: {'x'}; tried mirror /srv/mirror"
    assert reason(text, RepoPath("apps/shop"), Path("/srv/tree")) == "merging &{0x} of ./the root: x"


def test_a_repository_with_what_it_was_rendered_from(tree: Callable[..., Path]) -> None:
    root = tree(
        {
            "kustomization.yaml": "resources: [apps/ms, apps/shop]\n",
            "apps/ms/kustomization.yaml": "resources: [helm/a.yaml]\n",
            "apps/ms/Chart.yaml": CHART,
            "apps/ms/helm/a.yaml": OBJECTS,
            "apps/shop/kustomization.yaml": "resources: [a.yaml]\n",
            "apps/shop/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n",
        }
    )
    baseline = read_baseline(Settings(root=root, offline=True, no_cache=True), Run())
    again = pickle.loads(pickle.dumps(baseline))  # noqa: S301 - made in this line
    assert again.builds == baseline.builds, "the benchmark keeps what it has read"
    one = census("acme", baseline, {"apps/ms": "other"})
    assert [(each.chart, each.right, each.places) for each in one.found] == [
        ("metrics-server", "other", {"apps/ms/helm/a.yaml": 1})
    ]
    assert [(each.objects, each.right, each.near) for each in one.left] == [(1, "", "")]
    assert [(each.folder, each.is_right, each.is_exact) for each in one.stated] == [("apps/ms", True, True)]
    assert [(each.folder, each.is_right) for each in one.blind] == [("apps/ms", True)]


def test_rows_come_back_and_the_last_counts(tmp_path: Path) -> None:
    first = row(found=[found("a", "a", "a")])
    last = row(found=[found("b", "b", "")], left=[left("shop")], stated=[], blind=[], failed={"why": ["x"]})
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in (first, last)), encoding="utf-8")
    assert kept(path) == [last]


def test_figures_count_what_is_wrong() -> None:
    claims = [found("a", "a", "a"), found("b", "b", ""), found("c", "c", "d"), found("e", "e", "-")]
    stated = [
        Stated(folder="x", chart="a", version="v1.0.0", found="a", versions=["1.0.0"], objects=1),
        Stated(folder="y", chart="a", version="1.0.0", found="a", versions=["2.0.0", "1.0.0"], objects=1),
        Stated(folder="z", chart="a", version="1.0.0", found="", versions=[], objects=0),
    ]
    text = figures(
        [row(found=claims, left=[left("l", "kafka"), left("m", "-"), left("n")], stated=stated[:1], blind=stated)]
    )
    assert "| own applications claimed as infrastructure | 0 | 1 |" in text
    assert "| components claimed: chart right | - | 25.0 % (1 of 4) |" in text
    assert "| components with a known chart that are left alone | - | 1 |" in text
    assert "| chart right against a committed Chart.yaml, without reading it | 95 % | 66.7 % (2 of 3) |" in text
    assert "| version right against it, without reading it | 90 % | 33.3 % (1 of 3) |" in text
    assert "| version as it says | 90 % | 100.0 % (1 of 1) |" in text
    assert "acme__shop: c is d; acme__shop: e is third party without a chart" in text
    assert "y: a 1.0.0, found a 2.0.0; z: a 1.0.0, found nothing" in text


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"found": [found("a", "a", "a"), found("a-two", "a", "a")]}, "a: one, here; a-two: one, here | 0.90 | 6 |"),
        ({"found": [found("b", "b", "")]}, "**wrong: an own application**"),
        ({"found": [found("c", "-", "-", versions=[], app="2.0")]}, "| app 2.0 |"),
        ({"left": [left("l", near="redis", score=0.4)]}, "| l | l | 2 | acme/shop | redis | 0.40 |"),
        ({"left": [left("l", "kafka")]}, "**missed: kafka**"),
        ({"left": [left("l", workloads=0)]}, "running nothing (companions, configuration) (1, 2 objects): l (2)."),
        ({"failed": {"no file": ["a", "b"]}}, "- `a`, `b`: no file"),
    ],
)
def test_the_page_has_a_line_for_everything(given: dict[str, object], line: str) -> None:
    assert line in page([row(**given)])
