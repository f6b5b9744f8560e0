"""What people have written is kept: files of the same names, changed ones, and every other byte of those that are extended."""

from __future__ import annotations

from pathlib import Path

import pytest
from deployed_shop import lock, written

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Wishes
from migrator.pipelines.platforms import including, stage_of

GITHUB, GITLAB = Wishes(platform="github"), Wishes(platform="gitlab")
SCRIPTS = {"validate-manifests.sh", "deploy-infrastructure.sh", "deploy-applications.sh"}
VALIDATE = Path("scripts/validate-manifests.sh")


def test_files_of_somebody_else_stay_and_ours_get_other_names_that_are_used(tmp_path: Path) -> None:
    theirs = {
        "scripts/validate-manifests.sh": "#!/bin/sh\nmine\n",
        "scripts/deploy-infrastructure.sh": "#!/bin/sh\nmine\n",
        ".github/workflows/hybrid.yaml": "name: mine\n",
        ".github/workflows/ci.yaml": "name: other\n",
    }
    for path, text in theirs.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert written(tmp_path, deployed(lock()), GITHUB) == ("MIG670",) * 3
    assert {path: (tmp_path / path).read_text() for path in theirs} == theirs
    workflow = (tmp_path / ".github/workflows/infrastructure.yaml").read_text()
    assert "run: scripts/validate-manifests-hybrid.sh infrastructure" in workflow
    assert "uses: ./.github/workflows/hybrid-hybrid.yaml" in workflow
    script = (tmp_path / "scripts/deploy-infrastructure-hybrid.sh").read_text()
    assert "scripts/deploy-infrastructure-hybrid.sh ENVIRONMENT" in script


def test_what_nobody_changed_follows_and_what_somebody_changed_stays(tmp_path: Path) -> None:
    assert written(tmp_path, deployed(lock("dev")), GITHUB) == ()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    assert written(tmp_path, deployed(lock("dev")), GITHUB) == ()
    assert {path: path.read_bytes() for path in before} == before

    changed = tmp_path / "scripts/deploy-applications.sh"
    changed.write_text(changed.read_text() + "echo mine\n")
    assert written(tmp_path, deployed(lock("dev", "prod")), GITHUB) == ("MIG671",)
    assert changed.read_text().endswith("echo mine\n")
    assert "overlays/prod" in (tmp_path / VALIDATE).read_text()


def test_line_ends_of_windows_are_no_change(tmp_path: Path) -> None:
    written(tmp_path, deployed(lock("dev")), GITHUB)
    (tmp_path / VALIDATE).write_bytes((tmp_path / VALIDATE).read_bytes().replace(b"\n", b"\r\n"))
    assert written(tmp_path, deployed(lock("dev", "prod")), GITHUB) == ()
    assert "overlays/prod" in (tmp_path / VALIDATE).read_text()


def test_below_the_top_of_git_only_the_scripts_are_written(tmp_path: Path) -> None:
    assert written(tmp_path, deployed(lock()), GITHUB, is_top=False) == ("MIG672",)
    assert {path.name for path in tmp_path.iterdir()} == {"scripts"}


@pytest.mark.parametrize(
    ("blocked", "wishes", "written_anyway"),
    [
        ("scripts/validate-manifests.sh", GITHUB, {"deploy-infrastructure.sh", "deploy-applications.sh"}),
        (".github/workflows/hybrid.yaml", GITHUB, SCRIPTS),
        (".gitlab/ci/hybrid.yml", GITLAB, SCRIPTS),
        (".gitlab-ci.yml", GITLAB, {*SCRIPTS, "hybrid.yml"}),
    ],
)
def test_nothing_names_a_file_that_cannot_be_written(
    tmp_path: Path, blocked: str, wishes: Wishes, written_anyway: set[str]
) -> None:
    codes = written(tmp_path, deployed(lock()), wishes, why_not=lambda path: "a link" if path == blocked else None)
    assert codes == ("MIG672",)
    assert {path.name for path in tmp_path.rglob("*.*") if path.is_file()} == written_anyway


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stages: [a]  # mine\n", "stages: [a]  # mine\ninclude:\n  - local: .gitlab/ci/hybrid.yml\n"),
        (
            "include:\n- local: /a.yml   # mine\njob: {script: [!reference [a, b]]}\n",
            "include:\n- local: /a.yml   # mine\n- local: .gitlab/ci/hybrid.yml\njob: {script: [!reference [a, b]]}\n",
        ),
        ("include: a.yml\n", "include:\n  - a.yml\n  - local: .gitlab/ci/hybrid.yml\n"),
        ("include: {local: a.yml}\n", "include:\n  - local: a.yml\n  - local: .gitlab/ci/hybrid.yml\n"),
        ("include: /.gitlab/ci/hybrid.yml\n", None),
        ("include: [{local: .gitlab/ci/hybrid.yml}]\n", None),
    ],
)
def test_the_pipeline_of_gitlab_gets_one_entry(before: str, after: str | None) -> None:
    new = including(before.encode())
    assert new.decode() == (before if after is None else after)
    assert including(new) == new


def test_a_pipeline_that_cannot_be_edited_stays_and_is_said(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text("include: [\n")
    with pytest.raises(MigrateError):
        including(b"include: [\n")
    assert written(tmp_path, deployed(lock()), GITLAB) == ("MIG672",)
    assert (tmp_path / ".gitlab-ci.yml").read_text() == "include: [\n"


@pytest.mark.parametrize(
    ("pipeline", "stage"),
    [(None, "test"), (b"stages: [build, test]\n", "test"), (b"stages: [build, ship]\n", "build"), (b"a: [\n", "test")],
)
def test_jobs_run_in_a_stage_that_is_there(pipeline: bytes | None, stage: str) -> None:
    assert stage_of(pipeline) == stage


def test_a_new_file_may_be_run_and_an_old_one_is_as_it_was(tmp_path: Path) -> None:
    written(tmp_path, deployed(lock()), GITHUB)
    assert (tmp_path / VALIDATE).stat().st_mode & 0o777 == 0o755
    assert (tmp_path / ".github/workflows/hybrid.yaml").stat().st_mode & 0o777 == 0o644
    assert RepoPath(VALIDATE.as_posix()) == "scripts/validate-manifests.sh"
