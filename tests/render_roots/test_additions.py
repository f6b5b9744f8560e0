"""What a deployer adds to a kustomization, as kustomize builds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from migrator.discover import Config, discover
from migrator.engines import Cache, find_tools
from migrator.load import load
from migrator.model import Json, RepoPath
from migrator.render_roots import Renderer, build_all
from migrator.render_roots.additions import Addition, with_addition
from migrator.yamlio import Dialect, read_value

ROOT = RepoPath("shop/prod")
FILES = {
    "shop/prod/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: old-\nIMAGES: [{name: web, newTag: '1'}]\n",
    "shop/prod/web.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: here}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: web:0}]}
    """,
    "shop/more/kustomization.yaml": """\
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        resources: [config.yaml]
    """,
    "shop/more/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n",
}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"namePrefix": "new-"}, {"namePrefix": "new-"}),
        ({"namespace": "there"}, {"namespace": "there"}),
        ({"images": [{"name": "web", "newTag": "2"}]}, {"IMAGES": [{"name": "web", "newTag": "2"}]}),
        (
            {"images": [{"name": "db", "newTag": "2"}]},
            {"IMAGES": [{"name": "web", "newTag": "1"}, {"name": "db", "newTag": "2"}]},
        ),
        ({"commonAnnotations": {"a": "b"}}, {"commonAnnotations": {"a": "b"}}),
        ({"patchesStrategicMerge": [{"kind": "X"}]}, {"patchesStrategicMerge": ['{"kind": "X"}']}),
        (
            {"patchesJson6902": [{"target": {"name": "x"}, "patch": [{"op": "remove"}]}]},
            {"patchesJson6902": [{"target": {"name": "x"}, "patch": '[{"op": "remove"}]'}]},
        ),
    ],
)
def test_what_becomes_of_the_file(fields: Mapping[str, Json], expected: Mapping[str, Json]) -> None:
    data = FILES["shop/prod/kustomization.yaml"].encode()
    before = read_value(data, dialect=Dialect.SIGS)
    after = read_value(with_addition(data, ROOT, Addition.of(fields)), dialect=Dialect.SIGS)
    assert after == {**before, **expected}


def test_a_root_is_built_with_it(tree: Callable[..., Path], tmp_path: Path) -> None:
    root = tree(FILES)
    kustomizations, _ = load(discover(root, Config()))
    addition = Addition.of(
        {"components": ["../more"], "namespace": "there", "images": [{"name": "web", "newTag": "2"}]}
    )
    plain = Renderer(kustomize=find_tools().kustomize, cache=Cache(tmp_path / "cache"))
    config = Config(roots=(ROOT,))
    for renderer, names, image in (
        (plain, ["here/old-web"], "web:1"),
        (
            Renderer(kustomize=plain.kustomize, cache=plain.cache, additions={ROOT: addition}),
            ["there/old-web", "there/old-more"],
            "web:2",
        ),
    ):
        for _ in range(2):  # the second time from the cache
            (build,), _ = build_all(kustomizations, config, renderer)
            assert {f"{each.id.namespace}/{each.id.name}" for each in build.resources} == set(names)
            (web,) = (each for each in build.resources if each.id.kind == "Deployment")
            assert web.body["spec"]["template"]["spec"]["containers"][0]["image"] == image
            assert build.added is (renderer is not plain)
    assert (root / "shop/prod/kustomization.yaml").read_text() == FILES["shop/prod/kustomization.yaml"]


def test_a_root_that_does_not_build_with_it_says_so(tree: Callable[..., Path], tmp_path: Path) -> None:
    kustomizations, _ = load(discover(tree(FILES), Config()))
    additions = {ROOT: Addition.of({"replicas": [{"name": "gone", "count": 2}]})}
    renderer = Renderer(kustomize=find_tools().kustomize, cache=Cache(tmp_path / "cache"), additions=additions)
    (build,), _ = build_all(kustomizations, Config(roots=(ROOT,)), renderer)
    assert build.reason is not None
    assert build.reason.summary.endswith("; its deployer adds replicas")
