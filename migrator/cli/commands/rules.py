"""`migrate rules`: how charts are recognised, and how a team adds its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository, talking
from migrator.diagnostics import ExitCode


@click.group(short_help="List, show, test and learn the signatures of charts.")
def rules() -> None:
    """Signatures say how a chart is recognised; a team keeps its own below .migrate/rules/signatures."""


@rules.command("list", short_help="List all signatures and release manifests.")
@repository
@output_format("text", "json")
def list_rules(repo: Path, output_format: str) -> int:
    """List the signatures and the release manifests that hold for REPO: ours, and those of its team."""
    from migrator import api
    from migrator.cli.output import show_rules

    show_rules(api.list_rules(repo), output_format, sys.stdout)
    return ExitCode.DONE


@rules.command("show", short_help="Show the rules of a chart or product.")
@click.argument("chart")
@repository
def show_rule(chart: str, repo: Path) -> int:
    """Show the signature of CHART, and the release manifests that correspond to it, as they hold for REPO."""
    from migrator import api

    sys.stdout.write(api.show_rule(chart, repo))
    return ExitCode.DONE


@rules.command("test", short_help="Run the cases beside the signatures.")
@repository
def test_rules(repo: Path) -> int:
    """Run the cases of the signatures, ours and those of the team of REPO; leaves with 2 where one fails."""
    from migrator import api
    from migrator.report.visible import visible

    tested = api.check_rules(repo)
    for name, problem in tested.failed:
        sys.stdout.write(visible(f"{name}: {problem}") + "\n")
    sys.stdout.write(f"{tested.total} cases, {len(tested.failed)} failed\n")
    return tested.exit_code


@rules.command("refresh", short_help="Renew the version tables from the publishers' indexes.")
@repository
@click.option("--chart", "names", multiple=True, metavar="NAME", help="Renew the table of this chart. Repeatable.")
@click.option("--user", "is_own", is_flag=True, help="Write into your own data folder, for all repositories.")
@charts
@talking
def refresh_rules(repo: Path, names: tuple[str, ...], *, is_own: bool, **given: Any) -> int:
    """Write which chart versions there are by now below .migrate/rules/versions of REPO; a plan reads that too."""
    from migrator import api
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    with feedback.watching() as progress:
        found = api.refresh_rules(repo, api.Options(**given), charts=names, is_own=is_own, progress=progress)
    for path, text in found.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
    feedback.say(found.diagnostics)
    sys.stdout.write(f"{len(found.files)} of {found.asked} tables renewed\n")
    feedback.finish()
    return found.exit_code


@rules.command("learn", short_help="Write a signature from a chart.")
@click.argument("chart", metavar="DIR|TGZ|REF")
@click.option("--repository", "chart_repository", default="", metavar="URL", help="Where the chart is published.")
@click.option("--category", default="core", show_default=True, help="Where the chart belongs in the layout.")
@click.option(
    "--values",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Values that the chart needs to render at all. Repeatable.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write, not stdout.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@charts
def learn_rule(
    chart: str,
    *,
    chart_repository: str,
    category: str,
    values: tuple[Path, ...],
    output: Path | None,
    force: bool,
    **given: Any,
) -> int:
    """Learn how a chart is recognised from what it renders, and write that as a rule file."""
    from migrator import api

    if output is not None and output.exists() and not force:
        raise api.MigrateError.of(
            "MIG921",
            f"{output} exists already, perhaps corrected by hand; nothing was written",
            remedy="name another file with --output, or use --force to replace it",
        )
    options = api.Options(**given)
    text = api.learn_rule(chart, options, chart_repository=chart_repository, category=category, values=values)
    if output is None:
        sys.stdout.write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    return ExitCode.DONE
