"""The resource graph: networkx behind typed methods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.graph.edges import Environment
from migrator.graph.types import Edge, EdgeKind, Node
from migrator.load import Kustomizations, PatchRef
from migrator.model import RepoPath, ResId, Resource
from migrator.render_roots import Build

if TYPE_CHECKING:
    import networkx as nx

_STORED = frozenset(EdgeKind) - {EdgeKind.SHARES_ORIGIN}


@dataclass(frozen=True, slots=True)
class ResourceGraph:
    """The objects of all environments and what they have to do with each other. Every answer is sorted.

    `SHARES_ORIGIN` is not stored as edges, as a file with n objects would need n x n of them.
    """

    _graph: nx.MultiDiGraph[Node] = field(repr=False)
    _resources: Mapping[Node, Resource] = field(repr=False)
    _by_origin: Mapping[RepoPath, tuple[Node, ...]] = field(repr=False)
    _roots: Mapping[Node, tuple[RepoPath, ...]] = field(repr=False)
    _kustomizations: Kustomizations | None = field(repr=False, default=None)

    @property
    def environments(self) -> tuple[str, ...]:
        return tuple(sorted({node.environment for node in self._resources}))

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(sorted(self._resources))

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every stored edge; `SHARES_ORIGIN` is not among them."""
        return tuple(
            sorted(
                Edge(source=source, target=target, kind=kind, via=data["via"])
                for source, target, kind, data in self._graph.edges(keys=True, data=True)
            )
        )

    def resource(self, node: Node) -> Resource:
        """The object; KeyError if there is none."""
        return self._resources[node]

    def resources(self, environment: str) -> tuple[Resource, ...]:
        """The objects of an environment, each once, sorted by identity."""
        return tuple(self._resources[node] for node in self.nodes if node.environment == environment)

    def roots(self, node: Node) -> tuple[RepoPath, ...]:
        """The roots that render the object; more than one is a conflict that the build reported."""
        return self._roots.get(node, ())

    def neighbours(self, node: Node, kinds: Collection[EdgeKind] = _STORED) -> tuple[Node, ...]:
        """Objects next to one, whichever way the edge points."""
        return tuple(sorted({*self.targets(node, kinds), *self.sources(node, kinds)}))

    def targets(self, node: Node, kinds: Collection[EdgeKind] = _STORED) -> tuple[Node, ...]:
        """What the object selects, refers to, binds or defines."""
        wanted = {kind.value for kind in kinds}
        found = {target for _, target, kind in self._graph.out_edges(node, keys=True) if kind in wanted}
        return tuple(sorted(found | self._siblings(node, kinds)))

    def sources(self, node: Node, kinds: Collection[EdgeKind] = _STORED) -> tuple[Node, ...]:
        """What selects, refers to, binds or defines the object."""
        wanted = {kind.value for kind in kinds}
        found = {source for source, _, kind in self._graph.in_edges(node, keys=True) if kind in wanted}
        return tuple(sorted(found | self._siblings(node, kinds)))

    def by_origin(self, path: RepoPath) -> tuple[Node, ...]:
        """The objects, of all environments, that come from a file."""
        return self._by_origin.get(path, ())

    @property
    def origins(self) -> tuple[RepoPath, ...]:
        """The files that objects come from."""
        return tuple(sorted(self._by_origin))

    def components(self, kinds: Collection[EdgeKind] = _STORED) -> tuple[tuple[Node, ...], ...]:
        """Groups of objects that edges of these kinds join, largest first, then by their first node."""
        import networkx as nx

        joined: nx.Graph[Node] = nx.Graph()
        joined.add_nodes_from(self._resources)
        wanted = {kind.value for kind in kinds}
        joined.add_edges_from(
            (source, target) for source, target, kind in self._graph.edges(keys=True) if kind in wanted
        )
        if EdgeKind.SHARES_ORIGIN in kinds:
            for nodes in self._by_origin.values():
                first: dict[str, Node] = {}
                joined.add_edges_from((first.setdefault(node.environment, node), node) for node in nodes)
        found = (tuple(sorted(group)) for group in nx.connected_components(joined))
        return tuple(sorted(found, key=lambda group: (-len(group), group)))

    def patched_by(self, node: Node) -> tuple[tuple[RepoPath, PatchRef], ...]:
        """The patches that apply to an object, with the kustomization file that lists each, innermost first.

        By the object's final identity (`PatchRef.touches`), among the kustomizations that kustomize names as
        transforming it; where no origin is known, among all that its roots rest on.
        """
        if self._kustomizations is None:
            return ()
        resource = self._resources[node]
        found: dict[tuple[RepoPath, str, int], tuple[RepoPath, PatchRef]] = {}
        transformed = set(resource.origin.transformed_in) if resource.origin else None
        for root in self.roots(node):
            for directory in reversed(self._kustomizations.reach(root).directories):
                held = self._kustomizations.by_path.get(directory)
                if held is None or (transformed is not None and held.file not in transformed):
                    continue
                for patch in held.patches:
                    if patch.touches(resource):
                        found.setdefault((held.file, patch.field, patch.index), (held.file, patch))
        return tuple(found.values())

    def _siblings(self, node: Node, kinds: Collection[EdgeKind]) -> set[Node]:
        resource = self._resources.get(node)
        if EdgeKind.SHARES_ORIGIN not in kinds or resource is None or resource.origin is None:
            return set()
        here = self._by_origin.get(resource.origin.path, ())
        return {other for other in here if other.environment == node.environment and other != node}


def build_graph(builds: Iterable[Build], kustomizations: Kustomizations | None = None) -> ResourceGraph:
    """The graph of everything that built. An object that two roots of an environment render is one node."""
    import networkx as nx

    resources: dict[Node, Resource] = {}
    roots: dict[Node, list[RepoPath]] = defaultdict(list)
    origins: dict[RepoPath, dict[Node, None]] = defaultdict(dict)
    environments: dict[str, dict[ResId, Resource]] = defaultdict(dict)
    for build in builds:
        for resource in build.resources:
            node = Node(build.environment, resource.id)
            roots[node].append(build.root)
            kept = resources.setdefault(node, resource)
            environments[build.environment].setdefault(resource.id, kept)
            if kept.origin is not None and not kept.origin.remote:
                origins[kept.origin.path][node] = None
    graph: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
    graph.add_nodes_from(sorted(resources))
    for environment, held in sorted(environments.items()):
        objects = [held[res_id] for res_id in sorted(held)]
        for source, target, kind, via in Environment(objects).edges():
            graph.add_edge(Node(environment, source), Node(environment, target), key=kind.value, via=via)
    return ResourceGraph(
        graph,
        resources,
        {path: tuple(sorted(nodes)) for path, nodes in sorted(origins.items())},
        {node: tuple(dict.fromkeys(found)) for node, found in roots.items()},
        kustomizations,
    )
