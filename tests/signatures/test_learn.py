from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from migrator.charts import load_archive
from migrator.charts.types import ChartArchive, ChartRef
from migrator.engines import find_helm
from migrator.model import Json, ResId
from migrator.signatures import learn, learn_chart, load_signatures, merge, render, rendered_with_sources, source_chart
from migrator.signatures.learn import is_same_version
from migrator.signatures.static import optional_objects

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def archive(metadata: dict[str, Json] | None = None, files: dict[str, bytes] | None = None) -> ChartArchive:
    held: dict[str, Json] = {"name": "cachet", "version": "1.2.3", "appVersion": "6.0", **(metadata or {})}
    return ChartArchive(
        ref=ChartRef(name=held["name"], version=held["version"], repository="https://charts.example.org"),
        digest="",
        path=Path("cachet.tgz"),
        metadata=held,
        files=files or {},
    )


STREAM = dedent("""\
    # Source: cachet/templates/sts.yaml
    apiVersion: apps/v1
    kind: StatefulSet
    metadata:
      name: qz-cachet-main
      labels: {app.kubernetes.io/name: cachet, app.kubernetes.io/instance: qz, app.kubernetes.io/version: "6.0"}
    spec:
      template:
        spec:
          containers:
          - {name: cachet, image: "acme.io/acme/cachet:6.0-r2", args: [--maxmem=1], ports: [{containerPort: 6000}]}
          - {name: exporter, image: "acme/exporter:1"}
    ---
    # Source: cachet/templates/role.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: system:qz-cachet}
    ---
    # Source: cachet/charts/store/templates/svc.yaml
    apiVersion: v1
    kind: Service
    metadata: {name: qz-store, labels: {app: store}}
    spec: {ports: [{port: 99}]}
    ---
    # Source: cachet/templates/test.yaml
    apiVersion: v1
    kind: Pod
    metadata: {name: qz-test, annotations: {helm.sh/hook: test}}
    """).encode()


def learned(known: tuple[str, ...] = (), **metadata: Json) -> str:
    rendered, sources = rendered_with_sources(STREAM)
    chart = archive({"dependencies": [{"name": "store"}], **metadata})
    return render(learn(chart, rendered, release="qz", namespace="qzns", sources=sources, known=known))


def test_a_signature_is_learned() -> None:
    text = learned(known=("store",), home="https://github.com/acme/cachet", sources=["https://github.com/acme/charts"])
    assert text == dedent("""\
        apiVersion: migrate/v1
        kind: Signature
        chart: cachet
        repository: https://charts.example.org
        category: core
        learnedFrom: ["1.2.3"]
        fullname: "{release}-cachet"
        versionLabel: app
        upstream: [github.com/acme/cachet]
        subcharts: [store]
        images:
          acme/cachet: {weight: 1, tag: appVersion}
          acme/exporter: {weight: 0.4}
        labels:
          app.kubernetes.io/name: [cachet]
        containers:
          cachet: {ports: [6000], flags: [maxmem]}
          exporter: {}
        core:
          StatefulSet: ["{fullname}-main"]
        objects:
          ClusterRole: ["system:{fullname}"]
          Service: ["{release}-store"]
        """)


def test_an_unknown_subchart_is_described_in_its_parent() -> None:
    assert "servicePorts: [99]" in learned()
    assert "  app: [store]" in learned()


def test_versions_merge_into_one() -> None:
    rendered, sources = rendered_with_sources(STREAM)
    one = learn(archive(), rendered, release="qz", sources=sources)
    other = learn(archive({"version": "1.0.0"}), rendered[1:], release="qz", sources=sources)
    both = merge([one, other])
    assert both.learned_from == ("1.2.3", "1.0.0")
    assert not any(pattern.core for pattern in both.objects)
    assert {pattern.name for pattern in both.objects} == {pattern.name for pattern in one.objects}


def test_what_is_too_long_for_a_line_has_an_entry_a_line() -> None:
    rendered, sources = rendered_with_sources(STREAM)
    one = learn(archive(), rendered, release="qz", sources=sources)
    words = tuple(f"a-rather-long-word-{number}" for number in range(7))
    container = replace(one.containers[0], ports=(6000,), flags=words[:4])
    text = render(replace(one, crds=words[:2], subcharts=words, containers=(container,)))
    assert f"crds: [{words[0]}, {words[1]}]\n" in text
    assert f"subcharts:\n  - {words[0]}\n  - {words[1]}\n" in text
    assert f"  {container.name}:\n    ports: [6000]\n    flags: [{', '.join(words[:4])}]\n" in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    ("comment", "chain"),
    [
        ("# Source: a/templates/x.yaml", ("a",)),
        ("# Source: a/charts/b/templates/x.yaml", ("a", "b")),
        ("# Source: a/charts/b/charts/c/crds/x.yaml", ("a", "b", "c")),
        ("# Source: https://example.org/a/templates/x.yaml", ()),
        ("# Source: github.com/acme/a/x.yaml", ()),
        ("# Sauce: a/templates/x.yaml", ()),
    ],
)
def test_source_comments(comment: str, chain: tuple[str, ...]) -> None:
    assert source_chart(comment) == chain


def test_a_tag_may_be_the_app_version() -> None:
    assert is_same_version("7.0.12-debian-11-r19", "7.0.12")
    assert is_same_version("v1.12.4", "1.12.4")
    assert not is_same_version("7.0.120", "7.0.12")
    assert not is_same_version("", "7")


def test_names_of_switched_off_objects_are_read_from_the_templates() -> None:
    text = dedent("""\
        {{- if .Values.metrics.enabled }}
        apiVersion: v1
        kind: Service
        metadata:
          labels: {{ include "cachet.labels" . | nindent 4 }}
          name: {{ include "cachet.fullname" . }}-metrics
        {{- end }}
        ---
        kind: Secret
        metadata:
          name: {{ printf "%s-tls" (include "common.names.fullname" .) }}
        ---
        kind: ConfigMap
        metadata:
          name: {{ .Values.name }}
        """).encode()
    files = {"templates/a.yaml": text, "templates/tests/b.yaml": text, "README.md": text}
    assert list(optional_objects(files, "cachet")) == [
        ("Service", "{fullname}-metrics"),
        ("Secret", "{fullname}-tls"),
    ]


def test_definitions_in_files_count() -> None:
    crd = b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: caches.acme.io\n"
    files = {"crds/a.yaml": crd, "charts/store/crds/b.yaml": crd.replace(b"caches", b"stores")}
    assert learn(archive(files=files), []).crds == ("caches.acme.io", "stores.acme.io")
    assert learn(archive(files=files), [], known=("store",)).crds == ("caches.acme.io",)


def test_a_chart_is_learned_through_helm() -> None:
    chart = load_archive(FIXTURES / "charts" / "tiny-monitor")
    one = learn_chart([chart], find_helm(), category="monitoring")
    (curated,) = (
        held
        for held in load_signatures([FIXTURES / "simple-app" / ".migrate" / "rules" / "signatures"])
        if held.chart == "tiny-monitor"
    )
    assert one.objects == curated.objects
    assert one.images == curated.images


def test_lists_are_expanded() -> None:
    stream = (
        b"# Source: x/templates/l.yaml\napiVersion: v1\nkind: List\nitems:\n- {kind: Secret, metadata: {name: a}}\n"
    )
    rendered, sources = rendered_with_sources(stream)
    assert [str(one.id) for one in rendered] == ["Secret a"]
    assert sources[ResId(group="", kind="Secret", namespace="", name="a")] == "# Source: x/templates/l.yaml"
