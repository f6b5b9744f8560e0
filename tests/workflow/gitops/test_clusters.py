"""Clusters that are not called like what is deployed to them, and several that one overlay is deployed to."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli_support import FIXTURES, Migrate, committed, git
from deployed_today import KUSTOMIZATION
from emitted_objects import applied

from measuring.handover_shapes import SYNC, URL
from migrator.lock import LOCK_PATH, read_lock

ROOT = "resources:\n- flux-system/gotk-sync.yaml\n- shop.yaml\n"


def deployed(root: Path, clusters: Sequence[tuple[str, str]], *, is_rendered: bool, folder: str = "clusters") -> Path:
    """The fixture as Flux deploys it to clusters: the name of each, and its overlay."""
    shutil.copytree(FIXTURES / "simple-app", root)
    for name, overlay in clusters:
        place = root / folder / name
        (place / "flux-system").mkdir(parents=True)
        sync = SYNC.format(environment=name, url=URL).replace("./clusters/", f"./{folder}/")
        (place / "flux-system/gotk-sync.yaml").write_text(sync)
        (place / "shop.yaml").write_text(KUSTOMIZATION.format(environment=overlay))
        if is_rendered:
            (place / "kustomization.yaml").write_text(ROOT)
    return committed(root)


def written(root: Path) -> list[str]:
    return git(root, "ls-tree", "-r", "--name-only", "hybrid").splitlines()


@pytest.mark.parametrize("is_rendered", [False, True])
def test_a_cluster_is_the_environment_that_is_deployed_to_it(
    migrate: Migrate, tmp_path: Path, mirror: Path, *, is_rendered: bool
) -> None:
    clusters = [("production", "prod"), ("development", "dev")]
    root = deployed(tmp_path / "shop", clusters, is_rendered=is_rendered)
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool="flux")
    git(root, "checkout", "-q", "hybrid")
    lock = read_lock((root / LOCK_PATH).read_bytes())
    assert sorted(lock.environments) == ["dev", "prod"]
    assert ("clusters/production" in lock.environments["prod"].kustomize) is is_rendered
    words = ("--offline", "--chart-mirror", mirror)
    shown = migrate("verify", root, *words, "--base", "main")
    assert shown.code == 0, shown.out
    assert migrate("audit", root, *words).code == 0


def test_what_is_new_comes_to_every_cluster_of_an_environment(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    clusters = [("east", "prod"), ("west", "prod"), ("lab", "dev")]
    root = deployed(tmp_path / "shop", clusters, is_rendered=True)
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool="flux")
    assert {f"clusters/{name}/helm-releases.yaml" for name, _ in clusters} <= set(written(root))


def test_a_cluster_that_would_be_forgotten_is_noticed(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    root = deployed(tmp_path / "shop", [("east", "prod"), ("west", "prod")], is_rendered=False, folder="fleet")
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool="flux")
    git(root, "checkout", "-q", "hybrid")
    for name in ("east", "west"):
        (root / f"fleet/{name}/helm-releases.yaml").unlink()
        words = ("--offline", "--chart-mirror", mirror, "--base", "main")
        shown = migrate("verify", root, *words)
        assert (shown.code, "orphaned" in shown.out + shown.err) == (3, True)
        git(root, "checkout", "-q", "--", ".")


def test_what_the_tool_cannot_tell_is_said_in_the_configuration(migrate: Migrate, tmp_path: Path, mirror: Path) -> None:
    root = deployed(tmp_path / "shop", [("fra1", "prod"), ("fra2", "prod")], is_rendered=True)
    said = "{cluster: clusters/fra1}, dr: {cluster: ./clusters/fra2/}"
    (root / "migrate.yaml").write_text(f"gitops: {{environments: {{prod: {said}}}}}\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "said")
    shown = migrate("plan", root, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0
    applied(migrate, root, mirror, "growing", "--branch", "hybrid", tool="flux")
    lock = read_lock(git(root, "show", f"hybrid:{LOCK_PATH}").encode())
    assert sorted(lock.environments) == ["dev", "dr", "prod"]
    assert "clusters/fra1" in lock.environments["prod"].kustomize
