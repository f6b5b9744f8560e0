"""Reports for people at a terminal, coloured where the terminal can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrator.diagnostics import Severity
from migrator.plan.groups import plural
from migrator.report.groups import pinned_lines
from migrator.report.visible import visible

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.diagnostics import Diagnostic
    from migrator.plan.types import PinnedComponent
    from migrator.signatures import Upstream

MANY = 3
"""Warnings of one kind that are too many to be shown one by one."""
SHORT = 12
"""Lines of a block that are shown unless everything is asked for."""
DECISION_STYLES = {"adopt": "bold green", "adopt-with-patches": "bold cyan", "propose": "bold yellow", "keep": "dim"}
"""In the order in which they are counted and shown."""
_SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def console(stream: IO[str]) -> Console:
    """A console over a stream; NO_COLOR and streams that are not a terminal get plain text, lines are never folded.

    It prints lines in which all that a repository can bring is visible.
    """
    from rich.console import Console

    class Lines(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*(visible(each) if isinstance(each, str) else each for each in objects), **options)

    return Lines(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def show_diagnostics(
    diagnostics: Iterable[Diagnostic], stream: IO[str], *, verbose: bool = False, notes: bool = False
) -> None:
    """Each diagnostic on a line of its own, its remedy below; notes only when they or everything are asked for.

    Of many warnings of one kind the first are shown, unless notes or everything are asked for.
    """
    out = console(stream)
    everything = verbose or notes
    wanted = [each for each in diagnostics if everything or each.severity is not Severity.INFO]
    for diagnostic in wanted if everything else _first_of_each_kind(wanted):
        if isinstance(diagnostic, str):
            out.print(diagnostic, style="yellow")
            continue
        where = f"{diagnostic.span}: " if diagnostic.span else ""
        out.print(f"{where}", end="")
        out.print(f"{diagnostic.severity.value}", style=_SEVERITY_STYLES[diagnostic.severity], end="")
        out.print(f": {diagnostic.summary} [{diagnostic.code}]")
        if diagnostic.remedy:
            out.print(f"  {diagnostic.remedy}", style="dim")
        if verbose:
            for line in diagnostic.evidence:
                out.print(f"  - {line}", style="dim")


def _first_of_each_kind(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic | str]:
    found = list(diagnostics)
    counts = Counter(each.code for each in found if each.severity is Severity.WARNING)
    shown: Counter[str] = Counter()
    for each in found:
        if each.severity is Severity.WARNING and counts[each.code] > MANY:
            shown[each.code] += 1
            if shown[each.code] == MANY:
                yield f"warning: {counts[each.code] - MANY + 1} more of this kind (--verbose) [{each.code}]"
            if shown[each.code] >= MANY:
                continue
        yield each


def show_findings(findings: Sequence[Diagnostic], stream: IO[str], *, verbose: bool = False) -> None:
    """Each finding and note, and how many there are."""
    show_diagnostics(findings, stream, verbose=verbose, notes=True)
    notes = sum(each.severity is Severity.INFO for each in findings)
    count = len(findings) - notes
    text = f"{count or 'No'} finding{'' if count == 1 else 's'}"
    text += f", {notes} note{'' if notes == 1 else 's'}" if notes else ""
    console(stream).print(f"{text}.", style="bold yellow" if count else "bold green")


def show_pinned(out: Console, pinned: Sequence[PinnedComponent]) -> None:
    """What the patches of adopted components keep from changing."""
    if pinned:
        out.print("Adopted, pinned by patches", style="bold")
        for line in pinned_lines(pinned):
            out.print(f"  {line}")
        out.print()


def show_upstream(out: Console, upstream: Upstream | None) -> None:
    """The release manifest, and what differs from the chart by design: all of it, before any difference is read."""
    if upstream is None:
        return
    out.print(f"  upstream  release manifest of {upstream.title}: {upstream.source}")
    if upstream.manifest.differs:
        out.print("  differs from the chart by design")
        for line in upstream.manifest.differs:
            out.print(f"    - {line}")


def admitted_lines(allowances: Iterable[str]) -> list[str]:
    """One line for each allowance or decision of a person: how many differences it admits."""
    counts = Counter(name if name.startswith("accepted ") else f"allowed by {name}" for name in allowances)
    return [f"{plural(counts[by], 'difference')} {by}" for by in sorted(counts)]
