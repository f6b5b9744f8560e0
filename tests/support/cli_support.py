"""Commands run in this process, on copies of the fixture repository."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from json_schemas import problems, schema_for

from migrator.cli.app import run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@dataclass(frozen=True)
class Outcome:
    """What a person sees of a command."""

    code: int
    out: str
    err: str


Migrate = Callable[..., Outcome]


def tree(root: Path) -> Mapping[str, str]:
    """Path -> digest of everything below a folder, git's own files aside."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def git(root: Path, *arguments: str) -> str:
    """What git prints; commits are made by nobody."""
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(root: Path) -> Path:
    """The folder as a git repository with one commit."""
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "before")
    return root


def commit_all(root: Path, message: str = "meanwhile") -> str:
    """Commit what is there; the id of the commit."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message, "--allow-empty")
    return git(root, "rev-parse", "HEAD")


def replaced(path: Path, old: str, new: str) -> None:
    """A text of a file, which has to be there, becomes another."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def migrate(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command line in this process; JSON that it prints answers its schema."""

    def call(*given: object) -> Outcome:
        arguments = [str(argument) for argument in given]
        capsys.readouterr()
        code = run(arguments)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err + shown.out
        if ("--format", "json") in pairwise(arguments) and shown.out:
            assert problems(json.loads(shown.out), schema_for(arguments)) == []
        return Outcome(code, shown.out, shown.err)

    return call


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A private copy of the fixture repository."""
    target = tmp_path / "simple-app"
    shutil.copytree(FIXTURES / "simple-app", target)
    return target


@pytest.fixture
def mirror() -> Path:
    """The fixture's charts."""
    return FIXTURES / "charts"
