"""`migrate explain`: why the values of a component are what they are."""

from __future__ import annotations

import sys
from pathlib import Path as FilePath
from typing import Any

import click

from migrator.cli.options import Settings, budget, charts, output_format, talking
from migrator.diagnostics import ExitCode


@click.command(short_help="Say what a value shapes, and where it came from.")
@click.argument("component")
@click.argument("place", metavar="[VALUES.PATH]", default="")
@click.option(
    "--repo",
    default=".",
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=FilePath),
    help="The root of the repository.",
)
@output_format("text", "json")
@budget
@charts
@talking
def explain(component: str, place: str, repo: Any, output_format: str, **given: Any) -> int:
    """Say for the values of COMPONENT which objects they shape and which file they came from; for what no value
    expresses, what was tried. VALUES.PATH is one value (image.tag), a section, or the id of a difference.
    """
    from migrator.cli.clock import clock_for
    from migrator.cli.explaining import explain_repository
    from migrator.cli.show import finish, show_explanation

    settings = Settings(root=repo, **given)
    clock = clock_for(quiet=settings.quiet)
    explained = explain_repository(settings, component, place, clock)
    with clock.step("report"):
        show_explanation(explained, output_format, sys.stdout, settings)
    finish(clock, settings)
    return ExitCode.DONE
