"""`migrate apply --ci`: with the migration or after it, in the work tree and on a branch."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate, committed, git

SCRIPT = "scripts/validate-manifests.sh"


def test_with_the_migration_and_again_for_more_and_then_nothing(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "migrate.yaml").write_text("teams: {platform: '@acme/platform', applications: '@acme/apps'}\n")
    committed(app)
    given = ("apply", app, "--chart-mirror", mirror, "--layout", "enterprise")
    assert migrate(*given, "--ci", "github", "--only", "tiny-db").code == 0
    first = (app / SCRIPT).read_text()
    assert "infrastructure/databases/tiny-db" in first
    assert "tiny-monitor" not in first
    assert (app / SCRIPT).stat().st_mode & 0o111
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "first")

    done = migrate(*given, "--ci", "github")
    assert done.code == 0, done.err
    assert "infrastructure/monitoring/tiny-monitor" in (app / SCRIPT).read_text()
    assert "MIG65" not in done.err  # our own files are written anew, nobody has to change them by hand
    owners = (app / ".github/CODEOWNERS").read_text().splitlines()
    assert "/infrastructure/ @acme/platform" in owners
    assert "/applications/ @acme/apps" in owners
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "second")

    assert "Nothing to do" in migrate(*given, "--ci", "github").out
    assert git(app, "status", "--porcelain") == ""


def test_a_branch_has_a_commit_of_them_and_scripts_that_can_be_run(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / ".github").mkdir()
    (app / ".github/dependabot.yml").write_text("version: 2\nupdates: []\n")
    (app / "elsewhere").mkdir()
    (app / ".gitlab").symlink_to("elsewhere")
    committed(app)
    given = ("--chart-mirror", mirror, "--ci", "gitlab", "--branch", "hybrid")
    done = migrate("apply", app, *given)
    assert done.code == 0
    assert ".gitlab/ci/hybrid.yml cannot be written" in done.err  # a link is in the way, and all else is done
    assert git(app, "ls-tree", "hybrid", "renovate.json") == ""  # another bot is there
    assert "100755" in git(app, "ls-tree", "hybrid", SCRIPT)
    commits = git(app, "log", "--format=%s", "hybrid", "--", SCRIPT).splitlines()
    assert commits == ["ci: pipelines and scripts look after the result"]


@pytest.mark.parametrize("given", [("--ci", "travis"), ("--relock", "--ci", "github")])
def test_what_cannot_be_asked_for_is_refused(migrate: Migrate, app: Path, given: tuple[str, ...]) -> None:
    assert migrate("apply", app, *given).code == 1


def test_without_a_migration_it_is_said_why_there_are_none(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "migrate.yaml").write_text("components: {tiny-db: keep, tiny-monitor: keep, tiny-cache: keep}\n")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--layout", "in-place", "--ci", "github")
    assert (shown.code, "Nothing to do" in shown.out) == (0, True)
    assert "MIG679" in shown.err
    assert "--ci github writes nothing yet" in shown.err
