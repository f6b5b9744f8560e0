"""`migrate graph`: the objects of a repository and what they have to do with each other."""

from __future__ import annotations

import sys
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking
from migrator.diagnostics import ExitCode
from migrator.workflow.settings import Settings


@click.command(short_help="Show the objects and what binds them, as a graph.")
@repository
@output_format("mermaid", "dot", "json")
@click.option("--environment", "environments", multiple=True, metavar="NAME", help="This environment only. Repeatable.")
@charts
@talking
def graph(repo: Any, output_format: str, environments: tuple[str, ...], **given: Any) -> int:
    """Write the resource graph of REPO: its environments, their components, and who refers to, selects, binds whom."""
    from migrator.cli.output import finish, say
    from migrator.diagnostics import MigrateError
    from migrator.graph import to_dot, to_json, to_mermaid
    from migrator.workflow.clock import clock_for
    from migrator.workflow.steps.baseline import read_baseline
    from migrator.workflow.steps.classify import groups_of, recognise

    settings = Settings(root=repo, **given)
    clock = clock_for(quiet=settings.quiet)
    baseline = read_baseline(settings, clock)
    say(baseline.diagnostics, settings)
    unknown = [name for name in environments if name not in baseline.environments]
    if unknown:
        raise MigrateError.of(
            "MIG920",
            f"there is no environment {unknown[0]}",
            remedy=f"name one of {', '.join(sorted(baseline.environments))}",
        )
    with clock.step("classify"):
        components, _ = recognise(baseline)
    writers = {"mermaid": to_mermaid, "dot": to_dot, "json": to_json}
    text = writers[output_format](baseline.graph, environments or None, groups_of(components))
    sys.stdout.write(text)
    finish(clock, settings)
    return ExitCode.DONE
