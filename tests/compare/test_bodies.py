"""Where two objects differ: always somewhere, nowhere twice, and enough to make one of the other."""

from __future__ import annotations

from typing import Any

import deepdiff
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.compare.bodies import Leaf, mixed, unequal, unequal_leaves
from migrator.model import KeyPath
from migrator.yamlio import ABSENT, digest, same

Body = dict[str, Any]


def found(before: Body, after: Body) -> list[Leaf]:
    root = unequal(before, after)
    return list(unequal_leaves(root)) if root is not None else []


def pod(**fields: Any) -> Body:
    return {"spec": {"containers": [{"name": "web", **fields}]}}


def env(*names: str, **values: str) -> list[Body]:
    return [{"name": name, "value": values.get(name, "1")} for name in names]


C = "/spec/containers/0"
CASES: dict[str, tuple[Body, Body, list[str]]] = {
    "an inserted variable": (
        pod(env=env("A", "B", "C")),
        pod(env=env("A", "NEW", "B", "C")),
        [f"added {C}/env/1 containers[web].env[NEW]"],
    ),
    "a dropped variable": (
        pod(env=env("A", "B", "C")),
        pod(env=env("B", "C")),
        [f"removed {C}/env/0 containers[web].env[A]"],
    ),
    "a changed variable behind an inserted one": (
        pod(env=env("A", "B")),
        pod(env=env("NEW", "A", "B", B="2")),
        [f"added {C}/env/0 containers[web].env[NEW]", f"changed {C}/env/1/value containers[web].env[B].value"],
    ),
    "a renamed variable": (
        pod(env=env("A", "B")),
        pod(env=env("A", "X")),
        [f"changed {C}/env/1/name containers[web].env[B].name"],
    ),
    "another order": (
        pod(env=env("A", "B", "C")),
        pod(env=env("C", "A", "B")),
        [f"order {C}/env containers[web].env"],
    ),
    "another order and another value": (
        pod(env=env("A", "B")),
        pod(env=env("B", "A", A="2")),
        [f"order {C}/env containers[web].env", f"changed {C}/env/0/value containers[web].env[A].value"],
    ),
    "gone and come at one index, across others": (
        {"env": env(*"ABZ")},
        {"env": env(*"PQYAB")},
        ["added /env/0 env[P]", "added /env/1 env[Q]", "changed /env/2 env[Z]"],
    ),
    "an inserted argument": (
        pod(args=["--a", "--b", "--c"]),
        pod(args=["--a", "--new", "--b", "--c"]),
        [f"added {C}/args/1 containers[web].args[1]"],
    ),
    "a sidecar in front": (
        pod(image="a:1"),
        {"spec": {"containers": [{"name": "proxy"}, {"name": "web", "image": "a:2"}]}},
        ["added /spec/containers/0 containers[proxy]", f"changed {C}/image containers[web].image"],
    ),
    "arguments without a keyed list on the way": ({"args": ["a"]}, {"args": ["b", "a"]}, ["added /args/0 "]),
    "a list for nothing": (pod(), pod(env=[]), [f"added {C}/env containers[web].env"]),
    "a list for a map": ({"x": []}, {"x": {}}, ["changed /x "]),
    "a name that is no word": (
        {"items": [{"name": "a\nb", "x": 1}]},
        {"items": [{"name": "a\nb", "x": 2}]},
        ["changed /items/0/x items[0].x"],
    ),
    "labels that one side does not have": (
        {"metadata": {"labels": None}},
        {"metadata": {"labels": {"a": "1", "b": "2"}}},
        ["added /metadata/labels/a ", "added /metadata/labels/b "],
    ),
    "labels that are empty": ({"metadata": {}}, {"metadata": {"labels": {}}}, ["added /metadata/labels "]),
}


def shown(leaf: Leaf) -> str:
    kind = "added" if leaf.before is ABSENT else "removed" if leaf.after is ABSENT else "changed"
    path = "".join(f"/{key}" for key in leaf.place.path)
    return f"{'order' if leaf.is_order else kind} {path} {leaf.place.words}"


@pytest.mark.parametrize("name", CASES)
def test_the_least_that_differs_is_named(name: str) -> None:
    before, after, lines = CASES[name]
    assert [shown(leaf) for leaf in found(before, after)] == lines


def test_each_side_has_its_own_indexes() -> None:
    before, after = pod(env=env("A", "B", "C")), pod(env=env("NEW", "C", "B", "D", C="2"))
    sides = {leaf.place.words: (leaf.place.before[3:], leaf.place.after[3:]) for leaf in found(before, after)}
    assert sides == {
        "containers[web].env": (("env",), ("env",)),
        "containers[web].env[A].name": (("env", 0, "name"), ("env", 0, "name")),
        "containers[web].env[C].value": (("env", 2, "value"), ("env", 1, "value")),
        "containers[web].env[D]": (("env", 3), ("env", 3)),
    }


def test_a_list_whose_pairing_cannot_be_relied_on_differs_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = pod(args=["a"], x=1), pod(args=["a", "b"], x=2)
    monkeypatch.setattr(deepdiff, "DeepDiff", lambda *_, **__: {})
    assert [shown(leaf) for leaf in found(before, after)] == [
        f"changed {C}/args containers[web].args",
        f"changed {C}/x containers[web].x",
    ]


def test_deepdiff_sees_no_more_than_keys_and_digests_of_lists_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = deepdiff.DeepDiff, []

    def recording(old: Any, new: Any, **options: Any) -> Any:
        asked.append((old, new))
        return real(old, new, **options)

    monkeypatch.setattr(deepdiff, "DeepDiff", recording)
    schema = {"properties": {"a": {"enum": ["x", "y"]}}, "required": ["a"]}
    before = {"versions": [{"name": "v1", "schema": schema}], "same": [schema], "env": env("A", "B")}
    after = {**before, "versions": [{"name": "v1", "schema": {**schema, "required": ["a", "b"]}}], "env": env("B")}
    assert [shown(leaf) for leaf in found(before, after)] == [
        "removed /env/0 env[A]",
        "added /versions/0/schema/required/1 versions[v1].schema.required[1]",
    ]
    assert sorted(asked, key=str) == [
        ([digest("a")], [digest("a"), digest("b")]),
        ({"A": None, "B": None}, {"B": None}),
    ]


def test_an_item_taken_over_stands_behind_the_one_that_it_follows() -> None:
    before, after = {"args": ["--a", "--x", "--y", "--b", "--c"]}, {"args": ["--new", "--a", "--x", "--y", "--c"]}
    root = unequal(before, after)
    assert root is not None
    assert mixed(root, lambda path: path == ("args", 3)) == {"args": ["--new", "--a", "--x", "--y", "--b", "--c"]}
    assert mixed(root, lambda path: path == ("args", 0)) == {"args": ["--a", "--x", "--y", "--c"]}


NAMED = st.builds(
    lambda name, rest: {"name": name, **rest},
    st.sampled_from("abcd"),
    st.dictionaries(st.sampled_from("xy"), st.integers(0, 2), max_size=2),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-1, 2)
    | st.sampled_from(["", "a", "b", "1", "true", "__x", "a\nb"])
    | st.sampled_from([0.0, 1.0, 1.5, 2.0**63, 2**63])
)
JSON = st.recursive(
    LEAVES | NAMED,
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.lists(NAMED, max_size=5)
        | st.lists(NAMED, max_size=5, unique_by=lambda item: str(item["name"]))
        | st.dictionaries(st.sampled_from(["env", "__x", "metadata", "labels", "ports", "a/b"]), inner, max_size=4)
    ),
    max_leaves=25,
)
BODIES = st.dictionaries(st.sampled_from(["spec", "metadata", "__x", "args"]), JSON, max_size=4)


def at(body: Any, path: KeyPath) -> Any:
    for key in path:
        is_there = key in body if isinstance(body, dict) else isinstance(body, list) and key in range(len(body))
        if not is_there:
            return ABSENT
        body = body[key]
    return body


@settings(max_examples=400, deadline=None)
@given(BODIES, BODIES)
def test_what_has_another_digest_differs_somewhere_and_nowhere_twice(before: Body, after: Body) -> None:
    leaves = found(before, after)
    assert bool(leaves) == (digest(before) != digest(after))
    assert len({leaf.place.path for leaf in leaves}) == len(leaves)
    for leaf in leaves:
        for path, value, body in (
            (leaf.place.before, leaf.before, before),
            (leaf.place.after, leaf.after, after),
        ):
            there = at(body, path)
            assert there is value or (ABSENT not in (there, value) and same(there, value))
        assert leaf.is_order or ABSENT in (leaf.before, leaf.after) or not same(leaf.before, leaf.after)


@settings(max_examples=400, deadline=None)
@given(BODIES, BODIES, st.data())
def test_read_back_the_differences_give_the_other_side(before: Body, after: Body, data: st.DataObject) -> None:
    root = unequal(before, after)
    if root is None:
        return
    places = [leaf.place.path for leaf in unequal_leaves(root)]
    assert same(mixed(root, lambda _: True), before)
    assert same(mixed(root, lambda _: False), after)
    wanted = {place for place in places if data.draw(st.booleans())}
    partly = mixed(root, wanted.__contains__)
    assert same(partly, after) == (not wanted)
    assert same(partly, before) == (wanted == set(places))
