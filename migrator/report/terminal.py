"""Reports for people at a terminal, coloured where the terminal can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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

SHORT = 12
"""Lines of a block that are shown unless everything is asked for."""
DECISION_STYLES = {"adopt": "bold green", "adopt-with-patches": "bold cyan", "propose": "bold yellow", "keep": "dim"}
"""In the order in which they are counted and shown."""
_FEW = 5
"""As many messages are shown one by one."""
_PLACES = 3
"""Places that are named of more messages of one kind."""
_KINDS = {Severity.ERROR: 3, Severity.WARNING: 4}
"""As many kinds are shown, the first of each, unless everything is asked for."""
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

    Errors first, of each kind the first, and of many kinds a few, unless notes or everything are asked for.
    """
    out = console(stream)
    wanted = [each for each in diagnostics if verbose or notes or each.severity is not Severity.INFO]
    everything = verbose or notes or len(wanted) <= _FEW
    kinds: dict[tuple[Severity, str], list[Diagnostic]] = {}
    for each in wanted:
        kinds.setdefault((each.severity, each.code), []).append(each)
    shown = kinds if everything else _weightiest(kinds)
    for each in wanted if everything else (found[0] for found in shown.values()):
        more = () if everything else kinds[each.severity, each.code][1:]
        _show_diagnostic(out, each, more, verbose=verbose)
    rest = [(code, len(found)) for (severity, code), found in kinds.items() if (severity, code) not in shown]
    if rest:
        out.print(
            f"{sum(count for _, count in rest)} more (--verbose): {', '.join(code for code, _ in rest)}", style="dim"
        )


def _show_diagnostic(out: Console, diagnostic: Diagnostic, more: Sequence[Diagnostic], *, verbose: bool) -> None:
    where = f"{diagnostic.span}: " if diagnostic.span else ""
    out.print(f"{where}", end="")
    out.print(f"{diagnostic.severity.value}", style=_SEVERITY_STYLES[diagnostic.severity], end="")
    counted = f" and {len(more)} more of this kind{_places(more)} (--verbose)" if more else ""
    out.print(f": {diagnostic.summary} [{diagnostic.code}]{counted}")
    if diagnostic.remedy:
        out.print(f"  {diagnostic.remedy}", style="dim")
    if verbose:
        for line in diagnostic.evidence:
            out.print(f"  - {line}", style="dim")


def _places(diagnostics: Sequence[Diagnostic]) -> str:
    """Where some of them are: `, in a.yaml:3, b.yaml`."""
    places = list(dict.fromkeys(str(each.span) for each in diagnostics if each.span is not None))
    return f", in {', '.join(places[:_PLACES])}{', ...' if len(places) > _PLACES else ''}" if places else ""


def _weightiest(
    kinds: Mapping[tuple[Severity, str], list[Diagnostic]],
) -> Mapping[tuple[Severity, str], list[Diagnostic]]:
    """Of errors and of warnings the first kinds: what is written or rendered weighs more than what is read."""
    shown: dict[tuple[Severity, str], list[Diagnostic]] = {}
    for severity, most in _KINDS.items():
        codes = sorted((code for held, code in kinds if held is severity), key=lambda code: -int(code[3]))
        shown |= {(severity, code): kinds[severity, code] for code in codes[:most]}
    return shown


def show_findings(findings: Sequence[Diagnostic], stream: IO[str], *, verbose: bool = False) -> None:
    """How many findings and notes there are, of which kinds, and each of them once."""
    out = console(stream)
    found = any(each.severity is not Severity.INFO for each in findings)
    out.print(findings_headline(findings), style="bold yellow" if found else "bold green")
    for line in findings_kinds(findings):
        out.print(f"  {line}")
    show_diagnostics(dict.fromkeys(findings), stream, verbose=verbose, notes=True)


def findings_headline(findings: Sequence[Diagnostic]) -> str:
    """`2 findings, 1 note.`."""
    notes = sum(each.severity is Severity.INFO for each in findings)
    count = len(findings) - notes
    text = plural(count, "finding") if count else "No findings"
    return f"{text}, {plural(notes, 'note')}." if notes else f"{text}."


def findings_kinds(findings: Sequence[Diagnostic]) -> list[str]:
    """Of more than a few findings each kind in a line, errors first: how often, its code, and what it means."""
    from migrator.report.codes import MEANINGS

    if len(findings) <= _FEW:
        return []
    order = list(Severity)
    counts = Counter((order.index(each.severity), each.code) for each in findings)
    return [
        f"{order[at].value} {code}  {counts[at, code]}  {MEANINGS.get(code, '')}".rstrip()
        for at, code in sorted(counts)
    ]


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
