"""A review as a state machine: a question for each group of differences, and what a person's lines make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from migrator.compare import Acceptance
from migrator.diagnostics import MigrateError
from migrator.model import Difference, Impact
from migrator.plan.groups import Group, grouped
from migrator.plan.types import ComponentPlan, Decision, PinnedComponent, Plan

ACCEPT, REFUSE = "accept", "refuse"
"""Keys of `migrate.yaml`."""

HELP = (
    "y  accept this group",
    "n  refuse it: a patch undoes it, or the component stays",
    "a  accept all of this component up to this impact; what widens a privilege is still asked for",
    "e  explain: every difference of the group, old and new",
    "s  skip: decide another day",
    "q  quit: what was decided stands in migrate.yaml, and the next review goes on behind it",
)


class Show(Enum):
    """What a person is to see next."""

    QUESTION = "question"
    REASON = "reason"
    """Why? An empty line, or a single letter, takes the answer back."""
    DETAILS = "details"
    HELP = "help"
    ALONE = "alone"
    """`a` is no answer here: the group must be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A group of differences of a component that nobody has decided about."""

    component: ComponentPlan
    group: Group

    @property
    def must_be_named(self) -> bool:
        """Whether no wide entry may be about it."""
        return self.group.privilege or self.group.impact is Impact.DATA_LOSS


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was decided, to be written at once: an item of `accept` or of `refuse`."""

    key: str
    what: Acceptance


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where a review stands. Each line of a person makes another of it."""

    open: tuple[Question, ...]
    """The first is the one that is asked."""
    show: Show = Show.QUESTION
    answer: str = ""
    """`y`, `n` or `a`, while its reason is awaited."""
    done: int = 0
    """Questions that are behind."""
    decided: tuple[str, ...] = ()
    """Components that something was decided about."""
    left: tuple[str, ...] = ()
    """Components with a question that was skipped, or never asked because somebody quit."""
    pinned: tuple[PinnedComponent, ...] = ()
    """Adopted components that patches stand behind: to be told, not to be asked."""
    write: Entry | None = field(default=None)
    """What the last line decided."""

    @property
    def is_over(self) -> bool:
        return not self.open

    @property
    def prompt(self) -> str:
        if self.show is Show.REASON:
            return "why? (empty: back) "
        answers = "y,n,e,s,q,?" if self.open[0].must_be_named else "y,n,a,e,s,q,?"
        return f"({self.done + 1}/{self.done + len(self.open)}) accept? [{answers}] "

    def after(self, line: str) -> Session:
        """The session once a person has said this."""
        if self.is_over:
            return self
        word, asked = line.strip(), replace(self, show=Show.QUESTION, answer="", write=None)
        if self.show is Show.REASON:
            return _decided(asked, self.answer, word) if _is_reason(word) else asked
        match word:
            case "y" | "n":
                return replace(asked, show=Show.REASON, answer=word)
            case "a" if self.open[0].must_be_named:
                return replace(asked, show=Show.ALONE)
            case "a":
                return replace(asked, show=Show.REASON, answer=word)
            case "e":
                return replace(asked, show=Show.DETAILS)
            case "s":
                return _leaving(_without(asked, self.open[0]), self.open[:1])
            case "q":
                return _leaving(replace(asked, open=()), self.open)
        return replace(asked, show=Show.HELP)


def _is_reason(text: str) -> bool:
    """Whether somebody says why; one letter is the answer to the question that they thought was asked."""
    return len(text.strip(".")) > 1


def _decided(session: Session, answer: str, reason: str) -> Session:
    """The session once the first question has its answer and the reason for it."""
    first = session.open[0]
    what = Acceptance(component=first.component.id, only=first.group.only, reason=reason)
    if answer == "n":
        entry = Entry(key=REFUSE, what=replace(what, only=_refused(first)))
    elif answer == "y":
        entry = Entry(key=ACCEPT, what=replace(what, up_to=first.group.impact, privilege=first.group.privilege))
    else:
        entry = Entry(key=ACCEPT, what=replace(what, only=(), up_to=first.group.impact))
    covered = tuple(each for each in session.open if _is_covered(each, entry.what))
    names = tuple(dict.fromkeys((*session.decided, first.component.id)))
    return replace(_without(session, first, *covered), write=entry, decided=names)


def _leaving(session: Session, questions: tuple[Question, ...]) -> Session:
    names = (*session.left, *(each.component.id for each in questions))
    return replace(session, left=tuple(dict.fromkeys(names)))


def _without(session: Session, *behind: Question) -> Session:
    left = tuple(each for each in session.open if each not in behind)
    return replace(session, open=left, done=session.done + len(session.open) - len(left))


def _refused(question: Question) -> tuple[str, ...]:
    """The patterns of a group, or its ids where the patterns are about more than it: a refusal has no impact."""
    own = {each.id for each in question.group.differences}
    wide = Acceptance(only=question.group.only, up_to=Impact.DATA_LOSS, privilege=True, reason="")
    every = (each for found in question.component.differences.values() for each in found)
    if any(wide.covers(each) and each.id not in own for each in every):
        return tuple(each.id for each in question.group.differences)
    return question.group.only


def session_of(plan: Plan, component: str = "") -> Session:
    """A review of what stands against the adoption of a component, or of all.

    There is no question about a release that patches stand behind. MIG930 for any other that is no proposal.
    """
    found = [each for each in plan.components if not component or each.id == component]
    is_pinned = any(each.id == component for each in plan.pinned)
    if component and not is_pinned and not any(map(_is_proposed, found)):
        state = f"`{found[0].decision.value}`: {found[0].reason}" if found else "a release that no patch stands behind"
        raise MigrateError.of(
            "MIG930",
            f"there is nothing to review of {component}, which is {state}",
            remedy="see with `migrate plan` what is proposed",
        )
    return Session(
        open=tuple(question for each in found if _is_proposed(each) for question in _questions(each)),
        pinned=tuple(each for each in plan.pinned if not component or each.id == component),
    )


def _questions(component: ComponentPlan) -> Iterator[Question]:
    """The groups that stand against adoption, without what was refused."""
    blocking = {each.id for each in component.blocked_by}
    found = {
        name: [each for each in differences if each.id in blocking and not _is_refused(each)]
        for name, differences in component.differences.items()
    }
    return (Question(component=component, group=group) for group in grouped(found))


def _is_proposed(component: ComponentPlan) -> bool:
    return component.decision is Decision.PROPOSE


def _is_covered(question: Question, entry: Acceptance) -> bool:
    return all(entry.covers(each, question.component.id) for each in question.group.differences)


def _is_refused(difference: Difference) -> bool:
    return difference.why.startswith("refused")
