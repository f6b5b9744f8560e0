"""The rewriting at the size of a real repository: four public charts leave, and what stays renders as before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_repository import Adopt, Repository, seen

from migrator.lock import LOCK_PATH
from migrator.model import ResId

pytestmark = pytest.mark.corpus


def vendored(repository: Repository, *words: str) -> Adopt:
    """True for objects whose manifest is one of these, or that only an overlay adds for them."""
    found = {
        resource.id
        for build in repository.builds
        for resource in build.resources
        if resource.origin is not None and any(word in resource.origin.path for word in words)
    }
    return found.__contains__


CHARTS = {
    "kps": "base/monitoring",
    "cert-manager": "base/security",
    "redis": "base/databases",
    "nginx": "base/networking",
}


@pytest.mark.parametrize("name", ["shop", "shop-unlabelled"])
def test_four_charts_leave_a_real_repository(corpus: Path, tmp_path: Path, name: str) -> None:
    root = tmp_path / "repository"
    shutil.copytree(corpus / "phase1" / name, root)
    repository = seen(root)
    extra = vendored(repository, "overlays/prod/extra.yaml")
    adopted: dict[str, Adopt] = {key: vendored(repository, folder) for key, folder in CHARTS.items()}
    base = dict(adopted)

    def redis(found: ResId) -> bool:
        return base["redis"](found) or extra(found)

    adopted["redis"] = redis
    edits, lock, notes = repository.rewrite(**adopted)
    assert notes == ()
    repository.check(edits, **adopted)
    texts = {path: (edit.after or b"").decode() for path, edit in edits.items() if edit.after is not None}
    assert texts["base/kustomization.yaml"].endswith("resources:\n- namespaces.yaml\n- api\n- frontend\n")
    assert texts["overlays/prod/kustomization.yaml"] == (
        root / "overlays/prod/kustomization.yaml"
    ).read_text().partition("patches:")[0].replace("- extra.yaml\n", "")
    assert sorted(path for path, edit in edits.items() if edit.action == "edit") == [
        "base/kustomization.yaml",
        "overlays/prod/kustomization.yaml",
    ]
    assert sum(path.startswith("overlays/prod/patches/") for path in edits) == 7
    assert edits[LOCK_PATH].action == "create"
    assert sorted(lock.components) == sorted(CHARTS)


@pytest.mark.parametrize("name", ["shop", "shop-unlabelled"])
def test_one_chart_leaves_and_the_others_stay(corpus: Path, tmp_path: Path, name: str) -> None:
    root = tmp_path / "repository"
    shutil.copytree(corpus / "phase1" / name, root)
    repository = seen(root)
    adopted = {"cert-manager": vendored(repository, "base/security")}
    edits, _, notes = repository.rewrite(**adopted)
    assert notes == ()
    repository.check(edits, **adopted)
    before, after = (
        (root / "overlays/prod/kustomization.yaml").read_text(),
        edits["overlays/prod/kustomization.yaml"].after,
    )
    gone = [line for line in before.splitlines() if line not in (after or b"").decode().splitlines()]
    assert [line for line in gone if "path:" in line] == [
        "- path: patches/deployment-cert-manager-cainjector-2.yaml",
        "- path: patches/deployment-cert-manager-3.yaml",
    ]
