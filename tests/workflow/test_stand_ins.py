"""A file that a generator names and nobody has: an empty one stands in for it, on both sides of the proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate

from migrator.discover import Config, discover
from migrator.engines import Cache, find_kustomize
from migrator.load import load
from migrator.model import RepoPath
from migrator.render_roots import Renderer, build_all, stood_in

OWN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {a: b}\n"
GENERATOR = "configMapGenerator:\n- name: scripts\n  files: [entry.sh]\n"
BASE = "base/kustomization.yaml"
FILES = {
    BASE: f"resources: [own.yaml]\n{GENERATOR}",
    "base/own.yaml": OWN,
    "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
}


def copied(source: str) -> str:
    return f"{{source: {source}, targets: [{{select: {{kind: ConfigMap, name: own}}, fieldPaths: [data.a]}}]}}"


def test_what_is_copied_from_other_objects_stands_in_nobodys_way(tree: Callable[..., Path], migrate: Migrate) -> None:
    base = f"resources: [own.yaml]\nreplacements: [{copied('{kind: ConfigMap, name: own}')}]\n{GENERATOR}"
    document = json.loads(migrate("plan", tree(FILES | {BASE: base}), "--offline", "--format", "json").out)
    assert document["environments"]["prod"]["status"] == "built"


def test_the_root_builds_and_says_what_it_lacks(tree: Callable[..., Path], migrate: Migrate) -> None:
    root = tree(FILES)
    document = json.loads(migrate("plan", root, "--offline", "--format", "json").out)
    assert document["environments"]["prod"]["status"] == "built"
    assert "base/entry.sh" in document["environments"]["prod"]["reason"]
    assert document["complete"] is False
    [told] = [each for each in document["diagnostics"] if each["code"] == "MIG216"]
    assert "base/entry.sh" in told["summary"]
    assert not (root / "base/entry.sh").exists()


@pytest.mark.parametrize(
    "base",
    [
        f"resources: [own.yaml, gone.yaml]\n{GENERATOR}",
        f"resources: [own.yaml]\npatches: [{{path: gone.yaml}}]\n{GENERATOR}",
        f"resources: [own.yaml]\nreplacements: [{copied('{kind: ConfigMap, name: scripts}')}]\n{GENERATOR}",
        f"resources: [own.yaml]\nreplacements: [{copied('{kind: ConfigMap}')}]\n{GENERATOR}",
        f"resources: [own.yaml]\nreplacements: [{{path: gone.yaml}}]\n{GENERATOR}",
        f"vars: [{{name: A, objref: {{kind: ConfigMap, name: scripts, apiVersion: v1}}}}]\n{GENERATOR}",
    ],
)
def test_nothing_stands_in_where_more_is_missing_or_content_is_copied(
    tree: Callable[..., Path], migrate: Migrate, base: str
) -> None:
    document = json.loads(migrate("plan", tree(FILES | {BASE: base}), "--offline", "--format", "json").out)
    assert document["environments"]["prod"]["status"] == "failed"


def test_the_file_that_comes_is_read(tree: Callable[..., Path], tmp_path: Path) -> None:
    root, renderer = tree(FILES), Renderer(kustomize=find_kustomize(), cache=Cache(tmp_path / "cache"))

    def content() -> object:
        kustomizations, _ = load(discover(root, Config()))
        builds, _ = build_all(kustomizations, Config(), renderer)
        [made] = [each for each in builds[0].resources if each.id.name.startswith("scripts")]
        return made.body["data"]

    assert content() == content() == {"entry.sh": ""}
    (root / "base/entry.sh").write_text("echo", encoding="utf-8")
    assert content() == {"entry.sh": "echo"}


def test_what_is_generated_so_is_known_by_its_kustomization(tree: Callable[..., Path]) -> None:
    root = tree(FILES)
    kustomizations, _ = load(discover(root, Config()))
    assert stood_in(kustomizations) == {RepoPath(BASE)}
    (root / "base/entry.sh").write_text("echo", encoding="utf-8")
    kustomizations, _ = load(discover(root, Config()))
    assert not stood_in(kustomizations)
