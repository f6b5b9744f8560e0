"""Puts the content of remote references into a staged copy, where the copy's kustomizations name it."""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import Config, Index, discover
from migrator.engines import EngineError
from migrator.load import Kustomization, Kustomizations, Reference, load, remote_url
from migrator.model import Json, Origin, RepoPath, SourceSpan
from migrator.render_roots.remotes.mapped import Found, Remotes
from migrator.render_roots.stage import copy_files
from migrator.yamlio import Dialect, dump, read_value, same

EMPTY = "resources: []\n"
"""A kustomization that builds, and renders nothing."""
_FOLDER = ".migrate-remotes"
_GENERATORS = frozenset({"configmapgenerator", "secretgenerator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """The folder of the stage that holds the content of one remote place, and where that was named first."""

    folder: str
    kustomizations: Kustomizations
    named_at: SourceSpan | None


class Supply:
    """Fills one staged copy; `notes` says what a person has to know of the content.

    `left_out` are the remote bases, as they are shown, in whose place an empty one stands.
    """

    def __init__(self, stage: Path, remotes: Remotes, *, network: bool, left_out: Collection[str] = ()) -> None:
        self._left_out = frozenset(left_out)
        self._stage = stage
        self._remotes = remotes
        self._network = network
        self._trees: dict[tuple[Path, str], _Copy] = {}
        self._files: dict[str, Found] = {}
        self._done: set[tuple[str, RepoPath]] = set()
        self._notes: dict[str, Diagnostic] = {}
        self._span: SourceSpan | None = None

    @property
    def notes(self) -> Diagnostics:
        return tuple(self._notes.values())

    def fill(self, kustomizations: Kustomizations, directories: Iterable[RepoPath]) -> None:
        """Let the kustomizations of these folders name local copies of what is remote and at hand.

        Raises MIG218 for what should be at hand and is not, MIG211 for what rests on something else that is remote.
        """
        self._fill("", kustomizations, directories)

    def origin(self, origin: Origin | None) -> Origin | None:
        """The origin of an object that was built from a local copy, as kustomize would tell it of the remote one."""
        if origin is None:
            return None
        here = tuple(path for path in origin.transformed_in if not path.startswith(f"{_FOLDER}/"))
        origin = replace(origin, transformed_in=here)
        if origin.path in self._files:
            found = self._files[origin.path]
            return replace(origin, path=found.named, remote=found.label)
        for (_, label), copy in self._trees.items():
            if origin.path.startswith(f"{copy.folder}/"):
                return replace(origin, path=RepoPath(origin.path[len(copy.folder) + 1 :]), remote=label)
        return origin

    def told(self, error: EngineError) -> EngineError:
        """The error without the names of the copies."""
        said = error.diagnostic
        summary, span = said.summary, said.span
        for (_, label), copy in self._trees.items():
            summary = summary.replace(f"{copy.folder}/", f"{label} ")
            span = copy.named_at if span is not None and span.path.startswith(f"{copy.folder}/") else span
        return EngineError(replace(said, summary=summary, span=span), cause=error.cause)

    def _fill(self, folder: str, kustomizations: Kustomizations, directories: Iterable[RepoPath]) -> None:
        for directory in directories:
            held = kustomizations.by_path.get(directory)
            if held is not None and (folder, directory) not in self._done:
                self._done.add((folder, directory))
                self._localise(folder, held)

    def _localise(self, folder: str, held: Kustomization) -> None:
        place = posixpath.normpath(posixpath.join(folder, held.path))
        local: dict[str, str] = {}
        for reference in held.references:
            if reference.remote and reference.text not in local:
                self._span = self._span if folder else reference.span
                if not folder and shown_remote(reference.text) in self._left_out:
                    local[reference.text] = self._empty(place)
                    continue
                found = self._found(reference, is_inner=bool(folder))
                if found is not None:
                    local[reference.text] = self._local(found, place)
        if local:
            file = self._stage / folder / held.file
            file.write_text(_with(file.read_bytes(), local, held.file), encoding="utf-8")

    def _empty(self, place: str) -> str:
        """The text that names a base which renders nothing, from a folder of the stage."""
        folder = self._stage / _FOLDER / "none"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "kustomization.yaml").write_text(EMPTY, encoding="utf-8")
        return posixpath.relpath(f"{_FOLDER}/none", place)

    def _found(self, reference: Reference, *, is_inner: bool) -> Found | None:
        try:
            found = self._remotes.found(reference.text)
        except MigrateError as error:
            raise MigrateError(replace(error.diagnostic, span=self._span)) from None
        if found is None and is_inner and not self._network:
            raise MigrateError.of(
                "MIG211",
                f"what it rests on is remote and needs {shown_remote(reference.text)}, and the network is off",
                span=self._span,
                remedy=remedy_for(reference.text),
            )
        if found is not None and found.note:
            self._note(found, found.note, is_warning=found.is_doubtful)
        return found

    def _note(self, found: Found, note: str, *, is_warning: bool) -> None:
        made = Diagnostic(
            code="MIG217",
            severity=Severity.WARNING if is_warning else Severity.INFO,
            summary=f"{found.label}: {note}",
            span=self._span,
            remedy="if that is another content: fetch the reference, or name a clone with --remote URL=DIR"
            if is_warning
            else "",
        )
        self._notes.setdefault(made.summary, made)

    def _local(self, found: Found, place: str) -> str:
        """The text that names the copy from a folder of the stage."""
        source = found.tree / found.path
        if source.is_file():
            name = f"{_FOLDER}-{len(self._files)}{posixpath.splitext(found.named)[1] or '.yaml'}"
            shutil.copyfile(source, self._stage / place / name)
            self._files[posixpath.normpath(posixpath.join(place, name))] = found
            return name
        key = (found.tree, found.label)
        if key not in self._trees:
            kustomizations, _ = load(discover(found.tree, Config()))
            folder = f"{_FOLDER}/{len(self._trees)}"
            self._trees[key] = _Copy(folder=folder, kustomizations=kustomizations, named_at=self._span)
        folder, kustomizations = self._trees[key].folder, self._trees[key].kustomizations
        reach = kustomizations.reach(found.path)
        copy_files(kustomizations.index, reach.files, reach.directories, self._stage / folder)
        self._fill(folder, kustomizations, reach.directories)
        if found.beside is not None and (other := _other(found.beside, kustomizations.index, reach.files)) is not None:
            note = f"it differs from the work tree in {other}, and is taken as the reference has it"
            self._note(found, note, is_warning=True)
        return posixpath.relpath(posixpath.join(folder, found.path), place)


def _other(work_tree: Path, index: Index, files: Iterable[RepoPath]) -> RepoPath | None:
    """The first of the files that the work tree has not, or not as it is here."""
    held = ((path, work_tree / path) for path in files)
    return next((path for path, here in held if not here.is_file() or here.read_bytes() != index.read(path)), None)


def shown_remote(text: str) -> str:
    """A remote reference without the credentials that it may hold."""
    scheme, separator, rest = text.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if separator and "@" in rest.partition("/")[0] else text


def remedy_for(text: str) -> str:
    """What makes a remote reference readable."""
    url = remote_url(text)
    if url is None:
        return "allow network access, or copy it into the repository"
    place = url.path if url.is_release else "/".join(url.path.split("/")[:2])
    what = "a copy of that file" if url.is_release else "a clone of that repository"
    return f"name {what} with --remote {url.host}/{place}=PATH, or `remotes` in migrate.yaml; or allow network access"


def _with(data: bytes, local: Mapping[str, str], file: RepoPath) -> str:
    """The kustomization with local texts in place of the remote ones, and otherwise the same."""
    value = read_value(data, dialect=Dialect.SIGS, path=file)
    fields = {
        key: _replaced(held, local, is_generator=key.lower() in _GENERATORS)
        for key, held in (value.items() if isinstance(value, dict) else ())
    }
    text = dump(fields)
    if not same(read_value(text, dialect=Dialect.SIGS, path=file), fields):
        raise MigrateError.of("MIG219", f"{file} cannot be copied with local content in place of remote", remedy="")
    return text


def _replaced(value: Json, local: Mapping[str, str], *, is_generator: bool, key: str = "") -> Json:
    if isinstance(value, dict):
        return {name: _replaced(held, local, is_generator=is_generator, key=name) for name, held in value.items()}
    if isinstance(value, list):
        return [_replaced(held, local, is_generator=is_generator, key=key) for held in value]
    if not isinstance(value, str):
        return value
    if not (is_generator and key.lower() == "files"):
        return local.get(value, value)
    name, _, text = value.partition("=")
    if text in local:
        return f"{name}={local[text]}"
    return f"{posixpath.basename(value)}={local[value]}" if value in local else value
