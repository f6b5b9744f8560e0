"""The edits of a plan, and with them those of the automation that names what they move or delete."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostics
from migrator.discover import Index
from migrator.model import RepoPath
from migrator.rewrite.automation.configuration.gitops_objects import has_marker, images_of, policies
from migrator.rewrite.automation.configuration.sops import is_encrypted
from migrator.rewrite.automation.file_kinds import MAX_SIZE, may_be_automation
from migrator.rewrite.automation.follow import follow
from migrator.rewrite.automation.paths.moves import Moves, moves_of
from migrator.rewrite.edits import FileEdit

CAUSE = "automation"


def with_automation(
    edits: Sequence[FileEdit], index: Index, rendered: frozenset[RepoPath] = frozenset()
) -> tuple[tuple[FileEdit, ...], Diagnostics]:
    """The edits, and with them those of the automation that names what they move or delete; by path.

    Edits of the automation that are there already are made anew. Diagnostics as `follow`.
    """
    others = {edit.path: edit for edit in edits if edit.cause != CAUSE}
    if not others:
        return (), ()
    moves = _moves(tuple(others.values()), index)
    if not moves.places:
        return tuple(sorted(others.values(), key=lambda edit: edit.path)), ()
    edited = {edit.moved_from or path: edit for path, edit in others.items() if edit.after is not None}
    texts = {
        path: index.read(path)
        for path, entry in index.files.items()
        if entry.link is None
        and (may_be_automation(path) or entry.size <= MAX_SIZE)
        and index.submodule_of(path) is None
    }
    files = {path: edited[path].after or b"" if path in edited else data for path, data in texts.items()}
    kept = {path: data for path, data in files.items() if path in edited or path not in moves.files}
    found = follow(kept, moves, rendered)
    for path, data in found.files.items():
        edit = edited.get(path)
        if edit is not None:
            others[edit.path] = replace(edit, after=data)
        else:
            others[path] = FileEdit(path=path, before=texts[path], after=data, cause=CAUSE)
    return tuple(sorted(others.values(), key=lambda edit: edit.path)), found.diagnostics


def _moves(edits: Sequence[FileEdit], index: Index) -> Moves:
    gone = {edit.path for edit in edits if edit.after is None}
    made = {edit.path for edit in edits if edit.after is not None}
    targets = {edit.moved_from: edit.path for edit in edits if edit.moved_from in gone}
    files = {path: targets.get(path) for path in sorted(gone)}
    charts = {
        edit.cause: RepoPath(posixpath.dirname(edit.path))
        for edit in edits
        if edit.before is None and posixpath.basename(edit.path) == "Chart.yaml"
    }
    heirs = {edit.path: charts[edit.cause] for edit in edits if edit.after is None and edit.cause in charts}
    before = frozenset(index.files)
    marked = frozenset(path for path in gone if path in before and has_marker(index.read(path)))
    encrypted = frozenset(edit.path for edit in edits if edit.path in gone and is_encrypted(edit.before or b""))
    carried = _carried(edits, tuple(charts.values()))
    return moves_of(
        files,
        before,
        before - gone | made,
        heirs,
        marked=marked,
        carried=carried,
        images=_images(edits, charts),
        encrypted=encrypted,
    )


def _images(edits: Sequence[FileEdit], charts: Mapping[str, RepoPath]) -> Mapping[str, RepoPath]:
    """Name of an image -> the folder of the chart that sets it, where no file that was edited does any more."""
    kept = {
        name
        for edit in edits
        if not any(edit.path.startswith(f"{folder}/") for folder in charts.values())
        for name in images_of(edit.after or b"")
    }
    found: dict[str, RepoPath] = {}
    for edit in edits:
        heir = next((charts[cause] for cause in edit.cause.split(", ") if cause in charts), None)
        if heir is not None and edit.before is not None:
            found.update(dict.fromkeys(images_of(edit.before) - kept, heir))
    return found


def _carried(edits: Sequence[FileEdit], charts: Sequence[RepoPath]) -> Mapping[RepoPath, RepoPath]:
    """File -> the values file that has image markers which the file has lost."""
    values = {
        edit.path: policies(edit.after or b"")
        for edit in edits
        if edit.before is None and any(edit.path.startswith(f"{folder}/") for folder in charts)
    }
    found = {}
    for edit in edits:
        lost = policies(edit.before or b"") - policies(edit.after or b"")
        heirs = [path for path, held in values.items() if lost & held]
        found.update({edit.path: heirs[0]} if heirs else {})
    return found
