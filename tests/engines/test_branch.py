"""Commits on a new branch, with nothing else of the repository touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrator.engines import EngineError
from migrator.engines.branch import Content, Step, commit_branch
from migrator.model import RepoPath


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "repository"
    (root / "part").mkdir(parents=True)
    (root / "part/a.txt").write_bytes(b"a\r\n")
    (root / "part/run.sh").write_bytes(b"#!/bin/sh\n")
    (root / "part/run.sh").chmod(0o755)
    (root / "other.txt").write_bytes(b"o\n")
    (root / ".gitattributes").write_bytes(b"*.txt text eol=crlf\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    return root


def made(root: Path, *steps: Step, name: str = "new") -> tuple[str, ...]:
    return commit_branch(root, name, git(root, "rev-parse", "HEAD"), steps)


def step(message: str, **files: Content | None) -> Step:
    return Step(message=message, files={RepoPath(path.replace("__", ".")): each for path, each in files.items()})


def test_each_step_is_a_commit_and_one_that_changes_nothing_is_none(repository: Path) -> None:
    head, status = git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain")
    first = step("one", a__txt=Content(data=b"new\r\n"))
    again = step("same", a__txt=Content(data=b"new\r\n"))
    moved = step(
        "two", a__txt=Content(data=b"new\r\n"), run__sh=None,
        go__sh=Content(data=b"#!/bin/sh\n", source=RepoPath("run.sh"), is_same=True), made__txt=Content(data=b"m\r\n"),
    )  # fmt: skip
    assert len(made(repository / "part", first, again, moved)) == 2
    assert git(repository, "log", "--format=%s", "new").splitlines() == ["two", "one", "first"]
    listed = git(repository, "ls-tree", "-r", "--format=%(objectmode) %(path)", "new").splitlines()
    assert "100755 part/go.sh" in listed
    assert "100644 part/made.txt" in listed
    assert not any("run.sh" in line for line in listed)
    assert git(repository, "show", "new:part/a.txt") == "new"  # with the line ends of git
    assert git(repository, "diff", "--name-only", "main", "new", "--", "other.txt") == ""
    assert (git(repository, "rev-parse", "HEAD"), git(repository, "status", "--porcelain")) == (head, status)
    assert git(repository, "branch", "--show-current") == "main"
    assert (repository / "part/a.txt").read_bytes() == b"a\r\n"


@pytest.mark.parametrize("name", ["main", "-x", "a..b", "a b", "", "x.lock"])
def test_a_branch_that_is_there_or_cannot_be_is_refused(repository: Path, name: str) -> None:
    before = git(repository, "show-ref")
    with pytest.raises(EngineError) as raised:
        made(repository, step("one", a__txt=None), name=name)
    assert raised.value.diagnostic.code == "MIG917"
    assert git(repository, "show-ref") == before


def test_no_branch_appears_where_git_fails(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "")
    git(repository, "config", "user.useConfigOnly", "true")
    with pytest.raises(EngineError) as raised:
        made(repository, step("one", other__txt=None))
    assert raised.value.diagnostic.code == "MIG121"
    assert "new" not in git(repository, "branch", "--list", "new")
