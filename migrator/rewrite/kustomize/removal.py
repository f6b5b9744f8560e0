"""Adopted objects leave the Kustomize part: the edits that takes, and what stands in the way of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.load import Kustomization
from migrator.model import RepoPath
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.kustomize.blockers import (
    Blocker,
    blockers_of_edits,
    blockers_of_objects,
    blockers_of_references,
    blockers_of_touches,
)
from migrator.rewrite.kustomize.entries import (
    Cut,
    Entry,
    cuts_of,
    idle_fields,
    is_emptied,
    references_to,
    touches_of,
    without,
)
from migrator.rewrite.kustomize.left_out import blockers_of_left_out, kept_for_left_out
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.yamlio import decode, remove_documents

_APART = (
    *("patches", "patchesStrategicMerge", "patchesJson6902"),
    *("configMapGenerator", "secretGenerator", "helmCharts"),
)
"""Fields of whose entries each has files of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What removing the adopted objects does to the files."""

    edits: tuple[FileEdit, ...]
    """By path."""
    blockers: tuple[Blocker, ...]
    """What cannot be taken out; the edits are then of no use."""


def remove_adopted(objects: Sequence[Placed], view: RepositoryView) -> Removal:
    """The edits by which every adopted object leaves its manifest, and what existed only for it goes too.

    A manifest, patch file or kustomization that is empty then is deleted, with every mention of it. A root stays.
    """
    adopted = [each for each in objects if each.is_adopted]
    if not adopted:
        return Removal(edits=(), blockers=())
    blockers = list(blockers_of_objects(objects, view))
    if blockers:
        return Removal(edits=(), blockers=tuple(blockers))
    removing = _Removing(objects, view)
    try:
        edits = tuple(removing.edits())
    except MigrateError as error:
        causes = sorted({str(each.component) for each in adopted})
        found = [Blocker(component=cause, reason=error.diagnostic.summary) for cause in causes]
        return Removal(edits=(), blockers=tuple(found))
    blockers += removing.blockers
    blockers += blockers_of_references(objects, view)
    blockers += blockers_of_left_out(objects, view)
    blockers += blockers_of_edits(edits, objects, view)
    return Removal(edits=edits, blockers=tuple(sorted(blockers)))


class _Removing:
    """One pass: manifests first, then the entries of kustomizations, then what became empty, up to the roots."""

    def __init__(self, objects: Sequence[Placed], view: RepositoryView) -> None:
        self._view = view
        self._objects = objects
        self._edits: dict[RepoPath, tuple[bytes | None, frozenset[str]]] = {}
        self._gone: dict[RepoPath, frozenset[str]] = {}
        self._cuts: dict[RepoPath, tuple[Cut, ...]] = {}
        self.blockers: list[Blocker] = []

    def edits(self) -> Iterator[FileEdit]:
        self._manifests()
        kustomizations = [held for _, held in sorted(self._view.kustomizations.by_path.items())]
        for held in kustomizations:
            touches = kept_for_left_out(held, touches_of(held, self._objects, self._view), self._view)
            self.blockers += blockers_of_touches(held, touches)
            self._cuts[held.path] = cuts_of(touches)
        self._patch_files(kustomizations)
        removed = self._settled(kustomizations)
        for held in kustomizations:
            self._kustomization(held, removed[held.path])
        self._orphans(kustomizations, removed)
        for path, (after, causes) in sorted(self._edits.items()):
            before = self._view.read(path)
            if after != before:
                yield FileEdit(path=path, before=before, after=after, cause=", ".join(sorted(causes)))

    def _manifests(self) -> None:
        leaving: dict[RepoPath, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for each in self._objects:
            if each.component is not None and each.written is not None:
                at = each.written.place
                leaving[at.file][at.document].add(each.component)
        for file, documents in sorted(leaving.items()):
            causes = frozenset(cause for found in documents.values() for cause in found)
            self._take_documents(file, documents.keys(), causes)

    def _take_documents(self, file: RepoPath, gone: Collection[int], causes: frozenset[str]) -> None:
        data = self._view.read(file)
        every = {each.index for each in self._view.documents(file)}
        if every <= set(gone):
            self._edits[file] = (None, causes)
            self._gone[file] = causes
        else:
            text = decode(data, file)
            self._edits[file] = (encoded(remove_documents(text, gone), data), causes)

    def _patch_files(self, kustomizations: Sequence[Kustomization]) -> None:
        """Documents leave a patch file if all its users agree; a user that still needs one is a blocker elsewhere."""
        uses: dict[RepoPath, list[Cut | None]] = defaultdict(list)
        for held in kustomizations:
            cuts = {cut.entry: cut for cut in self._cuts[held.path]}
            for patch in held.patches:
                if patch.file is not None:
                    uses[patch.file].append(cuts.get(Entry(field=patch.field, index=patch.index)))
        for file, found in sorted(uses.items()):
            parts = {cut.documents if cut is not None else frozenset[int]() for cut in found}
            if len(parts) == 1 and (documents := parts.pop()):
                self._take_documents(file, documents, frozenset(cause for cut in found if cut for cause in cut.causes))

    def _settled(self, kustomizations: Sequence[Kustomization]) -> Mapping[RepoPath, Mapping[Entry, frozenset[str]]]:
        """Kustomization -> the entries that go and why, once nothing more becomes empty."""
        while True:
            removed = {held.path: self._removed(held) for held in kustomizations}
            emptied = {
                held.path: frozenset(cause for causes in removed[held.path].values() for cause in causes)
                for held in kustomizations
                if held.path not in self._gone and held.path not in self._view.staying
                if is_emptied(held, removed[held.path])
            }
            if not emptied:
                return removed
            self._gone.update(emptied)

    def _removed(self, held: Kustomization) -> Mapping[Entry, frozenset[str]]:
        found = {cut.entry: cut.causes for cut in self._cuts[held.path] if not cut.documents}
        listed = {"resources": held.resources, "components": held.components, "crds": held.crds}
        for entry in references_to(held, self._gone.keys()):
            path = listed[entry.field][entry.index].path
            found[entry] = self._gone[path] if path is not None else frozenset()
        return found

    def _kustomization(self, held: Kustomization, removed: Mapping[Entry, frozenset[str]]) -> None:
        inline = [cut for cut in self._cuts[held.path] if cut.documents and cut.file is None]
        if not removed and not inline:
            return
        causes = frozenset(cause for found in removed.values() for cause in found)
        causes |= frozenset(cause for cut in inline for cause in cut.causes)
        if held.path in self._gone:
            self._edits[held.file] = (None, causes)
            return
        data = self._view.read(held.file)
        emptied = is_emptied(held, removed.keys())
        dropped = idle_fields(held, removed.keys())
        text = without(decode(data, held.file), removed.keys(), inline, held.file, dropped=dropped, emptied=emptied)
        self._edits[held.file] = (encoded(text, data), causes)

    def _orphans(
        self, kustomizations: Sequence[Kustomization], removed: Mapping[RepoPath, Mapping[Entry, frozenset[str]]]
    ) -> None:
        """Files that only removed entries, or kustomizations that are no more, named."""
        candidates: dict[RepoPath, set[str]] = defaultdict(set)
        for held in kustomizations:
            for entry, files in _files_of_entries(held, self._view):
                for file in files:
                    candidates[file] |= removed[held.path].get(entry, frozenset())
            for reference in held.references if held.path in self._gone else ():
                if reference.path is not None:
                    candidates[reference.path] |= self._gone[held.path]
        used = {
            path
            for held in kustomizations
            if held.path not in self._gone
            for path in _still_used(held, removed[held.path], self._view)
        }
        for file, causes in sorted(candidates.items()):
            if causes and file not in used and file not in self._gone and self._view.index.is_file(file):
                self._edits[file] = (None, frozenset(causes))


def _files_of_entries(held: Kustomization, view: RepositoryView) -> Iterator[tuple[Entry, tuple[RepoPath, ...]]]:
    for patch in held.patches:
        if patch.file is not None:
            yield Entry(field=patch.field, index=patch.index), (patch.file,)
    for generator in held.generators:
        field = "configMapGenerator" if generator.kind == "ConfigMap" else "secretGenerator"
        files = (*(path for _, path in generator.files), *generator.envs)
        yield Entry(field=field, index=generator.index), tuple(path for path in files if path is not None)
    for chart in held.helm_charts:
        own = view.index.below(chart.folder) if chart.folder is not None and not view.is_staying(chart.folder) else ()
        values = (chart.values_file,) if chart.values_file is not None else ()
        yield Entry(field="helmCharts", index=chart.index), (*values, *chart.more_values, *own)


def _still_used(held: Kustomization, removed: Collection[Entry], view: RepositoryView) -> Iterator[RepoPath]:
    """Every file that a kustomization names without the removed entries."""
    for entry, files in _files_of_entries(held, view):
        if entry not in removed:
            yield from files
    for reference in held.references:
        if reference.path is not None and reference.field not in _APART:
            yield reference.path


def encoded(text: str, like: bytes) -> bytes:
    """The text in the encoding that the file had."""
    if like.startswith(b"\xff\xfe"):
        return text.encode("utf-16-le")
    return text.encode("utf-16-be" if like.startswith(b"\xfe\xff") else "utf-8")
