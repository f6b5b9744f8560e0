"""Few groups of like differences, and patterns that mean them and nothing else."""

from __future__ import annotations

import pytest

from migrator.compare import Acceptance
from migrator.model import Difference, DifferenceKind, Impact, KeyPath, ResId
from migrator.plan.groups import grouped, listed_groups, plural

CHANGED, HOOK = DifferenceKind.CHANGED, DifferenceKind.HOOK
POD: KeyPath = ("spec", "template", "spec", "containers", 0)


def difference(
    path: KeyPath,
    kind: str = "Deployment.apps",
    name: str = "web",
    impact: Impact = Impact.ROLLOUT,
    how: DifferenceKind = CHANGED,
    **more: object,
) -> Difference:
    kind, _, group = kind.partition(".")
    resource = ResId(group=group, kind=kind, namespace="shop", name=name)
    return Difference(resource=resource, path=path, kind=how, impact=impact, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "title", "only"),
    [
        (("metadata", "labels", "a/b"), "1 label on 1 Deployment", "#/metadata/labels/**"),
        (("metadata", "annotations", "a"), "1 annotation on 1 Deployment", "#/metadata/annotations/**"),
        (("metadata", "finalizers"), "1 difference in metadata.finalizers on 1 Deployment", "#/metadata/finalizers/**"),
        (
            ("spec", "template", "metadata", "labels", "a"),
            "1 pod label on 1 Deployment",
            "#/spec/template/metadata/labels/**",
        ),
        (
            ("spec", "jobTemplate", "spec", "template", "metadata", "annotations"),
            "1 pod annotation on 1 Deployment",
            "#/spec/jobTemplate/spec/template/metadata/annotations/**",
        ),
        (("spec", "selector", "matchLabels", "a"), "1 selector label on 1 Deployment", "#/spec/selector/**"),
        (("spec", "replicas"), "1 replica count on 1 Deployment", "#/spec/replicas"),
        (
            (*POD, "args", 2),
            "1 difference in pods' containers.args on 1 Deployment",
            "#/spec/template/spec/containers/*/args/**",
        ),
        (POD, "1 difference in pods' containers on 1 Deployment", "#/spec/template/spec/containers/*/**"),
        (("spec", "template"), "1 difference in pods on 1 Deployment", "#/spec/template/**"),
        (
            ("spec", "strategy", "rollingUpdate", "maxSurge"),
            "1 difference in spec.strategy on 1 Deployment",
            "#/spec/strategy/**",
        ),
        (("data", "a.yaml"), "1 difference in data on 1 Deployment", "#/data/**"),
        (("rules", 0, "verbs", 1), "1 difference in rules on 1 Deployment", "#/rules/**"),
    ],
)
def test_families_have_names_and_patterns(path: KeyPath, title: str, only: str) -> None:
    one = difference(path)
    (group,) = grouped({"dev": [one]})
    assert (group.title, group.only) == (title, (f"Deployment.apps/**{only}",))
    assert Acceptance(only=group.only, reason="r").covers(one)
    other = difference(("status", "x"))
    assert not Acceptance(only=group.only, reason="r").covers(other)


def test_another_order_is_told_by_its_list() -> None:
    (group,) = grouped({"dev": [difference((*POD, "env"), is_order=True)]})
    assert group.title == "1 difference in the order of env on 1 Deployment"
    assert group.only == ("Deployment.apps/**#/spec/template/spec/containers/*/env",)


def test_like_differences_of_many_objects_and_environments_are_one_group() -> None:
    labels = [
        difference(("metadata", "labels", key), name=name, impact=Impact.METADATA) for key in "ab" for name in "xy"
    ]
    (group,) = grouped({"prod": labels, "dev": labels[:1]})
    assert (group.title, str(group.impact), group.environments) == (
        "4 labels on 2 Deployments",
        "metadata",
        ("dev", "prod"),
    )
    mixed = [labels[0], difference(("metadata", "labels", "a"), kind="Service", impact=Impact.METADATA)]
    (group,) = grouped({"prod": mixed})
    assert (group.title, group.only) == ("2 labels on 2 objects", ("**#/metadata/labels/**",))


def test_the_marks_of_a_hook_go_with_it() -> None:
    marks = ("metadata", "annotations", "helm.sh/hook"), ("metadata", "annotations", "helm.sh/hook-weight")
    found = [difference(marks[0], impact=Impact.RECREATE, how=HOOK), difference(marks[1], impact=Impact.METADATA)]
    (group,) = grouped({"dev": found})
    assert str(group) == "2 hook annotations on 1 Deployment: recreate"
    assert all(Acceptance(only=group.only, reason="r").covers(each) for each in found)


def test_what_is_open_comes_first_then_the_gravest_then_the_most() -> None:
    found = [
        difference(("metadata", "labels", "a"), impact=Impact.RECREATE, admitted=True, why="allowance x"),
        difference(("spec", "replicas")),
        difference(("data", "x"), impact=Impact.CONFIG),
        *(difference(("spec", "template", "metadata", "labels", each)) for each in "ab"),
    ]
    assert [group.title.split(" on")[0] for group in grouped({"dev": found})] == [
        "2 pod labels",
        "1 replica count",
        "1 difference in data",
        "1 label",
    ]


def test_lost_data_and_wider_privileges_are_named_one_by_one() -> None:
    for more in ({"privilege": True}, {"impact": Impact.DATA_LOSS}):
        one = difference(("rules", 0), kind="Role", **more)  # type: ignore[arg-type]
        (group,) = grouped({"dev": [one, difference(("rules", 1), kind="Role")]})[:1]
        assert group.only == ("Role/shop/web#/rules/0",)


def test_whole_objects_are_named() -> None:
    (group,) = grouped(
        {"dev": [difference((), how=DifferenceKind.ADDED), difference((), "Job.batch", how=DifferenceKind.ADDED)]}
    )
    assert (group.title, group.only) == ("2 objects only after", ("Deployment.apps/shop/web#", "Job.batch/shop/web#"))


def test_more_groups_than_a_sentence_holds_are_counted() -> None:
    groups = grouped({"dev": [difference(("spec", key)) for key in "abcde"]})
    assert listed_groups(groups).endswith(" and 2 more groups")
    assert listed_groups(groups[:1]) == "1 difference in spec.a on 1 Deployment"


@pytest.mark.parametrize(
    ("noun", "two"),
    [
        ("Ingress", "2 Ingresses"),
        ("NetworkPolicy", "2 NetworkPolicies"),
        ("difference in data", "2 differences in data"),
        ("object only after", "2 objects only after"),
    ],
)
def test_nouns_in_the_plural(noun: str, two: str) -> None:
    assert (plural(2, noun), plural(1, noun)) == (two, f"1 {noun}")
