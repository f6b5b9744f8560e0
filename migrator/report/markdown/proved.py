"""The proof as a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.prove.admitted import admitted_above_metadata
from migrator.report.groups import in_words
from migrator.report.markdown.blocks import Block, bounded, cell, coded, fenced, messages, table
from migrator.report.proved.facts import facts, headline, left_out, refused
from migrator.report.proved.findings import proof_diagnostics

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic
    from migrator.prove import Proof
    from migrator.report.proved.facts import Refused

_FEW = 3
"""Lines of what differs that stand in a cell."""


def proof_markdown(proof: Proof, more: Sequence[Diagnostic] = ()) -> str:
    """The proof, and further findings, as a comment."""
    head = (f"## Proof: {proof.verdict}", "", f"**{cell(headline(proof))}**", "")
    rows = tuple(f"- {name}: {cell(text)}" for name, text in facts(proof, following=True))
    told = [each for each in (*proof_diagnostics(proof), *more) if each.code != "MIG720"]
    blocks = [Block(title="summary", head=head, rows=rows, rank=0), *proof_blocks(proof), messages(told)]
    return bounded(blocks, "migrate verify --format json")


def proof_blocks(proof: Proof) -> Iterator[Block]:
    """What is refused with old and new, environments, components, and what is admitted above metadata."""
    yield table(
        "differences", ("impact", "in", "what differs", "old and new", "why not"), map(_refused, refused(proof))
    )
    rows = [
        (name, str(each.verdict), str(each.before), str(each.after))
        for name, each in sorted(proof.environments.items())
    ]
    yield table("environments of the proof", ("environment", "verdict", "before", "after"), rows)
    proved = [
        (name, str(each.verdict), str(each.resources), ", ".join(each.allowances))
        for name, each in sorted(proof.components.items())
    ]
    yield table("components of the proof", ("component", "verdict", "objects", "allowances"), proved)
    for held in admitted_above_metadata(proof):
        yield fenced(str(held), held.lines)
    missing = tuple(f"Left out of both sides: {cell(line)}" for line in left_out(proof))
    yield Block(title="what is left out of the proof", rows=missing, rank=0)


def _refused(each: Refused) -> tuple[str, ...]:
    difference, lines = each.found.difference, each.found.explanation
    more = (f"{len(lines) - _FEW} lines more",) if len(lines) > _FEW else ()
    widens = ", widens privileges" if difference.privilege else ""
    what = f"{difference.id} {difference.kind.value}{in_words(difference)}{widens}"
    shown = coded(*lines[:_FEW], *more)
    return str(difference.impact), ", ".join(each.environments), coded(what), shown, each.found.reason
