"""Names that are tied grow into groups, and each tie that joined two of them is told."""

from __future__ import annotations

from migrator.rewrite.overlays.kept_together import Ties
from migrator.rewrite.overlays.types import Tie


def test_what_is_tied_is_one_group_for_each_of_its_names() -> None:
    ties = Ties(["web", "api", "db", "jobs"])
    ties.tie(["web", "api"], "one secret")
    ties.tie(("api", "db"), "a prefix")
    assert ties.groups() == {
        **dict.fromkeys(("api", "db", "web"), ("api", "db", "web")),
        "jobs": ("jobs",),
    }
    assert ties.told == (
        Tie(names=frozenset({"web", "api"}), reason="one secret"),
        Tie(names=frozenset({"api", "db"}), reason="a prefix"),
    )


def test_a_tie_that_joins_nothing_new_is_not_told() -> None:
    ties = Ties(["web", "api"])
    ties.tie(["web"], "itself")
    ties.tie(["web", "api"], "first")
    ties.tie(["api", "web"], "again")
    assert [each.reason for each in ties.told] == ["first"]
