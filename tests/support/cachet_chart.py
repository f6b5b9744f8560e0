"""An invented chart, and what classification makes of objects that may be from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent

from migrator.classify import Component, SourceHint, classify
from migrator.diagnostics import Diagnostics
from migrator.graph import build_graph
from migrator.model import Origin, RepoPath, Resource, resource_of
from migrator.render_roots import BUILT, Build
from migrator.signatures import Signature, VersionTable, read_signature
from migrator.yamlio import Dialect, read_documents


def signature(text: str) -> Signature:
    head = "apiVersion: migrate/v1\nkind: Signature\n"
    return read_signature((head + dedent(text)).encode(), RepoPath("rules/signatures/x.yaml"))


CACHET = signature("""\
    chart: cachet
    repository: https://charts.example.org
    category: databases
    versionLabel: app
    images:
      acme/cachet: {weight: 1, tag: appVersion}
      acme/exporter: {weight: 0.4}
    crds: [caches.acme.io]
    labels:
      app.kubernetes.io/name: [cachet]
    containers:
      cachet: {ports: [6000]}
    core:
      StatefulSet: ["{fullname}-main"]
    objects:
      ConfigMap: ["{fullname}-conf"]
      Service: ["{fullname}", "{fullname}-headless"]
      ServiceAccount: ["{fullname}"]
    """)
STACK = signature("""\
    chart: stack
    category: monitoring
    versionLabel: chart
    subcharts: [cachet]
    images:
      acme/operator: {weight: 1, tag: appVersion}
    labels:
      app: [stack-operator]
      app.kubernetes.io/part-of: [stack]
    core:
      Deployment: ["{fullname}-operator"]
    objects:
      StatefulSet: ["{release}-cachet-main"]
      Service: ["{release}-cachet"]
    """)
SIGNATURES = (CACHET, STACK)
TABLES = {
    "cachet": VersionTable(
        chart="cachet",
        publishers={"https://charts.example.org": {"6.0": ("2.0.1", "2.0.0"), "5.0": ("1.0.0",)}},
        rendered={"2.0.0": frozenset({"acme/cachet:6.0-r1"})},
    )
}


def resources(text: str, path: str, *, generated: bool = False) -> list[Resource]:
    origin = Origin(path=RepoPath(path), generated=generated)
    return [resource_of(one.value, origin) for one in read_documents(dedent(text), dialect=Dialect.SIGS)]


def classified(
    environments: Mapping[str, Sequence[Resource]],
    signatures: Sequence[Signature] = SIGNATURES,
    sources: Sequence[SourceHint] = (),
) -> tuple[dict[str, Component], Diagnostics]:
    builds = [
        Build(environment=name, root=RepoPath(f"overlays/{name}"), status=BUILT, resources=tuple(held))
        for name, held in environments.items()
    ]
    components, notes = classify(environments, build_graph(builds), signatures, sources, tables=TABLES)
    for name, held in environments.items():
        owned = [res_id for one in components for res_id in one.members.get(name, ())]
        assert sorted(owned) == sorted({resource.id for resource in held}), "every object is in exactly one component"
    return {one.id: one for one in components}, notes
