"""`migrate explain`: why the values of a component are what they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import budget, charts, output_format, talking
from migrator.diagnostics import ExitCode


@click.command(short_help="Say what a value shapes and where it came from, or why an object is what it is.")
@click.argument("component", metavar="COMPONENT|KIND/[NAMESPACE/]NAME")
@click.argument("place", metavar="[VALUES.PATH]", default="")
@click.option(
    "--repo",
    default=".",
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The root of the repository.",
)
@output_format("text", "json")
@budget
@charts
@talking
def explain(component: str, place: str, repo: Path, output_format: str, **given: Any) -> int:
    """Say for the values of COMPONENT which objects they shape and which file they came from; for what no value
    expresses, what was tried. VALUES.PATH is one value (image.tag), a section, or the id of a difference.

    Of an object (Deployment/shop/web) say which component it belongs to, and what speaks for and against each chart
    that it could be from.
    """
    from migrator import api
    from migrator.cli.output import show_account, show_explanation
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    options = api.Options(**given)
    if "/" in component:
        with feedback.watching() as progress:
            accounted = api.explain_object(repo, component, options, progress=progress)
        show_account(accounted, output_format, sys.stdout, feedback)
    else:
        with feedback.watching() as progress:
            explained = api.explain(repo, component, place, options, progress=progress)
        with feedback.step("report"):
            show_explanation(explained, output_format, sys.stdout, feedback)
    feedback.finish()
    return ExitCode.DONE
