"""Which items are one item: by key, by content, by index; and nothing is believed that does not add up."""

from __future__ import annotations

from typing import Any

import deepdiff
import pytest

from migrator.compare.lists.items import MOST_ALIGNED, Items, paired
from migrator.compare.lists.keys import item_keys

# field; before; after; pairs; gone; come
CASES: dict[str, tuple[str, list[Any], list[Any], set[tuple[int, int]], set[int], set[int]]] = {
    "an inserted argument": ("args", list("abc"), list("aXbc"), {(0, 0), (1, 2), (2, 3)}, set(), {1}),
    "a dropped argument": ("args", list("abc"), list("ac"), {(0, 0), (2, 1)}, {1}, set()),
    "a changed argument": ("args", list("abc"), list("aXc"), {(0, 0), (1, 1), (2, 2)}, set(), set()),
    "changed and moved by others": ("args", list("abcd"), list("xyaBcd"), {(0, 2), (2, 4), (3, 5)}, {1}, {0, 1, 3}),
    "all other": ("args", list("ab"), list("xyz"), {(0, 0), (1, 1)}, set(), {2}),
    "from nothing": ("args", [], ["a"], set(), set(), {0}),
    "one true, and 1": ("args", [1, "a"], [True, "a"], {(0, 0), (1, 1)}, set(), set()),
    "a moved block": ("args", list("pqX"), list("zwXpq"), {(0, 0), (1, 1), (2, 2)}, set(), {3, 4}),
    "moved to where it stood": (
        "args",
        list("pqrX"),
        list("zwvXpqr"),
        {(0, 0), (1, 1), (2, 2), (3, 3)},
        set(),
        {4, 5, 6},
    ),
    "a rule more": (
        "rules",
        [{"verbs": ["a"]}, {"verbs": ["b"]}],
        [{"verbs": ["a"]}, {"verbs": ["x"]}, {"verbs": ["b"]}],
        {(0, 0), (1, 2)},
        set(),
        {1},
    ),
    "a rule more, another changed": (
        "rules",
        [{"verbs": ["a"]}, {"verbs": ["b"]}, {"verbs": ["c"]}],
        [{"verbs": ["x"]}, {"verbs": ["a"]}, {"verbs": ["B"]}, {"verbs": ["c"]}],
        {(0, 1), (1, 2), (2, 3)},
        set(),
        {0},
    ),
    "a key more": ("env", [{"name": "A"}, {"name": "B"}], [{"name": n} for n in "XAB"], {(0, 1), (1, 2)}, set(), {0}),
    "a key less": ("env", [{"name": n} for n in "ABC"], [{"name": n} for n in "AC"], {(0, 0), (2, 1)}, {1}, set()),
    "another key": ("env", [{"name": n} for n in "AB"], [{"name": n} for n in "AX"], {(0, 0), (1, 1)}, set(), set()),
    "another order": ("env", [{"name": n} for n in "AB"], [{"name": n} for n in "BA"], {(0, 1), (1, 0)}, set(), set()),
    "keys that look private": ("env", [{"name": "__A"}], [{"name": "__A"}, {"name": "__B"}], {(0, 0)}, set(), {1}),
    "a key twice": ("env", [{"name": "A"}], [{"name": "A"}, {"name": "A"}], {(0, 0)}, set(), {1}),
    "gone and come across others": (
        "env",
        [{"name": n} for n in "ABZ"],
        [{"name": n} for n in "PQYAB"],
        {(0, 3), (1, 4)},
        {2},
        {0, 1, 2},
    ),
}


def pairing(field: str, before: list[Any], after: list[Any]) -> Items | None:
    return paired(before, after, item_keys(field, before, after))


@pytest.mark.parametrize("name", CASES)
def test_items_are_paired(name: str) -> None:
    field, before, after, pairs, gone, come = CASES[name]
    found = pairing(field, before, after)
    assert found is not None
    assert (set(found.pairs), found.gone, found.come) == (pairs, gone, come)
    assert found.is_reordered == (name == "another order")


def test_very_long_lists_go_by_index() -> None:
    before = [str(number) for number in range(MOST_ALIGNED + 1)]
    found = pairing("args", before, ["new", *before])
    assert found is not None
    assert (len(found.pairs), found.come) == (len(before), {len(before)})
    found = pairing("args", before[:-2], ["new", *before[:-2]])
    assert found is not None
    assert found.come == {0}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "b"], ["a", "c"]),
        ([{"name": "a"}], [{"name": "a"}, {"name": "b"}]),
    ],
)
def test_an_answer_that_leaves_something_out_is_not_believed(
    before: list[Any], after: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deepdiff, "DeepDiff", lambda *_, **__: {})
    assert pairing("env", before, after) is None


def test_what_deepdiff_does_not_see_by_default() -> None:
    """Why it is asked about digests and keys, and with options: each of these is a difference that it misses."""
    two, one = [{"name": "a"}, {"name": "a"}], [{"name": "a"}]
    assert not deepdiff.DeepDiff([1, "a"], [True, "a"])
    assert not deepdiff.DeepDiff({"__a": 1}, {"__a": 2})
    assert not deepdiff.DeepDiff(one, two, iterable_compare_func=lambda x, y, _: x["name"] == y["name"])
