"""What `apply` did, for a person: what was written, what is proved, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.model import Impact
from migrator.plan.groups import plural
from migrator.plan.review import HELP, Session, Show
from migrator.prove.types import Verdict
from migrator.report.groups import example, group_details, group_lines
from migrator.report.planned.facts import MOVES, facts, several
from migrator.report.proved.text import show_proof
from migrator.report.terminal import console, show_pinned

if TYPE_CHECKING:
    from typing import IO

    from migrator.model import Difference
    from migrator.plan.types import ComponentPlan, PinnedComponent, Plan
    from migrator.prove import Proof

_OF_TOOL = {"gitops", "handover"}
"""Causes of files that a GitOps tool was chosen for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What `apply` did, as it may be shown."""

    plan: Plan
    proof: Proof | None
    is_written: bool
    is_diff: bool = False
    """Whether nothing was to be written."""
    branch: str | None = None
    commits: Sequence[str] = ()
    demoted: Sequence[str] = ()
    in_git: bool = True

    @property
    def is_refused(self) -> bool:
        """Whether something was planned that is not written though it was to be."""
        return not self.is_written and not self.is_diff and self.proof is not None


def show_applied(outcome: Outcome, stream: IO[str], *, repository: str = ".", verbose: bool = False) -> None:
    """What a pull request would say, the components that moved, what is not admitted, and the next steps."""
    out, proof = console(stream), outcome.proof
    out.print(f"{heading(outcome)}.", style="bold")
    lines = list(summary(outcome, verbose=verbose))
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        out.print(f"  {name:<{width}}  {text}")
    for component in outcome.plan.components:
        if component.decision in MOVES:
            chart = f"{component.chart.name} {component.chart.version}" if component.chart else ""
            out.print(f"{component.id}", style="bold", end="")
            out.print(f"  {component.decision.value}  {chart}  release {component.context}")
            for reason in component.options.reasons:
                out.print(f"  tell what deploys it: {reason}")
    for name in outcome.demoted:
        out.print(name, style="bold yellow", end="")
        out.print("  was not proved and stays in Kustomize")
    if proof is not None:
        show_proof(proof, stream, verbose=verbose)
    if outcome.is_refused:
        out.print("Nothing was written.", style="bold")
    commands = list(following(outcome, repository))
    if commands:
        out.print("Next:", style="bold")
    for name, command in commands:
        out.print(f"  {name:<22} {command}")


def heading(outcome: Outcome) -> str:
    """What was done, in one line without its full stop."""
    moving = [each for each in outcome.plan.components if each.decision in MOVES]
    if outcome.proof is None:
        return "Nothing to do"
    worst = max((each.impact for each in moving), default=Impact.NONE)
    verb = "move" if len(moving) != 1 else "moves"
    what = f"{plural(len(moving), 'component')} {verb} to Helm" if moving else "The tree follows"
    how = "proved" if outcome.proof.verdict.holds else "NOT proved"
    done = "" if outcome.is_written or outcome.is_diff else ", nothing was written"
    return f"{what}, {how} in {plural(len(outcome.proof.environments), 'environment')}; highest impact {worst}{done}"


def summary(outcome: Outcome, *, verbose: bool = False) -> Iterator[tuple[str, str]]:
    """What the plan says of what moves, and where it was written."""
    if outcome.proof is None:
        return
    yield from ((name, text) for name, text in facts(outcome.plan, verbose=verbose) if name not in {"next", "built"})
    names = [name for name, each in outcome.proof.environments.items() if each.verdict.holds]
    if names:
        yield "proved", f"{', '.join(sorted(names))}: {outcome.proof.verdict}"
    if outcome.branch is not None and outcome.is_written:
        told = plural(len(outcome.commits), "commit")
        yield "branch", f"{told} on the branch {outcome.branch}; the work tree is as it was"
    follows = [str(change.path) for change in outcome.plan.changes if change.cause == "automation"]
    if follows:
        yield "follow", several(follows, ", ", verbose=verbose)


def following(outcome: Outcome, repository: str = ".") -> Iterator[tuple[str, str]]:
    """What to do next with a repository: to look, to prove, to go on."""
    if not outcome.is_written:
        return
    branch, place = outcome.branch, shlex.quote(repository)
    if outcome.in_git:
        git = "git" if repository == "." else f"git -C {place}"
        yield (
            "look at the change",
            f"{git} add -A && {git} diff --cached" if branch is None else f"{git} log -p HEAD..{branch}",
        )
        yield "prove it again later", f"migrate verify {place} --base <commit before>"
    yield "keep it honest in CI", f"migrate audit {place}"
    if any(change.cause in _OF_TOOL for change in outcome.plan.changes):
        yield "merge it safely", f"migrate handover {place}"
    else:
        yield (
            "let something deploy",
            f"migrate apply {place} --gitops argocd   # or flux: in stages that keep live objects",
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
