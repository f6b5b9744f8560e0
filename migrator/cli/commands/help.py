"""`migrate help`: the manual, as the package carries it."""

from __future__ import annotations

import click


@click.command("help", short_help="Show a page of the manual, or what a diagnostic code means.")
@click.argument("name", metavar="[TOPIC]", default="")
def show_help(name: str) -> int:
    """Show the page of the manual on TOPIC, or what a code such as MIG503 means; without one, list the pages."""
    from migrator.report.help.topics import topic

    click.echo(topic(name), nl=False)
    return 0
