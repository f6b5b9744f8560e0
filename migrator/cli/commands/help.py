"""`migrate help`: the manual, as the package carries it."""

from __future__ import annotations

import click


@click.command("help", short_help="Show a page of the manual, or what a diagnostic code means.")
@click.argument("name", metavar="[TOPIC]", default="")
@click.pass_context
def show_help(context: click.Context, name: str) -> int:
    """Show the page of the manual on TOPIC, a command, or a code such as MIG503; without one, list the pages."""
    from migrator.report.help.topics import TOPICS, topic

    group = context.find_root().command
    found = group.get_command(context, name) if isinstance(group, click.Group) and name not in TOPICS else None
    told = found.get_help(click.Context(found, context.parent, name)) + "\n" if found else topic(name)
    click.echo(told, nl=False)
    return 0
