"""What recognition rests on, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest
from cachet_chart import CACHET, classified, resources, signature

from migrator.classify import ComponentKind, classify
from migrator.graph import build_graph
from migrator.model import RepoPath
from migrator.render_roots import BUILT, Build
from migrator.signatures import ImagePattern, VersionTable

GENERIC = signature("""\
    chart: anything
    category: core
    generic: true
    fullname: "{release}"
    pods:
    - {weight: 0.9, fields: [dnsPolicy, enableServiceLinks, hostIPC, hostPID]}
    - {weight: 0.6, fields: [dnsPolicy, enableServiceLinks]}
    objects:
      Deployment: ["{fullname}"]
      Service: ["{fullname}"]
    """)


def workload(name: str, image: str, *, labels: str = "run: x", pod: str = "", beside: str = "") -> str:
    return dedent(f"""\
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {{name: {name}, namespace: data, labels: {{{labels}}}}}
        spec:
          template:
            metadata: {{labels: {{{labels}}}}}
            spec: {{{pod}containers: [{{name: main, image: {image}}}{beside}]}}
        """)


def charts(text: str) -> list[str]:
    components, _ = classified({"prod": resources(text, "base/all.yaml")}, [CACHET, GENERIC])
    return [one.candidates[0].chart for one in components.values() if one.kind is ComponentKind.THIRD_PARTY]


def test_a_program_written_by_hand_is_known_by_its_image_and_its_name() -> None:
    assert charts(workload("shop-cachet", "acme/cachet:6.0")) == ["cachet"]


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("session-store", "acme/cachet:6.0"),  # nothing but the image
        ("cachet", "shop/cachet:1"),  # nothing but the name, twice
        ("shop-cachet-loader", "shop/loader:1"),
    ],
)
def test_one_ground_alone_is_not_enough(name: str, image: str) -> None:
    assert charts(workload(name, image)) == []


def test_a_public_program_beside_ones_own_says_little() -> None:
    beside = ", {name: cachet, image: acme/cachet:6.0}"
    assert charts(workload("cachet", "shop/ledger:1", beside=beside)) == []


def test_a_name_label_that_the_chart_never_writes_speaks_against_it() -> None:
    name = "kv-main"
    assert charts(workload(name, "acme/cachet:6.0", labels="app.kubernetes.io/name: cachet")) == ["cachet"]
    assert charts(workload(name, "acme/cachet:6.0", labels="app.kubernetes.io/name: cachet-ring")) == []


def test_many_parts_named_after_the_program_are_not_the_program() -> None:
    parts = [workload(f"kv-cachet-{part}", "acme/cachet:6.0") for part in ("ring", "query", "store")]
    assert charts("---\n".join(parts)) == []


def test_definitions_alone_are_not_the_chart() -> None:
    text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: caches.acme.io}\n"
    assert charts(text + "---\n" + workload("cachet-tool", "shop/tool:1")) == []


def test_a_generic_chart_is_known_by_its_pods_whatever_they_run() -> None:
    full = "dnsPolicy: ClusterFirst, enableServiceLinks: true, hostIPC: false, hostPID: false, "
    assert charts(workload("kv-cachet", "acme/cachet:6.0", pod=full)) == ["anything"]
    weak = "dnsPolicy: ClusterFirst, enableServiceLinks: true, "
    assert charts(workload("shop", "shop/ledger:1", pod=weak)) == ["anything"]
    assert charts(workload("kv-main", "acme/cachet:6.0", pod=weak)) == ["cachet"]
    assert charts(workload("shop", "shop/ledger:1", pod="dnsPolicy: ClusterFirst, ")) == []


def test_a_generic_chart_writes_no_version_of_the_app() -> None:
    full = "dnsPolicy: ClusterFirst, enableServiceLinks: true, hostIPC: false, hostPID: false, "
    assert charts(workload("shop", "shop/ledger:1", pod=full, labels="app.kubernetes.io/version: 1.2.3")) == []


def test_without_an_app_version_images_and_tags_leave_versions_open() -> None:
    plain = replace(
        CACHET, images=(ImagePattern(repository="acme/cachet"), ImagePattern(repository="acme/ui", weight=0.4))
    )
    table = VersionTable(
        chart="cachet",
        publishers={"https://charts.example.org": {"": ("3.1.0", "3.0.0", "2.0.0")}},
        rendered={"2.0.0": frozenset({"acme/cachet:1.1", "acme/ui:9"})},
    )

    def versions(image: str) -> tuple[str, ...]:
        held = resources(workload("shop-cachet", image), "base/all.yaml")
        build = Build(environment="prod", root=RepoPath("."), status=BUILT, resources=tuple(held))
        components, _ = classify({"prod": held}, build_graph([build]), [plain], tables={"cachet": table})
        return components[0].candidates[0].versions

    assert versions("acme/cachet:1.1") == ("2.0.0",)
    assert versions("acme/cachet:v3.0.0") == ("3.0.0",)
    assert versions("acme/cachet:7") == ()
