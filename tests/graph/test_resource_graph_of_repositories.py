from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.discover import discover, read_config
from migrator.engines import Cache, find_kustomize
from migrator.graph import EdgeKind, Node, ResourceGraph, build_graph
from migrator.load import load
from migrator.model import ResId
from migrator.render_roots import Renderer, build_all

Tree = Callable[..., Path]


def graph_of(root: Path) -> ResourceGraph:
    config = read_config(root)
    index = discover(root, config)
    kustomizations, _ = load(index)
    builds, _ = build_all(kustomizations, config, Renderer(kustomize=find_kustomize(), cache=Cache.default()))
    return build_graph(builds, kustomizations)


def node(environment: str, kind: str, name: str, namespace: str = "shop", group: str = "") -> Node:
    return Node(environment, ResId(group=group, kind=kind, namespace=namespace, name=name))


def test_the_patches_of_an_object_are_known(tree: Tree) -> None:
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
    graph = graph_of(
        tree(
            {
                "base/kustomization.yaml": "resources: [a.yaml, b.yaml]\npatches: [{path: p.yaml}]\n",
                "base/a.yaml": config_map % "a",
                "base/b.yaml": config_map % "b",
                "base/p.yaml": config_map % "a" + "data: {one: x}\n",
                "overlays/prod/kustomization.yaml": """\
                    resources: [../../base]
                    patches:
                    - target: {kind: ConfigMap, name: b}
                      patch: '- {op: add, path: /data, value: {x: y}}'
                    - target: {kind: ConfigMap, name: a}
                      path: q.yaml
                    """,
                "overlays/prod/q.yaml": "- {op: add, path: /data/two, value: x}\n",
                "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            }
        )
    )
    prod = [(file, patch.file) for file, patch in graph.patched_by(node("prod", "ConfigMap", "a", ""))]
    assert prod == [
        ("base/kustomization.yaml", "base/p.yaml"),
        ("overlays/prod/kustomization.yaml", "overlays/prod/q.yaml"),
    ]
    dev = [(file, patch.file) for file, patch in graph.patched_by(node("dev", "ConfigMap", "a", ""))]
    assert dev == [("base/kustomization.yaml", "base/p.yaml")]
    assert graph.patched_by(node("dev", "ConfigMap", "b", "")) == ()


@pytest.mark.corpus
def test_the_shop(corpus: Path) -> None:
    graph = graph_of(corpus / "phase1" / "shop")
    assert graph.environments == ("dev", "prod")
    master = node("prod", "StatefulSet", "cache-redis-master", "shop-data", "apps")
    assert [str(other.id) for other in graph.sources(master, [EdgeKind.SELECTS])] == [
        "Service shop-data/cache-redis-headless",
        "Service shop-data/cache-redis-master",
        "Service shop-data/cache-redis-metrics",
    ]
    secret = node("prod", "Secret", "cache-redis", "shop-data")
    assert secret not in graph.neighbours(node("dev", "StatefulSet", "cache-redis-master", "shop-data", "apps"))
    crd = node("prod", "CustomResourceDefinition", "prometheuses.monitoring.coreos.com", "", "apiextensions.k8s.io")
    assert [str(other.id) for other in graph.targets(crd)] == [
        "Prometheus.monitoring.coreos.com observability/kps-prometheus"
    ]
    patched = [patch.file for _, patch in graph.patched_by(master)]
    assert patched == ["overlays/prod/patches/statefulset-cache-redis-master-4.yaml"]
