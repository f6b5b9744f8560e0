"""What `apply` did, as the text of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.plan.groups import grouped
from migrator.plan.types import Decision
from migrator.report.applied import following, heading, summary
from migrator.report.groups import example, judged
from migrator.report.markdown.blocks import Block, bounded, cell, code, coded, fenced, messages, table
from migrator.report.markdown.planned import components, sections
from migrator.report.markdown.proved import proof_blocks
from migrator.report.planned.facts import MOVES, ordered
from migrator.report.proved.findings import proof_diagnostics

if TYPE_CHECKING:
    from migrator.plan.types import Plan
    from migrator.report.applied import Outcome


def applied_markdown(outcome: Outcome, diff: Sequence[str] = ()) -> str:
    """The text of the pull request: what moves, what changes for a cluster, how it is proved, and what comes next."""
    plan, proof = outcome.plan, outcome.proof
    head = (f"## {cell(heading(outcome))}", "")
    rows = tuple(f"- {name}: {cell(text)}" for name, text in summary(outcome))
    moving = [each for each in plan.components if each.decision in MOVES]
    blocks = [Block(title="summary", head=head, rows=rows, rank=0), components(ordered(moving)), _changes(plan)]
    if proof is not None:
        blocks += proof_blocks(proof)
    blocks += [_open(plan), *_commands(outcome), *sections(plan)]
    if diff:
        blocks.append(fenced("the diff", diff, "diff", rank=3))
    told = proof_diagnostics(proof) if proof is not None else ()
    blocks.append(messages([*(each for each in told if each.code not in {"MIG720", "MIG730"}), *plan.diagnostics]))
    return bounded(blocks, "migrate apply --diff" if diff else "migrate plan --format html")


def _changes(plan: Plan) -> Block:
    """What changes for a cluster, in groups of like differences, the gravest first."""
    rows = [
        (group.impact, each.id, group.title, coded(example(group)), judged(group).removeprefix(", "))
        for each in plan.components
        if each.decision in MOVES
        for group in grouped(each.differences)
    ]
    shown = ((str(impact), *row) for impact, *row in sorted(rows, key=lambda row: -row[0]))
    return table("changes", ("impact", "component", "what changes", "for example, old and new", "why it may"), shown)


def _open(plan: Plan) -> Block:
    """What remains to be decided."""
    proposed = [each for each in plan.components if each.decision is Decision.PROPOSE]
    rows = ((each.id, each.reason, coded(each.next)) for each in proposed)
    return table("to decide", ("to decide", "what stands against it", "next"), rows)


def _commands(outcome: Outcome) -> Iterator[Block]:
    """How a reviewer looks, proves and goes on."""
    rows = tuple(f"- {name}: {code(command)}" for name, command in following(outcome))
    yield Block(title="commands", head=("**Next**", "") if rows else (), rows=rows, rank=0)
