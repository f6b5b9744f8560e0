"""`migrate plan`: what would move, to which chart and with which values, and what would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, deciding, output_format, repository, talking
from migrator.diagnostics import ExitCode
from migrator.workflow.settings import Settings


@click.command(short_help="Show what would move to Helm, and what would change.")
@repository
@output_format("text", "json", "markdown", "github", "gitlab")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there is something to change.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Leave the plan in this file for `apply --plan`; it holds the values, secrets too.",
)
@deciding
@charts
@talking
def plan(repo: Any, output_format: str, detailed_exitcode: bool, **given: Any) -> int:
    """Show what would move to Helm in REPO, and what would change; nothing is written."""
    from migrator.cli.output import finish, show_plan
    from migrator.workflow.clock import clock_for
    from migrator.workflow.plan import plan_repository

    settings = Settings(root=repo, **given)
    clock = clock_for(quiet=settings.quiet)
    planned = plan_repository(settings, clock)
    if settings.out is not None:
        from migrator.workflow.plan_file import save_plan

        save_plan(planned, settings, settings.out)
    with clock.step("report"):
        show_plan(planned, output_format, sys.stdout, settings)
    finish(clock, settings)
    return ExitCode.FINDINGS if detailed_exitcode and planned.plan.changes else ExitCode.DONE
