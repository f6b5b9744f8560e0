"""Blocks of Markdown, each whole in itself, and as many of them as a comment may hold."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from migrator.diagnostics import Diagnostic
from migrator.report.visible import visible

LIMIT = 65_000
"""GitHub takes 65,536 characters in a comment or the text of a pull request; a job writes its mark above."""
URL = "MIGRATE_REPORT_URL"
"""The variable that says where the whole report can be read."""
_NOTE = 1_500
"""Room for the note that says what was left out."""
_NAMED = 6
_LONG = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that stand together: the rows may be cut from their end, head and tail go with any of them."""

    title: str
    """What it is called where it is left out."""
    head: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    tail: tuple[str, ...] = ("",)
    rank: int = 1
    """What is taken first where there is not room for all: 0 before 1 before 2."""

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.head, *self.rows, *self.tail)


def bounded(blocks: Sequence[Block], whole: str, limit: int = LIMIT) -> str:
    """The blocks as one text of at most `limit` characters; what is left out is said, and the command that has it."""
    blocks = [each for each in blocks if each.head or each.rows]
    text = _text(blocks)
    if len(text) <= limit:
        return text
    kept: dict[int, Block] = {}
    missing = []
    room = limit - _NOTE
    for at, each in sorted(enumerate(blocks), key=lambda entry: (entry[1].rank, entry[0])):
        part = _part(each, room)
        if part is not None:
            kept[at] = part
            room -= _size(part.lines)
        if part != each:
            rows = f"{len(part.rows) if part else 0} of {len(each.rows)} lines"
            missing.append(f"{_short(each.title)} ({rows})" if each.rows else _short(each.title))
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    url = os.environ.get(URL, "")
    where = f"[in the whole report]({visible(url)})" if url.startswith("https://") and len(url) <= _NOTE // 3 else ""
    note = (
        f"> Shortened to {limit:,} characters, as a comment may have 65,536. Left out: "
        f"{', '.join(missing[:_NAMED])}{more}. The rest is {where or f'in what {code(whole)} prints'}."
    )
    shown = [kept[at] for at in sorted(kept)]
    return _text([*shown[:1], Block(title="", rows=(note,)), *shown[1:]])


def _part(block: Block, room: int) -> Block | None:
    """The block, as many of its rows as there is room for, or None."""
    room -= _size((*block.head, *block.tail))
    fitting = 0
    for each in block.rows:
        room -= len(each) + 1
        if room < 0:
            break
        fitting += 1
    if fitting == len(block.rows):
        return block if room >= 0 else None
    return replace(block, rows=block.rows[:fitting]) if fitting else None


def _size(lines: Iterable[str]) -> int:
    return sum(len(each) + 1 for each in lines)


def _text(blocks: Iterable[Block]) -> str:
    return "\n".join(line for each in blocks for line in each.lines).rstrip("\n") + "\n"


def _short(title: str) -> str:
    text = cell(title)
    return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."


def folded(title: str, rows: Iterable[str], *, rank: int = 1) -> Block:
    """Lines of Markdown behind a title that opens them."""
    head = (f"<details><summary>{cell(title)}</summary>", "")
    return Block(title=title, head=head, rows=tuple(rows), tail=("", "</details>", ""), rank=rank)


def fenced(title: str, rows: Iterable[str], language: str = "", *, rank: int = 1) -> Block:
    """Lines that are shown as they are, behind a title that opens them."""
    lines = tuple(map(visible, rows))
    fence = "`" * max(3, max(map(_longest_run, lines), default=0) + 1)
    head = (f"<details><summary>{cell(title)}</summary>", "", f"{fence}{language}")
    return Block(title=title, head=head, rows=lines, tail=(fence, "", "</details>", ""), rank=rank)


def table(title: str, names: Sequence[str], rows: Iterable[Sequence[str]], *, rank: int = 0) -> Block:
    """A table; nothing where there are no rows."""
    lines = tuple(row(*each) for each in rows)
    head = (f"| {' | '.join(names)} |", f"|{'---|' * len(names)}") if lines else ()
    return Block(title=title, head=head, rows=lines, tail=("",), rank=rank)


def messages(findings: Sequence[Diagnostic], *, rank: int = 1) -> Block:
    """A table of findings; nothing when there is nothing to say."""
    rows = (
        (each.severity.value, each.code, coded(str(each.span)) if each.span else "", each.summary, each.remedy)
        for each in findings
    )
    return table("messages", ("severity", "code", "place", "what", "remedy"), rows, rank=rank)


def yaml(title: str, text: str) -> list[str]:
    """A file by its name, in a fence that nothing in it ends."""
    text = text.rstrip("\n")
    fence = "`" * max(3, _longest_run(text) + 1)
    return [f"`{title}`", f"{fence}yaml", *text.split("\n"), fence, ""]


class Marked(str):
    """A cell that is Markdown already."""

    __slots__ = ()


def code(text: str) -> str:
    """Text in the line that is shown as it is."""
    fence, pad = "`" * (_longest_run(text) + 1), " " if "`" in text[:1] + text[-1:] else ""
    return f"{fence}{pad}{visible(text)}{pad}{fence}" if text else ""


def coded(*texts: str) -> Marked:
    """A cell of texts that are shown as they are."""
    return Marked("; ".join(code(each).replace("|", "\\|") for each in texts))


def row(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(each if isinstance(each, Marked) else cell(each) for each in cells) + " |"


def cell(text: str) -> str:
    """Text that neither ends its cell nor opens a tag."""
    return visible(text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " "))


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
