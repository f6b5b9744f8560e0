"""Commits on a new branch, made from contents alone: work tree, index and other branches stay as they are."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.engines.errors import Cause, EngineError, Failure
from migrator.engines.git import git_checked, git_prefix, git_run
from migrator.model import RepoPath

_IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
_NEW = "100644"
_NEW_EXECUTABLE = "100755"
_NONE = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file as a commit is to hold it."""

    data: bytes = field(repr=False)
    source: RepoPath | None = None
    """Where the commit that the branch starts from has it: mode, and the content itself if that is the same."""
    is_same: bool = False
    """The content is that of the source, as git keeps it."""
    is_executable: bool = False
    """Whether a new file can be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One commit: what is different from the commit that the branch starts from, all steps before included."""

    message: str
    files: Mapping[RepoPath, Content | None]
    """Path below the folder -> its content, None for no such file."""


def check_branch(root: Path, name: str) -> None:
    """Nothing where the branch can be made; EngineError MIG917 where it exists, or cannot be called so."""
    if name.startswith("-") or git_run(root, "check-ref-format", f"refs/heads/{name}").returncode:
        raise _refused(name, "git allows no such name")
    if git_run(root, "show-ref", "--verify", "--quiet", f"refs/heads/{name}").returncode == 0:
        raise _refused(name, "it is there already")


def commit_branch(root: Path, name: str, start: str, steps: Sequence[Step]) -> tuple[str, ...]:
    """The ids of the commits on the new branch; a step that changes nothing makes none.

    The branch appears once everything is there, or not at all. EngineError MIG917 (see `check_branch`), MIG121.
    """
    check_branch(root, name)
    prefix = git_prefix(root)
    made: list[str] = []
    tree = _text(root, "rev-parse", f"{start}^{{tree}}")
    parent = start
    with tempfile.TemporaryDirectory(prefix="migrate-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        for step in steps:
            git_checked(root, "read-tree", start, env=index)
            lines = _index_lines(root, prefix, start, step)
            git_checked(root, "update-index", "-z", "--index-info", stdin=lines, env=index)
            found = _text(root, "write-tree", env=index)
            if found != tree:
                identity = {key: os.environ[key] for key in _IDENTITY if key in os.environ}
                message = step.message.encode()
                parent = _text(root, "commit-tree", found, "-p", parent, "-F", "-", stdin=message, env=identity)
                tree = found
                made.append(parent)
    if made:
        git_checked(root, "update-ref", "-m", "migrate apply --branch", f"refs/heads/{name}", parent, "0" * len(parent))
    return tuple(made)


def _index_lines(root: Path, prefix: str, start: str, step: Step) -> bytes:
    sources = {each.source or path for path, each in step.files.items() if each is not None}
    known = _entries(root, start, sources)
    lines = []
    for path, content in sorted(step.files.items(), key=lambda item: (item[1] is not None, item[0])):
        if content is None:
            lines.append(f"0 {_NONE}\t{prefix}{path}")
            continue
        mode, held = known.get(content.source or path, (_NEW_EXECUTABLE if content.is_executable else _NEW, ""))
        blob = held if content.is_same and held else _blob(root, path, content.data)
        lines.append(f"{mode} {blob}\t{prefix}{path}")
    return "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")


def _blob(root: Path, path: RepoPath, data: bytes) -> str:
    """The id of the content as git keeps it: with the line ends that .gitattributes ask for."""
    return _text(root, "hash-object", "-w", "--stdin", f"--path={path}", stdin=data)


def _entries(root: Path, start: str, paths: set[RepoPath]) -> Mapping[RepoPath, tuple[str, str]]:
    """Path -> mode and blob, of those that the commit has."""
    listed = git_checked(root, "ls-tree", "-r", "-z", start, "--", ".").decode("utf-8", "surrogateescape")
    found = {}
    for record in listed.split("\0"):
        head, _, path = record.partition("\t")
        if path in paths:
            mode, _, blob = head.split(" ")
            found[RepoPath(path)] = (mode, blob)
    return found


def _text(root: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
    return git_checked(root, *arguments, stdin=stdin, env=env).decode().strip()


def _refused(name: str, reason: str) -> EngineError:
    cause = Cause(failure=Failure.OTHER, message=f"cannot make the branch {name!r}: {reason}", subject=name)
    return EngineError.because("MIG917", cause, remedy="give it another name")
