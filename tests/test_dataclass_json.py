"""What is kept as JSON comes back as it was, and nothing else comes back at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pytest

from migrator.dataclass_json import from_json, schema_digest, to_json
from migrator.model import Difference, DifferenceKind, Impact, Json, KeyPath, ReleaseContext, RepoPath, ResId
from migrator.plan.types import ComponentPlan, Decision, Plan
from migrator.yamlio import ABSENT


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    path: KeyPath = ()
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """A type with everything that our own hold."""

    files: Mapping[RepoPath, str] = field(default_factory=dict)
    inner: tuple[Inner, ...] = ()
    notes: tuple[tuple[KeyPath, str], ...] = ()
    seconds: float = 0.0
    name: str | None = None
    patterns: tuple[re.Pattern[str], ...] = ()
    body: Json = None


WHOLE = Outer(
    files={RepoPath("a"): "b"},
    inner=(Inner(path=("a", 0), colour=Colour.BLUE), Inner()),
    notes=((("a", 1), "why"),),
    seconds=1.5,
    name="",
    patterns=(re.compile("a+", re.IGNORECASE),),
    body={"a": [None, True, 1, 1.0, "é", {}]},
)


def test_everything_comes_back_with_its_type() -> None:
    found = from_json(Outer, to_json(WHOLE))
    assert found == WHOLE
    assert [type(each) for each in found.body["a"]] == [type(each) for each in WHOLE.body["a"]]
    assert isinstance(found.notes[0][0], tuple)


@pytest.mark.parametrize(
    "value", ["a\udc80", 10**30, float("inf"), 1e22, {"\udc80": 1}, "\u2028", "\0", -(2**63)], ids=repr
)
def test_what_json_libraries_like_to_lose_is_kept(value: Json) -> None:
    found = from_json(Outer, to_json(Outer(body=value))).body
    assert (found, type(found)) == (value, type(value))


def test_a_path_that_is_not_utf_8_is_kept(tmp_path: Path) -> None:
    held = Outer(files={RepoPath("caf\udce9.yaml"): "x"})
    (tmp_path / "x").write_bytes(to_json(held, indent=1))
    assert from_json(Outer, (tmp_path / "x").read_bytes()) == held


def test_nothing_is_not_null() -> None:
    res_id = ResId(group="apps", kind="Deployment", namespace="n", name="x")
    difference = Difference(
        resource=res_id, path=("a", 0), kind=DifferenceKind.ADDED, after=None, impact=Impact.ROLLOUT
    )
    assert "before" not in json.loads(to_json(difference))
    found = from_json(Difference, to_json(difference))
    assert found == difference
    assert (found.before, found.after) == (ABSENT, None)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "Expecting value"),
        (b"\xff", "invalid start byte"),
        (b"[]", "Expected `object`, got `array`"),
        (b"[" * 99999, "nested too deeply"),
        (b'{"body": ' + b"[" * 99999, "nested too deeply"),
        (b'{"seconds": "1"}', "$.seconds"),
        (b'{"name": 1}', "$.name"),
        (b'{"files": {"a": null}}', "$.files"),
        (b'{"inner": [{}, {"path": [true]}]}', "$.inner[1].path[0]"),
        (b'{"inner": [{"colour": "green"}]}', "$.inner[0].colour"),
        (b'{"notes": [[["a"]]]}', "$.notes[0]"),
        (b'{"patterns": [["(", 0]]}', "$.patterns[0]"),
        (b'{"patterns": [[1, 0]]}', "$.patterns[0]"),
        (b'{"patterns": [["a", 1e999]]}', "$.patterns[0]"),
        (b'{"patterns": [["a", 1180591620717411303424]]}', "$.patterns[0]"),
        (b'{"patterns": "ab"}', "$.patterns"),
    ],
)
def test_anything_else_is_refused_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(ValueError, match=re.escape(place)):
        from_json(Outer, data)


def test_what_cannot_come_back_is_not_written() -> None:
    with pytest.raises(TypeError, match="PosixPath"):
        to_json(Outer(body=Path("x")))
    with pytest.raises(TypeError):
        to_json({("a", 0): "x"})


def test_a_digest_tells_shapes_apart() -> None:
    def shape(**hints: object) -> type:
        return dataclass(type("Shape", (), {"__annotations__": hints, "__doc__": "Whatever."}))

    shapes = [shape(a=int), shape(a=str), shape(b=int), shape(a=int, b=int), shape(a=Colour), shape(a=Inner)]
    assert len({schema_digest(each) for each in shapes}) == len(shapes)
    retold = dataclass(type("Shape", (), {"__annotations__": {"a": int}, "__doc__": "In other words."}))
    assert schema_digest(retold) == schema_digest(shapes[0])


def test_a_digest_looks_inside() -> None:
    more = Enum("Colour", {"RED": "red", "BLUE": "blue", "GREEN": "green"})
    one, other = (
        dataclass(type("Shape", (), {"__annotations__": {"a": tuple[tuple[kind, ...], ...]}}))
        for kind in (Colour, more)
    )
    assert schema_digest(one) != schema_digest(other)


def test_a_plan_of_one_component_goes_round() -> None:
    res_id = ResId(group="apps", kind="Deployment", namespace="n", name="x")
    component = ComponentPlan(
        id="x",
        decision=Decision.ADOPT,
        reason="",
        category="",
        environments=("dev",),
        members={"dev": (res_id,)},
        confidence=1,
        context=ReleaseContext(release="r", namespace="n"),
        transforms={"dev": {"labels": [{"pairs": {"a": "b"}}]}},
    )
    plan = Plan(complete=True, environments={}, components=(component,))
    assert from_json(Plan, to_json(plan)) == plan
    assert schema_digest(Plan).startswith("sha256:")
