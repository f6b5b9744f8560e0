from __future__ import annotations

import pytest

from migrator.charts.choosing.nearest import is_of_line, is_same_app, is_same_major, nearest_first, numbers
from migrator.charts.types import ChartVersion


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("v1.2.3", (1, 2, 3)),
        ("1.2.3-alpine@sha256:00", (1, 2, 3)),
        ("RELEASE.2019-10-12T01-39-57Z", (2019,)),
        ("controller-v1.0.3", (1, 0, 3)),
        ("latest", ()),
        ("main-2021-11-11", ()),
        ("3f2a9c1", ()),
        ("", ()),
    ],
)
def test_the_numbers_of_a_tag(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("v8.0.36", "8.0.36", True),
        ("8.0.36", "8.0.36-debian-12-r1", True),
        ("2.3.0-alpine", "v2.3.0", True),
        ("1.0.0", "1.0.0-rc1", False),
        ("1.0", "1.0.3", False),
        ("1.0.3", "1.0.30", False),
        ("", "1.0", False),
    ],
)
def test_one_version_of_an_application(one: str, other: str, same: bool) -> None:
    assert is_same_app(one, other) is same
    assert is_same_app(other, one) is same


def test_a_line_is_not_its_neighbour() -> None:
    assert is_of_line("16.1.4", "16.1-alpine")
    assert not is_of_line("16.10.0", "16.1")
    assert not is_of_line("16.1", "16.1")


def test_majors() -> None:
    assert is_same_major("v1.2", "1.9.0")
    assert not is_same_major("1.2", "2.2")
    assert not is_same_major("latest", "latest")


def test_the_nearest_comes_first_and_of_two_the_earlier() -> None:
    held = [ChartVersion(version=one) for one in ("1.9.0", "1.5.0", "1.3.0", "1.4.9")]
    assert [one.version for one in nearest_first(held, "1.4.0", lambda one: one.version)] == [
        "1.4.9",
        "1.5.0",
        "1.3.0",
        "1.9.0",
    ]
