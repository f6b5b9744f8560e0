"""A folder -> the index of what it holds: files, links, kustomization files and the state of its git repository."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover.config import Config
from migrator.engines import dirty_paths, git_prefix, head_commit, is_repository, remote_urls, tree_digest
from migrator.model import RepoPath, SourceSpan

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What kustomize looks for (`RecognizedKustomizationFileNames`), in its order."""

ALWAYS_IGNORED = frozenset({".git", ".migrate", "node_modules"})

_LINK_LIMIT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file of the repository. A symbolic link to a file carries where it leads."""

    path: RepoPath
    size: int
    """Bytes."""
    executable: bool = False
    link: RepoPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GitState:
    """What git says about the folder; paths are relative to the folder even where the repository is larger."""

    is_repo: bool = False
    commit: str | None = None
    """Of HEAD; None before the first commit."""
    tree: str | None = None
    """The id of the folder's tree at HEAD."""
    dirty: tuple[RepoPath, ...] = ()
    """Changed, staged or untracked."""
    prefix: str = ""
    """The folder within the repository, with a slash behind; empty for the repository itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The files below a root, and answers about paths that follow symbolic links as kustomize does."""

    root: Path
    files: Mapping[RepoPath, FileEntry]
    links: Mapping[RepoPath, RepoPath]
    """Symbolic link (to a file or a folder) -> where it leads, inside the repository."""
    kustomization_files: tuple[RepoPath, ...]
    git: GitState = field(default_factory=GitState)
    own_urls: tuple[str, ...] = ()
    """Remote places that are this repository: git's remotes, and what `remotes: {URL: .}` says."""
    submodules: tuple[RepoPath, ...] = ()
    """Folders that belong to another git repository, checked out or not."""
    ignored: tuple[RepoPath, ...] = ()
    """Files and folders left out by name or by `ignore`; what lies below an ignored folder is not listed."""
    diagnostics: Diagnostics = ()
    written: Mapping[RepoPath, bytes] = field(default_factory=dict, repr=False)
    """File -> what it will hold, where this is the index of a tree that is not written yet."""
    _digests: dict[RepoPath, str] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, path: RepoPath) -> RepoPath:
        """The path with every link on the way followed; unchanged where there is none."""
        for _ in range(_LINK_LIMIT if self.links else 0):
            parts = path.split("/")
            prefixes = ("/".join(parts[: i + 1]) for i in range(len(parts)))
            found = next((p for p in prefixes if p in self.links), None)
            if found is None:
                return path
            path = RepoPath(posixpath.normpath(self.links[RepoPath(found)] + path[len(found) :]))
        return path

    def is_file(self, path: RepoPath) -> bool:
        return path in self.files or self.resolve(path) in self.files

    def is_directory(self, path: RepoPath) -> bool:
        return (self.root / self.resolve(path)).is_dir()

    def submodule_of(self, path: RepoPath) -> RepoPath | None:
        """The submodule that a path lies in, or is; None where it belongs to this repository."""
        return next((each for each in self.submodules if path == each or path.startswith(f"{each}/")), None)

    def below(self, directory: RepoPath) -> tuple[RepoPath, ...]:
        """The files in a folder and its subfolders, sorted."""
        if directory == ".":
            return tuple(sorted(self.files))
        prefix = f"{directory}/"
        return tuple(sorted(path for path in self.files if path.startswith(prefix)))

    def read(self, path: RepoPath) -> bytes:
        """The bytes of a file; MigrateError MIG106 if they cannot be read."""
        try:
            if path in self.written:
                return self.written[path]
            return (self.root / path).read_bytes()
        except OSError as error:
            raise MigrateError.of(
                "MIG106",
                f"cannot read the file: {error.strerror}",
                span=SourceSpan(path=path),
                remedy="give read permission, or leave it out with `ignore` in migrate.yaml",
            ) from None

    def with_files(self, files: Mapping[RepoPath, bytes | None]) -> Index:
        """The index once these files hold that, or (None) are gone."""
        every_file = {**self.written, **files}
        written = {path: data for path, data in every_file.items() if data is not None}
        kept = {path: entry for path, entry in self.files.items() if path not in files}
        listed = (path for path in files if ALWAYS_IGNORED.isdisjoint(path.split("/")))
        new = {path: FileEntry(path=path, size=len(written[path])) for path in listed if path in written}
        every = dict(sorted({**kept, **new}.items()))
        kustomizations = tuple(path for path in every if posixpath.basename(path) in KUSTOMIZATION_NAMES)
        return replace(self, files=every, kustomization_files=kustomizations, written=written, _digests={})

    def digest(self, path: RepoPath) -> str:
        """`sha256:` of a file's bytes, computed when first asked for; MigrateError MIG106 if it cannot be read."""
        if path not in self._digests:
            self._digests[path] = "sha256:" + hashlib.sha256(self.read(path)).hexdigest()
        return self._digests[path]


def discover(root: Path, config: Config) -> Index:
    """The index of the folder `root`.

    Never leaves the folder: a symbolic link out of it is reported and left alone, and folders behind links inside are
    listed once, at their real place. Raises MigrateError MIG107 (no folder) or MIG103 (no kustomization).
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise MigrateError.of("MIG107", f"{root} {what}", remedy="name the folder of a GitOps repository")
    walk = _Walk(Path(os.path.realpath(root)), _ignores(config))
    walk.run()
    found = tuple(sorted(path for path in walk.files if posixpath.basename(path) in KUSTOMIZATION_NAMES))
    if not found and {"HEAD", "config"} <= walk.files.keys() and (root / "objects").is_dir():
        remedy = "clone it, and name the clone: `git clone REPOSITORY FOLDER`"
        raise MigrateError.of("MIG103", f"{root} is a bare git repository: no files to read", remedy=remedy)
    if not found:
        raise MigrateError.of(
            "MIG103",
            f"no kustomization in {root}" if walk.files else f"{root} is empty",
            remedy=f"name a folder that holds a {' or '.join(KUSTOMIZATION_NAMES)} somewhere below it",
        )
    return Index(
        root=walk.root,
        files=dict(sorted(walk.files.items())),
        links=dict(sorted(walk.links.items())),
        kustomization_files=found,
        git=(state := _git_state(walk.root)),
        own_urls=tuple(_own_urls(walk.root, config, state)),
        submodules=tuple(sorted({*walk.submodules, *_declared_submodules(walk.root)})),
        ignored=tuple(sorted(walk.ignored)),
        diagnostics=tuple(sorted(walk.diagnostics, key=lambda d: d.span or SourceSpan(path=RepoPath("")))),
    )


def _ignores(config: Config) -> Callable[[str], bool]:
    """Says whether a path (folders end in `/`) is left out by the configuration."""
    if not config.ignore:
        return lambda _path: False
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(config.ignore).match_file


class _Walk:
    """One walk over the tree."""

    def __init__(self, root: Path, ignores: Callable[[str], bool]) -> None:
        self.root = root
        self._ignores = ignores
        self.files: dict[RepoPath, FileEntry] = {}
        self.links: dict[RepoPath, RepoPath] = {}
        self.ignored: list[RepoPath] = []
        self.submodules: list[RepoPath] = []
        self.diagnostics: list[Diagnostic] = []

    def run(self) -> None:
        pending = [""]
        while pending:
            directory = pending.pop()
            try:
                with os.scandir(self.root / directory) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._note("MIG106", directory or ".", f"cannot list the folder: {error.strerror}", Severity.WARNING)
                continue
            for entry in listed:
                path = f"{directory}/{entry.name}" if directory else entry.name
                if self._enter(entry, path):
                    pending.append(path)

    def _enter(self, entry: os.DirEntry[str], path: str) -> bool:
        """Record an entry; true for a folder to walk into."""
        is_link = entry.is_symlink()
        is_directory = entry.is_dir(follow_symlinks=False)
        if entry.name in ALWAYS_IGNORED or self._ignores(f"{path}/" if is_directory else path):
            if entry.name != ".git":
                self.ignored.append(RepoPath(path))
            elif path != ".git":
                self.submodules.append(RepoPath(posixpath.dirname(path)))
            return False
        if is_link:
            self._link(path)
        elif entry.is_file(follow_symlinks=False) and not os.access(entry.path, os.R_OK):
            self._note("MIG106", path, "cannot read the file; left alone", Severity.WARNING)
        elif entry.is_file(follow_symlinks=False):
            stat = entry.stat(follow_symlinks=False)
            self.files[RepoPath(path)] = FileEntry(
                path=RepoPath(path), size=stat.st_size, executable=bool(stat.st_mode & 0o100)
            )
        return is_directory

    def _link(self, path: str) -> None:
        target = Path(os.path.realpath(self.root / path))
        if not target.is_relative_to(self.root):
            self._note("MIG105", path, "symbolic link leads out of the repository; left alone", Severity.WARNING)
            return
        inside = RepoPath(target.relative_to(self.root).as_posix())
        if target.is_file():
            self.links[RepoPath(path)] = inside
            self.files[RepoPath(path)] = FileEntry(path=RepoPath(path), size=target.stat().st_size, link=inside)
        elif target.is_dir():
            self.links[RepoPath(path)] = inside
        else:
            self._note("MIG105", path, "symbolic link leads nowhere; left alone", Severity.INFO)

    def _note(self, code: str, path: str, summary: str, severity: Severity) -> None:
        self.diagnostics.append(
            Diagnostic(
                code=code,
                severity=severity,
                summary=summary,
                span=SourceSpan(path=RepoPath(path)),
                remedy="repair it, or leave it out with `ignore` in migrate.yaml",
            )
        )


def _declared_submodules(root: Path) -> Iterator[RepoPath]:
    """The folders that `.gitmodules` names: those that are not checked out hold nothing that could tell."""
    try:
        text = (root / ".gitmodules").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and key.strip().lower() == "path" and (path := value.strip().strip('"')):
            yield RepoPath(posixpath.normpath(path))


def _own_urls(root: Path, config: Config, git: GitState) -> Iterator[str]:
    yield from sorted(remote_urls(root).values()) if git.is_repo else ()
    yield from (url for url, path in config.remotes.items() if posixpath.normpath(path) == ".")


def _git_state(root: Path) -> GitState:
    if not is_repository(root):
        return GitState()
    return GitState(
        tree=tree_digest(root),
        is_repo=True,
        commit=head_commit(root),
        dirty=dirty_paths(root),
        prefix=git_prefix(root),
    )
