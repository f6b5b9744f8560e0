"""Operations are right when applying them to what the chart renders gives what was there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.compare.bodies import unequal, unequal_leaves
from migrator.model import KeyPath
from migrator.plan.json_patch import apply_operations, operations, pointer, taken_back
from migrator.yamlio import same

NAMED = st.builds(
    lambda name, rest: {"name": name, **rest},
    st.sampled_from("abcd"),
    st.dictionaries(st.sampled_from("xy"), st.integers(0, 2), max_size=2),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from(["", "on", "a/b", "m~n", "1", "-"])
    | st.floats(0, 2)
)
JSON = st.recursive(
    LEAVES | NAMED,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["a", "b/c", "d~e", "0", "-", "f"]), inner, max_size=4)
    ),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.sampled_from(["spec", "a/b", "m~n", "x"]), JSON, max_size=4)


def places_of(before: Any, after: Any) -> list[KeyPath]:
    root = unequal(before, after)
    return [leaf.place.path for leaf in unequal_leaves(root)] if root is not None else []


@settings(max_examples=300, deadline=None)
@given(OBJECTS, OBJECTS)
def test_applied_to_after_the_operations_give_before(after: dict[str, Any], before: dict[str, Any]) -> None:
    steps = operations(after, before)
    assert same(apply_operations(after, steps), before)
    assert bool(steps) != same(after, before)


@settings(max_examples=300, deadline=None)
@given(OBJECTS, OBJECTS, st.data())
def test_what_is_not_taken_back_still_differs_and_nothing_else(
    after: dict[str, Any], before: dict[str, Any], data: st.DataObject
) -> None:
    places = places_of(before, after)
    wanted = [path for path in places if data.draw(st.booleans())]
    partly = taken_back(after, before, wanted)
    if not any(isinstance(key, int) for path in places for key in path):  # else indexes and pairs may be other ones
        assert places_of(before, partly) == [path for path in places if path not in wanted]
    assert same(partly, after) == (not wanted)
    assert same(partly, before) == (len(wanted) == len(places))
    assert same(apply_operations(after, operations(after, partly)), partly)


def test_pointers_are_escaped() -> None:
    assert pointer(("metadata", "labels", "helm.sh/chart~x", 3)) == "/metadata/labels/helm.sh~1chart~0x/3"
    assert operations({"a/b": 1}, {}) == ({"op": "remove", "path": "/a~1b"},)


def test_an_element_in_the_middle_costs_one_operation() -> None:
    args = [f"--flag-{n}" for n in range(8)]
    assert operations({"args": args}, {"args": [*args[:3], *args[4:]]}) == ({"op": "remove", "path": "/args/3"},)
    steps = operations({"args": args}, {"args": [*args[:3], "--new", *args[3:]]})
    assert steps == ({"op": "add", "path": "/args/3", "value": "--new"},)
    steps = operations({"args": args}, {"args": [*args, "--last"]})
    assert steps == ({"op": "add", "path": "/args/-", "value": "--last"},)


def test_named_elements_are_aligned_by_name() -> None:
    after = {"containers": [{"name": "main", "image": "a:1"}, {"name": "extra"}]}
    before = {"containers": [{"name": "sidecar"}, {"name": "main", "image": "a:2"}, {"name": "extra"}]}
    steps = operations(after, before)
    assert [(step["op"], step["path"]) for step in steps] == [
        ("replace", "/containers/0/image"),
        ("add", "/containers/0"),
    ]
    assert apply_operations(after, steps) == before


def test_several_elements_go_from_the_end() -> None:
    steps = operations({"a": [1, 2, 3, 4]}, {"a": [1]})
    assert [step["path"] for step in steps] == ["/a/3", "/a/2", "/a/1"]


def test_null_and_absence_are_two_things() -> None:
    assert operations({"a": None}, {}) == ({"op": "remove", "path": "/a"},)
    assert operations({}, {"a": None}) == ({"op": "add", "path": "/a", "value": None},)
    assert operations({"a": 1}, {"a": 1.0}) == ()
    assert operations({"a": 1}, {"a": True}) == ({"op": "replace", "path": "/a", "value": True},)


def test_an_operation_on_nothing_is_refused() -> None:
    with pytest.raises(KeyError):
        apply_operations({}, [{"op": "remove", "path": "/a"}])
    with pytest.raises(IndexError):
        apply_operations({"a": []}, [{"op": "replace", "path": "/a/0", "value": 1}])


def test_part_of_the_differences_is_taken_back() -> None:
    after = {"labels": {"chart": "x-1", "app": "x"}, "args": ["a", "b", "c"]}
    before = {"labels": {"app": "y"}, "args": ["a"]}
    assert taken_back(after, before, [("args", 2), ("labels", "app")]) == {
        "labels": {"chart": "x-1", "app": "y"},
        "args": ["a", "b"],
    }
    assert taken_back(after, before, [()]) == before
    assert taken_back(after, after, [("args", 0)]) == after


def test_an_item_is_taken_back_where_it_stood_and_the_others_stay() -> None:
    after = {"env": [{"name": "NEW"}, {"name": "A", "value": "2"}, {"name": "C"}]}
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B"}, {"name": "C"}]}
    assert taken_back(after, before, [("env", 1)]) == {
        "env": [{"name": "NEW"}, {"name": "A", "value": "2"}, {"name": "B"}, {"name": "C"}]
    }
    assert taken_back(after, before, [("env", 0)]) == {"env": [{"name": "A", "value": "2"}, {"name": "C"}]}
    # the place of NEW has the index after, what is in A the index before
    assert taken_back(after, before, [("env", 0, "value")]) == {
        "env": [{"name": "NEW"}, {"name": "A", "value": "1"}, {"name": "C"}]
    }


def test_a_map_that_is_missing_comes_whole_for_a_key_of_it() -> None:
    before = {"template": {"annotations": {"x": "1", "y": "2"}}}
    assert taken_back({"template": {}}, before, [("template", "annotations", "y")]) == before


def test_an_order_is_taken_back_alone() -> None:
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B"}, {"name": "C"}]}
    after = {"env": [{"name": "C"}, {"name": "A", "value": "2"}, {"name": "B"}]}
    assert places_of(before, after) == [("env",), ("env", 0, "value")]
    ordered = taken_back(after, before, [("env",)])
    assert ordered == {"env": [{"name": "A", "value": "2"}, {"name": "B"}, {"name": "C"}]}
    assert apply_operations(after, operations(after, ordered)) == ordered
    assert taken_back(after, before, [("env", 0, "value")])["env"][0] == {"name": "C"}


def test_an_empty_list_is_taken_back_for_the_difference_of_the_whole() -> None:
    before, after = {"spec": {"args": [], "a": 1}}, {"spec": {"args": ["--x", "--y"], "a": 2}}
    assert taken_back(after, before, [("spec", "args")]) == {"spec": {"args": [], "a": 2}}
    assert taken_back(after, before, [("spec", "a")]) == {"spec": {"args": ["--x", "--y"], "a": 1}}
