"""`migrate apply`: rewrite the repository, all or nothing, only as far as the proof reaches."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, deciding, output_format, repository, talking

_DECIDED = ("only", "layout", "max_impact", "kube_version", "api_versions")


@click.command(short_help="Rewrite the repository, as far as the proof reaches.")
@repository
@output_format("text", "json", "markdown", "html")
@deciding
@click.option(
    "--plan",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Carry out the plan of `plan --out FILE`, on the files that it was made of.",
)
@click.option("--allow-dirty", is_flag=True, help="Write although git has changes that are not committed.")
@click.option("--diff", is_flag=True, help="Print the unified diff, once it is proved, and write nothing.")
@click.option("--relock", is_flag=True, help="After a meant change (a chart upgrade, other values): the lock follows.")
@click.option("--ci", metavar="PLATFORM", help="Write pipelines, scripts and Renovate's: github, gitlab, none.")
@click.option("--branch", metavar="NAME", help="Commit to this new branch, one commit for each component.")
@charts
@talking
def apply(repo: Path, output_format: str, **given: Any) -> int:
    """Rewrite REPO and leave .migrate/lock.yaml, once the new tree is proved to render what the old one did."""
    from migrator import api
    from migrator.cli.output import show_applied, show_relocked
    from migrator.report.watching.feedback import Feedback

    _check_together(given)
    feedback = Feedback.of(given)
    diff, branch = given.pop("diff"), given.pop("branch")
    further = {"saved_plan": given.pop("plan"), "allow_dirty": given.pop("allow_dirty"), "branch": branch}
    if given.pop("relock"):
        with feedback.watching() as progress:
            relocked = api.relock(repo, api.Options(**given), diff=diff, progress=progress)
        with feedback.step("report"):
            show_relocked(relocked, output_format, sys.stdout, feedback)
        feedback.finish()
        return relocked.exit_code
    with feedback.watching() as progress:
        applied = api.apply(repo, api.Options(**given), diff=diff, progress=progress, **further)
    with feedback.step("report"):
        show_applied(applied, output_format, sys.stdout, feedback, diff=diff, branch=branch, place=str(repo))
    feedback.finish()
    return applied.exit_code


def _check_together(given: dict[str, Any]) -> None:
    """Refuse options that contradict each other."""
    if given["diff"] and given["branch"] is not None:
        raise click.UsageError("--diff writes nothing, so there is nothing for --branch")
    decided = [f"--{name.replace('_', '-')}" for name in _DECIDED if given[name]]
    if given["plan"] is not None and decided:
        raise click.UsageError(f"the plan has decided that already: {', '.join(decided)}")
    others = [f"--{name.replace('_', '-')}" for name in ("only", "plan", "branch", "gitops", "ci") if given[name]]
    if given["relock"] and others:
        raise click.UsageError(f"--relock writes the lock and nothing else: it goes without {', '.join(others)}")
