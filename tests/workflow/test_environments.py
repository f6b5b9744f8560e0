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
