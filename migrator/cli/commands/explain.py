"""`migrate explain`: why the values of a component are what they are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrator.cli.options import budget, charts, output_format, talking
from migrator.diagnostics import ExitCode
from migrator.workflow.settings import Settings

if TYPE_CHECKING:
    from migrator.workflow.clock import Clock


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
def explain(component: str, place: str, repo: Any, output_format: str, **given: Any) -> int:
    """Say for the values of COMPONENT which objects they shape and which file they came from; for what no value
    expresses, what was tried. VALUES.PATH is one value (image.tag), a section, or the id of a difference.

    Of an object (Deployment/shop/web) say which component it belongs to, and what speaks for and against each chart
    that it could be from.
    """
    from migrator.cli.output import finish, show_explanation
    from migrator.workflow.clock import clock_for
    from migrator.workflow.explain import explain_repository

    settings = Settings(root=repo, **given)
    clock = clock_for(quiet=settings.quiet)
    if "/" in component:
        _explain_object(component, output_format, settings, clock)
        return ExitCode.DONE
    explained = explain_repository(settings, component, place, clock)
    with clock.step("report"):
        show_explanation(explained, output_format, sys.stdout, settings)
    finish(clock, settings)
    return ExitCode.DONE


def _explain_object(asked: str, output_format: str, settings: Settings, clock: Clock) -> None:
    from migrator.cli.output import finish, say
    from migrator.report.account import account_document, show_account
    from migrator.report.json import dumps
    from migrator.workflow.steps.baseline import read_baseline
    from migrator.workflow.steps.classify import account_of

    baseline = read_baseline(settings, clock)
    say(baseline.diagnostics, settings)
    with clock.step("classify"):
        found = account_of(baseline, asked)
    if output_format == "json":
        sys.stdout.write(dumps(account_document(found)))
    else:
        show_account(found, sys.stdout, verbose=settings.verbose)
    finish(clock, settings)
