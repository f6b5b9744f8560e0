from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest
from cachet_chart import CACHET, SIGNATURES, STACK, classified, resources, signature

from migrator.classify import Component, ComponentKind, source_hints
from migrator.model import RepoPath
from migrator.signatures.types import ImagePattern


def names(component: Component, environment: str = "prod") -> list[str]:
    return [f"{res_id.kind} {res_id.name}" for res_id in component.members[environment]]


def cachet(release: str = "kv", namespace: str = "data", *, label: str = "", labels: str = "") -> str:
    """What the chart renders; `label` is a chart label, `labels` are others."""
    held = ", ".join(filter(None, (f"helm.sh/chart: {label}" if label else "", labels)))
    full = f"{release}-cachet"
    return f"""\
    apiVersion: v1
    kind: ServiceAccount
    metadata: {{name: {full}, namespace: {namespace}, labels: {{{held}}}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {{name: {full}-conf, namespace: {namespace}, labels: {{{held}}}}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: {full}, namespace: {namespace}, labels: {{{held}}}}}
    spec: {{selector: {{app: {full}}}, ports: [{{port: 6000}}]}}
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {{name: {full}-main, namespace: {namespace}, labels: {{{held}}}}}
    spec:
      template:
        metadata: {{labels: {{app: {full}}}}}
        spec:
          serviceAccountName: {full}
          containers: [{{name: cachet, image: "r.io/acme/cachet:6.0-r1", ports: [{{containerPort: 6000}}]}}]
    """


API = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api, namespace: shop, labels: {app: api}}
    spec:
      template:
        metadata: {labels: {app: api}}
        spec:
          containers: [{name: api, image: "corp/api:1", envFrom: [{configMapRef: {name: api-env}}]}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: api, namespace: shop}
    spec: {selector: {app: api}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: api-env, namespace: shop}
    """


def test_chart_labels_tell_chart_version_release_and_namespace() -> None:
    text = cachet(label="cachet-2.0.0", labels="app.kubernetes.io/instance: kv")
    found, notes = classified({"prod": resources(text, "base/db/cachet.yaml")})
    (one,) = found.values()
    assert (one.id, one.kind, one.category) == ("cachet", ComponentKind.THIRD_PARTY, "databases")
    assert (one.release, one.namespace) == ("kv", "data")
    assert one.candidates[0].versions == ("2.0.0",)
    assert one.candidates[0].app_versions == ("6.0",)
    assert one.confidence > 0.98
    assert one.candidates[0].evidence[0].detail == "helm.sh/chart=cachet-2.0.0"
    assert notes == ()


def test_a_chart_without_signature_is_known_by_its_labels_with_its_unlabelled_definitions() -> None:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: foos.nobody.io}\n"
    text = dedent(cachet(label="unheard-0.1.0", labels="app.kubernetes.io/instance: kv")) + "---\n" + crd
    found, _ = classified({"prod": [*resources(text, "base/db/all.yaml"), *resources(API, "base/api/d.yaml")]}, ())
    assert set(found) == {"unheard", "api"}
    assert found["unheard"].candidates[0].versions == ("0.1.0",)
    assert "CustomResourceDefinition foos.nobody.io" in names(found["unheard"])
    assert len(names(found["api"])) == 3


def test_without_labels_images_names_and_edges_tell() -> None:
    found, _ = classified({"prod": [*resources(cachet(), "all.yaml"), *resources(API, "all.yaml")]})
    assert set(found) == {"cachet", "all"}
    one = found["cachet"]
    assert len(names(one)) == 4
    assert (one.release, one.namespace) == ("kv", "data")
    assert 0.5 < one.confidence < 0.98
    assert one.candidates[0].app_versions == ("6.0",)
    # the version whose images are here comes first
    assert one.candidates[0].versions == ("2.0.0", "2.0.1")
    assert "image" in {evidence.kind for evidence in one.candidates[0].evidence}


def test_an_application_that_uses_the_software_is_not_the_software() -> None:
    text = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: orders, namespace: shop, labels: {app: orders}}
    spec:
      template:
        metadata: {labels: {app: orders}}
        spec:
          containers:
          - {name: orders, image: "corp/orders:1"}
          - {name: local-cache, image: "cachet:6"}
    ---
    apiVersion: acme.io/v1
    kind: Cache
    metadata: {name: cachet, namespace: shop}
    """
    found, _ = classified({"prod": resources(text, "apps/orders/all.yaml")})
    assert set(found) == {"orders"}
    assert found["orders"].kind is ComponentKind.APPLICATION


def test_helpers_alone_are_no_evidence() -> None:
    text = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: x, namespace: shop}
    spec:
      template:
        spec:
          containers: [{name: cachet, image: "acme/exporter:1", ports: [{containerPort: 6000}]}]
    """
    found, _ = classified({"prod": resources(text, "apps/x/all.yaml")})
    assert found["x"].kind is ComponentKind.APPLICATION


def test_a_custom_resource_beside_the_chart_stays_outside() -> None:
    issuer = "apiVersion: acme.io/v1\nkind: Cache\nmetadata: {name: shop-cache, namespace: data}\n"
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: data}\n"
    held = [
        *resources(cachet(label="cachet-2.0.0"), "base/db/cachet.yaml"),
        *resources(issuer, "base/db/shop-cache.yaml"),
        *resources(space, "base/namespaces.yaml"),
    ]
    found, _ = classified({"prod": held})
    assert names(found["db"]) == ["Cache shop-cache"]
    assert names(found["namespaces"]) == ["Namespace data"]


def test_subcharts_fold_into_their_parent() -> None:
    parent = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: mon-stack-operator, namespace: data, labels: {helm.sh/chart: stack-7.0.0, release: mon}}
    spec: {template: {spec: {containers: [{name: o, image: "acme/operator:9"}]}}}
    """
    child = cachet("mon", label="cachet-2.0.0", labels="app.kubernetes.io/instance: mon")
    found, _ = classified({"prod": [*resources(parent, "a.yaml"), *resources(child, "b.yaml")]})
    assert set(found) == {"stack"}
    assert found["stack"].candidates[0].versions == ("7.0.0",)
    # without a signature, the shared file tells
    both = [*resources(parent, "base/stack.yaml"), *resources(child, "base/stack.yaml")]
    found, _ = classified({"prod": both}, ())
    assert set(found) == {"stack"}
    apart, _ = classified({"prod": [*resources(parent, "a.yaml"), *resources(child, "b.yaml")]}, ())
    assert set(apart) == {"stack", "cachet"}


def test_charts_of_one_instance_label_that_know_nothing_of_each_other_stay_apart() -> None:
    main = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME, namespace: data, labels: {LABELS}}\n"
    one = main.replace("NAME", "stack-operator").replace("LABELS", "helm.sh/chart: stack-7.0.0, release: all")
    other = main.replace("NAME", "door").replace("LABELS", "helm.sh/chart: door-7.0.0, release: all")
    child = cachet("kv", label="cachet-2.0.0", labels="release: all")
    lone = signature("""
    apiVersion: migrate/v1
    kind: Signature
    chart: stack
    category: monitoring
    images:
      acme/operator: {weight: 1, tag: appVersion}
    """)
    held = [each for text in (one, other, child) for each in resources(text, "base/install.yaml")]
    found, _ = classified({"prod": held}, (CACHET, lone))
    assert {chart: len(names(each)) for chart, each in found.items()} == {"stack": 1, "door": 1, "cachet": 4}


def test_subcharts_fold_without_chart_labels_too() -> None:
    parent = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: mon-stack-operator
      namespace: data
      labels: {app: stack-operator, release: mon, app.kubernetes.io/version: 7.0.0}
    spec: {template: {spec: {containers: [{name: o, image: "acme/operator:9"}]}}}
    """
    child = cachet("mon", labels="app.kubernetes.io/name: cachet, app.kubernetes.io/instance: mon")
    found, _ = classified({"prod": [*resources(parent, "a.yaml"), *resources(child, "a.yaml")]})
    assert set(found) == {"stack"}
    assert len(names(found["stack"])) == 5
    assert found["stack"].candidates[0].versions == ("7.0.0",)


@pytest.mark.parametrize("label", ["cachet-2.0.0", ""])
def test_two_releases_of_a_chart_are_two_components(label: str) -> None:
    held = [
        *resources(cachet("kv", label=label, labels="app.kubernetes.io/instance: kv"), "base/a.yaml"),
        *resources(cachet("sessions", label=label, labels="app.kubernetes.io/instance: sessions"), "base/b.yaml"),
    ]
    found, _ = classified({"prod": held})
    assert set(found) == {"cachet-kv", "cachet-sessions"}
    assert all(len(names(one)) == 4 for one in found.values())


def test_one_release_in_two_namespaces_is_two_components() -> None:
    held = [
        one
        for place in ("left", "right")
        for one in resources(cachet("kv", place, label="cachet-2.0.0", labels="release: kv"), f"base/{place}.yaml")
    ]
    found, _ = classified({"prod": held})
    assert set(found) == {"cachet-kv-left", "cachet-kv-right"}


def test_a_component_spans_all_environments_and_takes_what_one_adds() -> None:
    extra = """\
    apiVersion: v1
    kind: Service
    metadata: {name: kv-cachet-headless, namespace: data}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: api, namespace: shop}
    spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}}
    """
    base = [*resources(cachet(), "base/db/cachet.yaml"), *resources(API, "base/api/deployment.yaml")]
    found, _ = classified({"dev": base, "prod": [*base, *resources(extra, "overlays/prod/extra.yaml")]})
    assert set(found) == {"cachet", "api"}
    assert len(found["cachet"].members["dev"]) == 4
    assert "Service kv-cachet-headless" in names(found["cachet"])
    assert "HorizontalPodAutoscaler api" in names(found["api"])


def test_a_namespace_of_each_environment_makes_no_second_component() -> None:
    held = {place: resources(cachet("kv", f"data-{place}"), "base/db/cachet.yaml") for place in ("dev", "prod")}
    found, _ = classified(held)
    assert set(found) == {"cachet"}
    assert set(found["cachet"].members) == {"dev", "prod"}
    assert found["cachet"].namespace is None


def test_generated_objects_follow_their_application_over_hashes() -> None:
    dev = resources("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api-env-0123456789}\n", "base/api/k.yaml")
    prod = resources(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api-env-9876543210}\n",
        "overlays/prod/kustomization.yaml",
        generated=True,
    )
    found, _ = classified({"dev": dev, "prod": prod})
    assert set(found) == {"api"}


def test_source_comments_tell_the_chart() -> None:
    text = "".join(
        f"---\n# Source: unheard/templates/x.yaml\n{dedent(part)}" for part in dedent(cachet()).split("---\n")
    )
    path = RepoPath("base/x/all.yaml")
    hints = tuple(source_hints({path: text.encode()}))
    assert len(hints) == 4
    found, _ = classified({"prod": resources(text, path)}, (), hints)
    assert set(found) == {"unheard"}
    assert found["unheard"].candidates[0].evidence[0].kind == "source-comment"


def test_the_comment_of_a_template_that_begins_with_a_separator_is_of_its_first_object() -> None:
    text = (
        "---\n# Source: some/templates/gone.yaml\n---\n# Source: unheard/templates/x.yaml\n---\nkind: Service\n"
        "metadata: {name: a}\n---\nkind: Service\nmetadata: {name: theirs}\n---\n# Source: own/templates/y.yaml\n"
        "kind: Service\nmetadata: {name: b}\n"
    )
    hints = source_hints({RepoPath("all.yaml"): text.encode()})
    assert [(one.name, one.text) for one in hints] == [
        ("a", "# Source: unheard/templates/x.yaml"),
        ("b", "# Source: own/templates/y.yaml"),
    ]


def test_an_instance_label_on_everything_swallows_no_application() -> None:
    everywhere = "app.kubernetes.io/instance: shop"
    held = [
        *resources(cachet(labels=f"app.kubernetes.io/name: cachet, {everywhere}"), "base/all.yaml"),
        *resources(API.replace("{app: api}", f"{{app: api, {everywhere}}}"), "base/all.yaml"),
    ]
    found, _ = classified({"prod": held})
    assert len(names(found["cachet"])) == 4
    assert len(names(found["all"])) == 3


def test_an_application_never_takes_the_id_of_a_chart() -> None:
    held = [*resources(cachet(), "base/db/a.yaml"), *resources(API, "base/cachet/d.yaml")]
    found, _ = classified({"prod": held})
    assert set(found) == {"cachet", "cachet-app"}


def test_publishers_of_one_chart_are_told_apart_or_named() -> None:
    other = signature("""\
        chart: cachet
        repository: https://other.example.org
        category: databases
        images:
          other/cachet: {weight: 1, tag: appVersion}
        labels:
          app.kubernetes.io/name: [cachet]
        """)
    found, notes = classified({"prod": resources(cachet(), "a.yaml")}, (*SIGNATURES, other))
    assert found["cachet"].candidates[0].repository == "https://charts.example.org"
    assert notes == ()
    twin = signature("""\
        chart: zwilling
        category: databases
        images:
          acme/cachet: {weight: 1, tag: appVersion}
        labels:
          app.kubernetes.io/name: [cachet]
        containers:
          cachet: {ports: [6000]}
        core:
          StatefulSet: ["{fullname}-main"]
        """)
    text = cachet(labels="app.kubernetes.io/name: cachet, app.kubernetes.io/instance: kv")
    found, notes = classified({"prod": resources(text, "a.yaml")}, (*SIGNATURES, twin))
    assert [one.chart for one in found["cachet"].candidates] == ["cachet", "zwilling"]
    assert [one.code for one in notes] == ["MIG302"]


def test_the_order_of_the_input_does_not_matter() -> None:
    held = [*resources(cachet(), "all.yaml"), *resources(API, "all.yaml"), *resources(cachet("b"), "b.yaml")]
    assert classified({"prod": held}) == classified({"prod": held[::-1]})


def test_nothing_gives_nothing() -> None:
    assert classified({}) == ({}, ())


def test_publishers_that_nothing_tells_apart_are_all_shown() -> None:
    other = replace(CACHET, repository="https://other.example.org", learned_from=("1.0.0", "0.9.0"), successor="x of y")
    found, notes = classified({"prod": resources(cachet(), "all.yaml")}, (CACHET, other))
    one = found["cachet"]
    # the table knows that the first has the version; the second does not have it
    assert [held.repository for held in one.candidates] == ["https://charts.example.org"]
    assert notes == ()
    text = cachet().replace("6.0-r1", "7.7")
    found, notes = classified({"prod": resources(text, "all.yaml")}, (CACHET, other))
    one = found["cachet"]
    assert [held.repository for held in one.candidates] == ["https://other.example.org", "https://charts.example.org"]
    assert one.candidates[0].score == one.candidates[1].score
    assert one.candidates[1].evidence
    assert [note.code for note in notes] == ["MIG302", "MIG304"]
    assert "may be cachet of https://charts.example.org" in notes[0].summary
    assert notes[1].summary == "cachet: cachet of https://other.example.org is deprecated; its successor is x of y"


def test_who_alone_published_what_runs_precedes_who_shows_more_evidence() -> None:
    more = replace(CACHET, repository="https://other.example.org", successor="x of y")
    less = replace(CACHET, images=(ImagePattern(repository="vendor/cachet", is_app_version=True),))
    found, notes = classified({"prod": resources(cachet(), "all.yaml")}, (more, less))
    repositories = [held.repository for held in found["cachet"].candidates]
    assert repositories[0] == "https://charts.example.org"
    assert not [note for note in notes if note.code == "MIG304"]


@pytest.mark.parametrize("image", ["acme/cachet-oss:v6.0-r1", "registry.example.net/mirror/cachet:6.0"])
def test_an_edition_or_a_mirror_of_the_main_image_tells_the_app_version(image: str) -> None:
    labels = "app.kubernetes.io/name: cachet, app.kubernetes.io/instance: kv"
    text = cachet(labels=labels).replace("r.io/acme/cachet:6.0-r1", image)
    found, _ = classified({"prod": resources(text, "all.yaml")}, (CACHET,))
    assert found["cachet"].candidates[0].app_versions == ("6.0",)


@pytest.mark.parametrize(
    ("label", "tag", "versions"),
    [("4.1", "7.2", ("7.2",)), ("6.0", "7.2", ("6.0", "7.2")), ("4.1", "6.0-r1", ("6.0",)), ("7.2", "", ("7.2",))],
)
def test_what_runs_beats_a_label_that_no_version_of_the_chart_writes(
    label: str, tag: str, versions: tuple[str, ...]
) -> None:
    labels = f"app.kubernetes.io/name: cachet, app.kubernetes.io/version: '{label}'"
    text = cachet(labels=labels).replace("r.io/acme/cachet:6.0-r1", f"r.io/acme/cachet:{tag}".rstrip(":"))
    found, _ = classified({"prod": resources(text, "all.yaml")}, (CACHET,))
    assert found["cachet"].candidates[0].app_versions == versions


@pytest.mark.parametrize(("first", "found"), [("corp/orders:1", "app"), ("acme/exporter:1", "cachet")])
def test_a_sidecar_is_a_user_unless_the_chart_runs_the_container_before_it(first: str, found: str) -> None:
    text = f"""\
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {{name: orders, namespace: shop}}
    spec:
      template:
        metadata: {{labels: {{run: orders}}}}
        spec:
          containers:
          - {{name: orders, image: "{first}"}}
          - {{name: cachet, image: "acme/cachet:6.0", ports: [{{containerPort: 6000}}]}}
    """
    held, _ = classified({"prod": resources(text, "all.yaml")}, (replace(CACHET, objects=()), STACK))
    assert [one.kind.value == "third-party" for one in held.values()] == [found == "cachet"]
