"""`migrate accept`: what may differ in a component, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import IMPACTS, budget, charts, max_impact, output_format, talking
from migrator.diagnostics import ExitCode


@click.command(short_help="Accept what differs in a proposal, up to an impact or by a pattern.")
@click.argument("repo", type=click.Path(path_type=Path))
@click.argument("component")
@click.option("--up-to", type=click.Choice(IMPACTS), help="All that does no more than this to a running cluster.")
@click.option("--only", multiple=True, metavar="PATTERN", help="Ids of the report, or patterns of ids. Repeatable.")
@click.option("--privilege", is_flag=True, help="Also what widens a privilege.")
@click.option("--reason", required=True, help="Why; it stands in migrate.yaml.")
@output_format("text", "json")
@max_impact
@budget
@charts
@talking
def accept(repo: Path, component: str, output_format: str, **given: Any) -> int:
    """Write into migrate.yaml what may differ in COMPONENT of REPO, and say what comes of it.

    Of a component that is adopted the patches are dropped that undo it: the lock and their files follow.
    """
    from migrator import api
    from migrator.cli.output import show_accepted, show_dropped
    from migrator.report.watching.feedback import Feedback
    from migrator.workflow.deciding.drop import Dropped

    feedback = Feedback.of(given)
    entry = {name: given.pop(name) for name in ("up_to", "only", "privilege", "reason")}
    with feedback.watching() as progress:
        accepted = api.accept(repo, component, api.Options(**given), progress=progress, **entry)
    if isinstance(accepted, Dropped):
        show_dropped(accepted, output_format, sys.stdout, feedback)
    else:
        show_accepted(accepted, output_format, sys.stdout, feedback)
    feedback.finish()
    return ExitCode.DONE
