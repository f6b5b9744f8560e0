"""What `apply` did, for a person: what was written, what is proved, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.plan.review import HELP, Session, Show
from migrator.plan.types import Decision
from migrator.prove.types import Verdict
from migrator.report.groups import example, group_details, group_lines
from migrator.report.proof import show_proof
from migrator.report.terminal import console, show_pinned

if TYPE_CHECKING:
    from typing import IO

    from rich.console import Console

    from migrator.model import Difference
    from migrator.plan.types import ComponentPlan, PinnedComponent, Plan
    from migrator.prove import Proof

_ADOPTED = (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES)


_OF_TOOL = {"gitops", "handover"}
"""Causes of files that a GitOps tool was chosen for."""


def show_applied(
    plan: Plan,
    proof: Proof | None,
    stream: IO[str],
    *,
    is_written: bool,
    branch: str | None = None,
    commits: Sequence[str] = (),
    demoted: Sequence[str] = (),
    verbose: bool = False,
) -> None:
    """The components that moved, the proof, and the next steps."""
    out = console(stream)
    adopted = [component for component in plan.components if component.decision in _ADOPTED]
    for component in adopted:
        chart = f"{component.chart.name} {component.chart.version}" if component.chart else ""
        out.print(f"{component.id}", style="bold", end="")
        out.print(f"  {component.decision.value}  {chart}  release {component.context}")
        for reason in component.options.reasons:
            out.print(f"  tell what deploys it: {reason}")
    for name in demoted:
        out.print(name, style="bold yellow", end="")
        out.print("  was not proved and stays in Kustomize")
    if proof is not None:
        show_proof(proof, stream, verbose=verbose)
    if is_written:
        _show_written(plan, out, branch, commits)
    else:
        out.print("Nothing was written." if proof is not None else "Nothing to do.", style="bold")


def _show_written(plan: Plan, out: Console, branch: str | None, commits: Sequence[str]) -> None:
    counts = Counter(change.action for change in plan.changes)
    done = {"create": "created", "edit": "edited", "delete": "deleted", "move": "moved"}
    told = ", ".join(f"{counts[action]} {done[action]}" for action in done if counts[action])
    out.print(f"Written: {told}.", style="bold")
    if branch is not None:
        out.print(f"In {len(commits)} commits on the branch {branch}; the work tree is as it was.", style="bold")
    for change in plan.changes:
        if change.cause == "automation":
            out.print(f"  {change.path} follows what moved")
    out.print("Next:", style="bold")
    shown = "git add -A && git diff --cached" if branch is None else f"git log -p HEAD..{branch}"
    out.print(f"  look at the change     {shown}")
    out.print("  prove it again later   migrate verify . --base <commit before>")
    out.print("  keep it honest in CI   migrate audit .")
    if any(change.cause in _OF_TOOL for change in plan.changes):
        out.print("  merge it safely        migrate handover .")
    else:
        out.print(
            "  let something deploy   migrate apply --gitops argocd   # or flux: in stages that keep live objects"
        )


def show_followed(
    proof: Proof,
    stream: IO[str],
    *,
    base: str,
    changes: Sequence[str],
    files: Sequence[str],
    is_written: bool,
    verbose: bool = False,
) -> None:
    """What differs from the commit that wrote the lock before, and what the lock says now."""
    out = console(stream)
    out.print(f"Compared with {base[:12]}, the commit that wrote the lock as it was.")
    show_proof(proof, stream, verbose=verbose)
    if not files:
        is_open = any(each.verdict is Verdict.UNPROVED for each in proof.environments.values())
        out.print("Nothing was written." if is_open else "Nothing to do: the lock says what is there.", style="bold")
        return
    out.print("The lock follows:" if is_written else "The lock would follow:", style="bold")
    for change in (*changes, "what every environment renders"):
        out.print(f"  {change}")
    out.print(f"{'Written' if is_written else 'Not written'}: {', '.join(files)}.", style="bold")


def show_accepted(
    component: ComponentPlan,
    differences: Mapping[str, Sequence[Difference]],
    stream: IO[str],
    *,
    is_new: bool,
    following: str,
) -> None:
    """The groups that are admitted now, what the component comes to, and the command that goes on."""
    out = console(stream)
    said = "accepted, in migrate.yaml" if is_new else "accepted already; migrate.yaml is as it was"
    out.print(f"{component.id}  {said}", style="bold")
    for line in group_lines(differences, component.environments):
        out.print(f"  {line}")
    out.print(f"  {component.decision.value}: {component.reason}")
    for environment, patches in sorted(component.patches.items()):
        count = sum(len(patch.operations) for patch in patches)
        out.print(f"  {environment}: {count} patch operations on {len(patches)} objects keep what is not accepted")
    if following:
        out.print(f"  next  {following}", style="bold")


def show_dropped(
    head: str,
    dropped: Mapping[str, Sequence[Difference]],
    left: Mapping[str, Sequence[Difference]],
    stream: IO[str],
    *,
    environments: Sequence[str],
    files: Sequence[str],
    following: str,
) -> None:
    """The groups that patches no longer undo, those that they still do, the files, and the command that goes on."""
    out = console(stream)
    out.print(head, style="bold")
    for title, found in (("changes now, no patch undoes it any more", dropped), ("is pinned as before", left)):
        if any(found.values()):
            out.print(f"  {title}")
        unjudged = {name: [replace(each, why="", admitted=False) for each in some] for name, some in found.items()}
        for line in group_lines(unjudged, environments):
            out.print(f"    {line}")
    out.print(f"  written  {', '.join(files)}")
    out.print(f"  next  {following}", style="bold")


def show_turn(session: Session, stream: IO[str]) -> None:
    """What stands before the prompt of a review: the question, all of its differences, or the possible answers."""
    out = console(stream)
    question = session.open[0]
    match session.show:
        case Show.QUESTION:
            out.print()
            out.print(f"{question.component.id}  {question.group}", style="bold")
            out.print(f"  e.g. {example(question.group)}")
        case Show.DETAILS:
            for line in group_details(question.group):
                out.print(f"  {line}")
        case Show.HELP:
            for line in HELP:
                out.print(f"  {line}")
        case Show.ALONE:
            out.print("  it loses data or widens a privilege: answer y or n, for this group alone")


def show_decided(
    components: Sequence[ComponentPlan],
    pinned: Sequence[PinnedComponent],
    stream: IO[str],
    *,
    following: Sequence[str],
) -> None:
    """What the components of a review come to, what patches keep of those adopted, and the commands that go on."""
    out = console(stream)
    out.print()
    for component in components:
        out.print(f"{component.id}  {component.decision.value}: {component.reason}")
    if not components:
        out.print("Nothing was decided.")
    show_pinned(out, pinned)
    for command in following:
        out.print(f"next  {command}", style="bold")
