"""`migrate charts`: the chart archives that a plan needs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking
from migrator.diagnostics import ExitCode


@click.command("charts", short_help="List the chart archives that a plan needs, and fetch them.")
@repository
@output_format("text", "json", "helm")
@click.option(
    "--fetch", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Fill this mirror folder."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when an archive is missing.")
@charts
@talking
def list_charts(repo: Path, output_format: str, fetch: Path | None, detailed_exitcode: bool, **given: Any) -> int:
    """List every chart archive that a full plan of REPO needs, and whether it is at hand."""
    from migrator import api
    from migrator.report.charts import show_charts
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    with feedback.watching() as progress:
        needed = api.charts(repo, api.Options(**given), fetch=fetch, progress=progress)
    with feedback.step("report"):
        feedback.say(needed.diagnostics if output_format != "json" else ())
        show_charts(needed, sys.stdout, output_format)
    feedback.finish()
    return ExitCode.FINDINGS if detailed_exitcode and not needed.is_complete else needed.exit_code
