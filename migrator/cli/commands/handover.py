"""`migrate handover`: where the change of hands stands, what comes next, how to check it, and the way back."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.cli.options import output_format, repository


@click.command(short_help="Show where the change of hands stands, and what comes next.")
@repository
@output_format("text", "json", "markdown")
def handover(repo: Path, output_format: str) -> int:
    """Say which stage REPO has reached, what comes next, how to check each stage, and the way back from it."""
    from migrator import api
    from migrator.report.listings.handover import handover_text

    click.echo(handover_text(api.handover(repo), output_format), nl=False)
    return 0
