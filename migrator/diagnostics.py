"""What goes wrong, said once: diagnostics that steps return, and errors that end the run with an exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Self

from migrator.model import SourceSpan


class Severity(Enum):
    """How much a diagnostic matters: an error leaves something out of the result, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ExitCode:
    """The exit codes, as docs/reference.md lists them."""

    DONE = 0
    ERROR = 1
    FINDINGS = 2
    UNPROVED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing to tell the user: a stable code, what is wrong, where, and what to do about it.

    Codes are `MIG` and three digits, never reused: 1xx reading the repository, 2xx building, 3xx recognising,
    4xx charts and rendering, 5xx inference, 6xx planning and rewriting, 7xx proof, 8xx audit, 9xx usage.
    """

    code: str
    severity: Severity
    summary: str
    span: SourceSpan | None = None
    remedy: str = ""
    evidence: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{where}{self.severity.value}: {self.summary} [{self.code}]{remedy}"


Diagnostics = tuple[Diagnostic, ...]


class MigrateError(Exception):
    """Ends the command: shown as its one diagnostic, never as a traceback."""

    exit_code = ExitCode.ERROR

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic

    def __reduce__(self) -> tuple[type[Self], tuple[Diagnostic], dict[str, object]]:
        """Errors cross process boundaries; an exception would otherwise be rebuilt from its message."""
        return type(self), (self.diagnostic,), dict(self.__dict__)

    @classmethod
    def of(cls, code: str, summary: str, *, span: SourceSpan | None = None, remedy: str = "") -> Self:
        """An error of this class with one diagnostic of severity error."""
        return cls(Diagnostic(code=code, severity=Severity.ERROR, summary=summary, span=span, remedy=remedy))


class UnprovedError(MigrateError):
    """The result is not equivalent, or equivalence could not be shown: exit code 3."""

    exit_code = ExitCode.UNPROVED
