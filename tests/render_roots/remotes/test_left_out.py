"""Remote bases that cannot be had: what is built without them, and what is not built at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.discover import Config, discover
from migrator.engines import Cache, EngineError, find_kustomize
from migrator.load import load
from migrator.model import LeftOut
from migrator.render_roots import Build, Renderer, WholeTree, build_all, build_staged, mapped_to
from migrator.render_roots.remotes import Remotes

FAR = "https://github.com/acme/infra//deploy?ref=v1"
FILE = "https://example.org/releases/crds.yaml"
OWN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n"
FAR_PATCH = "patches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: far}, data: {a: b}}'}]\n"
Tree = Callable[..., Path]


def infra(folder: Path) -> Path:
    """The repository that holds the base."""
    (folder / "infra/deploy").mkdir(parents=True)
    (folder / "infra/deploy/kustomization.yaml").write_text("resources: [far.yaml]\n")
    (folder / "infra/deploy/far.yaml").write_text(OWN.replace("own", "far"))
    return folder / "infra"


def one(root: Path, renderer: Renderer | None = None) -> Build:
    renderer = renderer or Renderer(kustomize=find_kustomize(), cache=Cache(None))
    builds, _ = build_all(load(discover(root, Config()))[0], Config(), renderer)
    (build,) = (each for each in builds if each.root == "prod")
    return build


def names(build: Build) -> list[str]:
    return [each.id.name for each in build.resources]


def test_two_remote_bases_in_a_root_and_a_base_of_it(tree: Tree) -> None:
    root = tree(
        {
            "prod/kustomization.yaml": f"resources: [../base, '{FILE}']\nnamePrefix: x-\n",
            "base/kustomization.yaml": f"resources:\n- own.yaml\n- {FAR}\n",
            "base/own.yaml": OWN,
        }
    )
    build = one(root)
    assert names(build) == ["x-own"]
    assert build.left_out == LeftOut(remotes=tuple(sorted((FAR, FILE))))
    assert {(each.code, str(each.span)) for each in build.notices} == {
        ("MIG222", "base/kustomization.yaml:3:3"),
        ("MIG222", "prod/kustomization.yaml:1:22"),
    }
    assert "is built without https://" in build.notices[0].summary
    assert "--remote github.com/acme/infra=PATH" in "".join(each.remedy for each in build.notices)
    assert (root / "base/kustomization.yaml").read_text() == f"resources:\n- own.yaml\n- {FAR}\n"


def test_a_base_that_patches_what_is_not_there_is_left_out_as_a_whole(tree: Tree) -> None:
    files = {
        "prod/kustomization.yaml": "resources: [../mid, own.yaml]\n",
        "prod/own.yaml": OWN,
        "mid/kustomization.yaml": "resources: [../inner, other.yaml]\n",
        "mid/other.yaml": OWN.replace("own", "other"),
        "inner/kustomization.yaml": f"resources: ['{FAR}', lost.yaml]\n{FAR_PATCH}",
        "inner/lost.yaml": OWN.replace("own", "lost"),
    }
    build = one(tree(files))
    assert names(build) == ["other", "own"]
    assert build.left_out == LeftOut(remotes=(FAR,), folders=("inner",))
    assert "and without inner, which needs it" in build.notices[0].summary


@pytest.mark.parametrize(
    "text",
    [
        f"resources: [own.yaml, '{FAR}']\n{FAR_PATCH}",
        f"resources: [own.yaml, '{FAR}']\nconfigMapGenerator: [{{name: far, behavior: merge, literals: [a=b]}}]\n",
        f"resources: [own.yaml]\ncomponents: ['{FAR}']\n",
        f"resources: [own.yaml]\ntransformers: ['{FAR}']\n",
        "resources: [own.yaml]\ntransformers: [../t]\n",
        "resources: [own.yaml]\ncomponents: [../c]\n",
        f"resources: [own.yaml]\nconfigurations: ['{FILE}']\n",
        f"resources: ['{FAR}']\n",
    ],
)
def test_a_root_that_needs_what_is_not_there_does_not_build(tree: Tree, text: str) -> None:
    files = {
        "prod/kustomization.yaml": text,
        "prod/own.yaml": OWN,
        "t/kustomization.yaml": f"resources: ['{FAR}']\n",
        "c/kustomization.yaml": f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: ['{FAR}']\n",
    }
    build = one(tree(files))
    assert not build.is_built
    assert build.reason is not None
    assert build.reason.code == "MIG211"
    assert ("does not build either" in build.reason.summary) == bool(build.reason.evidence)


def test_something_remote_that_changes_objects_takes_the_base_with_it(tree: Tree) -> None:
    files = {
        "prod/kustomization.yaml": "resources: [../base, own.yaml]\n",
        "prod/own.yaml": OWN,
        "base/kustomization.yaml": "resources: [other.yaml]\ncomponents: [../c]\n",
        "base/other.yaml": OWN.replace("own", "other"),
        "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        f"patches: [{{path: '{FILE}'}}]\n",
    }
    build = one(tree(files))
    assert names(build) == ["own"]
    assert build.left_out == LeftOut(remotes=(FILE,), folders=("base",))


def test_what_was_built_so_is_kept_until_the_base_comes(tree: Tree, tmp_path: Path) -> None:
    files = {
        "prod/kustomization.yaml": "resources: [own.yaml, ../inner]\n",
        "prod/own.yaml": OWN,
        "inner/kustomization.yaml": f"resources: ['{FAR}']\n{FAR_PATCH}",
    }
    root, cache = tree(files), Cache(tmp_path / "cache")
    first, again = (one(root, Renderer(kustomize=find_kustomize(), cache=cache)) for _ in range(2))
    assert (first.cached, again.cached) == (False, True)
    assert (first.resources, first.left_out, first.notices) == (again.resources, again.left_out, again.notices)
    there = Remotes(mapped=(mapped_to("github.com/acme/infra", infra(tmp_path), "infra"),))
    whole = one(root, Renderer(kustomize=find_kustomize(), cache=cache, remotes=there))
    assert (sorted(names(whole)), whole.left_out) == (["far", "own"], LeftOut())


def test_only_what_was_recorded_is_left_out_and_what_has_come_is_read(tree: Tree, tmp_path: Path) -> None:
    root = tree({"prod/kustomization.yaml": f"resources: [own.yaml, '{FAR}']\n", "prod/own.yaml": OWN})
    renderer = Renderer(kustomize=find_kustomize(), cache=Cache(None))
    with pytest.raises(EngineError):
        build_staged(renderer, WholeTree(root), "prod")
    recorded = LeftOut(remotes=(FAR,))
    made = build_staged(renderer, WholeTree(root), "prod", recorded)
    assert (b"own" in made.data, made.left_out) == (True, recorded)
    there = Remotes(mapped=(mapped_to("github.com/acme/infra", infra(tmp_path), "infra"),))
    made = build_staged(
        Renderer(kustomize=find_kustomize(), cache=Cache(None), remotes=there), WholeTree(root), "prod", recorded
    )
    assert (b"far" in made.data, made.left_out) == (True, LeftOut())


def test_the_kustomizations_of_a_tree_are_read_once_for_all_roots(tree: Tree) -> None:
    whole = WholeTree(tree({"prod/kustomization.yaml": "resources: [own.yaml]\n", "prod/own.yaml": OWN}))
    first = whole.kustomizations
    (whole.folder / "prod/kustomization.yaml").unlink()
    assert whole.kustomizations is first
    assert "prod" in first.by_path
