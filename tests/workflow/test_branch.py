"""`apply --branch` commits what is proved to a new branch and leaves the work tree as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, committed, git, tree


@pytest.fixture
def repository(app: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "n")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "n@example.org")
    return committed(app)


def test_each_component_is_a_commit_and_the_branch_is_what_apply_writes(
    migrate: Migrate, repository: Path, mirror: Path
) -> None:
    options = ("--offline", "--chart-mirror", mirror)
    before = tree(repository)
    shown = migrate("apply", repository, "--branch", "hybrid", *options)
    assert shown.code == 0, shown.err
    assert "3 commits on the branch hybrid" in shown.out
    assert tree(repository) == before
    assert git(repository, "status", "--porcelain").strip() == ""
    assert git(repository, "branch", "--show-current").strip() == "main"
    assert [line.partition(" (")[0] for line in git(repository, "log", "--format=%s", "main..hybrid").splitlines()] == [
        "chore: record how every environment renders",
        "feat: tiny-monitor comes from the chart tiny-monitor 2.3.1",
        "feat: tiny-db comes from the chart tiny-db 1.4.0",
    ]
    only = git(repository, "diff", "--name-only", "main", "hybrid~2").split()
    assert "base/database/db.yaml" in only
    assert not any("monitor" in path for path in only)
    git(repository, "checkout", "-q", "hybrid")
    committed_files = tree(repository)
    assert migrate("verify", repository, *options).code == 0
    git(repository, "checkout", "-q", "main")
    assert migrate("apply", repository, *options).code == 0
    assert tree(repository) == committed_files


def test_uncommitted_changes_are_refused_even_where_they_are_allowed(
    migrate: Migrate, repository: Path, mirror: Path
) -> None:
    (repository / "base/namespaces.yaml").write_text("# changed\n" + (repository / "base/namespaces.yaml").read_text())
    shown = migrate("apply", repository, "--branch", "x", "--allow-dirty", "--offline", "--chart-mirror", mirror)
    assert shown.code == 1
    assert "MIG908" in shown.err
    assert git(repository, "branch", "--list", "x").strip() == ""


def test_a_branch_needs_a_repository_and_a_name_that_is_free(
    migrate: Migrate, app: Path, tmp_path: Path, mirror: Path
) -> None:
    shown = migrate("apply", app, "--branch", "x", "--offline", "--chart-mirror", mirror)
    assert (shown.code, "MIG917" in shown.err) == (1, True)
    committed(app)
    shown = migrate("apply", app, "--branch", "main", "--offline", "--chart-mirror", mirror)
    assert (shown.code, "there already" in shown.err) == (1, True)


def test_a_diff_of_a_branch_makes_no_sense(migrate: Migrate, app: Path) -> None:
    shown = migrate("apply", app, "--branch", "x", "--diff")
    assert shown.code != 0
    assert "--branch" in shown.err


@pytest.mark.parametrize("target", ["../base", "../nowhere", "/tmp"])  # noqa: S108 - a folder outside that is there
def test_a_committed_link_is_not_replaced(migrate: Migrate, repository: Path, mirror: Path, target: str) -> None:
    place = repository / "platform/argocd"
    place.parent.mkdir()
    place.symlink_to(target)
    said = "{prod: {deployed_elsewhere: false}, dev: {deployed_elsewhere: false}}"
    (repository / "migrate.yaml").write_text(f"gitops: {{environments: {said}}}\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a link")
    words = ("--offline", "--chart-mirror", mirror, "--layout", "growing", "--gitops", "argocd")
    shown = migrate("apply", repository, "--branch", "hybrid", *words)
    assert shown.code == 1
    assert str(place.relative_to(repository)) in shown.err
    assert "it is a symbolic link" in shown.err
    assert git(repository, "branch", "--list", "hybrid").strip() == ""
