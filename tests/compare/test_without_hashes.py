"""Names that lose the hash of a generator are one named kind of difference, and hide no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.compare import Terms, compare, load_allowances
from migrator.compare.generated_names import content_hash
from migrator.compare.without_hashes import bare_names, without_hashes
from migrator.model import Difference, DifferenceKind, Impact, Json, Resource, resource_of
from migrator.yamlio import rules_directory

SHIPPED = load_allowances([rules_directory() / "allowances"])


def settings(name: str = "settings", namespace: str = "web", **body: Json) -> Resource:
    held = {"data": {"mode": "fast"}, **body}
    return resource_of(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, **held}
    )


def hashed(namespace: str = "web", **body: Json) -> Resource:
    bare = settings(namespace=namespace, **body)
    return settings(f"settings-{content_hash(bare)}", namespace, **body)


def pods(name: str, *, kind: str = "Deployment", namespace: str = "web", **container: Json) -> Resource:
    spec = {
        "containers": [{"name": "main", "image": "i", **container}],
        "volumes": [{"name": "v", "configMap": {"name": name}}],
    }
    version = "batch/v1" if kind == "Job" else "apps/v1"
    body = {"apiVersion": version, "kind": kind, "metadata": {"name": "app", "namespace": namespace}}
    return resource_of({**body, "spec": {"template": {"spec": spec}}})


def kinds(found: tuple[Difference, ...]) -> list[tuple[str, DifferenceKind, Impact]]:
    return [(each.id, each.kind, each.impact) for each in found]


MOUNT = "#/spec/template/spec/volumes/0/configMap/name"


def test_a_hash_that_goes_is_one_kind_of_difference() -> None:
    name = hashed().id.name
    found = compare([hashed(), pods(name)], [settings(), pods("settings")])
    assert kinds(found) == [
        ("ConfigMap/web/settings#/metadata/name", DifferenceKind.HASH, Impact.ROLLOUT),
        (f"Deployment.apps/web/app{MOUNT}", DifferenceKind.HASH, Impact.ROLLOUT),
    ]
    assert {(each.before, each.after) for each in found} == {(name, "settings")}
    assert {each.counterpart for each in found} == {settings().id}


def test_it_hides_no_other_difference() -> None:
    before = [hashed(), pods(hashed().id.name)]
    found = compare(before, [settings(data={"mode": "slow"}), pods("settings", args=["x"])])
    assert [each.id for each in found if each.kind is not DifferenceKind.HASH] == [
        "ConfigMap/web/settings#/data/mode",
        "Deployment.apps/web/app#/spec/template/spec/containers/0/args",
    ]


def test_a_name_that_goes_on_with_its_hash_is_a_difference_that_nothing_admits() -> None:
    name = hashed().id.name
    terms = Terms(allowances=SHIPPED, max_impact=Impact.RECREATE)
    found = terms.judged(compare([hashed(), pods(name)], [settings(), pods(name)]))
    assert [each.id for each in found if not each.admitted] == [f"Deployment.apps/web/app{MOUNT}"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([hashed()], [hashed()]),
        ([hashed(), settings()], [settings()]),
        ([hashed(immutable=True)], [settings(immutable=True)]),
        ([hashed()], [settings(namespace="other")]),
        ([settings("settings-2222222222")], [settings()]),
    ],
    ids=["kept", "both there", "immutable", "elsewhere", "no hash of it"],
)
def test_other_names_are_other_objects(before: list[Resource], after: list[Resource]) -> None:
    assert all(each.kind is not DifferenceKind.HASH for each in compare(before, after))
    assert bare_names(before, after) == {}


def test_what_another_namespace_names_is_another_object() -> None:
    name, there = hashed().id.name, pods(hashed().id.name, namespace="other")
    bare = without_hashes([hashed(), pods(name), there], {hashed().id: "settings"})
    assert [each.id.name for each in bare.resources] == ["settings", "app", "app"]
    assert bare.resources[2] is there
    assert list(bare.losses) == [settings().id, pods(name).id]


def test_data_are_no_references_and_part_of_a_name_is_none() -> None:
    name = hashed().id.name
    other = replace(settings("other", data={"file": name}))
    longer = pods(f"{name}-more")
    bare = without_hashes([other, longer], {hashed().id: "settings"})
    assert bare.resources == (other, longer)


@pytest.mark.parametrize(
    ("kind", "most", "admitted"),
    [
        ("Deployment", Impact.METADATA, False),
        ("Deployment", Impact.ROLLOUT, True),
        ("Job", Impact.ROLLOUT, False),
        ("Job", Impact.RECREATE, True),
    ],
)
def test_the_shipped_allowance(kind: str, most: Impact, admitted: bool) -> None:
    name = hashed().id.name
    found = compare([hashed(), pods(name, kind=kind)], [settings(), pods("settings", kind=kind)])
    judged = Terms(allowances=SHIPPED, max_impact=most).judged(found)
    assert {each.allowance for each in judged} == {"generator-hashes"}
    assert all(each.admitted for each in judged) is admitted
