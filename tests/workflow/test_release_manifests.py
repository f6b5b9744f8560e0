from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate

SIGNATURE = "signatures/databases/tiny-cache.yaml"
RULE = """\
    apiVersion: migrate/v1
    kind: Manifest
    product: tiny-cache
    chart: tiny-cache
    repository: https://tiny.example.org/charts
    category: databases
    github: [tiny/cache]
    assets: [cache.yaml]
    holds: [tiny/cache]
    differs:
    - the manifest has no exporter
    """
KNOT = """\
    apiVersion: migrate/v1
    kind: Manifest
    product: knot
    chart: null
    category: core
    github: [acme/knot]
    assets: [knot.yaml]
    holds: [knot.dev]
    """
CACHE = """\
    # https://github.com/tiny/cache/releases/download/v7.2/cache.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: sessions-tiny-cache
      labels: {app.kubernetes.io/name: tiny-cache, app.kubernetes.io/instance: sessions}
    spec:
      replicas: 1
      selector:
        matchLabels: {app.kubernetes.io/name: tiny-cache, app.kubernetes.io/instance: sessions}
      template:
        metadata:
          labels: {app.kubernetes.io/name: tiny-cache, app.kubernetes.io/instance: sessions}
        spec:
          securityContext: {runAsNonRoot: true, runAsUser: 1001}
          containers:
          - name: cache
            image: registry.example.org/tiny/cache@sha256:aa
            args: [--maxmemory, 64mb, --maxmemory-policy, allkeys-lru]
            ports: [{name: cache, containerPort: 6379}]
    """
TIES = """\
    # Source: https://github.com/acme/knot/releases/download/v1.2.0/knot.yaml
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: ties.knot.dev}
    spec: {group: knot.dev, names: {kind: Tie, plural: ties}, scope: Namespaced, versions: []}
    """


@pytest.fixture
def repository(tree: Callable[..., Path]) -> Path:
    root = tree(
        {
            ".migrate/rules/manifests/tiny-cache.yaml": RULE,
            ".migrate/rules/manifests/knot.yaml": KNOT,
            "kustomization.yaml": "namespace: web\nresources: [cache, ties]\n",
            "cache/kustomization.yaml": "resources: [vendored.yaml]\n",
            "cache/vendored.yaml": CACHE,
            "ties/kustomization.yaml": "resources: [ties.yaml]\n",
            "ties/ties.yaml": TIES,
        }
    )
    target = root / ".migrate" / "rules" / SIGNATURE
    target.parent.mkdir(parents=True)
    shutil.copy(FIXTURES / "simple-app" / ".migrate" / "rules" / SIGNATURE, target)
    return root


def test_a_vendored_release_manifest_leads_to_chart_version_and_hints(
    migrate: Migrate, repository: Path, mirror: Path
) -> None:
    arguments = ("plan", repository, "--offline", "--chart-mirror", mirror)
    components = {one["id"]: one for one in json.loads(migrate(*arguments, "--format", "json").out)["components"]}
    cache = components["tiny-cache"]
    assert (cache["chart"]["name"], cache["chart"]["version"]) == ("tiny-cache", "0.8.2")
    assert "tiny-cache v7.2 (by its header)" in [fact["detail"] for fact in cache["evidence"]]
    assert cache["upstream"] == {
        "product": "tiny-cache",
        "version": "v7.2",
        "chart": "tiny-cache",
        "source": "# https://github.com/tiny/cache/releases/download/v7.2/cache.yaml",
        "differs": ["the manifest has no exporter"],
    }
    knot = components["knot"]
    assert (knot["decision"], knot["chart"]) == ("keep", None)
    assert knot["reason"] == "upstream release manifest of knot v1.2.0; no public chart installs the same"
    text = migrate(*arguments, "--verbose").out
    assert "upstream  release manifest of tiny-cache v7.2" in text
    assert "    - the manifest has no exporter" in text
    assert knot["reason"] in text
    markdown = migrate(*arguments, "--format", "markdown").out
    assert "- by design: the manifest has no exporter" in markdown


def test_explain_shows_the_hints_too(migrate: Migrate, repository: Path, mirror: Path) -> None:
    arguments = ("explain", "tiny-cache", "--repo", repository, "--offline", "--chart-mirror", mirror)
    assert "    - the manifest has no exporter" in migrate(*arguments).out
    found = json.loads(migrate(*arguments, "--format", "json").out)
    assert found["upstream"]["version"] == "v7.2"


def test_an_object_without_a_chart_is_explained_by_its_release_manifest(migrate: Migrate, repository: Path) -> None:
    asked = ("explain", "CustomResourceDefinition/ties.knot.dev", "--repo", repository, "--offline")
    shown = migrate(*asked).out
    assert "for which no public chart installs the same" in shown
    assert "release manifest of knot v1.2.0" in shown
    assert json.loads(migrate(*asked, "--format", "json").out)["upstream"]["product"] == "knot"


def test_a_root_that_cannot_be_fetched_says_which_chart_it_would_be(
    migrate: Migrate, repository: Path, mirror: Path
) -> None:
    folder = repository / "overlays" / "edge"
    folder.mkdir(parents=True)
    url = "https://github.com/tiny/cache/releases/download/v7.2/cache.yaml"
    (folder / "kustomization.yaml").write_text(f"resources:\n- {url}\n", encoding="utf-8")
    shown = migrate("plan", repository, "--offline", "--chart-mirror", mirror)
    assert "the release manifest of tiny-cache v7.2, which the chart tiny-cache of https://tiny" in shown.err
    assert "overlays/edge/kustomization.yaml:2" in shown.err


def test_a_broken_rule_of_the_team_ends_the_run(migrate: Migrate, repository: Path) -> None:
    path = repository / ".migrate" / "rules" / "manifests" / "knot.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    shown = migrate("plan", repository, "--offline")
    assert shown.code == 1
    assert ".migrate/rules/manifests/knot.yaml:9" in shown.err
    assert "colour" in shown.err


def test_rules_list_and_show_have_the_release_manifests(migrate: Migrate, repository: Path) -> None:
    listed = migrate("rules", "list", repository).out
    assert "no public chart" in next(line for line in listed.splitlines() if line.startswith("knot "))
    rows = json.loads(migrate("rules", "list", repository, "--format", "json").out)["manifests"]
    assert {"product": "knot", "chart": None, "source": ".migrate/rules/manifests/knot.yaml"} in rows
    assert "product: knot" in migrate("rules", "show", "knot", repository).out
    assert migrate("rules", "show", "tiny-cache", repository).out.count("kind: ") == 2
    assert "product: cert-manager" in migrate("rules", "show", "cert-manager", repository).out
