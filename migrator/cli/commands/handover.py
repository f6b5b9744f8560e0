"""`migrate handover`: where the change of hands stands, what comes next, how to check it, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking
from migrator.diagnostics import ExitCode


@click.command(short_help="Show where the change of hands stands, and what comes next.")
@repository
@output_format("text", "json", "markdown")
@click.option("--finish", is_flag=True, help="Give up the way back: owners prune and heal again as configured.")
@charts
@talking
def handover(repo: Path, output_format: str, **given: Any) -> int:
    """Say which stage REPO has reached, what comes next, how to check each stage, and the way back from it."""
    from migrator import api
    from migrator.report.listings.handover import handover_text
    from migrator.report.watching.feedback import Feedback

    feedback, finish = Feedback.of(given), given.pop("finish")
    if not finish:
        with feedback.watching() as progress:
            guide = api.handover(repo, api.Options(**given), progress=progress)
        feedback.say(guide.problems)
        click.echo(handover_text(guide, output_format), nl=False)
        return ExitCode.FINDINGS if guide.problems else ExitCode.DONE
    with feedback.watching() as progress:
        finished = api.finish(repo, api.Options(**given), progress=progress)
    feedback.say(finished.diagnostics)
    files = [edit.path for edit in finished.edits]
    if finished.exit_code == 0:
        click.echo(handover_text(finished.guide, output_format, files), nl=False)
    feedback.finish()
    return finished.exit_code
