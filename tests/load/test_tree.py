from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.diagnostics import Severity
from migrator.discover import Config, discover
from migrator.load import load
from migrator.model import RepoPath

Tree = Callable[..., Path]


def test_a_root_is_what_no_other_includes(tree: Tree) -> None:
    root = tree(
        {
            "base/kustomization.yaml": "",
            "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            "overlays/prod/kustomization.yaml": "bases: [../../base]\ncomponents: [../../parts/tls]\n",
            "parts/tls/kustomization.yaml": "kind: Component\n",
            "parts/unused/kustomization.yaml": "kind: Component\n",
        }
    )
    kustomizations, diagnostics = load(discover(root, Config()))
    assert diagnostics == ()
    assert kustomizations.roots() == ("overlays/dev", "overlays/prod")
    assert kustomizations.includes(RepoPath("overlays/prod")) == ("base", "parts/tls")
    assert kustomizations.includers(RepoPath("base")) == ("overlays/dev", "overlays/prod")


def test_one_that_does_not_parse_is_reported_and_the_others_go_on(tree: Tree) -> None:
    root = tree(
        {
            "base/kustomization.yaml": "",
            "overlays/bad/kustomization.yaml": "resources:\n- ../../base\n- x: [\n",
            "overlays/good/kustomization.yaml": "resources: []\n",
            "wrong/kustomization.yaml": "namespace: a\nresources: base\n",
            "item/kustomization.yaml": "resources:\n- {a: b}\n",
        }
    )
    kustomizations, diagnostics = load(discover(root, Config()))
    told = [(note.code, str(note.span).rsplit(":", 1)[0]) for note in diagnostics]
    assert told == [
        ("MIG110", "item/kustomization.yaml:2"),
        ("MIG101", "overlays/bad/kustomization.yaml:4"),
        ("MIG110", "wrong/kustomization.yaml:2"),
    ]
    assert all(note.severity is Severity.ERROR for note in diagnostics)
    assert set(kustomizations.broken) == {"item", "overlays/bad", "wrong"}
    # base does not become a root because the file that lists it is broken
    assert kustomizations.roots() == ("item", "overlays/bad", "overlays/good", "wrong")


def test_an_unknown_field_and_several_files_in_one_folder(tree: Tree) -> None:
    root = tree(
        {
            "a/kustomization.yaml": "resource: [x]\n",
            "b/kustomization.yaml": "",
            "b/kustomization.yml": "",
        }
    )
    kustomizations, diagnostics = load(discover(root, Config()))
    assert [note.code for note in diagnostics] == ["MIG111", "MIG112"]
    assert "did you mean 'resources'?" in diagnostics[0].summary
    assert str(diagnostics[0].span) == "a/kustomization.yaml:1:1"
    assert set(kustomizations.broken) == {"b"}


def test_cycles_and_missing_things_do_not_stop_the_walk(tree: Tree) -> None:
    root = tree(
        {
            "a/kustomization.yaml": "resources: [../b, gone.yaml, ../empty]\n",
            "b/kustomization.yaml": "resources: [../a]\n",
            "empty/x.yaml": "",
        }
    )
    kustomizations, _ = load(discover(root, Config()))
    reach = kustomizations.reach(RepoPath("a"))
    assert reach.directories == ("a", "b", "empty")
    assert [reference.path for reference in reach.missing] == ["a/gone.yaml", "empty"]
    assert [held.path for held in kustomizations.innermost_first(RepoPath("a"))] == ["b", "a"]


def test_what_is_included_comes_before_what_includes_it_and_once(tree: Tree) -> None:
    root = tree(
        {
            "top/kustomization.yaml": "resources: [../right, ../left]\n",
            "left/kustomization.yaml": "resources: [../base]\n",
            "right/kustomization.yaml": "resources: [../base]\n",
            "base/kustomization.yaml": "",
        }
    )
    kustomizations, _ = load(discover(root, Config()))
    assert [held.path for held in kustomizations.innermost_first(RepoPath("top"))] == ["base", "right", "left", "top"]
    assert kustomizations.reach(RepoPath("top")).directories == ("top", "right", "base", "left")
    assert kustomizations.includers(RepoPath("base")) == ("left", "right")
    assert kustomizations.innermost_first(RepoPath("nowhere")) == ()
    assert kustomizations.reach(RepoPath("nowhere")).directories == ("nowhere",)


def test_a_post_renderer_of_the_lock_is_no_root(tree: Tree) -> None:
    lock = """\
        apiVersion: migrate/v1
        kind: Lock
        environments:
          prod:
            before: [overlays/prod]
            after:
              kustomize: []
              helm:
              - {component: x, path: helm-charts/x, postRender: post/prod}
        """
    root = tree(
        {
            ".migrate/lock.yaml": lock,
            "helm-charts/x/post/prod/kustomization.yaml": "resources: [rendered.yaml]\n",
            "helm-charts/x/post/dev/kustomization.yaml": "",
        }
    )
    kustomizations, _ = load(discover(root, Config()))
    assert kustomizations.roots() == ("helm-charts/x/post/dev",)


def test_windows_lines_and_utf16_are_read(tree: Tree) -> None:
    root = tree(
        {
            "a/kustomization.yaml": b"resources:\r\n- x.yaml\r\n",
            "b/kustomization.yaml": "resources:\n- x.yaml\n".encode("utf-16"),
        }
    )
    kustomizations, diagnostics = load(discover(root, Config()))
    assert diagnostics == ()
    assert all(len(held.resources) == 1 for held in kustomizations.by_path.values())


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "kustomizations", "roots"),
    [("248-sh__kubernetes-manifests", 30, 21), ("codeformuenster__kustomized", 15, 12)],
)
def test_public_repositories_load(corpus: Path, tmp_path: Path, name: str, kustomizations: int, roots: int) -> None:
    with tarfile.open(corpus / "repos" / f"{name}.tar.xz") as archive:
        # Python 3.11 knows filters from 3.11.4 on, and 3.12 warns where there is none
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(tmp_path)  # noqa: S202 - the corpus is trusted
    held, diagnostics = load(discover(tmp_path, Config()))
    assert (len(held.by_path), len(held.roots())) == (kustomizations, roots)
    assert diagnostics == ()
