"""Fields and methods of versions, times and certificates."""

from __future__ import annotations

import pytest

from migrator.templates.errors import TemplateError
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.golang.methods import has_members, member
from migrator.templates.golang.types import Certificate


def test_versions_compare() -> None:
    old, new = (FUNCTIONS["semver"](text) for text in ("1.2.3-rc.1", "1.2.3"))
    assert member(old, "LessThan", new)
    assert member(old, "Compare", new) == -1
    assert member(new, "Equal", FUNCTIONS["semver"]("v1.2.3+build"))
    assert str(member(old, "IncMajor")) == "2.0.0"


def test_time_members() -> None:
    time = FUNCTIONS["toDate"]("2006-01-02T15:04:05Z07:00", "2020-01-31T12:00:00Z")
    assert member(time, "Format", "Jan 2 2006") == "Jan 31 2020"
    assert member(time, "Unix") == 1580472000
    assert member(member(time, "AddDate", 0, 1, 0), "Format", "2006-01-02") == "2020-03-02"


def test_certificate_members() -> None:
    assert member(Certificate("c", "k"), "Cert") == "c"
    assert not has_members({"Cert": "c"})


@pytest.mark.parametrize(("name", "arguments", "message"), [
    ("Nope", (), r"can't evaluate field Nope in type \*semver.Version"),
    ("LessThan", (), "wrong number of args for LessThan"),
    ("Major", ("x",), "wrong number of args for Major"),
])  # fmt: skip
def test_faults(name: str, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        member(FUNCTIONS["semver"]("1.2.3"), name, *arguments)
