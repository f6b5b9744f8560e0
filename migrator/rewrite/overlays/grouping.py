"""Which unit each object belongs to: as the team says, by component, folder, label, relation or name, in this order."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.graph import EdgeKind, Node
from migrator.load import Kustomization
from migrator.model import Json, RepoPath
from migrator.plan import Plan
from migrator.render_roots import PARENTS
from migrator.rewrite.kustomize.ownership import Placed, written_objects
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.layout import Grouping
from migrator.rewrite.overlays.atoms import atom_of, atoms_of
from migrator.rewrite.overlays.types import FOREIGN, Atom, Cluster, Part, Scene, Unit

_RELATED = (EdgeKind.SELECTS, EdgeKind.REFERS, EdgeKind.BINDS)
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Rollout", "HelmRelease"})
_ORDER = re.compile(r"\d+[-_.](?=\D)")
"""In front of a folder's name: when it is applied, which is not part of what it is."""
_DEFINITION = "CustomResourceDefinition"
_LEFT = "shared"


def units_of(scene: Scene, plan: Plan, grouping: Grouping) -> tuple[Mapping[Atom, str], Mapping[str, Unit]]:
    """The name of the unit of every atom of a cluster, and the units by name; ties are not looked at yet."""
    return _Naming(scene, plan, grouping).result()


class _Naming:
    def __init__(self, scene: Scene, plan: Plan, grouping: Grouping) -> None:
        self._cluster, self._graph, self._view = scene.cluster, scene.graph, scene.view
        self._plan, self._grouping = plan, grouping
        self._places = {atom: at for held in self._cluster.held for atom, at in atoms_of(held, self._view).items()}
        self._objects: dict[Atom, list[Placed]] = defaultdict(list)
        for each in scene.objects:
            self._objects[atom_of(each, self._view)].append(each)
        self._names: dict[Atom, str] = {}
        self._units: dict[str, Unit] = {}

    def result(self) -> tuple[Mapping[Atom, str], Mapping[str, Unit]]:
        atoms = sorted({*self._places, *self._objects})
        components = self._components()
        common = self._grouping.common_folders | _environments(self._cluster)
        common |= {word for found in self._objects.values() for each in found for word in _words(each)}
        folders = _specific_folders(self._cluster, self._view, common)
        for atom in atoms:
            name = self._by_rule(atom) or components.get(atom)
            name = name or folders.get(self._places.get(atom, RepoPath("")), "") or self._by_label(atom)
            if name:
                self._names[atom] = name
        for atom in atoms:
            found = [each for each in self._objects[atom] if each.resource.gvk.kind in _WORKLOADS]
            if atom not in self._names and found:
                self._names[atom] = _bare(found[0])
        self._by_relation(atoms)
        for atom in atoms:
            if atom not in self._names:
                self._names[atom] = self._platform(atom) or self._by_name(atom) or _LEFT
        if _LEFT in self._names.values():
            self._units.setdefault(_LEFT, Unit(name=_LEFT, part=Part.PLATFORM))
        for name in sorted(set(self._names.values())):
            self._units.setdefault(name, Unit(name=name, group=self._group(name)))
        self._units = {name: self._in_company(unit) for name, unit in self._units.items()}
        return self._names, self._units

    def _by_rule(self, atom: Atom) -> str:
        """The application whose patterns in migrate.yaml match an object of the atom, or its file."""
        texts = [
            atom.file,
            *(f"{each.resource.gvk.kind}/{name}" for each in self._objects[atom] for name in each.names),
        ]
        for name, patterns in self._grouping.applications.items():
            if any(fnmatch.fnmatchcase(text, pattern) for text in texts for pattern in patterns):
                self._units[name] = Unit(name=name, group=self._grouping.groups.get(name, self._grouping.group))
                return name
        return ""

    def _components(self) -> Mapping[Atom, str]:
        """Third-party components, adopted ones for what stays beside their charts."""
        owners: dict[Node, str] = {}
        for component in self._plan.components:
            if not component.category:
                continue
            self._units[component.id] = Unit(name=component.id, part=Part.INFRASTRUCTURE, group=component.category)
            for held in (component.members, component.companions):
                for environment, members in held.items():
                    owners.update({Node(environment, member): component.id for member in members})
        found: dict[Atom, str] = {}
        for atom, placed in self._objects.items():
            names = {owners.get(Node(each.environment, each.resource.id), "") for each in placed}
            if len(names) == 1 and (name := names.pop()):
                found[atom] = name
        return found

    def _platform(self, atom: Atom) -> str:
        kinds = {each.resource.gvk.kind for each in self._objects[atom]}
        for part, wanted in self._grouping.platform.items():
            if kinds and kinds <= wanted:
                self._units.setdefault(part, Unit(name=part, part=Part.PLATFORM))
                return part
        return ""

    def _by_label(self, atom: Atom) -> str:
        labels = _labels(atom, self._view) or self._shared_labels(atom)
        # a definition that is labelled with its own name is of no application
        own = {each.resource.id.name for each in self._objects[atom] if each.resource.gvk.kind == _DEFINITION}
        named = (str(labels[key]) for key in self._grouping.labels if labels.get(key))
        return next((name for name in named if name not in own), "")

    def _shared_labels(self, atom: Atom) -> Mapping[str, Json]:
        """The labels that every object of the atom has."""
        first, *others = [_held(each.resource.body) for each in self._objects[atom]] or [{}]
        return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}

    def _by_relation(self, atoms: Sequence[Atom]) -> None:
        """What is related to one unit alone belongs to it; again, as long as that tells more."""
        where = {
            Node(each.environment, each.resource.id): atom for atom, held in self._objects.items() for each in held
        }
        while True:
            told: dict[Atom, str] = {}
            for atom in atoms:
                if atom in self._names:
                    continue
                nodes = [Node(each.environment, each.resource.id) for each in self._objects[atom]]
                near = {where.get(other) for node in nodes for other in self._graph.neighbours(node, _RELATED)}
                names = {self._names[other] for other in near if other is not None and other in self._names}
                if len(names) == 1:
                    told[atom] = names.pop()
            if not told:
                return
            self._names |= told

    def _by_name(self, atom: Atom) -> str:
        """The longest unit's name that an object's name begins with."""
        known = sorted(set(self._names.values()), key=lambda name: (-len(name), name))
        names = {_bare(each) for each in self._objects[atom]}
        written = written_objects(self._view, atom.file) if atom.file and not atom.field else ()
        names |= {each.name for each in written if each.place.document == atom.index}
        return next((one for one in known for name in sorted(names) if name == one or name.startswith(f"{one}-")), "")

    def _group(self, name: str) -> str:
        """As the team says; else the label, else the namespace that all its objects have, else the layout's word."""
        if name in self._grouping.groups:
            return self._grouping.groups[name]
        for key in self._grouping.group_labels:
            labels = {str(_held(each.resource.body).get(key) or "") for each in self._held(name)}
            if len(labels - {""}) == 1:
                return (labels - {""}).pop()
        return self._namespace(name)

    def _in_company(self, unit: Unit) -> Unit:
        """The unit, in the group of its namespace where its own name is a group that no other one is of."""
        others = {each.group for each in self._units.values() if each.name != unit.name}
        said = self._grouping.groups.get(unit.name)
        if unit.part is not Part.APPLICATION or unit.group != unit.name or unit.group in {*others, said}:
            return unit
        return replace(unit, group=self._namespace(unit.name))

    def _namespace(self, name: str) -> str:
        namespaces = {each.resource.id.namespace for each in self._held(name) if each.resource.id.namespace}
        return namespaces.pop() if len(namespaces) == 1 else self._grouping.group

    def _held(self, name: str) -> Sequence[Placed]:
        """The objects of a unit."""
        return [each for atom, found in self._objects.items() if self._names[atom] == name for each in found]


def _environments(cluster: Cluster) -> frozenset[str]:
    """What the environments are called, and the folders that lead to them."""
    found = {name.lower() for name in cluster.roots.values()}
    for root in cluster.roots:
        parts = root.lower().split("/")
        at = next((at for at, part in enumerate(parts) if part in PARENTS), len(parts))
        found.update(parts[at:])
    return frozenset(found)


def own_name(cluster: Cluster, grouping: Grouping) -> str:
    """What all the roots of a cluster are named after besides their environments; empty where that is not one name."""
    common = grouping.common_folders | _environments(cluster)
    found = {_specific(root, common) for root in cluster.roots}
    return found.pop() if len(found) == 1 else ""


def _words(placed: Placed) -> Iterator[str]:
    """What folders are called that hold objects by their kind."""
    kind = placed.resource.gvk.kind.lower()
    yield placed.resource.gvk.group or "core"
    yield from (f"{kind}s", f"{kind}es", f"{kind[:-1]}ies")


def _specific_folders(cluster: Cluster, view: RepositoryView, common: Collection[str]) -> Mapping[RepoPath, str]:
    """Folder -> the unit that it is named after, for folders that are not all of the repository's bases in one."""
    by_path = {held.path: held for held in cluster.held}
    bases = [held for held in cluster.held if held.path not in cluster.roots and held.kind != "Component"]
    tops = {held.path: _top(held.path, by_path, cluster, view, common) for held in bases}
    said = set(common)
    while repeated := _repeated(tops.values(), said):
        said |= repeated
    found = {path: name for path, top in tops.items() if (name := _specific(top, said))}
    return found if len(set(found.values())) > 1 else {}


def _top(
    path: RepoPath,
    by_path: Mapping[RepoPath, Kustomization],
    cluster: Cluster,
    view: RepositoryView,
    common: Collection[str],
) -> RepoPath:
    """The outermost base that a base is a part of."""
    while (above := _holder(path, by_path, cluster, view)) is not None and _specific(above, common):
        path = above
    return path


def _repeated(tops: Iterable[RepoPath], common: Collection[str]) -> frozenset[str]:
    """Names of folders that stand below several others which are named themselves: those say what it is of."""
    above: dict[str, set[str]] = defaultdict(set)
    for top in tops:
        path, name = top, _specific(top, common)
        while name and _ORDER.sub("", posixpath.basename(path), count=1) != name:
            path = RepoPath(posixpath.dirname(path))
        if name:
            above[name].add(_specific(RepoPath(posixpath.dirname(path)), common))
    return frozenset(name.lower() for name, names in above.items() if len(names) > 1 and "" not in names)


def _holder(
    path: RepoPath, by_path: Mapping[RepoPath, Kustomization], cluster: Cluster, view: RepositoryView
) -> RepoPath | None:
    """The base that includes a base below it as a part of itself: one that has objects of its own."""
    above = [each for each in view.kustomizations.includers(path) if each in by_path and each not in cluster.roots]
    if len(above) != 1 or not path.startswith(f"{above[0]}/"):
        return None
    return above[0] if atoms_of(by_path[above[0]], view) else None


def _specific(path: RepoPath, common: Collection[str]) -> str:
    """The last part of a path that says what it is for, without an order in front; empty where there is none."""
    parts = (_ORDER.sub("", part, count=1) for part in reversed(path.split("/")))
    return next((part for part in parts if part.lower() not in common), "")


def _labels(atom: Atom, view: RepositoryView) -> Mapping[str, Json]:
    if atom.field or atom == FOREIGN:
        return {}
    found: Iterator[Mapping[str, Json]] = (
        _held(each.body) for each in written_objects(view, atom.file) if each.place.document == atom.index
    )
    return next(found, {})


def _held(body: Mapping[str, Json]) -> Mapping[str, Json]:
    metadata = body.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return labels if isinstance(labels, Mapping) else {}


def _bare(placed: Placed) -> str:
    """The name that an object has in its manifest, else the shortest that it may have had."""
    return placed.written.name if placed.written is not None else min(placed.names, key=lambda name: (len(name), name))
