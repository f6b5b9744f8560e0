"""Why a root does not build, with the place in the repository that a person has to change."""

from __future__ import annotations

from dataclasses import replace

from migrator.diagnostics import Diagnostic, Severity
from migrator.engines import EngineError, Failure
from migrator.load import Reach, Reference, ReferenceKind
from migrator.model import RepoPath, SourceSpan


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


def explained(root: RepoPath, reach: Reach, error: EngineError) -> Diagnostic:
    """What kustomize said, with the line of the reference that leads nowhere where that is the reason."""
    said = error.diagnostic
    if error.cause.failure is Failure.MISSING_FILE and reach.missing:
        exact = (missing for missing in reach.missing if missing.path == error.cause.subject)
        missing = next(exact, reach.missing[0])
        return _failed(said.code, f"{root} does not build: {_missing(missing)}", missing.span, said.remedy)
    if error.cause.failure is Failure.PLUGIN and reach.charts:
        held = reach.charts[0]
        names = ", ".join(str(chart.get("name") or "?") for chart in held.helm_charts)
        return _failed(
            said.code,
            f"{root} does not build: it inflates Helm charts ({names}), which is not done here",
            SourceSpan(path=held.file),
            "such a root is a hybrid already; it is left alone",
        )
    return said


def located(root: RepoPath, file: RepoPath, reason: Diagnostic) -> Diagnostic:
    """What something else than kustomize said, with the root that does not build for it, and its file."""
    summary = reason.summary if str(root) in reason.summary else f"{root} does not build: {reason.summary}"
    return replace(reason, summary=summary, span=reason.span or SourceSpan(path=file))


def _missing(reference: Reference) -> str:
    if reference.path is None:
        return f"{reference.text!r} leads out of the repository"
    if reference.kind is ReferenceKind.DIRECTORY:
        return f"{reference.path} has no kustomization file"
    return f"{reference.path} does not exist"


def _shown(text: str) -> str:
    """A remote reference without the credentials that it may hold."""
    scheme, separator, rest = text.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if separator and "@" in rest.partition("/")[0] else text


def _failed(code: str, summary: str, span: SourceSpan | None, remedy: str) -> Diagnostic:
    return Diagnostic(code=code, severity=Severity.ERROR, summary=summary, span=span, remedy=remedy)
