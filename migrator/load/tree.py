"""All kustomizations of a repository, and what rests on what."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import Index
from migrator.load.locate import locate
from migrator.load.read import read_kustomization
from migrator.load.remote_url import remote_url
from migrator.load.types import Kustomization, PluginRef, Reference, ReferenceKind
from migrator.lock import LOCK_PATH
from migrator.model import Json, RepoPath, SourceSpan, mapping_of
from migrator.yamlio import Dialect, read_value

if TYPE_CHECKING:
    import networkx as nx

_LIST_ITEM = re.compile(rb"(?m)^\s*-\s+[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one kustomization rests on, directly or through others."""

    directories: tuple[RepoPath, ...]
    """Folders of the kustomizations, its own first, in the order kustomize meets them."""
    files: tuple[RepoPath, ...]
    """Every file that the build reads, at its real place, sorted."""
    missing: tuple[Reference, ...] = ()
    """What is named and is not there, a folder without kustomization among them."""
    remote: tuple[Reference, ...] = ()
    plugins: tuple[PluginRef, ...] = ()
    """Those that need a program which is not part of kustomize."""
    charts: tuple[Kustomization, ...] = ()
    """Kustomizations with `helmCharts`."""
    broken: Diagnostics = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kustomizations:
    """The kustomizations by folder. `broken` holds those that do not parse, with the reason."""

    index: Index = field(repr=False)
    by_path: Mapping[RepoPath, Kustomization]
    inclusion: nx.DiGraph[RepoPath] = field(repr=False, compare=False)
    """Folder -> each folder that its kustomization includes, in the order in which kustomize meets them."""
    broken: Mapping[RepoPath, Diagnostic] = field(default_factory=dict)
    included: frozenset[RepoPath] = frozenset()
    """Folders that another kustomization includes."""
    not_deployed: frozenset[RepoPath] = frozenset()
    """Folders that only patch the output of a release (`postRender` of the lock), or inflate it anew for Argo CD."""

    def roots(self) -> tuple[RepoPath, ...]:
        """Kustomizations that no other includes, broken ones too, components and post-renderers not; sorted."""
        deployed = {path for path, held in self.by_path.items() if held.kind != "Component"} | set(self.broken)
        return tuple(sorted(deployed - self.included - self.not_deployed))

    def includes(self, directory: RepoPath) -> tuple[RepoPath, ...]:
        """Folders that a kustomization includes directly, in the order kustomize meets them."""
        return tuple(self.inclusion.successors(directory)) if directory in self.inclusion else ()

    def includers(self, directory: RepoPath) -> tuple[RepoPath, ...]:
        """Folders of the kustomizations that include this one, sorted."""
        return tuple(sorted(self.inclusion.predecessors(directory))) if directory in self.inclusion else ()

    def innermost_first(self, directory: RepoPath) -> tuple[Kustomization, ...]:
        """The kustomizations that a build of the folder meets, what is included before what includes it."""
        import networkx as nx

        met = nx.dfs_postorder_nodes(self.inclusion, directory) if directory in self.inclusion else ()
        return tuple(self.by_path[path] for path in met if path in self.by_path)

    def closure(self, directory: RepoPath) -> tuple[RepoPath, ...]:
        """Every file that a build of the folder reads, at its real place, sorted; the folder's own file included."""
        return self.reach(directory).files

    def reach(self, directory: RepoPath) -> Reach:
        """What a build of the folder rests on. Cycles are followed once; kustomize is the one to refuse them."""
        import networkx as nx

        is_known = directory in self.inclusion
        directories = tuple(nx.dfs_preorder_nodes(self.inclusion, directory)) if is_known else (directory,)
        met = [self.by_path[path] for path in directories if path in self.by_path]
        files = {self.index.resolve(held.file) for held in met}
        missing: list[Reference] = []
        remote: list[Reference] = []
        for reference in (reference for held in met for reference in held.references):
            if reference.kind is ReferenceKind.FILE and reference.path is not None:
                files.add(reference.path)
            elif reference.remote:
                remote.append(reference)
            elif reference.field == "helmCharts" and reference.path and reference.kind is ReferenceKind.DIRECTORY:
                files.update(self.index.below(reference.path))
            elif reference.path not in self.by_path and reference.path not in self.broken:
                missing.append(reference)
        return Reach(
            directories=directories,
            files=tuple(sorted(files)),
            missing=tuple(missing),
            remote=tuple(remote),
            plugins=tuple(plugin for held in met for plugin in held.plugins if plugin.external),
            charts=tuple(held for held in met if held.helm_charts),
            broken=tuple(self.broken[path] for path in directories if path in self.broken),
        )


def load(index: Index) -> tuple[Kustomizations, Diagnostics]:
    """The kustomizations of the repository; one that does not parse is a diagnostic and the others go on."""
    by_path: dict[RepoPath, Kustomization] = {}
    broken: dict[RepoPath, Diagnostic] = {}
    notes: list[Diagnostic] = []
    guessed: set[RepoPath] = set()
    for file in index.kustomization_files:
        directory = RepoPath(posixpath.dirname(file) or ".")
        if directory in by_path or directory in broken:
            broken[directory] = _several(file, directory)
            by_path.pop(directory, None)
            notes.append(broken[directory])
            continue
        try:
            held, odd = read_kustomization(index, file)
        except MigrateError as error:
            broken[directory] = error.diagnostic
            notes.append(error.diagnostic)
            guessed |= _guessed_includes(index, file)
            continue
        notes += odd
        if held is not None:
            by_path[directory] = held
    included = {path for held in by_path.values() for path in _included(held)}
    included |= set(_included_by_own_remote(index, by_path))
    kustomizations = Kustomizations(
        index=index,
        by_path=by_path,
        inclusion=inclusion_of(by_path),
        broken=broken,
        included=frozenset(included | guessed),
        not_deployed=frozenset(_of_releases(index)),
    )
    return kustomizations, tuple(
        sorted(notes, key=lambda note: (note.span or SourceSpan(path=RepoPath("")), note.code))
    )


def inclusion_of(by_path: Mapping[RepoPath, Kustomization]) -> nx.DiGraph[RepoPath]:
    """The graph of what includes what, folders without a kustomization that somebody includes among its nodes."""
    import networkx as nx

    graph: nx.DiGraph[RepoPath] = nx.DiGraph()
    graph.add_nodes_from(by_path)
    graph.add_edges_from((path, inner) for path, held in by_path.items() for inner in _included(held))
    return graph


def _included(held: Kustomization) -> Iterator[RepoPath]:
    for reference in held.references:
        if reference.kind is ReferenceKind.DIRECTORY and reference.field != "helmCharts" and reference.path is not None:
            yield reference.path


def _included_by_own_remote(index: Index, by_path: Mapping[RepoPath, Kustomization]) -> Iterator[RepoPath]:
    """Folders of the repository that a kustomization names by the repository's own remote."""
    own = [url for text in index.own_urls if (url := remote_url(text)) is not None]
    texts = [each.text for held in by_path.values() for each in held.references if each.remote] if own else []
    for text in texts:
        url = remote_url(text)
        for path in (url.within(each) for each in own) if url is not None else ():
            if path is not None and f"{path}/".startswith(index.git.prefix):
                yield RepoPath(posixpath.normpath(path.removeprefix(index.git.prefix)))


def _several(file: RepoPath, directory: RepoPath) -> Diagnostic:
    return Diagnostic(
        code="MIG112",
        severity=Severity.ERROR,
        summary=f"{directory} holds several kustomization files; kustomize refuses to choose",
        span=SourceSpan(path=file),
        remedy="keep one of them",
    )


def _guessed_includes(index: Index, file: RepoPath) -> set[RepoPath]:
    """Folders that an unreadable kustomization seems to list, so that its bases do not pass for roots."""
    directory = RepoPath(posixpath.dirname(file) or ".")
    try:
        texts = _LIST_ITEM.findall(index.read(file))
    except MigrateError:
        return set()
    found = (locate(index, directory, text.decode("utf-8", "replace")) for text in texts)
    return {path for kind, path in found if kind is ReferenceKind.DIRECTORY and path is not None}


def _of_releases(index: Index) -> Iterator[RepoPath]:
    """Folders of releases of the lock, which are no roots of their own.

    The resource of a post-renderer is a chart's output, so that it builds only with that. What deploys a release by a
    kustomization inflates what the release renders.
    """
    try:
        lock = read_value(index.read(LOCK_PATH), dialect=Dialect.SIGS, path=LOCK_PATH)
    except MigrateError:
        return
    for environment in map(mapping_of, mapping_of(mapping_of(lock).get("environments")).values()):
        for release in _mappings(mapping_of(environment.get("after")).get("helm")):
            if release.get("path") and release.get("postRender"):
                yield RepoPath(posixpath.normpath(posixpath.join(str(release["path"]), str(release["postRender"]))))
        for deployer in _mappings(environment.get("deployedBy")):
            if deployer.get("component") and deployer.get("root"):
                yield RepoPath(posixpath.normpath(str(deployer["root"])))


def _mappings(value: Json) -> Iterator[Mapping[str, Json]]:
    return map(mapping_of, value if isinstance(value, list) else ())
