"""Roots that belong together, and which entry or document became which object."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence

from migrator.load import Kustomization, ReferenceKind
from migrator.model import RepoPath
from migrator.render_roots import DEFAULT_ENVIRONMENT, Build
from migrator.rewrite.kustomize.ownership import Placed, written_objects
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.targets import generates
from migrator.rewrite.overlays.types import FOREIGN, Atom, Cluster

GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}
_HEAD = frozenset({"apiVersion", "kind", "metadata"})


def clusters(view: RepositoryView) -> tuple[Cluster, ...]:
    """The roots in groups that share no kustomization with each other, sorted."""
    import networkx as nx

    builds = sorted(view.builds, key=lambda each: each.root)
    met: nx.Graph[RepoPath] = nx.Graph()
    met.add_edges_from((build.root, folder) for build in builds for folder in view.directories(build.root))
    groups = [(folders, [each for each in builds if each.root in folders]) for folders in nx.connected_components(met)]
    return tuple(_cluster(folders, held, view) for folders, held in sorted(groups, key=lambda group: group[1][-1].root))


def _cluster(folders: set[RepoPath], builds: Sequence[Build], view: RepositoryView) -> Cluster:
    names = {build.root: build.environment for build in builds}
    if len(set(names.values())) < len(names) or (len(names) > 1 and DEFAULT_ENVIRONMENT in names.values()):
        names = {root: posixpath.basename(root) for root in names}
    if len(set(names.values())) < len(names):
        names = {root: root.replace("/", "-") for root in names}
    known = view.kustomizations.by_path
    held = tuple(known[path] for path in sorted(folders & _with_content(names.keys(), known)) if path in known)
    return Cluster(roots=names, held=held, builds=tuple(builds))


def _with_content(roots: Collection[RepoPath], known: Mapping[RepoPath, Kustomization]) -> frozenset[RepoPath]:
    """The folders of resources and components from the roots on; what configures transformers is not content."""
    import networkx as nx

    lists: nx.DiGraph[RepoPath] = nx.DiGraph()
    lists.add_nodes_from(roots)
    lists.add_edges_from(
        (path, each.path)
        for path, held in known.items()
        for each in (*held.resources, *held.components)
        if each.kind is ReferenceKind.DIRECTORY and each.path is not None
    )
    return frozenset(roots).union(*(nx.descendants(lists, root) for root in roots))


def atom_of(placed: Placed, view: RepositoryView) -> Atom:
    """What an object of a build was made from; FOREIGN where that is neither a document nor a generator entry here."""
    if placed.written is not None:
        return Atom(file=placed.written.place.file, index=placed.written.place.document)
    origin = placed.resource.origin
    if origin is None or not origin.generated or origin.remote:
        return FOREIGN
    may_rename = view.may_rename(placed.root)
    found = [
        (len(entry.name), Atom(file=held.file, index=entry.index, field=GENERATORS[entry.kind]))
        for held in view.reached(placed.root)
        for entry in held.generators
        if entry.behavior in ("", "create") and generates(entry, placed, may_rename=may_rename)
    ]
    return max(found)[1] if found else FOREIGN


def atoms_of(held: Kustomization, view: RepositoryView) -> Mapping[Atom, RepoPath]:
    """The atoms that a kustomization itself lists -> the folder that lists them."""
    found: dict[Atom, RepoPath] = {}
    for reference in held.resources:
        if reference.kind is ReferenceKind.FILE and reference.path is not None:
            for each in written_objects(view, reference.path):
                found[Atom(file=reference.path, index=each.place.document)] = held.path
        elif reference.kind is not ReferenceKind.DIRECTORY:
            found[FOREIGN] = held.path
    for entry in held.generators:
        if entry.behavior in ("", "create"):
            found[Atom(file=held.file, index=entry.index, field=GENERATORS[entry.kind])] = held.path
    if held.helm_charts or held.fields.get("generators"):
        found[FOREIGN] = held.path
    return found


def only_lists(held: Kustomization) -> bool:
    """Whether a kustomization does nothing but list resources, and say how what comes out is sorted and marked."""
    listing = {"resources", "sortOptions", "buildMetadata"}
    return {name for name, value in held.fields.items() if value} <= _HEAD | listing
