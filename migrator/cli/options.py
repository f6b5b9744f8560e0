"""What the commands have in common: options, and the settings they add up to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
IMPACTS = ("none", "metadata", "config", "rollout", "recreate", "data-loss")


def _together(options: list[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


repository = click.argument("repo", default=".", type=click.Path(path_type=Path))

talking = _together(
    [
        click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr, errors only."),
        click.option("-v", "--verbose", is_flag=True, help="Whole listings, notes, and the share of time per step."),
        click.option(
            "--timings",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write the seconds of each step to this file, as JSON.",
        ),
    ]
)

charts = _together(
    [
        click.option("--offline/--online", default=None, help="Never use the network; the key `offline`."),
        click.option(
            "--chart-mirror",
            "chart_mirrors",
            multiple=True,
            metavar="DIR",
            type=click.Path(path_type=Path),
            help="Folder of chart archives NAME-VERSION.tgz or chart folders, asked before the network. Repeatable.",
        ),
        click.option(
            "--remote",
            "remotes",
            multiple=True,
            metavar="URL=PATH",
            help="Folder, git directory or file that stands for a remote base (github.com/ORG/REPO). Repeatable.",
        ),
        click.option("--kube-version", metavar="VERSION", help="Kubernetes version that charts render for."),
        click.option(
            "--api-versions", multiple=True, metavar="GROUP/VERSION", help="API that charts find. Repeatable."
        ),
        click.option("--cache-dir", "cache", type=click.Path(path_type=Path), help="Where results are cached."),
        click.option("--no-cache", is_flag=True, help="Read and write no cache."),
    ]
)

max_impact = click.option(
    "--max-impact",
    type=click.Choice(IMPACTS),
    help="How far the change of a running cluster may go (default: metadata).",
)

budget = click.option(
    "--budget",
    type=click.FloatRange(min=0.1),
    default=45.0,
    show_default=True,
    help="Seconds to search for the values of one component.",
)

deciding = _together(
    [
        click.option(
            "--only",
            multiple=True,
            metavar="ID",
            help="Migrate this component alone; the others stay. Repeatable.",
        ),
        max_impact,
        budget,
        click.option("--layout", metavar="NAME", help="growing (default), enterprise, in-place, or your own."),
        click.option("--gitops", metavar="TOOL", help="Write the objects that deploy it: argocd, flux, none."),
    ]
)


def output_format(*formats: str) -> Callable[[Command], Command]:
    """The option `--format` with the formats that a command knows; the first is the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How the result is written to stdout.",
    )
