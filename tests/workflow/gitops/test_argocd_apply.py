"""`migrate apply --gitops argocd` on a repository that nothing deploys yet: what is written deploys what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, committed, git
from emitted_objects import ArgoCd, applied, documents, proved, sorted_bodies

from migrator.lock import LOCK_PATH, read_lock

PLACE = Path("platform/argocd")


@pytest.mark.parametrize(("layout", "source"), [("enterprise", "path"), ("growing", "chart")])
def test_what_the_root_deploys_is_what_the_proof_renders(
    migrate: Migrate, hybrid_app: Path, mirror: Path, layout: str, source: str
) -> None:
    (hybrid_app / "migrate.yaml").write_text(f"gitops: {{argocd: {{source: {source}}}}}\n")
    applied(migrate, hybrid_app, mirror, layout)
    argocd = ArgoCd(hybrid_app, mirror)
    for environment in ("dev", "prod"):
        (root_app,) = documents(hybrid_app / PLACE / f"root-app-{environment}.yaml")
        delivered = argocd.delivered(root_app)
        projects = {each["metadata"]["name"] for each in delivered if each["kind"] == "AppProject"}
        applications = [each for each in delivered if each["kind"] == "Application"]
        assert {each["spec"]["project"] for each in applications} <= projects
        rendered = [each for application in applications for each in argocd.rendered(application)]
        assert sorted_bodies(rendered) == proved(hybrid_app, environment, mirror)
        releases = [each for each in applications if source in str(each["spec"]) and "releaseName" in str(each)]
        assert len(releases) == 2


def test_the_lock_names_what_deploys_each_part_and_a_second_run_changes_nothing(
    migrate: Migrate, hybrid_app: Path, mirror: Path, layout: str
) -> None:
    applied(migrate, hybrid_app, mirror, layout)
    lock = read_lock((hybrid_app / LOCK_PATH).read_bytes())
    assert lock.handover is not None
    assert (lock.handover.tool, lock.handover.stage, lock.handover.stages) == ("argocd", 1, ("switch",))
    for environment, held in lock.environments.items():
        for each in held.deployed_by:
            (found,) = documents(hybrid_app / each.file)
            assert (found["kind"], found["metadata"]["name"]) == (each.kind, each.name)
            assert each.name.endswith(f"-{environment}")
        assert {each.component for each in held.deployed_by if each.component} == {each.component for each in held.helm}
    git(hybrid_app, "add", "-A")
    git(hybrid_app, "commit", "-q", "-m", "deployed")
    assert "Nothing to do" in applied(migrate, hybrid_app, mirror, layout)
    assert git(hybrid_app, "status", "--porcelain") == ""


def test_no_credentials_of_a_remote_are_written(migrate: Migrate, hybrid_app: Path, mirror: Path, layout: str) -> None:
    applied(migrate, hybrid_app, mirror, layout)
    text = "".join(path.read_text() for path in sorted((hybrid_app / PLACE).rglob("*.yaml")))
    assert "https://git.example.org/team/shop.git" in text
    assert "not-a-real-token" not in text


def test_one_run_migrates_and_deploys(migrate: Migrate, app: Path, mirror: Path) -> None:
    """And without an address the objects say so, and the run too."""
    shown = applied(migrate, committed(app), mirror, "growing")
    assert "MIG660" in shown
    (found,) = documents(app / PLACE / "applications/prod/tiny-db.yaml")
    assert found["spec"]["source"]["repoURL"] == "https://git.example.invalid/repository.git"
    assert found["spec"]["source"]["path"] == "helm-charts/databases/tiny-db"


def test_what_somebody_else_has_written_there_is_in_the_way(
    migrate: Migrate, hybrid_app: Path, mirror: Path, layout: str
) -> None:
    (hybrid_app / PLACE).mkdir(parents=True)
    (hybrid_app / PLACE / "root-app-dev.yaml").write_text("# ours\n")
    git(hybrid_app, "add", "-A")
    git(hybrid_app, "commit", "-q", "-m", "ours")
    shown = migrate(
        "apply", hybrid_app, "--offline", "--chart-mirror", mirror, "--layout", layout, "--gitops", "argocd"
    )
    assert shown.code == 1
    assert "root-app-dev.yaml exists already" in shown.err
    assert "MIG611" in shown.err
