"""Components that are adopted after others: what an earlier run wrote stays, and what is new comes beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, commit_all, committed, git
from emitted_objects import ArgoCd, Flux, applied, documents, proved, sorted_bodies

from migrator.lock import LOCK_PATH, read_lock

AUTOMATED = "gitops: {environments: {dev: {automated: true}, prod: {automated: true}}}\n"
PROJECT = Path("platform/argocd/projects/infrastructure-prod.yaml")


@pytest.fixture
def first(migrate: Migrate, app: Path, mirror: Path, tool: str) -> Path:
    """The repository with its database migrated and deployed."""
    (app / "migrate.yaml").write_text(AUTOMATED)
    committed(app)
    git(app, "remote", "add", "origin", "https://git.example.org/team/shop.git")
    applied(migrate, app, mirror, "growing", "--only", "tiny-db", tool=tool)
    commit_all(app, "the database")
    return app


@pytest.mark.parametrize("tool", ["argocd", "flux"])
def test_the_next_component_is_deployed_beside_the_first(
    migrate: Migrate, first: Path, mirror: Path, tool: str
) -> None:
    ours = next((first / "platform" / tool).rglob("tiny-db.yaml"))
    ours.write_text(f"# ours\n{ours.read_text()}")
    commit_all(first, "ours")
    before = set((first / "platform" / tool).rglob("*.yaml"))
    for stage in ("stage 1 of 2, protect", "stage 2 of 2, switch"):
        assert stage in applied(migrate, first, mirror, "growing", tool=tool)
        commit_all(first, stage)
    new = set((first / "platform" / tool).rglob("*.yaml")) - before
    assert {path.stem.removesuffix(f"-{path.parent.name}") for path in new} == {"tiny-monitor"}
    assert ours.read_text().startswith("# ours\n")
    lock = read_lock((first / LOCK_PATH).read_bytes())
    for name, held in lock.environments.items():
        assert {each.component for each in held.deployed_by} == {"", "tiny-db", "tiny-monitor"}
        rendered = (
            Flux(first, mirror, f"platform/flux/{name}").rendered()
            if tool == "flux"
            else [
                one
                for (root_app,) in [documents(first / f"platform/argocd/root-app-{name}.yaml")]
                for each in ArgoCd(first, mirror).delivered(root_app)
                if each["kind"] == "Application"
                for one in ArgoCd(first, mirror).rendered(each)
            ]
        )
        assert sorted_bodies(rendered) == proved(first, name, mirror)
    assert migrate("audit", first, "--offline", "--chart-mirror", mirror).code == 0
    assert migrate("verify", first, "--offline", "--chart-mirror", mirror).code == 0


@pytest.mark.parametrize("tool", ["argocd"])
def test_its_project_allows_what_is_new_and_keeps_what_people_wrote(
    migrate: Migrate, first: Path, mirror: Path
) -> None:
    (project,) = documents(first / PROJECT)
    assert {each["namespace"] for each in project["spec"]["destinations"]} == {"shop"}
    text = (first / PROJECT).read_text()
    (first / PROJECT).write_text(text.replace("  sourceRepos:\n", "  description: ours # really\n  sourceRepos:\n"))
    commit_all(first, "described")
    for stage in ("protect", "switch"):
        applied(migrate, first, mirror, "growing")
        commit_all(first, stage)
    (project,) = documents(first / PROJECT)
    assert {each["namespace"] for each in project["spec"]["destinations"]} == {"shop", "monitoring"}
    assert {"group": "apps", "kind": "Deployment"} in project["spec"]["namespaceResourceWhitelist"]
    assert "description: ours # really\n" in (first / PROJECT).read_text()


@pytest.mark.parametrize("tool", ["flux"])
def test_a_file_with_something_else_is_still_in_the_way(migrate: Migrate, first: Path, mirror: Path, tool: str) -> None:
    (first / "platform/flux/releases/prod/tiny-monitor.yaml").write_text("# ours\n")
    commit_all(first, "ours")
    shown = migrate("apply", first, "--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", tool)
    assert shown.code == 1
    assert "tiny-monitor.yaml exists already" in shown.err
