"""`migrate verify`: the proof once more, from the files at a git reference and the files of today."""

from __future__ import annotations

import sys
from typing import Any

import click

from migrator.cli.options import charts, max_impact, output_format, repository, talking
from migrator.workflow.settings import Settings


@click.command(short_help="Prove again that nothing changed.")
@repository
@click.option("--base", metavar="GITREF", help="Commit before the migration (default: the lock's baseline).")
@output_format("text", "json", "markdown", "junit", "github", "intoto")
@max_impact
@charts
@talking
def verify(repo: Any, base: str | None, output_format: str, **given: Any) -> int:
    """Compare what REPO renders with what it rendered at --base, object by object, for every environment."""
    from migrator.cli.output import finish, show_proof
    from migrator.workflow.clock import clock_for
    from migrator.workflow.verify import verify_repository

    settings = Settings(root=repo, **given)
    clock = clock_for(quiet=settings.quiet)
    verified = verify_repository(settings, base, clock)
    with clock.step("report"):
        show_proof(verified, output_format, sys.stdout, settings)
    finish(clock, settings)
    return verified.exit_code
