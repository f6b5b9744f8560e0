"""What an engine's failure is made of: a class that programs can act on, and the one sentence a person needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.model import SourceSpan


class Failure(Enum):
    """Why an engine refused, as far as its message tells."""

    # kustomize
    MISSING_FILE = "missing-file"
    REMOTE = "remote"
    PLUGIN = "plugin"
    DUPLICATE = "duplicate"
    YAML = "yaml"
    # helm
    TEMPLATE = "template"
    SCHEMA = "schema"
    VALUES = "values"
    DEPENDENCIES = "dependencies"
    KUBE_VERSION = "kube-version"
    CHART = "chart"
    # any program
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    NOT_RUNNABLE = "not-runnable"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What a chart's schema says against values."""

    chart: str
    place: str
    """Keys joined by dots, or `(root)`."""
    text: str
    wanted: str = ""
    """The type that is expected there, where that is the complaint."""
    properties: tuple[str, ...] = ()
    """The key that must not be there, where that is the complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The innermost useful cause of a failure."""

    failure: Failure
    message: str
    path: str = ""
    """File that the message is about, relative where possible; of helm the template (`chart/templates/x.yaml`)."""
    line: int = 0
    column: int = 0
    subject: str = ""
    """What is missing, remote, or twice there: a file, a URL, an id, a chart name."""
    complaints: tuple[Complaint, ...] = ()
    """Of a schema, one by one."""

    def __str__(self) -> str:
        if not self.path:
            return self.message
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class EngineError(MigrateError):
    """An external program refused, failed or could not be run; `cause` says why in a form to act on."""

    def __init__(self, diagnostic: Diagnostic, *, cause: Cause | None = None) -> None:
        super().__init__(diagnostic)
        self.cause = cause or Cause(failure=Failure.OTHER, message=diagnostic.summary)

    @classmethod
    def because(
        cls, code: str, cause: Cause, *, prefix: str = "", span: SourceSpan | None = None, remedy: str = ""
    ) -> EngineError:
        """The error that reports a cause, after `prefix` (`kustomize cannot build x`); a span says where."""
        text = cause.message if span else str(cause)
        summary = f"{prefix}: {text}" if prefix else text
        return cls(
            Diagnostic(code=code, severity=Severity.ERROR, summary=summary, span=span, remedy=remedy), cause=cause
        )
