"""A review: what a person's lines make of the questions, one after the other."""

from __future__ import annotations

import pytest

from migrator.compare import Acceptance
from migrator.diagnostics import MigrateError
from migrator.model import Difference, DifferenceKind, Impact, KeyPath, ReleaseContext, ResId
from migrator.plan import ComponentPlan, Decision, PinnedComponent, Plan
from migrator.plan.review import ACCEPT, REFUSE, Entry, Session, Show, session_of

TEMPLATE: KeyPath = ("spec", "template", "metadata", "labels")


def difference(path: KeyPath, impact: Impact, kind: str = "Deployment", **more: object) -> Difference:
    resource = ResId(group="apps", kind=kind, namespace="shop", name="web")
    return Difference(resource=resource, path=path, kind=DifferenceKind.CHANGED, impact=impact, **more)  # type: ignore[arg-type]


SELECTOR = difference(("spec", "selector", "matchLabels", "a"), Impact.RECREATE)
LABEL = difference((*TEMPLATE, "a"), Impact.ROLLOUT)
DATA = difference(("data", "x"), Impact.CONFIG)
POWER = difference(("rules", 0), Impact.CONFIG, privilege=True)
PINNED = difference(("spec", "replicas"), Impact.ROLLOUT)


PINS = PinnedComponent(id="old", environments=("dev",), differences={"dev": (LABEL,)}, next="migrate accept . old")


def component(*blocked: Difference, name: str = "web", decision: Decision = Decision.PROPOSE) -> ComponentPlan:
    return ComponentPlan(
        id=name,
        decision=decision,
        reason="so",
        category="core",
        environments=("dev",),
        members={},
        context=ReleaseContext(release=name, namespace="shop"),
        differences={"dev": (*blocked, PINNED)},
        blocked_by=blocked,
    )


def session(*components: ComponentPlan, name: str = "") -> Session:
    return session_of(Plan(complete=True, environments={}, components=components), name)


def after(state: Session, *lines: str) -> Session:
    for line in lines:
        state = state.after(line)
    return state


def asked(state: Session) -> list[str]:
    return [question.group.title for question in state.open]


def test_what_stands_against_adoption_is_asked_and_what_a_patch_undoes_is_not() -> None:
    state = session(component(LABEL, SELECTOR), component(DATA, name="done", decision=Decision.ADOPT))
    assert asked(state) == ["1 selector label on 1 Deployment", "1 pod label on 1 Deployment"]
    assert state.prompt == "(1/2) accept? [y,n,a,e,s,q,?] "


def test_yes_and_a_reason_accept_the_group() -> None:
    state = after(session(component(LABEL, SELECTOR)), "y")
    assert (state.show, state.write) == (Show.REASON, None)
    state = state.after("in the night")
    entry = Acceptance(
        component="web",
        only=("Deployment.apps/**#/spec/selector/**",),
        up_to=Impact.RECREATE,
        reason="in the night",
    )
    assert (state.write, state.decided) == (Entry(key=ACCEPT, what=entry), ("web",))
    assert (asked(state), state.prompt[:5], state.show) == (["1 pod label on 1 Deployment"], "(2/2)", Show.QUESTION)
    assert state.after("s").write is None


def test_no_refuses_it() -> None:
    state = after(session(component(LABEL)), "n", "ours")
    entry = Acceptance(component="web", only=("Deployment.apps/**#/spec/template/metadata/labels/**",), reason="ours")
    assert (state.write, state.is_over) == (Entry(key=REFUSE, what=entry), True)


def test_a_refusal_reaches_no_further_than_its_group() -> None:
    harmless = difference((*TEMPLATE, "b"), Impact.METADATA)
    state = after(session(component(LABEL, harmless)), "n", "ours")
    assert state.write is not None
    assert state.write.what.only == (LABEL.id,)


def test_all_up_to_this_impact_goes_for_the_component_alone() -> None:
    state = session(component(SELECTOR, LABEL, POWER), component(DATA, name="other"))
    state = after(state, "s", "a", "fine")
    assert state.write is not None
    assert state.write.what == Acceptance(component="web", up_to=Impact.ROLLOUT, reason="fine")
    assert [(each.component.id, each.group.privilege) for each in state.open] == [("web", True), ("other", False)]


def test_a_wider_privilege_is_accepted_by_itself_only() -> None:
    state = session(component(POWER))
    assert state.prompt == "(1/1) accept? [y,n,e,s,q,?] "
    assert state.after("a").show is Show.ALONE
    state = after(state, "y", "it needs them")
    assert state.write is not None
    assert (state.write.what.only, state.write.what.privilege) == ((POWER.id,), True)
    assert state.write.what.covers(POWER, "web")


def test_an_answer_without_a_reason_is_taken_back() -> None:
    for reason in ("", "  ", "...", "e", " q "):
        state = after(session(component(LABEL)), "y", reason)
        assert (state.write, state.show, len(state.open)) == (None, Show.QUESTION, 1)


def test_explanation_and_help_decide_nothing() -> None:
    start = session(component(LABEL))
    assert start.after("e").show is Show.DETAILS
    for line in ("?", "", "yes", "Y", "x"):
        assert start.after(line).show is Show.HELP
    assert start.after("e").after("e").open == start.open


def test_skipping_and_quitting_write_nothing() -> None:
    start = session(component(LABEL, SELECTOR))
    assert (start.after("s").write, len(start.after("s").open)) == (None, 1)
    assert (start.after("q").is_over, start.after("q").write, start.after("q").after("y")) == (
        True,
        None,
        start.after("q"),
    )


def test_what_was_refused_before_is_not_asked_again() -> None:
    refused = difference((*TEMPLATE, "z"), Impact.ROLLOUT, why="refused in migrate.yaml")
    assert asked(session(component(LABEL, refused))) == ["1 pod label on 1 Deployment"]
    assert session(component(refused)).is_over


def test_a_component_that_is_no_proposal_is_an_error() -> None:
    with pytest.raises(MigrateError, match="nothing to review of web, which is `adopt`: so"):
        session(component(decision=Decision.ADOPT), name="web")
    with pytest.raises(MigrateError, match="nothing to review of gone"):
        session(component(), name="gone")


def test_what_an_answer_covers_is_not_asked_again() -> None:
    also = difference(("spec", "selector", "matchLabels", "b"), Impact.ROLLOUT)
    start = session(component(SELECTOR, also), component(also, name="other"))
    assert len(start.open) == 3
    state = after(start, "y", "tonight")
    assert [each.component.id for each in state.open] == ["other"]
    assert len(after(start, "n", "ours").open) == 2, "a refusal is about its own group"


def test_what_has_no_answer_yet_is_known() -> None:
    start = session(component(LABEL, SELECTOR), component(DATA, name="other"))
    assert after(start, "s", "y", "fine").left == ("web",)
    assert after(start, "y", "fine", "y", "fine", "q").left == ("other",)
    assert after(start, "y", "fine", "y", "fine", "n", "ours").left == ()


def test_what_patches_stand_behind_is_told_and_not_asked() -> None:
    plan = Plan(complete=True, environments={}, components=(component(LABEL),), pinned=(PINS,))
    assert (session_of(plan).pinned, len(session_of(plan).open)) == ((PINS,), 1)
    assert (session_of(plan, "old").pinned, session_of(plan, "old").is_over) == ((PINS,), True)
    assert session_of(plan, "web").pinned == ()
