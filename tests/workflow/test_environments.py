"""Roots that stand for each other are environments of their own, also when a release has taken what told them apart."""

from __future__ import annotations

from pathlib import Path

from migrator.lock import LOCK_PATH, Lock, LockedEnvironment, dump_lock
from migrator.model import RepoPath
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import read_baseline

OBJECTS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {replicas: 1}
---
apiVersion: v1
kind: Service
metadata: {name: api}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: api}
"""


def found(root: Path) -> dict[str, str]:
    baseline = read_baseline(Settings(root=root, offline=True), Run())
    assert {baseline.config.environment_of_root(each.root) for each in baseline.builds} <= {None, "eu", "us"}
    return {each.root: each.environment for each in baseline.builds}


def test_they_are_told_apart_and_the_lock_keeps_them_so(tmp_path: Path) -> None:
    (tmp_path / "api" / "base").mkdir(parents=True)
    (tmp_path / "api" / "base" / "all.yaml").write_text(OBJECTS)
    (tmp_path / "api" / "base" / "kustomization.yaml").write_text("namespace: shop\nresources: [all.yaml]\n")
    for name, count in (("eu", 2), ("us", 3)):
        (tmp_path / "api" / name).mkdir()
        text = f"resources: [../base]\nreplicas: [{{name: api, count: {count}}}]\n"
        (tmp_path / "api" / name / "kustomization.yaml").write_text(text)
    apart = {"api/eu": "eu", "api/us": "us"}
    assert found(tmp_path) == apart

    for name in ("eu", "us"):
        (tmp_path / "api" / name / "kustomization.yaml").write_text("resources: []\n")
    (tmp_path / "api" / "base" / "kustomization.yaml").unlink()
    assert found(tmp_path) == dict.fromkeys(apart, "default")

    environments = {
        name: LockedEnvironment(before=(), kustomize=(RepoPath(f"api/{name}"),), helm=()) for name in ("eu", "us")
    }
    (tmp_path / LOCK_PATH).parent.mkdir()
    (tmp_path / LOCK_PATH).write_text(dump_lock(Lock(commit=None, tree="", engines={}, environments=environments)))
    assert found(tmp_path) == apart


def test_a_root_with_a_copy_of_its_own_of_what_most_roots_render_is_apart(tmp_path: Path) -> None:
    """No cluster has both forms; what one patches of the common file says nothing, as whole roots would."""
    files = {
        "base/api/all.yaml": OBJECTS,
        "base/api/kustomization.yaml": "namespace: shop\nresources: [all.yaml]\n",
        "labs/one/kustomization.yaml": "resources: [../../base/api]\n",
        "more/tries/two/kustomization.yaml": "resources: [../../../base/api]\nnameSuffix: ''\nreplicas: [{name: api, count: 2}]\n",
        "fast/track/disks/all.yaml": OBJECTS.replace("replicas: 1", "replicas: 7"),
        "fast/track/disks/kustomization.yaml": "namespace: shop\nresources: [all.yaml]\n",
        "labs/disks/kustomization.yaml": "configMapGenerator: [{name: a, literals: [a=b]}]\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    environments = environments_of(tmp_path)
    assert environments.pop("fast/track/disks") == "track-disks"
    assert set(environments.values()) == {"default"}

    # neither form is the usual one
    (tmp_path / "more/tries/two/kustomization.yaml").write_text("resources: []\n")
    assert set(environments_of(tmp_path).values()) == {"default"}
    # the copy says the same
    (tmp_path / "more/tries/two/kustomization.yaml").write_text("resources: [../../../base/api]\n")
    (tmp_path / "fast/track/disks/all.yaml").write_text(OBJECTS)
    assert set(environments_of(tmp_path).values()) == {"default"}


def environments_of(root: Path) -> dict[str, str]:
    return {each.root: each.environment for each in read_baseline(Settings(root=root, offline=True), Run()).builds}
