"""Sections that several pages share: a proof as a whole, and messages by their kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from migrator.report.html.page import page, searchable
from migrator.report.html.tags import Html, badge, code, join, listed, table, tag
from migrator.report.proved.facts import facts, headline

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic
    from migrator.prove import Proof

LIMIT = 5_000_000
"""Bytes of a page at most."""
_STEPS = (2_000, 300, 40, 5)
"""So many lines of a block, fewer where the page is too large otherwise."""

Section = tuple[str, str, Html]
"""Id, title and content."""


def bounded_page(title: str, sections: Callable[[int], Iterable[Section]]) -> str:
    """The page of sections that have at most so many lines; fewer, and said so, only where it would be too large."""
    text = ""
    for most in _STEPS:
        text = page(title, list(sections(most)))
        if len(text.encode()) <= LIMIT:
            break
    return text


def proof_summary(proof: Proof) -> Html:
    """The verdict, and what a pull request would say of it."""
    return join([tag("p", tag("strong", headline(proof))), table(["", ""], list(facts(proof)), cls="facts")])


def proof_tables(proof: Proof) -> Html:
    """Every environment with its verdict, and what rendered it."""
    rows = [
        (name, badge(str(each.verdict)), str(each.before), str(each.after))
        for name, each in sorted(proof.environments.items())
    ]
    every = table(["environment", "verdict", "objects before", "after"], rows)
    engines = table(["rendered by", ""], sorted((*proof.record.engines.items(), *proof.record.charts.items())))
    return join([every, engines])


def messages(diagnostics: Sequence[Diagnostic], most: int) -> Html:
    """A block for each kind of message, with the place, the remedy and the evidence of each."""
    kinds: dict[tuple[str, str], list[Diagnostic]] = defaultdict(list)
    for each in diagnostics:
        kinds[each.severity.value, each.code].append(each)
    return join(_kind(severity, key, found, most) for (severity, key), found in kinds.items())


def _kind(severity: str, key: str, found: Sequence[Diagnostic], most: int) -> Html:
    from migrator.report.codes import MEANINGS

    times = f"  {len(found)} times: " if len(found) > 1 else "  "
    title = join([badge(severity), tag("b", key), times, found[0].summary[:200]])
    rows = [
        (code(str(each.span)) if each.span else "", join([each.summary, listed(map(code, each.evidence))]), each.remedy)
        for each in found[:most]
    ]
    every = table(["place", "what", "remedy"], rows)
    return searchable(title, tag("p", MEANINGS.get(key, "")), every, more(len(found), most))


def more(count: int, most: int) -> Html:
    """How many are not shown; empty where all are."""
    return tag("p", f"{count - most} more: --format json has them all.", cls="dim") if count > most else Html("")
