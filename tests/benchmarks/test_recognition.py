"""What the benchmark of recognition counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from measuring.claims import Row, renamings, row_of_speed, row_without, rows_of_mixture
from measuring.recognised import missed, page
from measuring.samples import Mixture, Sample, applications, bared, mixed, opaque, softened
from migrator.model import RepoPath, Resource
from migrator.signatures import Signature, read_signature, rendered_with_sources, source_chart

TARGET = b"""\
---
# Source: cachet/templates/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: kv-cachet, labels: {helm.sh/chart: cachet-1.0.0, app.kubernetes.io/part-of: cachet}}
spec:
  selector: {matchLabels: {app: cachet}}
  template:
    metadata: {labels: {app: cachet}}
    spec: {containers: [{name: cachet, image: "acme/cachet:1.0", ports: [{containerPort: 6000}]}]}
---
# Source: cachet/templates/all.yaml
apiVersion: v1
kind: Service
metadata: {name: kv-cachet}
spec: {selector: {app: cachet}, ports: [{port: 6000}]}
"""
OWN = applications(b"{apiVersion: v1, kind: ConfigMap, metadata: {name: shop}, data: {a: b}}")


def signature(chart: str, *, successor: str = "") -> Signature:
    text = f"apiVersion: migrate/v1\nkind: Signature\nchart: {chart}\ncategory: databases\n"
    text += 'images:\n  acme/cachet: {weight: 1, tag: appVersion}\ncore:\n  Deployment: ["{release}-cachet"]\n'
    text += 'containers:\n  cachet: {ports: [6000]}\nobjects:\n  Service: ["{release}-cachet"]\n'
    return replace(read_signature(text.encode(), RepoPath("rules/signatures/x.yaml")), successor=successor)


def sample(name: str = "one", namespace: str = "data") -> Sample:
    resources, sources = rendered_with_sources(TARGET)
    return Sample(
        name=name,
        chart="cachet",
        version="1.0.0",
        archive=Path(f"{name}.tgz"),
        release="kv",
        namespace=namespace,
        values=(),
        resources=resources,
        chains={id_: source_chart(text) for id_, text in sources.items()},
    )


def no_render(_: Sample, __: Path) -> list[Resource]:
    raise AssertionError


def test_labels_say_nothing_and_still_fit() -> None:
    body = bared(sample(), opaque).resources[0].body
    assert "'cachet'" not in str(body["spec"]["selector"])
    assert "helm.sh" not in str(body)
    assert body["spec"]["selector"]["matchLabels"] == body["spec"]["template"]["metadata"]["labels"]


def test_only_the_labels_of_the_chart_go() -> None:
    assert softened({"labels": {"helm.sh/chart": "a-1", "app.kubernetes.io/name": "a"}}) == {
        "labels": {"app.kubernetes.io/name": "a"}
    }
    assert softened({"labels": {"chart": "a-1", "heritage": "Tiller", "app": "a"}}) == {"labels": {"app": "a"}}
    assert softened({"spec": {"chart": "a"}}) == {"spec": {"chart": "a"}}


def test_a_mixture_puts_each_in_its_file_and_namespace_or_all_in_one() -> None:
    apart = Mixture(samples=(sample(),), own=OWN, is_one_file=False)
    places = [(one.origin.path, one.id.namespace) for _, one in apart.parts() if one.origin]
    assert places == [("kv/manifests.yaml", "data"), ("kv/manifests.yaml", "data"), ("own.yaml", "own")]
    together = replace(apart, is_one_file=True)
    assert {(one.origin.path, one.id.namespace) for _, one in together.parts() if one.origin} == {("all.yaml", "")}


def test_samples_of_one_chart_or_with_common_objects_are_not_mixed() -> None:
    other = replace(sample("two"), chart="other")
    assert [len(one.samples) for one in mixed([sample(), other], [OWN], 1)] == [1, 1]


def test_a_row_says_what_was_found_and_which_version_is_left() -> None:
    mixture = Mixture(samples=(bared(sample(), softened),), own=OWN, is_one_file=False)
    right, own = rows_of_mixture("mixed, chart", mixture, [signature("cachet")], {}, no_render)
    assert (right.found, right.right, right.total, right.is_version) == ("cachet", 2, 2, False)
    assert (own.measure, own.right, own.total) == ("mixed, chart, own", 1, 1)
    wrong, _ = rows_of_mixture("mixed, chart", mixture, [signature("rival")], {}, no_render)
    assert (wrong.found, wrong.right) == ("rival", 0)


def test_what_another_takes_without_the_right_signature() -> None:
    both = [signature("cachet"), signature("rival")]
    bare = bared(sample(), softened)
    assert row_without("without, chart", bare, both[:1], {}).claimed == 0
    row = row_without("without, chart", bare, both, {})
    assert (row.claimed, row.of_renamed, row.by) == (2, 0, "rival:2")
    renamed = renamings([signature("cachet", successor="rival of https://x.example.org"), signature("rival")])
    row = row_without("without, chart", bare, both, renamed)
    assert (row.claimed, row.of_renamed) == (0, 2)
    inside = replace(bare, chains=dict.fromkeys(bare.chains, ("cachet", "rival")))
    assert row_without("without, chart", inside, both, {}).claimed == 0


def test_speed_counts_as_many_objects_as_asked() -> None:
    assert row_of_speed([sample()], 9, [signature("cachet")]).total == 9


def test_the_page_counts_rows_and_resources() -> None:
    good = Row(measure="mixed, chart", name="a", chart="a", found="a", total=3, right=3, is_version=True)
    bad = Row(measure="mixed, chart", name="b", chart="b", total=1)
    claimed = Row(measure="without, chart", name="c", chart="c", total=8, claimed=2, by="d:2")
    own = Row(measure="mixed, chart, own", name="shop", total=4, right=3, by="d:1")
    text = page([good, bad, claimed, own])
    assert "| charts mixed in threes: chart right | 98 % | 50.0 % (1 of 2) | - |" in text
    assert "| the same: resources in the right component | 99 % | 75.0 % (3 of 4) | - |" in text
    assert "| claimed by a wrong chart | at most 1 % | 25.0 % (2 of 8) | - |" in text
    assert "| the applications beside them, claimed | 0 | 25.0 % (1 of 4) | - |" in text
    assert [line.split(":")[1].strip() for line in missed([good, bad, claimed, own])] == ["b", "c", "shop"]
