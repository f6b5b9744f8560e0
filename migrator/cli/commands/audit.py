"""`migrate audit`: whether the hybrid stays honest, for a CI job."""

from __future__ import annotations

import sys
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking
from migrator.diagnostics import ExitCode
from migrator.workflow.settings import Settings


@click.command(short_help="Check that the hybrid stays honest.")
@repository
@output_format("text", "json", "markdown", "sarif", "junit", "github", "gitlab")
@charts
@talking
def audit(repo: Any, output_format: str, **given: Any) -> int:
    """Check ownership, pins, leftovers, the lock and the proof of REPO; exit with 2 when something is found."""
    from migrator.cli.output import finish, show_findings
    from migrator.workflow.audit import audit_repository
    from migrator.workflow.clock import clock_for

    settings = Settings(root=repo, **given)
    clock = clock_for(quiet=settings.quiet)
    findings, is_failing = audit_repository(settings, clock)
    with clock.step("report"):
        show_findings(findings, output_format, sys.stdout, settings)
    finish(clock, settings)
    return ExitCode.FINDINGS if is_failing else ExitCode.DONE
