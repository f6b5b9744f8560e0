from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath
from migrator.yamlio import YamlError
from migrator.yamlio.fields import Field, FileKind, strict_file

PATH = RepoPath(".migrate/thing.yaml")
KIND = FileKind(code="MIG104", remedy="correct the thing", prefix="broken thing: ", whole="the thing")
TEXT = """\
name: x
empty: ""
number: 1.5
count: 3
switch: true
map: {a: one, b: 2}
list: [one, two]
ports: [80, 443]
"""


def thing(text: str = TEXT) -> Field:
    return strict_file(text, PATH, KIND)


@pytest.mark.parametrize(
    ("key", "read", "value"),
    [
        ("name", Field.text, "x"),
        ("gone", lambda held: held.text("default"), "default"),
        ("empty", Field.string, ""),
        ("name", lambda held: held.one_of(("x", "y")), "x"),
        ("gone", lambda held: held.one_of(("x", "y"), ""), ""),
        ("number", Field.number, 1.5),
        ("count", Field.integer, 3),
        ("switch", Field.flag, True),
        ("gone", lambda held: held.flag(default=True), True),
        ("list", Field.texts, ("one", "two")),
        ("gone", Field.texts, ()),
        ("ports", Field.integers, (80, 443)),
        ("map", lambda held: [(key, one.value) for key, one in held.entries()], [("a", "one"), ("b", 2)]),
        ("gone", Field.entries, []),
        ("list", lambda held: [one.text() for one in held.items()], ["one", "two"]),
        ("name", lambda held: [one.text() for one in held.items()], ["x"]),
    ],
)
def test_what_is_as_it_must_be_is_read(key: str, read: Callable[[Field], Json], value: Json) -> None:
    assert read(thing().child(key)) == value


@pytest.mark.parametrize(
    ("read", "line", "column", "problem"),
    [
        (lambda held: held.child("gone").text(), 1, 1, "gone: is missing"),
        (lambda held: held.child("gone").needed(), 1, 1, "gone: is missing"),
        (lambda held: held.child("empty").text(), 2, 1, "empty: must be a text that is not empty"),
        (lambda held: held.child("number").string(), 3, 1, "number: must be a text: quote it, as YAML reads 1.5 as a"),
        (lambda held: held.child("switch").text(), 5, 1, "switch: must be a text"),
        (lambda held: held.child("switch").integer(), 5, 1, "switch: must be a whole number"),
        (lambda held: held.child("number").integer(), 3, 1, "number: must be a whole number"),
        (lambda held: held.child("switch").number(), 5, 1, "switch: must be a number"),
        (lambda held: held.child("count").flag(), 4, 1, "count: must be true or false"),
        (lambda held: held.child("name").listed(), 1, 1, "name: must be a list"),
        (lambda held: held.child("map").texts(), 6, 1, "map: must be a list"),
        (lambda held: held.child("ports").texts(), 8, 9, "ports.0: must be a text: quote it, as YAML reads 80 as a"),
        (lambda held: held.child("list").integers(), 7, 8, "list.0: must be a whole number"),
        (lambda held: held.child("name").entries(), 1, 1, "name: must be a mapping"),
        (lambda held: held.child("list").child("a"), 7, 1, "list: must be a mapping"),
        (lambda held: held.child("name").one_of(("a", "b")), 1, 1, "name: must be one of a, b, not 'x'"),
        (lambda held: held.child("map").one_of(("a", "b")), 6, 1, "map: must be one of a, b, not {"),
        (lambda held: held.child("map").child("b").one_of(("a", "2")), 6, 15, "map.b: must be one of a, 2, not 2, did you"),
        (lambda held: held.child("gone").one_of(("a", "b")), 1, 1, "gone: is missing"),
        (lambda held: held.child("map").refuse_others("a"), 6, 15, "map.b: unknown field 'b'; known are a"),
        (lambda held: held.refuse_others(["nmae"]), 1, 1, "name: unknown field 'name', did you mean 'nmae'? known are"),
        (lambda held: held.child("map").child("c").child("d"), 6, 1, "map.c: must be a mapping"),
    ],
)  # fmt: skip
def test_what_is_not_says_place_and_problem(
    read: Callable[[Field], object], line: int, column: int, problem: str
) -> None:
    with pytest.raises(MigrateError) as caught:
        read(thing())
    said = caught.value.diagnostic
    assert (said.code, said.remedy) == ("MIG104", "correct the thing")
    assert said.summary.startswith(f"broken thing: {problem}")
    assert said.span is not None
    assert (said.span.path, said.span.line, said.span.column) == (PATH, line, column)


@pytest.mark.parametrize(("text", "problem"), [("- a\n", "must be a mapping"), ("", "is empty")])
def test_a_problem_of_the_whole_is_about_the_whole(text: str, problem: str) -> None:
    with pytest.raises(MigrateError, match=f"broken thing: the thing: {problem}"):
        thing(text).needed().refuse_others(("a",))


def test_what_is_not_yaml_is_an_error_of_the_reader() -> None:
    with pytest.raises(YamlError, match=r"thing\.yaml:2.*MIG101"):
        thing("a: [\n")
