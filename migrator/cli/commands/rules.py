"""`migrate rules`: how charts are recognised, and how a team adds its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, repository
from migrator.diagnostics import ExitCode
from migrator.workflow.settings import Settings


@click.group(short_help="List, show, test and learn the signatures of charts.")
def rules() -> None:
    """Signatures say how a chart is recognised; a team keeps its own below .migrate/rules/signatures."""


@rules.command("list", short_help="List all signatures and release manifests.")
@repository
@output_format("text", "json")
def list_rules(repo: Any, output_format: str) -> int:
    """List the signatures and the release manifests that hold for REPO: ours, and those of its team."""
    from migrator.workflow.rules import signatures_of
    from migrator.workflow.steps.release_manifests import manifests_of

    found = [(one.chart, one.category, one.repository, str(one.source)) for one in signatures_of(repo)]
    manifests = manifests_of(repo)
    if output_format == "json":
        from migrator.report.json import dumps

        keys = ("chart", "category", "repository", "source")
        rows = [dict(zip(keys, row, strict=True)) for row in found]
        known = [{"product": m.product, "chart": m.chart or None, "source": m.source} for m in manifests]
        sys.stdout.write(dumps({"format_version": "1.0", "signatures": rows, "manifests": known}))
        return ExitCode.DONE
    found += [
        (one.product, "manifest", f"chart {one.chart}" if one.chart else "no public chart", str(one.source))
        for one in manifests
    ]
    width = max((len(chart) for chart, *_ in found), default=0)
    for chart, category, url, source in found:
        sys.stdout.write(f"{chart:<{width}}  {category:<12}  {url}  {source}\n")
    return ExitCode.DONE


@rules.command("show", short_help="Show the rules of a chart or product.")
@click.argument("chart")
@repository
def show_rule(chart: str, repo: Any) -> int:
    """Show the signature of CHART, and the release manifests that correspond to it, as they hold for REPO."""
    from migrator.workflow.rules import signature_text

    sys.stdout.write(signature_text(repo, chart))
    return ExitCode.DONE


@rules.command("test", short_help="Run the cases beside the signatures.")
@repository
def test_rules(repo: Any) -> int:
    """Run the cases of the signatures, ours and those of the team of REPO; leaves with 2 where one fails."""
    from migrator.workflow.rule_cases import case_files, failed_case, read_case
    from migrator.workflow.rules import signatures_of

    signatures = signatures_of(repo)
    failed = total = 0
    for name, data in case_files(repo):
        problem = failed_case(read_case(name, data), signatures)
        failed, total = failed + bool(problem), total + 1
        if problem:
            sys.stdout.write(f"{name}: {problem}\n")
    sys.stdout.write(f"{total} cases, {failed} failed\n")
    return ExitCode.FINDINGS if failed else ExitCode.DONE


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
    from migrator.diagnostics import MigrateError
    from migrator.workflow.rules import learned_text

    if output is not None and output.exists() and not force:
        raise MigrateError.of(
            "MIG921",
            f"{output} exists already, perhaps corrected by hand; nothing was written",
            remedy="name another file with --output, or use --force to replace it",
        )
    settings = Settings(root=Path(), **given)
    text = learned_text(chart, settings, repository=chart_repository, category=category, values=values)
    if output is None:
        sys.stdout.write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    return ExitCode.DONE
