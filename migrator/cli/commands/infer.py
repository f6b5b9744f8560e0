"""`migrate infer`: the values with which a chart renders given manifests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import charts, output_format, talking

_ASKED = ("chart_repository", "release", "namespace", "holds_objects", "explain", "output", "force")


@click.command(short_help="Find the values with which a chart renders given files.")
@click.option("--chart", required=True, metavar="DIR|TGZ|REF", help="A chart folder, an archive, or NAME:VERSION.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    metavar="[ENV=]FILE",
    help="Manifests that the chart shall render; one per environment. Repeatable.",
)
@click.option("--repository", "chart_repository", default="", metavar="URL", help="Where a REF is published.")
@click.option("--namespace", metavar="NS", help="Namespace of the release, where it is known.")
@click.option("--release", metavar="NAME", help="Name of the release, where it is known.")
@click.option(
    "--extra-objects/--no-extra-objects",
    "holds_objects",
    default=True,
    help="Whether lists such as `extraObjects` may hold what no template of the chart makes.",
)
@click.option("--budget", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds to search.")
@click.option(
    "--explain",
    is_flag=False,
    flag_value="",
    metavar="[VALUES.PATH]",
    help="Say also what each value (or this one) shapes and where it comes from.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=True, path_type=Path),
    metavar="DIR",
    help="Write values.yaml and values-ENV.yaml into this folder, secrets in clear (mode 0600).",
)
@click.option("--force", is_flag=True, help="Replace values files that are there.")
@output_format("text", "json")
@charts
@talking
def infer(chart: str, targets: tuple[str, ...], output_format: str, **given: Any) -> int:
    """Find release name, namespace and the smallest values with which a chart renders the target files."""
    from migrator import api
    from migrator.cli.output import show_inference
    from migrator.report.watching.feedback import Feedback

    feedback = Feedback.of(given)
    asked = {name: given.pop(name) for name in _ASKED}
    with feedback.watching() as progress:
        inferred = api.infer(chart, targets, api.Options(**given), **asked, progress=progress)
    with feedback.step("report"):
        show_inference(inferred, output_format, sys.stdout, feedback)
    feedback.finish()
    return inferred.exit_code
