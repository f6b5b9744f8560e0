"""The page of a plan, and of what `apply` did with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from migrator.model import Impact
from migrator.plan.groups import Group, grouped, plural
from migrator.plan.types import Decision
from migrator.report.html.blocks import Section, bounded_page, messages, proof_summary, proof_tables
from migrator.report.html.component import component_card, group_fold
from migrator.report.html.page import command, searchable
from migrator.report.html.pictures import owners, repository_map
from migrator.report.html.tags import Html, badge, code, join, listed, table, tag
from migrator.report.planned.facts import facts, headline, ordered
from migrator.report.proved.facts import proof_line, refused

if TYPE_CHECKING:
    from migrator.plan.types import Plan
    from migrator.prove import Proof


def plan_html(plan: Plan, proof: Proof | None = None) -> str:
    """The page; blocks are cut, and say so, only where it would be too large."""
    return bounded_page("Migration", lambda most: _sections(plan, proof, most))


def _sections(plan: Plan, proof: Proof | None, most: int) -> Iterator[Section]:
    yield "summary", "Summary", _summary(plan)
    if proof is not None:
        yield "proof", "Proof", _proof(proof, most)
    picture = repository_map(plan)
    yield "map", "Repository, before and after", tag("div", picture, cls="wide") if picture else Html("")
    yield "owners", "Who owns and deploys what", owners(plan)
    found = [each for each in ordered(plan.components) if each.decision is not Decision.KEEP]
    yield "components", "Components", join(component_card(each, most) for each in found)
    yield "differences", "Differences by impact", _by_impact(plan, most)
    yield "stages", "Stages of the handover", _stages(plan, most)
    yield "stays", "Stays in Kustomize", _kept(plan)
    yield "files", "Files", _files(plan, most)
    yield "messages", "Messages", messages(plan.diagnostics, most)


def _summary(plan: Plan) -> Html:
    rows = [(name, text) for name, text in facts(plan, verbose=False) if name != "next"]
    open_end = "" if plan.complete else "The plan is not complete: the messages say why."
    told = tag("p", tag("strong", headline(plan)), " ", open_end)
    return join([told, command(plan.next), table(["", ""], rows, cls="facts")])


def _proof(proof: Proof, most: int) -> Html:
    found = refused(proof)
    told = [join([proof_line(each.found), listed(map(code, each.found.explanation))]) for each in found[:most]]
    return join([proof_summary(proof), listed(told), proof_tables(proof)])


def _by_impact(plan: Plan, most: int) -> Html:
    """The groups of all components, the gravest impact first."""
    found: dict[Impact, list[tuple[str, Group]]] = defaultdict(list)
    for component in plan.components:
        for group in grouped(component.differences):
            found[group.impact].append((component.id, group))
    parts = []
    for impact in sorted(found, reverse=True):
        groups = [
            join([tag("a", name, href=f"#component-{name}"), group_fold(group, min(most, 40))])
            for name, group in found[impact]
        ]
        count = sum(len(group.differences) for _, group in found[impact])
        title = join([badge(str(impact)), plural(count, "difference")])
        parts.append(searchable(title, *groups, words=f"impact {impact}"))
    return join(parts)


def _stages(plan: Plan, most: int) -> Html:
    parts = []
    for each in plan.stages:
        files = listed(f"{change.action} {change.path}" for change in each.changes[:most])
        by_hand = [command(text) for text in dict.fromkeys(each.by_hand)]
        check = [command(text) for text in dict.fromkeys(each.check)]
        title = tag("b", f"Stage {each.number} of {each.total}: {each.name}")
        hand, then = (tag("h3", name) if held else Html("") for name, held in (("By hand", by_hand), ("Check", check)))
        parts.append(searchable(title, tag("p", each.does), hand, *by_hand, then, *check, tag("h3", "Files"), files))
    return join(parts)


def _kept(plan: Plan) -> Html:
    kept = [each for each in plan.components if each.decision is Decision.KEEP]
    reasons: dict[str, list[str]] = defaultdict(list)
    for each in kept:
        reasons[each.reason].append(each.id)
    return join(
        searchable(join([tag("b", plural(len(names), "component")), f" {reason}"]), listed(names), words=reason)
        for reason, names in sorted(reasons.items(), key=lambda entry: (len(entry[1]), entry[0]))
    )


def _files(plan: Plan, most: int) -> Html:
    folders: dict[str, list[tuple[str, Html, str, str]]] = defaultdict(list)
    for each in plan.changes:
        folder = each.path.rpartition("/")[0] or "."
        moved = f"{each.source} to " if each.source is not None else ""
        folders[folder].append((each.action, code(f"{moved}{each.path}"), each.cause, f"+{each.added} -{each.removed}"))
    return join(
        searchable(
            join([code(folder), f"  {plural(len(rows), 'file')}"]),
            table(["", "file", "because of", "lines"], rows[:most]),
        )
        for folder, rows in folders.items()
    )
