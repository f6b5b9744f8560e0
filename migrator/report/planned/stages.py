"""The stages of a plan that a GitOps tool carries out: what each does, its files, and what to check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.report.planned.facts import SIGNS, by_folder
from migrator.report.terminal import SHORT
from migrator.report.visible import visible

if TYPE_CHECKING:
    from migrator.plan.types import Change, StagePlan


def stage_lines(stages: Sequence[StagePlan], *, verbose: bool) -> Iterator[str]:
    """The stages as lines of text; of many files and commands the first ones, all of them where `verbose`."""
    yield from map(visible, _lines(stages, verbose=verbose))


def _lines(stages: Sequence[StagePlan], *, verbose: bool) -> Iterator[str]:
    for each in stages:
        yield f"Stage {each.number} of {each.total}, {each.name}"
        yield f"  {each.does}"
        yield from _files(each.changes, verbose=verbose)
        for title, commands in (("by hand", each.by_hand), ("check", each.check)):
            unique = list(dict.fromkeys(commands))
            shown = unique if verbose or len(unique) <= SHORT else unique[: SHORT // 2]
            yield from (f"  {title if not at else '':9}{command}" for at, command in enumerate(shown))
            if len(shown) < len(unique):
                yield f"  {'':9}... {len(unique) - len(shown)} more (--verbose)"
        yield ""


def _files(changes: Sequence[Change], *, verbose: bool) -> Iterator[str]:
    if not verbose and len(changes) > SHORT + 2:
        yield from by_folder(changes)
        return
    for each in changes:
        moved = f"{each.source} -> " if each.source is not None else ""
        yield f"  {SIGNS.get(each.action, '?')} {moved}{each.path}  ({each.cause})"
