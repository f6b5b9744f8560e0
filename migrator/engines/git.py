"""Ask git about a repository: commit, what is dirty, the tree of a commit. Never writes to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from migrator.engines.errors import Cause, EngineError, Failure
from migrator.engines.run import Completed, online_environment, run
from migrator.model import RepoPath

_TIMEOUT = 300.0
_MAX_OUTPUT = 1 << 30
# what a repository's own configuration could make git run
_SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false")
_FILTERING = frozenset({"status", "add", "update-index", "hash-object", "checkout", "commit", "worktree"})
_SYMLINK = "120000"
_SUBMODULE = "160000"
_EXECUTABLE = "100755"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What came of writing a commit's files into a folder."""

    files: tuple[RepoPath, ...]
    skipped: tuple[tuple[RepoPath, str], ...]
    """Entries that were not written, with the reason: submodules, links that lead out of the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    mode: str
    object_id: str
    path: str


def is_repository(root: Path) -> bool:
    """Whether the folder lies in a git work tree; False as well where there is no git to ask."""
    if shutil.which("git") is None:
        return False
    completed = git_run(root, "rev-parse", "--is-inside-work-tree")
    return completed.returncode == 0 and completed.stdout.strip() == b"true"


def head_commit(root: Path) -> str | None:
    """The full id of the commit that HEAD names; None before the first commit and outside of a repository."""
    return resolve_commit(root, "HEAD")


def resolve_commit(root: Path, ref: str) -> str | None:
    """The full id of the commit that a branch, tag or abbreviation names; None for none."""
    completed = git_run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return completed.stdout.decode().strip() or None if completed.returncode == 0 else None


def remote_urls(root: Path) -> dict[str, str]:
    """Name -> URL of each remote that the repository's configuration names."""
    told = git_run(root, "config", "--local", "--get-regexp", r"^remote\..*\.url$").stdout.decode("utf-8", "replace")
    lines = (line.split(" ", 1) for line in told.splitlines() if " " in line)
    return {key.removeprefix("remote.").removesuffix(".url"): url for key, url in lines}


def default_branch(root: Path) -> str:
    """The branch that is deployed from: what `origin` calls its head, else main or master, else the current one.

    Empty where none of them is.
    """
    told = git_run(root, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").stdout.decode().strip()
    if told:
        return told.removeprefix("origin/")
    current = git_run(root, "symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode().strip()
    usual = [name for name in ("main", "master") if resolve_commit(root, f"refs/heads/{name}") is not None]
    return current if current in usual or not usual else usual[0]


def last_change(root: Path, path: RepoPath) -> str | None:
    """The full id of the last commit that changed a file of the folder; None where none did, or there is no git."""
    if not is_repository(root):
        return None
    completed = git_run(root, "log", "-1", "--format=%H", "--", path)
    return completed.stdout.decode().strip() or None if completed.returncode == 0 else None


def file_history(root: Path, since: str, path: RepoPath) -> tuple[tuple[str, bytes], ...]:
    """The commits after one up to HEAD that changed a file and left it there, oldest first, each with its content."""
    if (commit := resolve_commit(root, since)) is None:
        return ()
    told = git_checked(root, "log", "--reverse", "--format=%H", f"{commit}..HEAD", "--", f"./{path}").decode().split()
    shown = ((commit, git_run(root, "show", f"{commit}:./{path}")) for commit in told)
    return tuple((commit, completed.stdout) for commit, completed in shown if completed.returncode == 0)


def is_ancestor(root: Path, commit: str) -> bool:
    """Whether HEAD rests on a commit; False as well where git does not know it."""
    full = resolve_commit(root, commit)
    return full is not None and git_run(root, "merge-base", "--is-ancestor", full, "HEAD").returncode == 0


def dirty_paths(root: Path) -> tuple[RepoPath, ...]:
    """Paths below the folder that differ from HEAD or are untracked (ignored ones are not), sorted, relative to it.

    Of a rename both names are there. EngineError MIG121 if git fails.
    """
    completed = _checked(
        root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=dirty", "--", "."
    )
    prefix = git_prefix(root)
    found: set[str] = set()
    parts = iter(completed.stdout.decode("utf-8", "surrogateescape").split("\0"))
    for part in parts:
        if not part:
            continue
        found.add(part[3:])
        if "R" in part[:2] or "C" in part[:2]:
            found.add(next(parts, ""))
    below = (path[len(prefix) :] for path in found if path.startswith(prefix))
    return tuple(RepoPath(path) for path in sorted(below) if path)


def ignored_paths(root: Path, paths: Sequence[RepoPath]) -> tuple[RepoPath, ...]:
    """Those of the paths that git ignores: they are in no commit unless somebody insists. None outside of git."""
    if not paths or not is_repository(root):
        return ()
    asked = "".join(f"./{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    told = git_run(root, "check-ignore", "-z", "--stdin", stdin=asked).stdout.decode("utf-8", "surrogateescape")
    return tuple(RepoPath(path.removeprefix("./")) for path in told.split("\0") if path)


def tree_digest(root: Path, ref: str = "HEAD") -> str | None:
    """The id of the tree object of the folder at a commit; equal content has an equal id. None where there is none."""
    completed = git_run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}:./")
    return completed.stdout.decode().strip() or None if completed.returncode == 0 else None


def export(root: Path, ref: str, target: Path) -> Export:
    """Write the folder's files as they are at a commit into an empty or new folder.

    The blobs themselves, without `export-ignore` or `export-subst`. Nothing is ever written outside of the target:
    links that would lead out are skipped, and no entry is written through a link. EngineError MIG120 unknown ref,
    MIG121 git fails.
    """
    commit = resolve_commit(root, ref)
    if commit is None:
        cause = Cause(failure=Failure.OTHER, message=f"git knows no commit {ref!r} here", subject=ref)
        raise EngineError.because("MIG120", cause, remedy="name a branch, tag or commit; a shallow clone may lack it")
    entries = tuple(_entries(root, commit))
    blobs = _blobs(root, tuple(entry.object_id for entry in entries if entry.mode != _SUBMODULE))
    target.mkdir(parents=True, exist_ok=True)
    base = target.resolve()
    files: list[RepoPath] = []
    skipped: list[tuple[RepoPath, str]] = []
    # links last: whatever they point at is there, and nothing can be written through them
    for entry in sorted(entries, key=lambda entry: (entry.mode == _SYMLINK, entry.path)):
        reason = _refusal(entry, blobs.get(entry.object_id, b""), base)
        if reason:
            skipped.append((RepoPath(entry.path), reason))
        else:
            _write(entry, blobs[entry.object_id], base)
            files.append(RepoPath(entry.path))
    return Export(files=tuple(sorted(files)), skipped=tuple(sorted(skipped)))


def _entries(root: Path, commit: str) -> Iterator[_Entry]:
    completed = _checked(root, "ls-tree", "-r", "-z", commit, "--", ".")
    for record in completed.stdout.decode("utf-8", "surrogateescape").split("\0"):
        if record:
            head, _, path = record.partition("\t")
            mode, _, object_id = head.split(" ")
            yield _Entry(mode=mode, object_id=object_id, path=path)


def _blobs(root: Path, object_ids: tuple[str, ...]) -> dict[str, bytes]:
    wanted = tuple(dict.fromkeys(object_ids))
    completed = _checked(root, "cat-file", "--batch", stdin="".join(f"{one}\n" for one in wanted).encode())
    data = completed.stdout
    found: dict[str, bytes] = {}
    offset = 0
    for object_id in wanted:
        end = data.index(b"\n", offset)
        fields = data[offset:end].split(b" ")
        if len(fields) != 3:
            cause = Cause(failure=Failure.OTHER, message=f"git lacks the object {object_id}")
            raise EngineError.because("MIG121", cause, remedy="fetch the whole history (git fetch --unshallow)")
        size = int(fields[2])
        found[object_id] = data[end + 1 : end + 1 + size]
        offset = end + 1 + size + 1
    return found


def _refusal(entry: _Entry, content: bytes, base: Path) -> str:
    """Why an entry must not be written; empty if it may."""
    path = PurePosixPath(entry.path)
    if entry.mode == _SUBMODULE:
        return "a submodule"
    if path.is_absolute() or any(part in ("..", ".git") for part in path.parts) or "\\" in entry.path:
        return "an unsafe path"
    place = base / path
    if any(parent.is_symlink() for parent in place.parents if parent.is_relative_to(base)) or place.is_symlink():
        return "it lies behind a symbolic link"
    if entry.mode == _SYMLINK:
        link = content.decode("utf-8", "surrogateescape")
        aim = Path(os.path.normpath(place.parent / link))
        if Path(link).is_absolute() or not aim.is_relative_to(base):
            return "a symbolic link that leads out of the repository"
    return ""


def _write(entry: _Entry, content: bytes, base: Path) -> None:
    place = base / entry.path
    place.parent.mkdir(parents=True, exist_ok=True)
    if entry.mode == _SYMLINK:
        place.symlink_to(content.decode("utf-8", "surrogateescape"))
        return
    place.write_bytes(content)
    if entry.mode == _EXECUTABLE:
        place.chmod(0o755)


def git_prefix(root: Path) -> str:
    """The folder within its repository, with a slash behind; empty for the repository itself."""
    return _checked(root, "rev-parse", "--show-prefix").stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def _checked(root: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Completed:
    completed = git_run(root, *arguments, stdin=stdin, env=env)
    if completed.returncode:
        said = completed.stderr.strip().splitlines()
        reason = (said[0] if said else "no reason given").removeprefix("fatal: ")
        cause = Cause(failure=Failure.OTHER, message=f"git {arguments[0]} failed: {reason}")
        raise EngineError.because("MIG121", cause, remedy="run git status there to see the same error")
    return completed


def git_checked(root: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
    """What git prints; EngineError MIG121 if it fails."""
    return _checked(root, *arguments, stdin=stdin, env=env).stdout


def git_run(root: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Completed:
    """Git as this tool runs it: without hooks, pager, prompt or network; `env` is added to its environment."""
    environment = {
        **online_environment(),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        **(_without_filters(root) if arguments[0] in _FILTERING else {}),
        **(env or {}),
    }
    return run(
        ["git", *_SAFE, *arguments],
        cwd=root,
        env=environment,
        timeout=_TIMEOUT,
        stdin=stdin,
        max_output=_MAX_OUTPUT,
    )


def _without_filters(root: Path) -> dict[str, str]:
    """The environment that empties the filters which the repository's own configuration names: they are programs.

    Those of the user and the machine (large files) stay.
    """
    told = git_run(root, "config", "--show-scope", "--null", "--name-only", "--get-regexp", r"^filter\.").stdout
    words = told.decode("utf-8", "surrogateescape").split("\0")
    keys = [key for scope, key in zip(words[::2], words[1::2], strict=False) if scope in {"local", "worktree"}]
    drivers = sorted({key.rpartition(".")[0] for key in keys})
    wanted = [(f"{each}.{name}", "") for each in drivers for name in ("clean", "smudge", "process")]
    wanted += [(f"{each}.required", "false") for each in drivers]
    found = {"GIT_CONFIG_COUNT": str(len(wanted))} if wanted else {}
    for number, (key, value) in enumerate(wanted):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found
