"""Why a root does not build, with the place in the repository that a person has to change."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.discover import Index
from migrator.engines import EngineError, Failure
from migrator.load import Kustomization, Kustomizations, Reach, Reference, ReferenceKind
from migrator.model import RepoPath, SourceSpan
from migrator.render_roots.remotes import remedy_for, shown_remote
from migrator.yamlio import Dialect, read_documents

_POINTER = b"version https://git-lfs.github.com/spec/"
_DATA_FIELDS = frozenset({"configMapGenerator", "secretGenerator", "helmCharts", "openapi"})
"""What these name need not be YAML."""
_EMPTY = "kustomization.yaml is empty"
_OUTSIDE = "is not in or below"
_NO_TEXT_KEY = "unsupported type: map[interface"
"""What kustomize says of a key that is not text, without a file or a line."""


def refusal(root: RepoPath, reach: Reach) -> Diagnostic | None:
    """Why a root is not even tried: it does not parse, or needs somebody's program."""
    if reach.broken:
        cause = reach.broken[0]
        remedy = cause.remedy or "correct the file"
        return replace(cause, summary=f"{root} does not build: {cause.summary}", remedy=remedy)
    if reach.plugins:
        plugin = reach.plugins[0]
        return _failed(
            "MIG212",
            f"{root} does not build: {plugin.field} needs the plugin {plugin.external[0]}, which is never run",
            plugin.span,
            "plugins and functions of a repository are not run; this root is left alone",
        )
    return None


def remote_refusal(root: RepoPath, remote: Reference, said: Diagnostic | None = None) -> Diagnostic:
    """Why a root does not build that rests on something remote; `said` is why it does not build without that either."""
    also = ", and without what that adds it does not build either" if said is not None else ""
    return Diagnostic(
        code="MIG211",
        severity=Severity.ERROR,
        summary=f"{root} does not build: {shown_remote(remote.text)} is remote and the network is off{also}",
        span=remote.span,
        remedy=remedy_for(remote.text),
        evidence=(said.summary,) if said is not None else (),
    )


def _leading_out(reach: Reach, kustomizations: Kustomizations) -> Iterator[tuple[RepoPath, RepoPath]]:
    """Kustomization files that are links out of their folder, with what they lead to: kustomize sees no file there."""
    for path in reach.directories:
        held = kustomizations.by_path.get(path)
        real = kustomizations.index.resolve(held.file) if held is not None else path
        if held is not None and path != "." and not real.startswith(f"{path}/"):
            yield held.file, real


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    """A root that kustomize did not build, with what it said."""

    root: RepoPath
    reach: Reach
    kustomizations: Kustomizations
    error: EngineError

    @property
    def said(self) -> Diagnostic:
        return self.error.diagnostic

    @property
    def failure(self) -> Failure:
        return self.error.cause.failure

    @property
    def texts(self) -> list[RepoPath]:
        """The files of the build that have to be YAML."""
        return sorted(_texts(self.reach, self.kustomizations))

    def because(self, why: str, span: SourceSpan | None, remedy: str, code: str = "") -> Diagnostic:
        return _failed(code or self.said.code, f"{self.root} does not build: {why}", span, remedy)


def explained(root: RepoPath, reach: Reach, kustomizations: Kustomizations, error: EngineError) -> Diagnostic:
    """What kustomize said, with the place that a person has to change where that can be told better."""
    case = _Failed(root=root, reach=reach, kustomizations=kustomizations, error=error)
    ways = (_link, _missing_file, _inflation, _empty_file, _outside_file, _lfs_pointer, _unreadable_file)
    return next((found for way in ways if (found := way(case)) is not None), case.said)


def _link(case: _Failed) -> Diagnostic | None:
    found = next(_leading_out(case.reach, case.kustomizations), None) if case.failure is Failure.MISSING_FILE else None
    if found is None:
        return None
    file, real = found
    why = f"{file} is a link to {real}, and kustomize follows none out of a folder"
    return case.because(why, SourceSpan(path=file), "put the file itself in the place of the link", "MIG210")


def _missing_file(case: _Failed) -> Diagnostic | None:
    if case.failure is not Failure.MISSING_FILE or not case.reach.missing:
        return None
    exact = (missing for missing in case.reach.missing if missing.path == case.error.cause.subject)
    missing = next(exact, case.reach.missing[0])
    what, remedy = _missing(missing, case.kustomizations.index)
    return case.because(what, missing.span, remedy or case.said.remedy)


def _inflation(case: _Failed) -> Diagnostic | None:
    if case.failure is not Failure.PLUGIN or not case.reach.charts:
        return None
    held = case.reach.charts[0]
    names = ", ".join(chart.name or "?" for chart in held.helm_charts)
    return case.because(
        f"it inflates Helm charts ({names}), which is not done here",
        SourceSpan(path=held.file),
        "such a root is a hybrid already; it is left alone",
    )


def _empty_file(case: _Failed) -> Diagnostic | None:
    empty = _without_fields(case.reach, case.kustomizations) if _EMPTY in case.said.summary else None
    return case.because(_EMPTY, SourceSpan(path=empty), "list something, or remove it") if empty else None


def _outside_file(case: _Failed) -> Diagnostic | None:
    outside = _read_outside(case.reach, case.kustomizations) if _OUTSIDE in case.said.summary else None
    if outside is None:
        return None
    return case.because(
        f"{outside.path} is not below the kustomization that names it",
        outside.span,
        "move the file there, or include its folder in place of the file",
    )


def _lfs_pointer(case: _Failed) -> Diagnostic | None:
    index = case.kustomizations.index
    pointer = next((path for path in case.texts if index.read(path).startswith(_POINTER)), None)
    if pointer is None:
        return None
    why = "the content of this file is not here, it is a Git LFS pointer"
    return case.because(why, SourceSpan(path=pointer, line=1), "run `git lfs pull`", "MIG215")


def _unreadable_file(case: _Failed) -> Diagnostic | None:
    if case.failure is not Failure.YAML and _NO_TEXT_KEY not in case.said.summary:
        return None
    found = next(_refused(case.texts, case.kustomizations.index), None)
    if found is None:
        return None
    return case.because(found.summary, found.span, found.remedy or "correct the file", "MIG214")


def located(root: RepoPath, file: RepoPath, reason: Diagnostic) -> Diagnostic:
    """What something else than kustomize said, with the root that does not build for it, and its file."""
    summary = reason.summary if str(root) in reason.summary else f"{root} does not build: {reason.summary}"
    return replace(reason, summary=summary, span=reason.span or SourceSpan(path=file))


def _held(reach: Reach, kustomizations: Kustomizations) -> Iterator[Kustomization]:
    return (kustomizations.by_path[path] for path in reach.directories if path in kustomizations.by_path)


def _without_fields(reach: Reach, kustomizations: Kustomizations) -> RepoPath | None:
    """The first kustomization file that says nothing."""
    silent = (held.file for held in _held(reach, kustomizations) if not set(held.fields) - {"apiVersion", "kind"})
    return next(silent, None)


def _read_outside(reach: Reach, kustomizations: Kustomizations) -> Reference | None:
    """The first file that a kustomization names and that is not below it: kustomize takes that for an attack."""
    for held in _held(reach, kustomizations):
        for reference in held.references:
            is_below = held.path == "." or (reference.path or "").startswith(f"{held.path}/")
            if reference.kind is ReferenceKind.FILE and not is_below:
                return reference
    return None


def _texts(reach: Reach, kustomizations: Kustomizations) -> set[RepoPath]:
    """The files of a build that have to be YAML, its kustomizations aside: those were read before."""
    return {
        reference.path
        for each in _held(reach, kustomizations)
        for reference in each.references
        if reference.kind is ReferenceKind.FILE and reference.path is not None and reference.field not in _DATA_FIELDS
    }


def _refused(texts: list[RepoPath], index: Index) -> Iterator[Diagnostic]:
    for path in texts:
        try:
            read_documents(index.read(path), dialect=Dialect.KUSTOMIZE, path=path)
        except MigrateError as error:
            yield error.diagnostic


def _missing(reference: Reference, index: Index) -> tuple[str, str]:
    """What is wrong with a reference that leads nowhere, and what to do where that is something special."""
    if reference.path is None:
        return (
            f"{reference.text!r} leads out of the repository",
            "run migrate on the folder above that holds both, or add what is missing",
        )
    submodule = index.submodule_of(reference.path)
    if submodule is not None:
        return f"{submodule} is a submodule that is not checked out", "run `git submodule update --init`"
    if _leaves(reference.path, index.root):
        return (
            f"{reference.path} is reached through a symbolic link that leads out of the repository",
            "put the files themselves in the place of the link",
        )
    if reference.kind is ReferenceKind.DIRECTORY:
        return f"{reference.path} has no kustomization file", ""
    return f"{reference.path} does not exist", ""


def _leaves(path: RepoPath, root: Path) -> bool:
    return not Path(os.path.realpath(root / posixpath.normpath(path))).is_relative_to(root)


def _failed(code: str, summary: str, span: SourceSpan | None, remedy: str) -> Diagnostic:
    return Diagnostic(code=code, severity=Severity.ERROR, summary=summary, span=span, remedy=remedy)
