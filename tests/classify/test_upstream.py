from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import dedent

from cachet_chart import CACHET, resources

from migrator.classify import Component, ComponentKind, classify, header_hints
from migrator.graph import build_graph
from migrator.model import Origin, RepoPath, Resource, resource_of
from migrator.render_roots import BUILT, Build
from migrator.signatures import Manifest, Signature, VersionTable, read_manifest
from migrator.yamlio import Dialect, read_documents

HOME = "https://charts.example.org"
TABLES = {"cachet": VersionTable(chart="cachet", publishers={HOME: {"6.0": ("2.0.1",), "5.0.0": ("1.0.0",)}})}


def manifest(text: str) -> Manifest:
    head = "apiVersion: migrate/v1\nkind: Manifest\n"
    return read_manifest((head + dedent(text)).encode(), RepoPath("rules/manifests/x.yaml"))


CACHET_YAML = manifest("""\
    product: cachet
    chart: cachet
    repository: https://charts.example.org
    category: databases
    github: [acme/cachet]
    assets: [cachet.yaml]
    paths: [deploy]
    headers: ["Cachet {version}"]
    files: [cachet.yaml]
    holds: [acme/cachet, acme.io]
    differs: [names are fixed]
    """)
KNOT = manifest("""\
    product: knot
    chart: null
    category: core
    github: [acme/knot]
    assets: [knot.yaml]
    headers: [The Knot Authors]
    files: [knot.yaml]
    holds: [knot.dev]
    """)
LOOP = manifest("""\
    product: loop
    chart: loop
    repository: https://charts.example.org
    category: core
    github: [acme/loop]
    assets: [loop.yaml]
    differs: [names are fixed]
    """)
WORKLOAD = """\
    apiVersion: v1
    kind: Service
    metadata: {name: store, namespace: data, labels: {tier: cache}}
    spec: {selector: {tier: cache}, ports: [{port: 6000}]}
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: store, namespace: data, labels: {tier: cache}}
    spec:
      template:
        metadata: {labels: {tier: cache}}
        spec:
          containers: [{name: server, image: "mirror.local/acme/cachet@sha256:00"}]
    """
KNOTS = """\
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: ties.knot.dev}
    spec: {group: knot.dev, names: {kind: Tie}, scope: Namespaced}
    """
API = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: api}}
        spec:
          containers: [{name: api, image: "shop/api:1.0"}]
    """


def found(
    held: Sequence[Resource],
    headers: dict[str, str] | None = None,
    *,
    signatures: Sequence[Signature] = (CACHET,),
    manifests: Sequence[Manifest] = (CACHET_YAML, KNOT, LOOP),
) -> dict[str, Component]:
    builds = [Build(environment="prod", root=RepoPath("."), status=BUILT, resources=tuple(held))]
    hints = tuple(header_hints({RepoPath(path): text.encode() for path, text in (headers or {}).items()}))
    components, _ = classify(
        {"prod": held},
        build_graph(builds),
        signatures,
        hints,
        tables=TABLES,
        manifests=manifests,
    )
    return {one.id: one for one in components}


def remote(text: str, repository: str, ref: str, path: str) -> list[Resource]:
    origin = Origin(path=RepoPath(path), remote=f"{repository}@{ref}" if ref else repository)
    return [resource_of(one.value, origin) for one in read_documents(dedent(text), dialect=Dialect.SIGS)]


def test_a_vendored_copy_with_its_url_gives_chart_version_and_hints() -> None:
    url = "# https://github.com/acme/cachet/releases/download/v5.0.0/cachet.yaml\n"
    one = found(resources(WORKLOAD, "base/db.yaml"), {"base/db.yaml": url})["cachet"]
    assert one.candidates[0].chart == "cachet"
    assert one.candidates[0].versions == ("1.0.0",)
    assert "cachet v5.0.0 (by its header)" in [fact.detail for fact in one.candidates[0].evidence]
    assert one.upstream is not None
    assert one.upstream.title == "cachet v5.0.0"
    assert one.upstream.manifest.differs == ("names are fixed",)


def test_without_the_header_it_stays_an_application() -> None:
    components = found(resources(WORKLOAD, "base/db.yaml"))
    assert {one.kind for one in components.values()} == {ComponentKind.APPLICATION}


def test_a_remote_base_and_a_remote_file_give_the_same() -> None:
    base = remote(WORKLOAD, "https://github.com/acme/cachet", "v5.0.0", "deploy/all.yaml")
    file = remote(WORKLOAD, "https://github.com/acme/cachet", "", "releases/download/v5.0.0/cachet.yaml")
    for held in (base, file):
        one = found(held)["cachet"]
        assert one.candidates[0].versions == ("1.0.0",)
        assert "release-url" in [fact.kind for fact in one.candidates[0].evidence]


def test_a_fork_is_not_the_product() -> None:
    components = found(remote(WORKLOAD, "https://github.com/somebody/cachet", "v5.0.0", "deploy/all.yaml"))
    assert {(one.kind, one.upstream) for one in components.values()} == {(ComponentKind.APPLICATION, None)}


def test_a_file_that_only_mentions_the_url_is_left_alone() -> None:
    url = "# https://github.com/acme/cachet/releases/download/v5.0.0/cachet.yaml\n"
    components = found(resources(API, "apps/api.yaml"), {"apps/api.yaml": url})
    assert [(one.kind, one.upstream) for one in components.values()] == [(ComponentKind.APPLICATION, None)]


def test_the_evidence_is_for_the_objects_of_that_file_only() -> None:
    held = resources(WORKLOAD, "base/db.yaml") + resources(API, "base/api.yaml")
    components = found(held, {"base/db.yaml": "# Cachet 6.0\n"})
    own = [one for name, one in components.items() if name != "cachet"]
    assert len(components["cachet"].members["prod"]) == 2
    assert [(one.kind, len(one.members["prod"])) for one in own] == [(ComponentKind.APPLICATION, 1)]


def test_the_name_of_a_file_counts_where_the_content_agrees() -> None:
    by_name = found(resources(WORKLOAD, "base/cachet.yaml"))["cachet"]
    assert by_name.upstream is not None
    assert by_name.upstream.kind == "file"
    assert [fact.weight for fact in by_name.candidates[0].evidence if fact.kind == "release-manifest"] == [0.2]
    own = found(resources(API, "base/cachet.yaml"))
    assert all(one.upstream is None for one in own.values())


def test_what_a_chart_rendered_is_no_release_manifest_by_its_name() -> None:
    labelled = WORKLOAD.replace("labels: {tier: cache}}", "labels: {helm.sh/chart: cachet-2.0.1}}")
    one = found(resources(labelled, "base/cachet.yaml"))["cachet"]
    assert one.upstream is None
    assert one.candidates[0].versions == ("2.0.1",)


def test_a_product_without_a_chart_is_a_component_of_its_own() -> None:
    components = found(resources(KNOTS, "base/knots.yaml"), {"base/knots.yaml": "# Copyright\n# The Knot Authors\n"})
    one = components["knot"]
    assert one.kind is ComponentKind.THIRD_PARTY
    assert one.candidates == ()
    assert one.upstream is not None
    assert one.upstream.title == "knot"


def test_a_chart_without_a_signature_is_named_by_the_rule() -> None:
    one = found(remote(API, "https://github.com/acme/loop", "", "releases/download/v1.2.0/loop.yaml"))["loop"]
    assert [(each.chart, each.repository, each.app_versions) for each in one.candidates] == [
        ("loop", HOME, ("v1.2.0",))
    ]
    assert one.candidates[0].score == 0.7


def test_the_version_label_of_a_release_manifest_is_the_projects_version() -> None:
    labelled = WORKLOAD.replace("labels: {tier: cache}}", 'labels: {app.kubernetes.io/version: "6.0"}}')
    chart_version = replace(CACHET, version_label="chart")
    one = found(resources(labelled, "base/cachet.yaml"), signatures=(chart_version,))["cachet"]
    assert one.candidates[0].app_versions == ("6.0",)
    assert one.candidates[0].versions == ("2.0.1",)


def test_a_chart_of_the_products_own_version_is_asked_for_with_v_and_without() -> None:
    rule = replace(LOOP, version="chart")
    held = remote(API, "https://github.com/acme/loop", "", "releases/download/v1.2.0/loop.yaml")
    one = found(held, manifests=(rule,))["loop"]
    assert one.candidates[0].versions == ("v1.2.0", "1.2.0")


def test_the_content_of_a_copy_counts_beside_its_name() -> None:
    rule = manifest("""\
        product: loop
        chart: loop
        repository: https://charts.example.org
        category: core
        github: [acme/loop]
        assets: [loop.yaml]
        files: [loop.yaml]
        holds: [shop/api]
        """)
    one = found(resources(API, "base/loop.yaml"), manifests=(rule,))["loop"]
    assert [(fact.kind, fact.detail) for fact in one.candidates[0].evidence] == [
        ("image", "shop/api"),
        ("release-manifest", "loop (by the name of the file)"),
    ]
    assert one.candidates[0].score == 0.8


OWN_IMAGE = WORKLOAD.replace("mirror.local/acme/cachet@sha256:00", "acme-fork/cachet-patched:1")
CRD = """\
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: caches.acme.io}
    spec: {group: acme.io, names: {kind: Cache}, scope: Namespaced}
    """


def test_a_copy_is_one_component_even_with_images_of_ones_own() -> None:
    held = resources(OWN_IMAGE + "---\n" + CRD, "base/cachet.yaml")
    components = found(held)
    assert {name: len(one.members["prod"]) for name, one in components.items()} == {"cachet": 3}


def test_a_strangers_workload_in_a_file_known_by_name_alone_keeps_its_objects_apart() -> None:
    held = resources(API + "---\n" + CRD, "base/cachet.yaml")
    own = [one for one in found(held).values() if one.kind is ComponentKind.APPLICATION]
    assert "Deployment api" in [f"{each.kind} {each.name}" for one in own for each in one.members["prod"]]


def test_a_common_phrase_in_a_header_claims_no_strangers() -> None:
    held = resources(API + "---\n" + KNOTS + "---\n" + CRD, "base/all.yaml")
    rule = manifest("""\
        product: cachet
        chart: cachet
        repository: https://charts.example.org
        category: databases
        headers: [DO NOT EDIT]
        holds: [acme.io]
        """)
    components = found(held, {"base/all.yaml": "# DO NOT EDIT\n"}, manifests=(rule,))
    own = [one for one in components.values() if one.kind is ComponentKind.APPLICATION]
    assert "Deployment api" in [f"{each.kind} {each.name}" for one in own for each in one.members["prod"]]


def test_a_strangers_workload_beside_a_product_without_a_chart_stays_an_application() -> None:
    components = found(resources(KNOTS + "---\n" + API, "base/knot.yaml"))
    assert {one.kind for one in components.values()} == {ComponentKind.APPLICATION}
