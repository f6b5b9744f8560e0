"""The repository as its deployers see it: which addresses mean it, and what lies in which folder of it."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from migrator.discover import KUSTOMIZATION_NAMES, Index
from migrator.load.remote_url import remote_url
from migrator.model import RepoPath

WILD = re.compile(r"\{\{.*?\}\}|\$\{.*?\}")
"""What is filled in later: by an ApplicationSet, or by Flux."""
ELSEWHERE = "what lies in another repository"
NO_FOLDER = "a folder that does not exist"
_ENOUGH = 4
"""So many folders, ..."""
_MOST = 0.8
"""... and so large a part of them have to be here, where no folder that is named is elsewhere for certain."""


@dataclass(frozen=True)
class Tree:
    """The files and folders of the repository. Not shared between processes."""

    index: Index = field(repr=False)
    own: frozenset[str] = frozenset()
    """Addresses of this repository, as `address_of` gives them."""

    @cached_property
    def folders(self) -> tuple[RepoPath, ...]:
        """All folders that hold files, sorted; the top is `.`."""
        found = {RepoPath(folder) for path in self.index.files for folder in _above(path)}
        return tuple(sorted(found))

    @cached_property
    def _known(self) -> frozenset[RepoPath]:
        return frozenset(self.folders)

    def is_here(self, repository: str) -> bool:
        """Whether an address means this repository."""
        return address_of(repository) in self.own

    def has_folder(self, path: RepoPath) -> bool:
        return path in self._known or self.index.resolve(path) in self._known

    def is_chart(self, path: RepoPath) -> bool:
        """Whether a folder is a chart: Argo CD asks for this before it looks for a kustomization."""
        return self.index.is_file(within(path, "Chart.yaml"))

    def is_kustomization(self, path: RepoPath) -> bool:
        return any(self.index.is_file(within(path, name)) for name in KUSTOMIZATION_NAMES)

    def real(self, path: RepoPath) -> RepoPath:
        """The folder that a path leads to where links are followed."""
        return path if WILD.search(path) else self.index.resolve(path)

    def kustomizations_below(self, path: RepoPath) -> tuple[RepoPath, ...]:
        """What Flux takes in where a folder has no kustomization: the nearest ones in the folders below it, sorted.

        fluxcd/pkg, `kustomize/kustomize_generator.go`: it does not look any deeper into a folder that has one.
        """
        if self.is_kustomization(path):
            return ()
        found: list[RepoPath] = []
        start = "" if path == "." else f"{path}/"
        for folder in sorted({RepoPath(posixpath.dirname(each) or ".") for each in self.index.kustomization_files}):
            if folder.startswith(start) and not any(folder.startswith(f"{each}/") for each in found[-1:]):
                found.append(folder)
        return tuple(found)


def own_addresses(index: Index, named: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The addresses that mean this repository, of those that are named with a folder or a pattern of folders.

    Those of git's remotes if they are among them. Else those with which most is named and all of it here; else one of
    which nearly everything is (a folder may have gone away); else the only one, where nothing says more.
    """
    tree = Tree(index)
    remotes = {address_of(url) for url in index.own_urls}
    evidence: dict[str, set[tuple[str, bool | None]]] = defaultdict(set)
    for repository, path in named:
        evidence[address_of(repository)].add((path, _is_here(tree, path)))
    if known := remotes & evidence.keys():
        return frozenset(known)
    here = {address: [found for _, found in held if found is not None] for address, held in evidence.items()}
    if whole := {address: len(found) for address, found in here.items() if found and all(found)}:
        return frozenset(_most_named(whole))
    most = {address for address, found in here.items() if len(found) >= _ENOUGH and sum(found) >= _MOST * len(found)}
    silent = {address for address, found in here.items() if not found}
    return frozenset(most or (silent if len(here) == 1 else ()))


def _most_named(whole: Mapping[str, int]) -> Iterator[str]:
    """The addresses that are named with about as much as any, or by the same name: a folder may be here by chance."""
    most = max(sorted(whole), key=lambda address: whole[address])
    for address, count in whole.items():
        if 2 * count >= whole[most] or posixpath.basename(address) == posixpath.basename(most):
            yield address


def address_of(text: str) -> str:
    """An address without what does not matter: scheme, credentials, `.git`, a slash at its end."""
    url = remote_url(text) if "://" in text or "@" in text else None
    return str(url) if url is not None else text.rstrip("/")


def folder_of(path: str) -> RepoPath:
    """The folder that is meant, from the top of the repository; a kustomization file stands for its folder."""
    text = posixpath.normpath(path.lstrip("/") or ".")
    if posixpath.basename(text) in KUSTOMIZATION_NAMES:
        text = posixpath.dirname(text) or "."
    return RepoPath(text)


def secure_folder(path: str) -> RepoPath:
    """The folder that Flux means: `..` ends at the top of the source.

    kustomize-controller, `internal/controller/kustomization_controller.go`, and source-controller for charts:
    `securejoin.SecureJoin`.
    """
    return folder_of(posixpath.normpath(f"/{path}"))


def within(folder: RepoPath, path: str) -> RepoPath:
    """A path that is seen from a folder, from the top of the repository."""
    return RepoPath(posixpath.normpath(posixpath.join(folder, path)))


def matching(pattern: str, paths: Iterable[RepoPath], *, greedy: bool = False) -> Iterator[RepoPath]:
    """The paths that a pattern names: `*` stays within a folder unless `greedy`, `**` does not.

    Folders are matched by Go's `path.Match`, files by default by git's own pathspec, whose `*` knows no slash (Argo CD
    documentation, Git File Generator Globbing).
    """
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": ".*" if greedy else "[^/]*", "?": "." if greedy else "[^/]"}
    parts, at, text = [], 0, posixpath.normpath(pattern.lstrip("/") or ".")
    for wild in re.finditer(r"\*\*/|\*\*|\*|\?", text):
        parts += [re.escape(text[at : wild.start()]), signs[wild[0]]]
        at = wild.end()
    expression = re.compile("".join((*parts, re.escape(text[at:]))))
    return (path for path in paths if expression.fullmatch(path))


def _is_here(tree: Tree, path: str) -> bool | None:
    """Whether what is named is here; None where that says nothing: the top, or a path that is filled in later."""
    wild = WILD.search(path)
    if wild is not None:
        path = posixpath.dirname(path[: wild.start()])
    folder = folder_of(path)
    if folder == ".":
        return None
    if re.search(r"[*?]", folder):
        return any(matching(folder, tree.folders)) or any(matching(folder, tree.index.files, greedy=True))
    return tree.has_folder(folder) or tree.index.is_file(folder)


def _above(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:end]) or "." for end in range(len(parts)))
