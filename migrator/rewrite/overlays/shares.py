"""What of each kustomization is for which unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.load import Generator, Kustomization, PatchRef, ReferenceKind
from migrator.model import RepoPath
from migrator.rewrite.kustomize.entries import Cut, Entry, every_touch
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.targets import in_scope
from migrator.rewrite.overlays.atoms import GENERATORS, atom_of
from migrator.rewrite.overlays.binding import entry_owners
from migrator.rewrite.overlays.delete_patches import unseen
from migrator.rewrite.overlays.types import FOREIGN, Atom, Cluster, NotDivided
from migrator.yamlio import Dialect, read_documents

_FOREIGN_FIELDS = ("helmCharts", "helmGlobals", "helmChartInflationGenerator", "generators")
_STAYING_FOLDERS = ("generators", "transformers", "validators")
_HEAD = frozenset({"apiVersion", "kind", "metadata"})
_SHARED = _HEAD | {
    *("patches", "patchesStrategicMerge", "patchesJson6902", "images", "labels", "commonLabels", "commonAnnotations"),
    *("namespace", "namePrefix", "nameSuffix", "transformers", "configurations"),
}
"""Fields of a component that can stay where it is, for all units at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One kustomization as one unit has it."""

    removed: frozenset[Entry]
    cuts: tuple[Cut, ...]
    """Patches that lose some of their documents."""
    dropped: frozenset[str]
    """Fields that go as a whole."""
    folders: Mapping[Entry, RepoPath]
    """Entries that list folders."""
    files: Mapping[RepoPath, frozenset[int]]
    """Files it reads -> the documents that are not the unit's."""


class Shares:
    """Answers what each unit has of each kustomization of a cluster. `names` are those of units, ties applied."""

    def __init__(
        self, cluster: Cluster, objects: Sequence[Placed], names: Mapping[Atom, str], view: RepositoryView
    ) -> None:
        self._cluster, self._names, self._view = cluster, names, view
        self._by_path = {held.path: held for held in cluster.held}
        self._content: dict[RepoPath, frozenset[str]] = {}
        self._owners: dict[RepoPath, dict[Entry, frozenset[str]]] = {}
        self._parts: dict[RepoPath, dict[Entry, list[tuple[int, frozenset[str]]]]] = {}
        for held in cluster.held:
            self._read(held, objects)

    def _read(self, held: Kustomization, objects: Sequence[Placed]) -> None:
        """Which units the entries of a kustomization are for."""
        met = in_scope(held, objects, self._view)
        parts: dict[Entry, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for touch in every_touch(held, objects, self._view):
            units = frozenset(self._of(each) for each in touch.touched) or unseen(held, touch, self._names, self._view)
            parts[touch.entry].append((touch.document, units))
        owners = {entry: frozenset[str]().union(*(units for _, units in found)) for entry, found in parts.items()}
        for generator in held.generators:
            owners[_entry(generator)] = self._of_generator(held, generator, owners.get(_entry(generator), frozenset()))
        for (field, index), units in entry_owners(held, met, self._names, self._view).items():
            owners[Entry(field=field, index=index)] = units
        self._owners[held.path], self._parts[held.path] = owners, parts

    def _of(self, placed: Placed) -> str:
        return self._names[atom_of(placed, self._view)]

    def _of_generator(self, held: Kustomization, entry: Generator, touched: frozenset[str]) -> frozenset[str]:
        if entry.behavior in ("", "create"):
            return frozenset({self._names[Atom(file=held.file, index=entry.index, field=GENERATORS[entry.kind])]})
        made = {
            self._names[Atom(file=other.file, index=each.index, field=GENERATORS[each.kind])]
            for other in self._cluster.held
            for each in other.generators
            if (each.kind, each.name) == (entry.kind, entry.name) and each.behavior in ("", "create")
        }
        return frozenset(made) or touched

    def content(self, path: RepoPath) -> frozenset[str]:
        """The units of which a folder holds objects, itself or through others."""
        if path not in self._content:
            self._content[path] = frozenset()  # kustomize refuses cycles; nothing runs in circles here
            held = self._by_path.get(path)
            found = frozenset(unit for _, units, _ in self._resources(held) for unit in units) if held else frozenset()
            if held is not None:
                made = (self._owners[path][_entry(each)] for each in held.generators if each.behavior in ("", "create"))
                found |= frozenset(unit for units in made for unit in units)
                found |= frozenset(unit for each in held.components if each.path for unit in self.content(each.path))
                found |= {self._names[FOREIGN]} if any(held.fields.get(name) for name in _FOREIGN_FIELDS) else set()
            self._content[path] = found
        return self._content[path]

    def _resources(self, held: Kustomization) -> Iterator[tuple[int, frozenset[str], RepoPath | None]]:
        for index, reference in enumerate(held.resources):
            if reference.kind is ReferenceKind.DIRECTORY and reference.path is not None:
                yield index, self.content(reference.path), reference.path
            elif reference.kind is ReferenceKind.FILE and reference.path is not None:
                found = {name for atom, name in self._names.items() if not atom.field and atom.file == reference.path}
                yield index, frozenset(found), reference.path
            else:
                yield index, frozenset({self._names[FOREIGN]}), None

    def stays(self, path: RepoPath) -> bool:
        """Whether a component can serve all units from where it is: it makes nothing, and needs nothing to be there."""
        held = self._by_path[path]
        if held.kind != "Component" or self.content(path):
            return False
        if not {name for name, value in held.fields.items() if value} <= _SHARED:
            return False
        return all(patch.target is not None and patch.field == "patches" for patch in held.patches) and not any(
            plugin.reference is not None for plugin in held.plugins
        )

    def has(self, path: RepoPath, unit: str) -> bool:
        """Whether a unit needs a folder: for its objects, or (a component) for what is done to them."""
        held = self._by_path[path]
        if unit in self.content(path):
            return True
        if held.kind != "Component":
            return False
        return self.stays(path) or any(unit in units for units in self._owners[path].values())

    def of(self, held: Kustomization, unit: str) -> Share:
        """What a unit has of a kustomization; NotDivided for what cannot be told apart."""
        removed: set[Entry] = set()
        cuts: list[Cut] = []
        folders: dict[Entry, RepoPath] = {}
        files: dict[RepoPath, frozenset[int]] = {}
        for index, units, path in self._resources(held):
            entry = Entry(field="resources", index=index)
            if unit not in units and (units or unit != min(self.content(held.path), default=unit)):
                removed.add(entry)
            elif held.resources[index].kind is ReferenceKind.DIRECTORY and path is not None:
                folders[entry] = path
            elif path is not None:
                files[path] = self._others(path, unit)
        for index, reference in enumerate(held.components):
            entry = Entry(field="components", index=index)
            if reference.path is None or reference.path not in self._by_path:
                raise NotDivided(f"the component {reference.text} of {held.file} is not in the repository")
            if self.has(reference.path, unit):
                folders[entry] = reference.path
            else:
                removed.add(entry)
        for patch in held.patches:
            self._patch(held, patch, unit, removed, cuts, files)
        for generator in held.generators:
            if self._is_for(held, _entry(generator), unit):
                listed = (*(path for _, path in generator.files), *generator.envs)
                files |= {path: frozenset() for path in listed if path is not None}
        removed |= {entry for entry in self._owners[held.path] if not self._is_for(held, entry, unit)} - {
            Entry(field=patch.field, index=patch.index) for patch in held.patches
        }
        files |= dict.fromkeys(_other_files(held, removed), frozenset[int]())
        is_foreign = unit == self._names.get(FOREIGN)
        folders |= _plugin_folders(held, with_generators=is_foreign)
        dropped = frozenset() if is_foreign else frozenset(name for name in _FOREIGN_FIELDS if held.fields.get(name))
        return Share(removed=frozenset(removed), cuts=tuple(cuts), dropped=dropped, folders=folders, files=files)

    def _others(self, path: RepoPath, unit: str) -> frozenset[int]:
        return frozenset(
            atom.index for atom, name in self._names.items() if not atom.field and atom.file == path and name != unit
        )

    def _is_for(self, held: Kustomization, entry: Entry, unit: str) -> bool:
        """Whether an entry is for a unit; one that touches nothing at all is for the first."""
        owners = self._owners[held.path].get(entry) or frozenset({min(self.content(held.path), default=unit)})
        return unit in owners

    def _patch(  # noqa: PLR0917 - the three lists are what it adds to
        self,
        held: Kustomization,
        patch: PatchRef,
        unit: str,
        removed: set[Entry],
        cuts: list[Cut],
        files: dict[RepoPath, frozenset[int]],
    ) -> None:
        entry = Entry(field=patch.field, index=patch.index)
        if not self._is_for(held, entry, unit):
            removed.add(entry)
            return
        parts = self._parts[held.path].get(entry, [])
        gone = frozenset(number for number, units in parts if number >= 0 and units and unit not in units)
        if patch.file is not None:
            files[patch.file] = gone
        if gone:
            _check_documents(patch, held, self._view)
            cuts.append(Cut(entry=entry, causes=frozenset(), file=patch.file, documents=gone))


def _check_documents(patch: PatchRef, held: Kustomization, view: RepositoryView) -> None:
    text = view.read(patch.file) if patch.file is not None else (patch.inline or "").encode()
    if any(isinstance(each.value, list) for each in read_documents(text, dialect=Dialect.KUSTOMIZE)):
        raise NotDivided(f"a patch of {held.file} mixes operations and objects")


def _plugin_folders(held: Kustomization, *, with_generators: bool) -> Mapping[Entry, RepoPath]:
    """Entries that list folders of plugins: these serve all units, generators one, from where they are."""
    found = {}
    for field in _STAYING_FOLDERS if with_generators else _STAYING_FOLDERS[1:]:
        listed = [plugin for plugin in held.plugins if plugin.field == field]
        for index, plugin in enumerate(listed):
            reference = plugin.reference
            if reference is not None and reference.kind is ReferenceKind.DIRECTORY and reference.path is not None:
                found[Entry(field=field, index=index)] = reference.path
    return found


def _entry(generator: Generator) -> Entry:
    return Entry(field=GENERATORS[generator.kind], index=generator.index)


def _other_files(held: Kustomization, removed: set[Entry]) -> Iterator[RepoPath]:
    """Files that a kustomization reads beside resources, patches and the data of generators."""
    apart = {"resources", "components", "patches", "patchesStrategicMerge", "patchesJson6902"} | set(
        GENERATORS.values()
    )
    entries = held.fields.get("replacements")
    gone = {
        str(entry.get("path"))
        for index, entry in enumerate(entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping) and Entry(field="replacements", index=index) in removed
    }
    for reference in held.references:
        if reference.field in apart or (reference.field == "replacements" and reference.text in gone):
            continue
        if reference.kind is ReferenceKind.DIRECTORY and reference.field in _STAYING_FOLDERS:
            continue
        if reference.kind is ReferenceKind.DIRECTORY:
            raise NotDivided(f"{reference.text} in {held.file} is a folder of {reference.field}")
        if reference.kind is ReferenceKind.FILE and reference.path is not None:
            yield reference.path
