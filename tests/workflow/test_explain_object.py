"""`migrate explain KIND/NAMESPACE/NAME`: why an object belongs where it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Migrate

STRANGERS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache, namespace: shop}
spec:
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec: {containers: [{name: db, image: "registry.example.org/corp/database:1"}]}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: own}
spec: {selfSigned: {}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: reports, namespace: shop}
spec:
  selector: {matchLabels: {app: reports}}
  template:
    metadata: {labels: {app: reports}}
    spec:
      containers:
      - {name: web, image: "registry.example.org/corp/reports:1"}
      - {name: db, image: "registry.example.org/tiny/db:1"}
"""


@pytest.fixture
def strangers(app: Path) -> Path:
    """The fixture with an application that is a little like a chart, a custom resource, and a sidecar."""
    (app / "base" / "strangers.yaml").write_text(STRANGERS)
    path = app / "base" / "kustomization.yaml"
    path.write_text(path.read_text().replace("resources:\n", "resources:\n- strangers.yaml\n"))
    return app


def test_a_member_shows_its_chart_its_facts_and_its_ties(migrate: Migrate, app: Path) -> None:
    shown = migrate("explain", "service/shop/shop-db", "--repo", app)
    assert shown.code == 0
    assert "Service shop/shop-db  in dev, prod, from base/database/db.yaml" in shown.out
    assert "It belongs to tiny-db: chart tiny-db of https://tiny.example.org/charts, confidence 0." in shown.out
    assert "  - selects StatefulSet.apps shop/shop-db (spec.selector)" in shown.out
    assert "  + image: tiny/db (0.75, shown by StatefulSet.apps shop/shop-db)" in shown.out


def test_what_stays_names_the_closest_chart_its_score_and_what_is_against_it(migrate: Migrate, strangers: Path) -> None:
    held = json.loads(migrate("explain", "Deployment/cache", "--repo", strangers, "--format", "json").out)
    assert (held["kind"], held["chart"], held["needed"]) == ("application", None, 0.5)
    best = held["considered"][0]
    assert best["chart"] == "tiny-db"
    assert best["score"] < held["needed"]
    assert [(fact["kind"], fact["detail"]) for fact in best["for"]] == [("container", "db")]
    assert "the chart is not known to run corp/database" in best["against"]
    text = migrate("explain", "Deployment/cache", "--repo", strangers).out
    assert "It stays in Kustomize, in the application " in text
    assert "  + container: db (" in text
    assert "  - too little to judge by: it takes two kinds of facts" in text


def test_a_custom_resource_is_not_the_chart_that_defines_it(migrate: Migrate, strangers: Path) -> None:
    text = migrate("explain", "ClusterIssuer/own", "--repo", strangers).out
    assert "nothing says that it is from a chart; the nearest is cert-manager of " in text
    assert "who has a ClusterIssuer uses the chart, and is not it" in text


def test_what_no_signature_knows_says_so(migrate: Migrate, app: Path) -> None:
    assert "no signature knows anything of it." in migrate("explain", "Deployment/shop/api", "--repo", app).out


def test_foreign_images_count_against_a_chart(migrate: Migrate, strangers: Path) -> None:
    held = json.loads(migrate("explain", "Deployment/reports", "--repo", strangers, "--format", "json").out)
    best = next(each for each in held["considered"] if each["chart"] == "tiny-db")
    assert "the chart is not known to run corp/reports" in best["against"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Deployment/nope", ["no object is called Deployment/nope", "for example Deployment/monitoring/monitor"]),
        ("Deployment/other/api", ["no object", "Deployment/shop/api"]),
        ("Route/nope", ["no object is called Route/nope", "for example ConfigMap/monitoring/monitor"]),
        ("Namespace/shop/shop", ["no object", "Namespace/shop"]),
    ],
)
def test_an_unknown_object_is_an_error_that_names_others(
    migrate: Migrate, app: Path, asked: str, words: list[str]
) -> None:
    shown = migrate("explain", asked, "--repo", app)
    assert shown.code == 1
    assert "[MIG920]" in shown.err
    for word in words:
        assert word in shown.err
