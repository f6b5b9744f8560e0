"""Which versions of an application are near enough for the chart of one to stand in for that of the other."""

from __future__ import annotations

import pytest

from migrator.charts.choosing.nearest import is_near


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("0.25.1", "0.32.0", True),
        ("v1.10", "1.18.2", True),
        ("1.8.1", "1.18.2", False),
        ("1.8.1", "2.0.3", False),
        ("1", "1.4.0", True),
        ("latest", "1.4.0", False),
    ],
)
def test_one_major_and_few_minors(one: str, other: str, near: bool) -> None:
    assert is_near(one, other) == is_near(other, one) == near
