"""`migrate graph`: the objects of a repository and what they have to do with each other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking


@click.command(short_help="Show the objects and what binds them, as a graph.")
@repository
@output_format("mermaid", "dot", "json")
@click.option("--environment", "environments", multiple=True, metavar="NAME", help="This environment only. Repeatable.")
@charts
@talking
def graph(repo: Path, output_format: str, environments: tuple[str, ...], **given: Any) -> int:
    """Write the resource graph of REPO: its environments, their components, and who refers to, selects, binds whom."""
    from migrator import api
    from migrator.cli.output import show_graph
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    with feedback.watching() as progress:
        graphed = api.graph(repo, api.Options(**given), environments=environments, progress=progress)
    feedback.say(graphed.diagnostics)
    show_graph(graphed, output_format, sys.stdout)
    feedback.finish()
    return graphed.exit_code
