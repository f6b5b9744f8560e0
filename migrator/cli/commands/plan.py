"""`migrate plan`: what would move, to which chart and with which values, and what would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, deciding, output_format, repository, talking
from migrator.diagnostics import ExitCode


@click.command(short_help="Show what would move to Helm, and what would change.")
@repository
@output_format("text", "json", "markdown", "html", "github", "gitlab")
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
def plan(repo: Path, output_format: str, detailed_exitcode: bool, out: Path | None, **given: Any) -> int:
    """Show what would move to Helm in REPO, and what would change; nothing is written."""
    from migrator import api
    from migrator.cli.output import show_plan
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    options = api.Options(**given)
    with feedback.watching() as progress:
        planned = api.plan(repo, options, progress=progress)
    if out is not None:
        api.save_plan(planned, options, out)
    with feedback.step("report"):
        show_plan(planned, output_format, sys.stdout, feedback)
    feedback.finish()
    is_found = detailed_exitcode and planned.plan.changes
    return planned.exit_code or (ExitCode.FINDINGS if is_found else ExitCode.DONE)
