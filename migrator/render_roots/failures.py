"""Why a root does not build, with the place in the repository that a person has to change."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.discover import Index
from migrator.engines import EngineError, Failure
from migrator.load import Kustomization, Kustomizations, Reach, Reference, ReferenceKind
from migrator.model import RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_documents

_POINTER = b"version https://git-lfs.github.com/spec/"
_DATA_FIELDS = frozenset({"configMapGenerator", "secretGenerator", "helmCharts", "openapi"})
"""What these name need not be YAML."""
_EMPTY = "kustomization.yaml is empty"
_OUTSIDE = "is not in or below"
_NO_TEXT_KEY = "unsupported type: map[interface"
"""What kustomize says of a key that is not text, without a file or a line."""


def refusal(root: RepoPath, reach: Reach, *, network: bool) -> Diagnostic | None:
    """Why a root is not even tried: it does not parse, needs somebody's program, or the network that is not allowed."""
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
    if reach.remote and not network:
        remote = reach.remote[0]
        return _failed(
            "MIG211",
            f"{root} does not build: {_shown(remote.text)} is remote and the network is off",
            remote.span,
            "allow network access, or vendor the remote base into the repository",
        )
    return None


def _leading_out(reach: Reach, kustomizations: Kustomizations) -> Iterator[tuple[RepoPath, RepoPath]]:
    """Kustomization files that are links out of their folder, with what they lead to: kustomize sees no file there."""
    for path in reach.directories:
        held = kustomizations.by_path.get(path)
        real = kustomizations.index.resolve(held.file) if held is not None else path
        if held is not None and path != "." and not real.startswith(f"{path}/"):
            yield held.file, real


def _link_out(root: RepoPath, file: RepoPath, real: RepoPath) -> Diagnostic:
    return _failed(
        "MIG210",
        f"{root} does not build: {file} is a link to {real}, and kustomize follows none out of a folder",
        SourceSpan(path=file),
        "put the file itself in the place of the link",
    )


def explained(root: RepoPath, reach: Reach, kustomizations: Kustomizations, error: EngineError) -> Diagnostic:
    """What kustomize said, with the place that a person has to change where that can be told better."""
    said = error.diagnostic
    index = kustomizations.index
    if error.cause.failure is Failure.MISSING_FILE and (link := next(_leading_out(reach, kustomizations), None)):
        return _link_out(root, *link)
    if error.cause.failure is Failure.MISSING_FILE and reach.missing:
        exact = (missing for missing in reach.missing if missing.path == error.cause.subject)
        missing = next(exact, reach.missing[0])
        what, remedy = _missing(missing, index)
        return _failed(said.code, f"{root} does not build: {what}", missing.span, remedy or said.remedy)
    if error.cause.failure is Failure.PLUGIN and reach.charts:
        held = reach.charts[0]
        names = ", ".join(str(chart.get("name") or "?") for chart in held.helm_charts)
        return _failed(
            said.code,
            f"{root} does not build: it inflates Helm charts ({names}), which is not done here",
            SourceSpan(path=held.file),
            "such a root is a hybrid already; it is left alone",
        )
    if _EMPTY in said.summary and (empty := _without_fields(reach, kustomizations)):
        return _failed(
            said.code, f"{root} does not build: {_EMPTY}", SourceSpan(path=empty), "list something, or remove it"
        )
    if _OUTSIDE in said.summary and (outside := _read_outside(reach, kustomizations)):
        return _failed(
            said.code,
            f"{root} does not build: {outside.path} is not below the kustomization that names it",
            outside.span,
            "move the file there, or include its folder in place of the file",
        )
    texts = sorted(_texts(reach, kustomizations))
    pointer = next((path for path in texts if index.read(path).startswith(_POINTER)), None)
    if pointer is not None:
        return _failed(
            "MIG215",
            f"{root} does not build: the content of this file is not here, it is a Git LFS pointer",
            SourceSpan(path=pointer, line=1),
            "run `git lfs pull`",
        )
    if error.cause.failure is Failure.YAML or _NO_TEXT_KEY in said.summary:
        return next((_unreadable(root, found) for found in _refused(texts, index)), said)
    return said


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


def _unreadable(root: RepoPath, found: Diagnostic) -> Diagnostic:
    remedy = found.remedy or "correct the file"
    return _failed("MIG214", f"{root} does not build: {found.summary}", found.span, remedy)


def _missing(reference: Reference, index: Index) -> tuple[str, str]:
    """What is wrong with a reference that leads nowhere, and what to do where that is something special."""
    if reference.path is None:
        return f"{reference.text!r} leads out of the repository", ""
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


def _shown(text: str) -> str:
    """A remote reference without the credentials that it may hold."""
    scheme, separator, rest = text.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if separator and "@" in rest.partition("/")[0] else text


def _failed(code: str, summary: str, span: SourceSpan | None, remedy: str) -> Diagnostic:
    return Diagnostic(code=code, severity=Severity.ERROR, summary=summary, span=span, remedy=remedy)
