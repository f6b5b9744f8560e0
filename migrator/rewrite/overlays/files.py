"""The files of a division: what moves, what is copied in part, and what lists the parts."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.load import Kustomization
from migrator.model import Json, RepoPath, SourceSpan
from migrator.rewrite.automation.configuration.sops import is_encrypted
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.kustomize.case_conflicts import Spellings
from migrator.rewrite.kustomize.entries import Entry, naming, without
from migrator.rewrite.kustomize.removal import encoded
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.layout import Layout
from migrator.rewrite.overlays.folders import folders_of, unit_folder
from migrator.rewrite.overlays.list_comments import Way, carried, headed, lost
from migrator.rewrite.overlays.shares import Share, Shares
from migrator.rewrite.overlays.types import Cluster, NotDivided, Unit
from migrator.yamlio import Dialect, Remove, Set, decode, edit, read_value, remove_documents

STEP = "division"
"""The cause of what is for several units."""

_HEAD = frozenset({"apiversion", "kind", "metadata", "resources", "buildmetadata", "sortoptions"})
"""What the list of an environment keeps: the last two count in the folder alone that is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A file of the new tree."""

    source: RepoPath
    data: bytes
    unit: str


class Writing:
    """One cluster on its way into the new tree; NotDivided where that has no safe form."""

    def __init__(self, cluster: Cluster, shares: Shares, layout: Layout, view: RepositoryView) -> None:
        self._cluster, self._shares, self._layout, self._view = cluster, shares, layout, view
        self._by_path = {held.path: held for held in cluster.held}
        self._made: dict[RepoPath, _Made] = {}
        self._left: set[RepoPath] = set()
        self._divided: set[RepoPath] = set()
        self._takers: dict[RepoPath, dict[str, RepoPath]] = defaultdict(dict)
        self._ways: list[Way] = []
        self.parts: dict[RepoPath, dict[str, RepoPath]] = {root: {} for root in cluster.roots}

    def edits(self, units: Sequence[Unit], roots: Mapping[RepoPath, RepoPath]) -> tuple[FileEdit, ...]:
        """The edits that give each unit its folders; `roots` are old and new places of the lists of all parts."""
        for unit in units:
            self._unit(unit)
        self._check_all_taken()
        self._companions()
        for root, folder in roots.items():
            self._list(self._by_path[root], folder)
        self._carry(roots)
        return tuple(sorted(self._edits(), key=lambda each: each.path))

    def _unit(self, unit: Unit) -> None:
        kept = self._kept(unit.name)
        folder = unit_folder(unit, self._layout)
        shares = {held.path: self._shares.of(held, unit.name) for held in kept}
        through = {
            held.path: next(iter(shares[held.path].folders.values()))
            for held in kept
            if self._is_only_a_way(held, shares[held.path])
        }
        moved = [held for held in kept if held.path not in through and not self._stays(held)]
        places = dict(folders_of(moved, self._cluster, folder))
        for held in moved:
            self._takers[held.path][unit.name] = places[held.path]
            self._kustomization(held, shares[held.path], places, through, unit.name)
            if held.path in self._cluster.roots:
                self.parts[held.path][unit.name] = places[held.path]
        for path in through:
            self._left.add(self._by_path[path].file)
            self._way(self._by_path[path], shares[path], places.get(_end(path, through)))

    def _kept(self, unit: str) -> list[Kustomization]:
        """All kustomizations that a unit needs, from the roots on."""
        found: dict[RepoPath, Kustomization] = {}
        pending = [root for root in self._cluster.roots if unit in self._shares.content(root)]
        while pending:
            path = pending.pop()
            if path in found:
                continue
            found[path] = self._by_path[path]
            if not self._stays(found[path]):
                folders = self._shares.of(found[path], unit).folders.values()
                pending += [folder for folder in folders if folder in self._by_path]
        return [found[path] for path in sorted(found)]

    def _stays(self, held: Kustomization) -> bool:
        return self._shares.stays(held.path)

    def _is_only_a_way(self, held: Kustomization, share: Share) -> bool:
        """Whether nothing is left of a base but the mention of one folder."""
        if held.path in self._cluster.roots or held.kind == "Component" or not share.removed:
            return False
        fields = {name for name, value in held.fields.items() if value}
        is_bare = fields <= {"apiVersion", "kind", "resources"}
        return is_bare and not share.files and len(share.folders) == 1

    def _kustomization(
        self,
        held: Kustomization,
        share: Share,
        places: Mapping[RepoPath, RepoPath],
        through: Mapping[RepoPath, RepoPath],
        unit: str,
    ) -> None:
        place = places[held.path]
        if share.removed or share.dropped:
            self._divided.add(held.file)
        renamed = {}
        for entry, path in share.folders.items():
            target = _end(path, through)
            text = posixpath.relpath(places.get(target, target), place)
            if posixpath.normpath(_text(held, entry)) != text:
                renamed[entry] = text
        data = self._view.read(held.file)
        inline = [cut for cut in share.cuts if cut.file is None]
        if renamed or share.removed or share.dropped or inline:
            text = without(
                decode(data, held.file), share.removed, inline, held.file, renamed=renamed, dropped=share.dropped
            )
            data = encoded(text, data)
        self._make(RepoPath(posixpath.join(place, posixpath.basename(held.file))), held.file, data, unit)
        for file, gone in sorted(share.files.items()):
            relative = posixpath.relpath(file, held.path)
            if relative.startswith("../"):
                raise NotDivided(f"{held.file} reads {file}, which is not below it")
            content = self._view.read(file)
            if gone and is_encrypted(content):
                raise NotDivided(f"{file} is encrypted by SOPS as a whole, and holds objects of several")
            if gone:
                content = encoded(remove_documents(decode(content, file), gone), content)
            self._make(RepoPath(posixpath.normpath(posixpath.join(place, relative))), file, content, unit)

    def _make(self, path: RepoPath, source: RepoPath, data: bytes, unit: str) -> None:
        held = self._made.get(path)
        if held is not None and held.data != data:
            raise NotDivided(f"{held.source} and {source} would both become {path}")
        index = self._view.index
        if index.resolve(source) != source or source in index.links.values():
            raise NotDivided(f"a symbolic link leads to {source}")
        if (submodule := index.submodule_of(source)) is not None:
            raise NotDivided(f"{source} belongs to the submodule {submodule}, another repository")
        self._made[path] = _Made(source=source, data=data, unit=unit)
        self._left.add(source)

    def _check_all_taken(self) -> None:
        """No kustomization is left behind, and no other one reads what moves."""
        for held in self._cluster.held:
            if held.path not in self._takers and held.file not in self._left and not self._stays(held):
                raise NotDivided(f"nothing of {held.file} belongs to an application")
        own = set(self._by_path)
        for path, other in self._view.kustomizations.by_path.items():
            shared = {each.path for each in other.references if path not in own} & self._left
            if shared:
                raise NotDivided(f"{other.file} reads {min(str(each) for each in shared)} as well")

    def _companions(self) -> None:
        """What lies in a folder that moves as a whole, and is named by nothing, goes with it."""
        kustomizations = set(self._view.kustomizations.by_path) | set(self._view.kustomizations.broken)
        for path, takers in self._takers.items():
            if len(takers) != 1 or path in self._cluster.roots or path == ".":
                continue
            (unit, place), *_ = takers.items()
            for file in self._view.index.below(path):
                inner = {other for other in kustomizations if other != path and file.startswith(f"{other}/")}
                if file in self._left or file in self._made or any(other.startswith(f"{path}/") for other in inner):
                    continue
                target = RepoPath(posixpath.join(place, posixpath.relpath(file, path)))
                self._make(target, file, self._view.read(file), unit)

    def _list(self, held: Kustomization, folder: RepoPath) -> None:
        """The kustomization of an environment, which lists the parts and does nothing else."""
        file = RepoPath(posixpath.join(folder, posixpath.basename(held.file)))
        data = self._view.read(held.file)
        text = decode(data, held.file)
        written = read_value(text, dialect=Dialect.SIGS, path=held.file)
        fields = [str(key) for key in written] if isinstance(written, Mapping) else []
        listed: list[Json] = [posixpath.relpath(path, folder) for path in sorted(self.parts[held.path].values())]
        key = next((name for name in fields if name.lower() == "resources"), "resources")
        operations = [Remove(path=(name,)) for name in fields if name.lower() not in _HEAD]
        with naming(held.file):
            text = edit(text, [*operations, Set(path=(key,), value=listed)])
        self._made[file] = _Made(source=held.file, data=encoded(text, data), unit=STEP)

    def _way(self, held: Kustomization, share: Share, place: RepoPath | None) -> None:
        target = next((file for file in self._made if posixpath.dirname(file) == place and _is_list(file)), None)
        if target is not None:
            text = without(decode(self._view.read(held.file), held.file), share.removed, (), held.file)
            self._ways.append(Way(source=held.file, text=text, target=target))

    def _carry(self, roots: Mapping[RepoPath, RepoPath]) -> None:
        """The comments of what only led on go with what they speak of."""
        lists = [
            RepoPath(posixpath.join(folder, posixpath.basename(self._by_path[root].file)))
            for root, folder in roots.items()
        ]
        for path, remarks in carried(self._ways, lists, [made.data for made in self._made.values()]).items():
            made = self._made[path]
            data = encoded(headed(decode(made.data, path), remarks), made.data)
            self._made[path] = replace(made, data=data)

    def lost(self) -> tuple[SourceSpan, ...]:
        """Where the comments stand that have no place in the new tree."""
        before = {path: self._view.read(path) for path in self._left if path.endswith((".yaml", ".yml"))}
        return tuple(lost(before, [made.data for made in self._made.values()]))

    def _edits(self) -> Iterator[FileEdit]:
        copies: dict[RepoPath, list[RepoPath]] = defaultdict(list)
        for path, made in self._made.items():
            copies[made.source].append(path)
        spellings = Spellings(path for path in self._view.index.files if path not in self._left)
        for path, made in self._made.items():
            before = self._before(path)
            if (twin := spellings.twin(path)) is not None:
                raise NotDivided(f"{path} and {twin} would be one where the file system ignores case")
            spellings.add(path)
            if before is not None and path not in self._left:
                raise NotDivided(f"{path} exists already")
            is_whole = copies[made.source] == [path] and made.source not in self._divided
            is_moved = made.source != path and (made.unit == STEP or is_whole)
            source = made.source if is_moved else None
            if before != made.data:
                yield FileEdit(path=path, before=before, after=made.data, cause=made.unit, moved_from=source)
        for path in self._left - self._made.keys():
            units = {self._made[each].unit for each in copies[path]}
            cause = units.pop() if len(units) == 1 else STEP
            yield FileEdit(path=path, before=self._view.read(path), after=None, cause=cause)

    def _before(self, path: RepoPath) -> bytes | None:
        index = self._view.index
        if index.is_directory(path) or index.resolve(path) != path:
            raise NotDivided(f"{path} is in the way")
        return self._view.read(path) if index.is_file(path) else None


def _end(path: RepoPath, through: Mapping[RepoPath, RepoPath]) -> RepoPath:
    """Where a way ends that may lead over others."""
    while path in through:
        path = through[path]
    return path


def _is_list(path: RepoPath) -> bool:
    return posixpath.basename(path).lower().startswith("kustomization")


def _text(held: Kustomization, entry: Entry) -> str:
    """How an entry that lists a folder is written."""
    listed = {"resources": held.resources, "components": held.components}.get(entry.field)
    return listed[entry.index].text if listed is not None else str(held.fields[entry.field][entry.index])
