"""The commands, in the order in which `migrate --help` lists them."""

from __future__ import annotations

import click

from migrator.cli.commands.accept import accept
from migrator.cli.commands.apply import apply
from migrator.cli.commands.audit import audit
from migrator.cli.commands.charts import list_charts
from migrator.cli.commands.explain import explain
from migrator.cli.commands.graph import graph
from migrator.cli.commands.handover import handover
from migrator.cli.commands.help import show_help
from migrator.cli.commands.infer import infer
from migrator.cli.commands.plan import plan
from migrator.cli.commands.review import review
from migrator.cli.commands.rules import rules
from migrator.cli.commands.verify import verify

COMMANDS: tuple[click.Command, ...] = (
    *(plan, review, accept, apply, verify, handover, audit),
    *(explain, infer, list_charts, graph, rules, show_help),
)
