"""`migrate review`: what stands against adoption, group by group, on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import budget, charts, max_impact, repository, talking
from migrator.diagnostics import ExitCode, MigrateError


@click.command(short_help="Go through what stands against adoption, group by group.")
@repository
@click.argument("component", default="")
@max_impact
@budget
@charts
@talking
def review(repo: Path, component: str, **given: Any) -> int:
    """Ask for each group of differences that stands against an adoption whether it may be, and keep the answers in
    migrate.yaml.
    """
    from migrator import api
    from migrator.report.applied import show_decided, show_turn
    from migrator.report.watching.feedback import Feedback

    if not sys.stdin.isatty():
        remedy = "for scripts there is `migrate accept REPO COMPONENT --up-to IMPACT --reason TEXT`"
        raise MigrateError.of("MIG932", "a review is a conversation, and there is no terminal", remedy=remedy)
    feedback, options = Feedback.of(given), api.Options(**given, only=(component,) if component else ())
    with feedback.watching() as progress:
        planned = api.plan(repo, options, progress=progress)
    session = api.review(planned, component)
    while not session.is_over:
        show_turn(session, sys.stdout)
        try:
            session = session.after(input(session.prompt))
        except (EOFError, KeyboardInterrupt):
            session = session.after("").after("q")
        if session.write is not None:
            api.decide(repo, session.write)
    with feedback.watching() as progress:
        components, following = api.decided(repo, session, options, progress=progress)
    show_decided(components, session.pinned, sys.stdout, following=following)
    return ExitCode.DONE
