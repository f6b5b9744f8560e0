"""What is said of entries of `accept` and `refuse` that do nothing."""

from __future__ import annotations

from migrator.compare import Acceptance, Terms
from migrator.model import Difference, DifferenceKind, Impact, RepoPath, ResId, SourceSpan
from migrator.plan.notes.entries import notes_on_entries

LINE = SourceSpan(path=RepoPath("migrate.yaml"), line=3)
WEB = Difference(
    resource=ResId(group="apps", kind="Deployment", namespace="shop", name="web"),
    path=("spec", "replicas"),
    kind=DifferenceKind.CHANGED,
    impact=Impact.ROLLOUT,
)


def entry(component: str = "web", *only: str, up_to: Impact | None = Impact.ROLLOUT) -> Acceptance:
    return Acceptance(component=component, only=only, up_to=up_to, reason="r", span=LINE)


def notes(accepted: tuple[Acceptance, ...], refused: tuple[Acceptance, ...] = (), *, is_all: bool = False) -> list[str]:
    terms = Terms(accepted=accepted, refused=refused)
    found = notes_on_entries(terms, {"web": [WEB]}, {"web", "migrated"}, is_all=is_all)
    return [f"{each.code} {each.span} {each.summary}" for each in found]


def test_an_entry_that_is_about_something_is_not_mentioned() -> None:
    assert notes((entry(), entry("", WEB.id), entry("migrated"))) == []


def test_an_entry_that_is_about_nothing_is_stale_with_its_line() -> None:
    assert notes((entry(up_to=Impact.CONFIG),)) == [
        "MIG721 migrate.yaml:3 the entry web up to config matches nothing: what it is about does not differ"
    ]
    assert "there is no component wbe" in notes((entry("wbe"),))[0]
    assert len(notes((), (entry("web", "Service/**"),))) == 1


def test_an_entry_for_any_component_is_told_where_all_were_looked_at() -> None:
    assert notes((entry("", "Gone/**"),)) == []
    assert len(notes((entry("", "Gone/**"),), is_all=True)) == 1


def test_what_is_accepted_and_refused_is_a_contradiction() -> None:
    (note,) = notes((entry(),), (entry("", "**#/spec/replicas"),))
    assert (
        note
        == "MIG934 migrate.yaml:3 the entry web up to rollout admits nothing: all that it is about is refused at migrate.yaml:3"
    )
