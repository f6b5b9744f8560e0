"""An environment that no object here deploys: what moves is not left to an owner that nobody sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, git, replaced
from deployed_today import DEPLOYED
from emitted_objects import applied

from migrator.lock import LOCK_PATH, read_lock


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A repository of which objects here deploy `dev` alone."""
    root = DEPLOYED["flux"](tmp_path / "shop")
    (root / "clusters/prod/shop.yaml").unlink()
    (root / "clusters/prod/shop.yaml").symlink_to("../../../other/shop.yaml")
    return said(root, "")


def said(root: Path, text: str) -> Path:
    (root / "migrate.yaml").write_text(text and f"gitops: {{environments: {{prod: {{deployed_elsewhere: {text}}}}}}}\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", f"said {text}")
    return root


def test_what_seems_to_have_an_owner_is_taken_for_another_repositorys(
    migrate: Migrate, half: Path, mirror: Path
) -> None:
    shown = migrate("apply", half, "--offline", "--chart-mirror", mirror, "--gitops", "flux", "--branch", "hybrid")
    assert shown.code == 0
    for text in (
        "warning: no object here deploys overlays/prod",
        "MIG676",
        "clusters/prod/shop.yaml: symbolic link",
        "Kustomization shop deploys dev",
        "deployed_elsewhere: false",
    ):
        assert text in shown.err
    assert "overlays/prod/handover-marks.yaml" in git(half, "ls-tree", "-r", "--name-only", "hybrid~1").splitlines()
    git(half, "checkout", "-q", "hybrid")
    handover = read_lock((half / LOCK_PATH).read_bytes()).handover
    assert handover is not None
    assert handover.elsewhere == ("prod",)
    assert "overlays/prod" not in migrate("audit", half, "--offline", "--chart-mirror", mirror).out


def test_what_another_repository_deploys_is_marked_and_not_deployed_twice(
    migrate: Migrate, half: Path, mirror: Path
) -> None:
    applied(migrate, said(half, "true"), mirror, "growing", "--branch", "hybrid", tool="flux")
    git(half, "checkout", "-q", "hybrid")
    assert "overlays/prod/handover-marks.yaml" in git(half, "ls-tree", "-r", "--name-only", "hybrid~1").splitlines()
    written = sorted(path.name for path in (half / "platform/flux/prod").iterdir())
    assert written == ["helm-releases.yaml", "source.yaml"]
    handover = read_lock((half / LOCK_PATH).read_bytes()).handover
    assert handover is not None
    assert handover.elsewhere == ("prod",)
    shown = migrate("handover", half)
    assert "prod is deployed by objects of another repository" in shown.out
    assert "kubectl apply -f platform/flux/prod" in shown.out
    assert migrate("verify", half, "--offline", "--chart-mirror", mirror, "--base", "main").code == 0


def test_what_nothing_deploys_is_not_marked(migrate: Migrate, half: Path, mirror: Path) -> None:
    applied(migrate, said(half, "false"), mirror, "growing", "--branch", "hybrid", tool="flux")
    assert "overlays/prod/handover-marks.yaml" not in git(half, "ls-tree", "-r", "--name-only", "hybrid~1")


def test_what_nothing_deploys_stays_so_and_what_is_new_is_no_matter_of_a_parent_that_does_not_prune(
    migrate: Migrate, tmp_path: Path, mirror: Path
) -> None:
    root = DEPLOYED["flux"](tmp_path / "shop")
    (root / "tools/prod").mkdir(parents=True)
    (root / "tools/prod/kustomization.yaml").write_text("resources: [settings.yaml]\n")
    (root / "tools/prod/settings.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tools, namespace: tools}\n"
    )
    replaced(root / "clusters/prod/flux-system/gotk-sync.yaml", "prune: true", "prune: false")
    shown = applied(migrate, said(root, ""), mirror, "growing", "--branch", "hybrid", tool="flux")
    assert "MIG681" in shown
    git(root, "checkout", "-q", "hybrid")
    handover = read_lock((root / LOCK_PATH).read_bytes()).handover
    assert handover is not None
    assert handover.undeployed == ("tools/prod",)
    assert handover.roots == ("platform/flux/prod",)
    deploying = [*root.glob("clusters/**/*.yaml"), *root.glob("platform/**/*.yaml")]
    assert not any("tools" in path.read_text() for path in deploying)
    written = {path.relative_to(root).as_posix() for path in deploying}
    assert {"clusters/dev/helm-releases.yaml", "platform/flux/prod/helm-releases.yaml"} <= written
    assert "clusters/prod/helm-releases.yaml" not in written
    audited = migrate("audit", root, "--offline", "--chart-mirror", mirror)
    assert (audited.code, "nothing deploys the kustomization tools/prod" in audited.out) == (0, True)
    assert migrate("verify", root, "--offline", "--chart-mirror", mirror, "--base", "main").code == 0
