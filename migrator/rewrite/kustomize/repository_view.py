"""What every part of the rewriting reads: files, kustomizations, and answers about them that are asked often."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from migrator.discover import Index
from migrator.load import Kustomization, Kustomizations
from migrator.model import RepoPath
from migrator.render_roots import Build
from migrator.yamlio import Dialect, Document, read_documents

T = TypeVar("T")
_DEPENDENCY = re.compile(rb"""file://([^"'\s,}]+)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryView:
    """One repository at one moment. Answers are remembered for as long as it lives."""

    kustomizations: Kustomizations
    builds: tuple[Build, ...] = field(repr=False)
    deployed: frozenset[RepoPath] = frozenset()
    """Folders that objects of a GitOps tool deploy by their path."""
    _memory: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @property
    def index(self) -> Index:
        return self.kustomizations.index

    def once(self, question: Hashable, answer: Callable[[], T]) -> T:
        """The answer, worked out when first asked for."""
        if question not in self._memory:
            self._memory[question] = answer()
        found: T = self._memory[question]
        return found

    @property
    def staying(self) -> frozenset[RepoPath]:
        """The folders that stay whatever becomes of their content."""
        rendered = (build.root for build in self.builds)
        return self.once("staying", lambda: self.deployed.union(self.kustomizations.roots(), rendered))

    def is_staying(self, folder: RepoPath) -> bool:
        """Whether the folder, or one inside it, stays whatever becomes of its content: a chart that others name too."""
        named = self.once("named charts", lambda: frozenset(self._named_charts()))
        return any(f"{path}/".startswith(f"{folder}/") for path in self.staying | named)

    def _named_charts(self) -> Iterator[RepoPath]:
        """Folders of the charts that charts of the repository depend on."""
        for file in self.index.files:
            if posixpath.basename(file) in ("Chart.yaml", "requirements.yaml"):
                for place in _DEPENDENCY.findall(self.read(file)):
                    here = posixpath.dirname(file)
                    yield RepoPath(posixpath.normpath(posixpath.join(here, place.decode("utf-8", "replace"))))

    def read(self, path: RepoPath) -> bytes:
        """The bytes of a file; MigrateError MIG106 if they cannot be read."""
        return self.once(("bytes", path), lambda: self.index.read(path))

    def documents(self, path: RepoPath) -> tuple[Document, ...]:
        """The documents of a file as kustomize reads them; MigrateError MIG101 for what it would refuse."""
        return self.once(
            ("documents", path), lambda: read_documents(self.read(path), dialect=Dialect.KUSTOMIZE, path=path)
        )

    def files(self, directory: RepoPath) -> frozenset[RepoPath]:
        """Every file that a build of the folder reads."""
        return self.once(("files", directory), lambda: frozenset(self.kustomizations.closure(directory)))

    def directories(self, root: RepoPath) -> frozenset[RepoPath]:
        """The folders of all kustomizations that a build of the root meets."""
        reach = self.kustomizations.reach
        return self.once(("directories", root), lambda: frozenset(reach(root).directories))

    def reached(self, root: RepoPath) -> tuple[Kustomization, ...]:
        """The kustomizations that a build of the root meets, sorted by folder."""
        held = self.kustomizations.by_path
        return tuple(held[path] for path in sorted(self.directories(root)) if path in held)

    def may_rename(self, root: RepoPath) -> bool:
        """Whether some kustomization on the way to the root may give objects other names."""
        fields = ("namePrefix", "nameSuffix", "transformers")
        return any(held.fields.get(name) for held in self.reached(root) for name in fields)

    def scope(self, held: Kustomization) -> frozenset[RepoPath]:
        """Files whose objects a kustomization's patches and transformers meet.

        That is what it includes; a component works on what its includer has gathered before.
        """
        return self.once(("scope", held.path), lambda: self._scope(held.path, frozenset()))

    def _scope(self, directory: RepoPath, seen: frozenset[RepoPath]) -> frozenset[RepoPath]:
        held = self.kustomizations.by_path.get(directory)
        if held is None or directory in seen:
            return frozenset()
        files = self.files(directory)
        if held.kind == "Component":
            for includer in self.kustomizations.includers(directory):
                files |= self._scope(includer, seen | {directory})
        return files
