"""What the last stage takes out of the repository: owners to which nothing is left (ADR 20)."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from migrator.diagnostics import MigrateError
from migrator.gitops.stages.marks import CAUSE
from migrator.load import Kustomizations
from migrator.lock import LockedOwner
from migrator.model import RepoPath, SourceSpan, mapping_of
from migrator.rewrite import FileEdit
from migrator.rewrite.kustomize.entries import is_emptied, references_to, without
from migrator.yamlio import Dialect, read_documents, remove_documents


def removal(owners: Iterable[LockedOwner], kustomizations: Kustomizations) -> tuple[FileEdit, ...]:
    """The edits that take owners out of their files, and files that hold nothing else out of what lists them.

    MIG102 where a file cannot be edited, MIG675 where whoever delivers them would find nothing there any more: it would
    fail instead of taking them away.
    """
    index = kustomizations.index
    named: dict[RepoPath, set[tuple[str, str]]] = defaultdict(set)
    for each in owners:
        named[each.file].add((each.kind, each.name))
    edits = {}
    for path, names in sorted(named.items()):
        before = index.read(path)
        edits[path] = FileEdit(path=path, before=before, after=_without(before, names, path), cause=CAUSE)
    gone = {path for path, each in edits.items() if each.after is None}
    for edit in _unlisted(gone, kustomizations):
        edits[edit.path] = edit
    for path in sorted(gone):
        _check_folder(path, gone, kustomizations)
    return tuple(edits[path] for path in sorted(edits))


def _without(data: bytes, names: Collection[tuple[str, str]], path: RepoPath) -> bytes | None:
    """The file without these objects; None where it holds nothing else."""
    documents = read_documents(data, dialect=Dialect.SIGS, path=path)
    bodies: Mapping[int, Mapping[str, object]] = {each.index: mapping_of(each.value) for each in documents}
    gone = {
        at
        for at, body in bodies.items()
        if (str(body.get("kind")), str(mapping_of(body.get("metadata")).get("name"))) in names
    }
    if not any(bodies[at] for at in bodies.keys() - gone):
        return None
    return remove_documents(data.decode(), gone).encode()


def _unlisted(gone: Collection[RepoPath], kustomizations: Kustomizations) -> Iterator[FileEdit]:
    """The kustomizations that list files which go, without their entries."""
    for _, held in sorted(kustomizations.by_path.items()):
        entries = references_to(held, gone)
        if entries and is_emptied(held, entries):
            raise _nothing_left(held.file)
        if entries:
            before = kustomizations.index.read(held.file)
            after = without(before.decode(), entries, (), held.file).encode()
            yield FileEdit(path=held.file, before=before, after=after, cause=CAUSE)


def _check_folder(path: RepoPath, gone: Collection[RepoPath], kustomizations: Kustomizations) -> None:
    """Raise MIG675 where a folder that is deployed as it is has nothing left to deploy."""
    folder = RepoPath(posixpath.dirname(path) or ".")
    left = (each for each in kustomizations.index.below(folder) if each.endswith((".yaml", ".yml", ".json")))
    if folder not in kustomizations.by_path and not set(left) - set(gone):
        raise _nothing_left(path)


def _nothing_left(path: RepoPath) -> MigrateError:
    return MigrateError.of(
        "MIG675",
        f"what deploys {path} would have nothing left to deploy, and fail instead of taking away what was there",
        span=SourceSpan(path=path),
        remedy="once the handover is finished, delete the owner that deploys nothing by hand",
    )
