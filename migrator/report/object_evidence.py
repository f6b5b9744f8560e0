"""Why an object belongs where it does: for a person, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.report.json import upstream_document
from migrator.report.terminal import console, show_upstream

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.classify import Account, Considered
    from migrator.model import Json

FORMAT_VERSION = "1.0"
_FACTS = 8


def show_account(found: Account, stream: IO[str], *, verbose: bool = False) -> None:
    """Where the object belongs, then each chart that was considered, with what speaks for and against it."""
    out = console(stream)
    own = found.component
    out.print(str(found.resource), style="bold", end="")
    out.print(f"  in {', '.join(found.environments)}" + (f", from {found.origin}" if found.origin else ""))
    if own.candidates:
        first = own.candidates[0]
        out.print(f"It belongs to {own.id}: chart {first.title}, confidence {first.score:.2f}.")
    elif own.kind.value == "application":
        out.print(f"It stays in Kustomize, in the application {own.id}: {_why(found)}")
    else:
        none = "no public chart installs the same" if own.upstream is not None else "no chart is known"
        out.print(f"It belongs to {own.id}, for which {none}.")
    show_upstream(out, own.upstream)
    if found.ties:
        out.print(f"Within {own.id}:")
        for tie in found.ties if verbose else found.ties[:_FACTS]:
            out.print(f"  - {tie}")
    for number, each in enumerate(found.considered if verbose else found.considered[:3]):
        out.print()
        _considered(out, each, found, is_first=not number, verbose=verbose)


def account_document(found: Account) -> dict[str, Json]:
    """The document of `migrate explain KIND/NAME --format json`."""
    own = found.component
    return {
        "format_version": FORMAT_VERSION,
        "resource": str(found.resource),
        "environments": list(found.environments),
        "origin": found.origin,
        "component": own.id,
        "kind": own.kind.value,
        "chart": own.candidates[0].chart if own.candidates else None,
        "confidence": round(own.confidence, 4),
        "upstream": upstream_document(own.upstream),
        "needed": found.needed,
        "ties": list(found.ties),
        "considered": [
            {
                "chart": each.chart,
                "repository": each.repository,
                "score": each.score,
                "objects": each.objects,
                "for": [
                    {
                        "kind": fact.kind,
                        "detail": fact.detail,
                        "weight": fact.weight,
                        "resource": str(fact.resource) if fact.resource else None,
                    }
                    for fact in each.evidence
                ],
                "against": list(each.against),
            }
            for each in found.considered
        ],
    }


def _why(found: Account) -> str:
    if not found.considered:
        return "no signature knows anything of it."
    best = found.considered[0]
    if not best.score:
        return f"nothing says that it is from a chart; the nearest is {best.title}."
    return f"the closest chart is {best.title} with {best.score:.2f}, and it takes {found.needed:.2f}."


def _considered(out: Console, each: Considered, found: Account, *, is_first: bool, verbose: bool) -> None:
    among = f", {each.objects} objects together" if each.objects > 1 else ""
    out.print(f"{each.title}: {each.score:.2f}{among}", style="bold" if is_first else "")
    facts = each.evidence if verbose else each.evidence[:_FACTS]
    for fact in facts:
        where = f", shown by {fact.resource}" if fact.resource not in {None, found.resource} else ""
        out.print(f"  + {fact.kind}: {fact.detail} ({fact.weight:.2f}{where})", style="green")
    if len(each.evidence) > len(facts):
        out.print(f"  ... {len(each.evidence) - len(facts)} more (--verbose)", style="dim")
    for reason in each.against:
        out.print(f"  - {reason}", style="yellow")
