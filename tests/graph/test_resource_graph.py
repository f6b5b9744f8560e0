from __future__ import annotations

import json
from collections.abc import Iterable
from textwrap import dedent

import pytest

from migrator.graph import EdgeKind, Group, Node, ResourceGraph, build_graph, selects, to_dot, to_json, to_mermaid
from migrator.model import Origin, RepoPath, ResId, Resource, resource_of
from migrator.render_roots import BUILT, FAILED, Build
from migrator.yamlio import Dialect, read_documents


def resources(text: str, origin: str = "x.yaml") -> tuple[Resource, ...]:
    documents = read_documents(dedent(text), dialect=Dialect.SIGS)
    return tuple(resource_of(document.value, Origin(path=RepoPath(origin))) for document in documents)


def graph_of(text: str) -> ResourceGraph:
    return build_graph([Build(environment="prod", root=RepoPath("r"), status=BUILT, resources=resources(text))])


def edges(graph: ResourceGraph) -> set[tuple[str, str, str]]:
    return {(str(edge.source.id), edge.kind, str(edge.target.id)) for edge in graph.edges}


def names(nodes: Iterable[Node]) -> list[str]:
    return [str(node.id) for node in nodes]


WORKLOAD = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: api, tier: web}}
        spec:
          serviceAccountName: runner
          imagePullSecrets: [{name: pull}]
          initContainers:
          - {name: i, env: [{name: A, valueFrom: {secretKeyRef: {name: token, key: a}}}]}
          containers:
          - name: c
            envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: absent}}]
          volumes:
          - {name: d, persistentVolumeClaim: {claimName: data}}
          - {name: p, projected: {sources: [{configMap: {name: extra}}]}}
          - {name: s, secret: {secretName: tls}}
    """


def named(kind: str, name: str, namespace: str = "shop", **fields: object) -> str:
    api = fields.pop("apiVersion", "v1")
    place = f", namespace: {namespace}" if namespace else ""
    rest = "".join(f"{key}: {json.dumps(value)}\n" for key, value in fields.items())
    return f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: '{name}'{place}}}\n{rest}"


def test_a_pod_refers_to_what_it_mounts_and_reads() -> None:
    things = [
        *(("ConfigMap", name) for name in ("settings", "extra", "unused")),
        *(("Secret", name) for name in ("token", "tls", "pull")),
        ("ServiceAccount", "runner"),
        ("PersistentVolumeClaim", "data"),
    ]
    graph = graph_of(dedent(WORKLOAD) + "".join(named(kind, name) for kind, name in things))
    api = Node("prod", ResId(group="apps", kind="Deployment", namespace="shop", name="api"))
    assert names(graph.targets(api, [EdgeKind.REFERS])) == [
        "ConfigMap shop/extra",
        "ConfigMap shop/settings",
        "PersistentVolumeClaim shop/data",
        "Secret shop/pull",
        "Secret shop/tls",
        "Secret shop/token",
        "ServiceAccount shop/runner",
    ]
    assert "ConfigMap shop/unused" in names(graph.nodes)
    assert {edge.via for edge in graph.edges if edge.target.id.name == "settings"} == {
        "spec.template.spec.containers[].envFrom[].configMapRef"
    }


def test_a_reference_stays_in_its_namespace_but_finds_what_has_none() -> None:
    text = dedent(WORKLOAD) + named("ConfigMap", "settings", "other") + named("Secret", "token", "")
    assert edges(graph_of(text)) == {("Deployment.apps shop/api", "refers", "Secret token")}


@pytest.mark.parametrize(
    "pods",
    [
        {"apiVersion": "batch/v1", "kind": "CronJob", "in": ("spec", "jobTemplate", "spec", "template")},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "in": ("spec", "template")},
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "in": ("spec", "template")},
        {"apiVersion": "v1", "kind": "Pod", "in": ()},
    ],
)
def test_every_kind_of_pod_template_is_known(pods: dict[str, object]) -> None:
    template: object = {
        "metadata": {"name": "x", "namespace": "shop", "labels": {"app": "x"}},
        "spec": {"containers": [{"name": "c"}], "volumes": [{"name": "v", "configMap": {"name": "settings"}}]},
    }
    for key in reversed(pods["in"]):  # type: ignore[call-overload]
        template = {key: template}
    body = {"metadata": {"name": "x", "namespace": "shop"}, **template}  # type: ignore[dict-item]
    body |= {"apiVersion": pods["apiVersion"], "kind": pods["kind"]}
    service = named("Service", "s", spec={"selector": {"app": "x"}})
    found = edges(graph_of(f"{json.dumps(body)}\n{named('ConfigMap', 'settings')}{service}"))
    assert {(kind, target.split()[0]) for _, kind, target in found} == {
        ("refers", "ConfigMap"),
        ("selects", str(resource_of(body).id).split()[0]),
    }


def test_selection_by_labels() -> None:
    text = (
        dedent(WORKLOAD)
        + named("Service", "web", spec={"selector": {"app": "api"}})
        + named("Service", "elsewhere", "other", spec={"selector": {"app": "api"}})
        + named("Service", "headless", spec={"clusterIP": "None"})
        + named(
            "PodDisruptionBudget", "pdb", apiVersion="policy/v1", spec={"selector": {"matchLabels": {"tier": "web"}}}
        )
        + named(
            "NetworkPolicy",
            "np",
            apiVersion="networking.k8s.io/v1",
            spec={"podSelector": {"matchLabels": {"app": "api"}}},
        )
        + named("NetworkPolicy", "all", apiVersion="networking.k8s.io/v1", spec={"podSelector": {}})
    )
    api = "Deployment.apps shop/api"
    assert edges(graph_of(text)) == {
        ("Service shop/web", "selects", api),
        ("PodDisruptionBudget.policy shop/pdb", "selects", api),
        ("NetworkPolicy.networking.k8s.io shop/np", "selects", api),
    }


def test_a_monitor_selects_services_in_its_namespaces() -> None:
    monitor = "monitoring.coreos.com/v1"
    labelled = {"labels": {"app": "api"}}
    service = f"---\n{json.dumps({'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 's', 'namespace': 'shop', **labelled}})}\n"
    selector = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["api"]}]}
    text = (
        service
        + named(
            "ServiceMonitor",
            "any",
            "mon",
            apiVersion=monitor,
            spec={"selector": selector, "namespaceSelector": {"any": True}},
        )
        + named(
            "ServiceMonitor",
            "listed",
            "mon",
            apiVersion=monitor,
            spec={"selector": selector, "namespaceSelector": {"matchNames": ["shop"]}},
        )
        + named("ServiceMonitor", "own", "mon", apiVersion=monitor, spec={"selector": selector})
    )
    assert {source.split("/")[-1] for source, _, _ in edges(graph_of(text))} == {"any", "listed"}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ({"key": "a", "operator": "In", "values": ["1"]}, True),
        ({"key": "a", "operator": "NotIn", "values": ["1"]}, False),
        ({"key": "b", "operator": "NotIn", "values": ["1"]}, True),
        ({"key": "a", "operator": "Exists"}, True),
        ({"key": "a", "operator": "DoesNotExist"}, False),
        ({"key": "a", "operator": "Odd"}, False),
    ],
)
def test_selector_expressions(expression: dict[str, object], answer: bool) -> None:
    assert selects({"matchExpressions": [expression]}, {"a": "1"}) is answer


def test_references_between_other_kinds() -> None:
    text = (
        named("Service", "web")
        + named("Secret", "cert")
        + dedent(WORKLOAD).replace("apiVersion", "---\napiVersion", 1)
        + named(
            "Ingress",
            "in",
            apiVersion="networking.k8s.io/v1",
            spec={
                "tls": [{"secretName": "cert"}],
                "rules": [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}],
            },
        )
        + named(
            "ValidatingWebhookConfiguration",
            "hook",
            "",
            apiVersion="admissionregistration.k8s.io/v1",
            webhooks=[{"clientConfig": {"service": {"name": "web", "namespace": "shop"}}}],
        )
        + named(
            "HorizontalPodAutoscaler",
            "hpa",
            apiVersion="autoscaling/v2",
            spec={"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}},
        )
        + named(
            "APIService",
            "v1.x",
            "",
            apiVersion="apiregistration.k8s.io/v1",
            spec={"service": {"name": "web", "namespace": "shop"}},
        )
        + named(
            "Certificate",
            "c",
            apiVersion="cert-manager.io/v1",
            spec={"secretName": "cert", "issuerRef": {"kind": "ClusterIssuer", "name": "le"}},
        )
        + named("ClusterIssuer", "le", "", apiVersion="cert-manager.io/v1")
    )
    assert edges(graph_of(text)) == {
        ("Ingress.networking.k8s.io shop/in", "refers", "Service shop/web"),
        ("Ingress.networking.k8s.io shop/in", "refers", "Secret shop/cert"),
        ("ValidatingWebhookConfiguration.admissionregistration.k8s.io hook", "refers", "Service shop/web"),
        ("HorizontalPodAutoscaler.autoscaling shop/hpa", "refers", "Deployment.apps shop/api"),
        ("APIService.apiregistration.k8s.io v1.x", "refers", "Service shop/web"),
        ("Certificate.cert-manager.io shop/c", "refers", "Secret shop/cert"),
        ("Certificate.cert-manager.io shop/c", "refers", "ClusterIssuer.cert-manager.io le"),
    }


def test_bindings_and_definitions() -> None:
    rbac = "rbac.authorization.k8s.io/v1"
    text = (
        named("Role", "r", apiVersion=rbac)
        + named("ClusterRole", "r", "", apiVersion=rbac)
        + named("ServiceAccount", "a")
        + named(
            "RoleBinding",
            "rb",
            "kube-system",
            apiVersion=rbac,
            roleRef={"kind": "ClusterRole", "name": "r"},
            subjects=[{"kind": "ServiceAccount", "name": "a", "namespace": "shop"}, {"kind": "User", "name": "a"}],
        )
        + named("RoleBinding", "own", apiVersion=rbac, roleRef={"kind": "Role", "name": "r"})
        + named(
            "CustomResourceDefinition",
            "w.x.io",
            "",
            apiVersion="apiextensions.k8s.io/v1",
            spec={"group": "x.io", "names": {"kind": "W"}},
        )
        + named("W", "one", apiVersion="x.io/v1")
        + named("W", "other", apiVersion="y.io/v1")
    )
    assert edges(graph_of(text)) == {
        ("RoleBinding.rbac.authorization.k8s.io kube-system/rb", "binds", "ClusterRole.rbac.authorization.k8s.io r"),
        ("RoleBinding.rbac.authorization.k8s.io kube-system/rb", "binds", "ServiceAccount shop/a"),
        ("RoleBinding.rbac.authorization.k8s.io shop/own", "binds", "Role.rbac.authorization.k8s.io shop/r"),
        ("CustomResourceDefinition.apiextensions.k8s.io w.x.io", "defines", "W.x.io shop/one"),
    }


@pytest.fixture
def two_environments() -> ResourceGraph:
    service = dedent(WORKLOAD) + named("Service", "web", spec={"selector": {"app": "api"}})
    shared = resources(named("ConfigMap", "a") + named("ConfigMap", "b"), "base/maps.yaml")
    builds = [
        Build(environment="prod", root=RepoPath("o/prod"), status=BUILT, resources=(*resources(service), *shared)),
        Build(environment="dev", root=RepoPath("o/dev"), status=BUILT, resources=shared),
        Build(environment="dev", root=RepoPath("o/dev2"), status=BUILT, resources=shared[:1]),
        Build(environment="qa", root=RepoPath("o/qa"), status=FAILED),
    ]
    return build_graph(builds)


def test_environments_are_apart_and_origin_joins_when_asked(two_environments: ResourceGraph) -> None:
    graph = two_environments
    assert graph.environments == ("dev", "prod")
    assert [str(resource.id) for resource in graph.resources("dev")] == ["ConfigMap shop/a", "ConfigMap shop/b"]
    a, b, prod_a, prod_b = graph.by_origin(RepoPath("base/maps.yaml"))
    assert (a.environment, prod_a.environment) == ("dev", "prod")
    assert graph.roots(a) == ("o/dev", "o/dev2")
    assert graph.neighbours(a) == ()
    assert graph.neighbours(a, [EdgeKind.SHARES_ORIGIN]) == (b,)
    assert graph.origins == ("base/maps.yaml", "x.yaml")
    assert [len(group) for group in graph.components()] == [2, 1, 1, 1, 1]
    joined = graph.components([EdgeKind.SHARES_ORIGIN])
    assert (prod_a, prod_b) in joined
    assert [len(group) for group in joined] == [2, 2, 2]
    web = next(node for node in graph.nodes if node.id.name == "web")
    api = next(node for node in graph.nodes if node.id.name == "api")
    assert graph.targets(web) == (api,)
    assert graph.sources(web) == ()
    assert graph.sources(api, [EdgeKind.SELECTS]) == (web,)
    assert graph.sources(api, [EdgeKind.REFERS]) == ()


def test_exports_are_deterministic_and_chosen_by_environment(two_environments: ResourceGraph) -> None:
    graph = two_environments
    dot = to_dot(graph)
    assert dot == to_dot(graph)
    assert dot.splitlines()[3:8] == [
        "  subgraph cluster_0 {",
        '    label="dev";',
        '    n0 [label="ConfigMap shop/a"];',
        '    n1 [label="ConfigMap shop/b"];',
        "  }",
    ]
    assert dot.splitlines()[-2:] == ['  n4 -> n5 [label="selects"];', "}"]
    mermaid = to_mermaid(graph, ["dev"])
    assert mermaid.splitlines() == [
        "flowchart LR",
        '  subgraph e0["dev"]',
        '    n0["ConfigMap shop/a"]',
        '    n1["ConfigMap shop/b"]',
        "  end",
    ]
    held = json.loads(to_json(graph))
    assert held["format_version"] == "1.0"
    assert held["nodes"][0] == {
        "environment": "dev",
        "group": "",
        "kind": "ConfigMap",
        "namespace": "shop",
        "name": "a",
        "component": None,
        "origin": "base/maps.yaml",
        "roots": ["o/dev", "o/dev2"],
    }
    assert [edge["kind"] for edge in held["edges"]] == ["selects"]


def test_quotes_are_escaped() -> None:
    graph = graph_of(named("ConfigMap", 'a"b<c', ""))
    assert r'label="ConfigMap a\"b<c"' in to_dot(graph)
    assert "ConfigMap a&quot;b&lt;c" in to_mermaid(graph)


def test_no_line_begins_with_what_a_name_holds() -> None:
    graph = graph_of('---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: "a\\n::error::b"}\n')
    for text in (to_mermaid(graph), to_dot(graph)):
        assert "a\\n::error::b" in text
        assert not any(line.startswith("::") for line in text.splitlines())


def test_components_are_groups_in_every_format() -> None:
    graph = graph_of(named("ConfigMap", "a", "") + "---\n" + named("ConfigMap", "b", ""))
    second = graph.nodes[1]
    group = Group(id="cache", title='cache: chart "cache", 0.90', facts={"kind": "third-party"})
    assert to_dot(graph, None, {second: group}).splitlines()[3:11] == [
        "  subgraph cluster_0 {",
        '    label="prod";',
        "    subgraph cluster_0_0 {",
        '      label="cache: chart \\"cache\\", 0.90";',
        '      n1 [label="ConfigMap b"];',
        "    }",
        '    n0 [label="ConfigMap a"];',
        "  }",
    ]
    assert to_mermaid(graph, None, {second: group}).splitlines() == [
        "flowchart LR",
        '  subgraph e0["prod"]',
        '    subgraph e0c0["cache: chart &quot;cache&quot;, 0.90"]',
        '      n1["ConfigMap b"]',
        "    end",
        '    n0["ConfigMap a"]',
        "  end",
    ]
    held = json.loads(to_json(graph, None, {second: group}))
    assert held["components"] == [{"id": "cache", "kind": "third-party"}]
    assert [node["component"] for node in held["nodes"]] == [None, "cache"]
