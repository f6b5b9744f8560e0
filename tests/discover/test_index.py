from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError, Severity
from migrator.discover import Config, discover
from migrator.model import RepoPath

Tree = Callable[..., Path]


def test_all_three_names_are_kustomizations(tree: Tree) -> None:
    root = tree({"a/kustomization.yaml": "", "b/kustomization.yml": "", "c/Kustomization": "", "d/kustomize.yaml": ""})
    index = discover(root, Config())
    assert index.kustomization_files == ("a/kustomization.yaml", "b/kustomization.yml", "c/Kustomization")
    assert "d/kustomize.yaml" in index.files


def test_git_migrate_node_modules_and_configured_paths_are_left_out(tree: Tree) -> None:
    root = tree(
        {
            "kustomization.yaml": "",
            ".git/kustomization.yaml": "",
            ".migrate/kustomization.yaml": "",
            "web/node_modules/x/kustomization.yaml": "",
            "vendor/x/kustomization.yaml": "",
            "vendor/keep/kustomization.yaml": "",
            "deep/old.bak": "",
        }
    )
    index = discover(root, Config(ignore=("vendor/x", "*.bak")))
    assert index.kustomization_files == ("kustomization.yaml", "vendor/keep/kustomization.yaml")
    assert index.ignored == (".migrate", "deep/old.bak", "vendor/x", "web/node_modules")


def test_links_inside_are_followed_once_and_links_out_are_left_alone(tree: Tree, tmp_path: Path) -> None:
    root = tree({"real/kustomization.yaml": "", "real/deep/x.yaml": "x: 1"})
    outside = tree({"secret.yaml": ""}, tmp_path / "outside")
    (root / "alias").symlink_to("real")
    (root / "file.yaml").symlink_to("real/deep/x.yaml")
    (root / "out").symlink_to(outside)
    (root / "out.yaml").symlink_to(outside / "secret.yaml")
    (root / "loop").symlink_to("loop")
    index = discover(root, Config())
    assert index.kustomization_files == ("real/kustomization.yaml",)
    assert index.links == {"alias": "real", "file.yaml": "real/deep/x.yaml"}
    assert index.resolve(RepoPath("alias/deep/x.yaml")) == "real/deep/x.yaml"
    assert index.files[RepoPath("file.yaml")].link == "real/deep/x.yaml"
    assert not any(path.startswith("out") for path in index.files)
    notes = [(note.code, note.severity, str(note.span)) for note in index.diagnostics]
    assert notes == [
        ("MIG105", Severity.INFO, "loop"),
        ("MIG105", Severity.WARNING, "out"),
        ("MIG105", Severity.WARNING, "out.yaml"),
    ]


def test_digest_and_size_are_of_the_bytes(tree: Tree) -> None:
    index = discover(tree({"kustomization.yaml": b"a: 1\r\n"}), Config())
    assert index.files[RepoPath("kustomization.yaml")].size == 6
    expected = hashlib.sha256(b"a: 1\r\n").hexdigest()
    assert index.digest(RepoPath("kustomization.yaml")) == f"sha256:{expected}"
    with pytest.raises(MigrateError, match="MIG106"):
        index.digest(RepoPath("absent"))


@pytest.mark.parametrize(
    ("files", "code", "message"),
    [({"readme.md": "x"}, "MIG103", "no kustomization in"), ({}, "MIG103", "is empty")],
)
def test_nothing_to_migrate(tree: Tree, files: dict[str, str], code: str, message: str) -> None:
    with pytest.raises(MigrateError, match=message) as caught:
        discover(tree(files), Config())
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.remedy


def test_not_a_folder(tree: Tree) -> None:
    root = tree({"kustomization.yaml": ""})
    with pytest.raises(MigrateError, match=r"is a file \[MIG107\]"):
        discover(root / "kustomization.yaml", Config())
    with pytest.raises(MigrateError, match=r"does not exist \[MIG107\]"):
        discover(root / "nowhere", Config())


def test_git_state(tree: Tree) -> None:
    root = tree({"kustomization.yaml": "", "b.yaml": ""})
    assert discover(root, Config()).git.is_repo is False

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
        return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    assert discover(root, Config()).git.commit is None
    git("add", ".")
    git("commit", "-qm", "one")
    clean = discover(root, Config()).git
    assert (clean.is_repo, clean.commit, clean.dirty) == (True, git("rev-parse", "HEAD"), ())
    tree({"b.yaml": "changed", "new.yaml": ""})
    assert discover(root, Config()).git.dirty == ("b.yaml", "new.yaml")
