"""The pages of a proof and of what an audit found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.diagnostics import Severity
from migrator.plan.groups import plural
from migrator.prove.admitted import admitted_above_metadata
from migrator.report.groups import in_words
from migrator.report.html.blocks import Section, bounded_page, messages, more, proof_summary, proof_tables
from migrator.report.html.page import command, searchable
from migrator.report.html.tags import Html, badge, code, join, listed, table, tag
from migrator.report.proved.facts import Refused, left_out, refused
from migrator.report.proved.findings import proof_diagnostics
from migrator.report.terminal import findings_headline

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostic
    from migrator.model import Impact
    from migrator.prove import EnvironmentProof, Proof

_TITLES = {Severity.ERROR: "To mend", Severity.WARNING: "To look at", Severity.INFO: "To know"}


def proof_html(proof: Proof, further: Sequence[Diagnostic] = ()) -> str:
    """The page of a proof: what is refused with old and new, what is admitted and by whom, every environment."""
    return bounded_page("Proof", lambda most: _proof(proof, further, most))


def findings_html(findings: Sequence[Diagnostic]) -> str:
    """The page of an audit: each kind of finding with what it means, its places, and what mends it."""
    return bounded_page("Audit", lambda most: _findings(findings, most))


def _proof(proof: Proof, further: Sequence[Diagnostic], most: int) -> Iterator[Section]:
    every = refused(proof)
    following = command("migrate apply --relock") if every else Html("")
    hint = tag("p", "Undo what is listed, or record that it is meant:") if every else Html("")
    yield "summary", "Summary", join([proof_summary(proof), hint, following])
    yield "refused", "Not admitted, by impact", _refused(every, most)
    yield "admitted", "Admitted above metadata", _admitted(proof, most)
    environments = (_environment(name, each, most) for name, each in sorted(proof.environments.items()))
    yield "environments", "Environments", join([proof_tables(proof), *environments])
    yield "components", "Components", _components(proof)
    yield "left-out", "Left out of both sides", listed(map(code, left_out(proof)))
    told = [each for each in (*proof_diagnostics(proof), *further) if each.code not in {"MIG720", "MIG730"}]
    yield "messages", "Messages", messages(told, most)


def _refused(every: Sequence[Refused], most: int) -> Html:
    """A block for each impact, the gravest first."""
    by: dict[Impact, list[Refused]] = defaultdict(list)
    for each in every:
        by[each.found.difference.impact].append(each)
    return join(
        searchable(
            join([badge(str(impact)), plural(len(found), "difference")]),
            table(["in", "what differs", "old and new", "why not"], map(_row, found[:most])),
            more(len(found), most),
            words=f"impact {impact}",
        )
        for impact, found in by.items()
    )


def _row(each: Refused) -> tuple[str, Html, Html, str]:
    difference = each.found.difference
    widens = ", widens privileges" if difference.privilege else ""
    what = code(f"{difference.id} {difference.kind.value}{in_words(difference)}{widens}")
    return ", ".join(each.environments), what, _old_and_new(each.found.explanation), each.found.reason


def _old_and_new(lines: Sequence[str]) -> Html:
    marks = {"-": "del", "+": "ins"}
    return join(tag(marks.get(line[:1], "div"), code(line)) for line in lines)


def _admitted(proof: Proof, most: int) -> Html:
    return join(
        searchable(
            join([badge(str(held.impact)), str(held)]),
            listed(map(code, held.lines[:most])),
            more(len(held.lines), most),
        )
        for held in admitted_above_metadata(proof)
    )


def _environment(name: str, proof: EnvironmentProof, most: int) -> Html:
    """All that is admitted in one environment, and what is only written differently."""
    found = sorted(
        (each for each in proof.found if each.admitted), key=lambda each: (-each.difference.impact, each.difference.id)
    )
    alike = [f"{rule} {count}" for rule, count in sorted(proof.equivalences.items())]
    if not found and not alike:
        return Html("")
    rows = [
        (
            badge(str(each.difference.impact)),
            code(each.difference.id),
            _old_and_new(each.explanation),
            each.difference.allowance or each.reason,
        )
        for each in found[:most]
    ]
    same = tag("p", f"Written differently, the same to a cluster: {', '.join(alike)}") if alike else Html("")
    title = join([tag("b", name), " ", badge(str(proof.verdict)), f" {plural(len(found), 'difference')} admitted"])
    return searchable(title, same, table(["", "what", "old and new", "by"], rows), more(len(found), most), words=name)


def _components(proof: Proof) -> Html:
    rows = [
        (name, badge(str(each.verdict)), str(each.resources), ", ".join(each.allowances))
        for name, each in sorted(proof.components.items())
    ]
    return table(["component", "verdict", "objects", "allowances"], rows)


def _findings(findings: Sequence[Diagnostic], most: int) -> Iterator[Section]:
    every = list(dict.fromkeys(findings))
    rows = [
        (badge(each.value), str(count)) for each in Severity if (count := sum(one.severity is each for one in every))
    ]
    table_of_all = table(["", "findings"], rows)
    yield "summary", "Summary", join([tag("p", tag("strong", findings_headline(every))), table_of_all])
    for severity in Severity:
        found = [each for each in every if each.severity is severity]
        yield severity.value, _TITLES[severity], messages(found, most)
