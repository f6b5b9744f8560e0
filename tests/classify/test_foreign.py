"""What lies beside a chart, runs beside it or shares its labels, and is not the chart's."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.classify import classify, source_hints
from migrator.graph import build_graph
from migrator.model import Origin, RepoPath, resource_of
from migrator.render_roots import BUILT, Build
from migrator.signatures import Signature, read_signature
from migrator.yamlio import Dialect, read_documents

EXPORTER = """\
    chart: exporter
    category: monitoring
    images:
      acme/exporter: {weight: 1, tag: appVersion}
    labels:
      app: [exporter]
    containers:
      exporter: {ports: [9100]}
    core:
      Deployment: ["{fullname}"]
    """
PILOT = """\
    chart: pilot
    category: service-mesh
    images:
      acme/pilot: {weight: 1}
    core:
      Deployment: [pilot]
    """
CRDS = "    chart: crds\n    category: service-mesh\n    crds: [meshes.acme.io]\n"
POD = "selector: {matchLabels: {run: x}}, template: {metadata: {labels: {run: x}}, spec: {containers: "


def signature(text: str) -> Signature:
    head = "apiVersion: migrate/v1\nkind: Signature\n"
    return read_signature((head + dedent(text)).encode(), RepoPath("rules/signatures/x.yaml"))


def charts(files: dict[str, str], *signatures: str) -> dict[str, list[str]]:
    """Chart, or `-` -> the names of the objects that it is given."""
    resources = [
        resource_of(one.value, Origin(path=RepoPath(path)))
        for path, text in files.items()
        for one in read_documents(text, dialect=Dialect.SIGS)
    ]
    build = Build(environment="one", root=RepoPath("one"), status=BUILT, resources=tuple(resources))
    hints = tuple(source_hints({RepoPath(path): text.encode() for path, text in files.items()}))
    components, _ = classify({"one": resources}, build_graph([build]), [signature(one) for one in signatures], hints)
    found: dict[str, list[str]] = {}
    for component in components:
        chart = component.candidates[0].chart if component.candidates else "-"
        names = {f"{held.kind}/{held.name}" for members in component.members.values() for held in members}
        found[chart] = sorted([*found.get(chart, []), *names])
    return found


@pytest.mark.parametrize("labels", ["", "labels: {app.kubernetes.io/instance: game}"])
def test_a_sidecar_makes_no_chart_of_an_application(labels: str) -> None:
    exporter = "{name: exporter, image: acme/exporter, ports: [{containerPort: 9100}]}"
    text = f"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: game, namespace: x, {labels}}}\n"
    text += f"spec: {{{POD}[{{name: game, image: acme/game}}, {exporter}]}}}}}}\n"
    assert charts({"game.yaml": text}, EXPORTER) == {"-": ["StatefulSet/game"]}
    alone = text.replace("{name: game, image: acme/game}, ", "")
    assert charts({"game.yaml": alone}, EXPORTER) == {"exporter": ["StatefulSet/game"]}


def test_an_image_in_a_custom_resource_makes_no_chart() -> None:
    text = "apiVersion: acme.io/v1\nkind: Tenant\nmetadata: {name: main, namespace: x, labels: {app: exporter}}\n"
    text += "spec: {image: acme/exporter:1.0}\n"
    assert charts({"tenant.yaml": text}, EXPORTER) == {"-": ["Tenant/main"]}


def test_charts_of_one_project_that_share_the_instance_label_stay_apart() -> None:
    def labelled(chart: str, kind: str, name: str) -> str:
        labels = f"{{helm.sh/chart: {chart}-1.0.0, app.kubernetes.io/instance: mesh}}"
        return f"---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: mesh, labels: {labels}}}\n"

    text = labelled("crds", "ServiceAccount", "reader") + labelled("pilot", "ServiceAccount", "pilot")
    text += labelled("pilot", "ConfigMap", "mesh")
    found = charts({"install.yaml": text}, PILOT, CRDS)
    assert found == {"crds": ["ServiceAccount/reader"], "pilot": ["ConfigMap/mesh", "ServiceAccount/pilot"]}


def test_an_application_with_the_instance_label_of_an_unknown_chart_is_left_alone() -> None:
    def made(kind: str, name: str, spec: str) -> str:
        labels = "{app.kubernetes.io/instance: shop}"
        return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: x, labels: {labels}}}\n{spec}"

    app = made("Deployment", "shop-web", f"spec: {{{POD}[{{name: web, image: acme/shop}}]}}}}}}\n")
    files = {
        "app/web.yaml": app.replace("v1", "apps/v1", 1),
        "app/pvc.yaml": made("PersistentVolumeClaim", "shop-files", ""),
        "app/helm/svc.yaml": "# Source: keep/templates/svc.yaml\n" + made("Service", "keep", ""),
    }
    assert charts(files)["keep"] == ["Service/keep"]


OPERATOR = """\
    chart: mesh-operator
    category: service-mesh
    images:
      acme/mesh-operator: {weight: 1}
    crds: [meshes.acme.io]
    labels:
      app.kubernetes.io/name: [mesh-operator]
    core:
      Deployment: [mesh-operator]
    """


@pytest.mark.parametrize("has_definition", [True, False])
def test_a_project_may_label_its_own_manifests_in_another_way_than_its_chart(has_definition: bool) -> None:
    label = "labels: {app.kubernetes.io/name: mesh}"
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: mesh-operator, namespace: x, {label}}}\n"
    text += f"spec: {{{POD}[{{name: manager, image: acme/mesh-operator}}]}}}}}}\n"
    if has_definition:
        text += "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        text += "metadata: {name: meshes.acme.io}\nspec: {group: acme.io, names: {kind: Mesh}}\n"
    found = charts({"install.yaml": text}, OPERATOR)
    if has_definition:
        assert found == {"mesh-operator": ["CustomResourceDefinition/meshes.acme.io", "Deployment/mesh-operator"]}
    else:
        assert "mesh-operator" not in found, "the label may be that of an application that builds on it"


CACHE = """\
    chart: cache
    category: databases
    fullname: "{release}-cache"
    images:
      acme/cache: {weight: 1}
    labels:
      app.kubernetes.io/name: [cache]
    core:
      Deployment: ["{fullname}"]
    objects:
      PersistentVolumeClaim: ["{fullname}"]
    """


def test_labels_that_a_team_puts_on_everything_tie_no_application_to_a_chart() -> None:
    labels = "labels: {app.kubernetes.io/instance: shop, app.kubernetes.io/name: shop}"

    def deployment(called: str, image: str) -> str:
        head = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {called}, namespace: x, {labels}}}\n"
        return head + f"spec: {{{POD}[{{name: main, image: {image}}}]}}}}}}\n"

    service = "---\n# Source: cache/templates/service.yaml\napiVersion: v1\nkind: Service\n"
    service += f"metadata: {{name: cache, namespace: x, {labels}}}\nspec: {{selector: {{run: x}}}}\n"
    claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\n"
    files = {
        "cache/all.yaml": "# Source: cache/templates/all.yaml\n" + deployment("cache", "acme/cache") + service,
        "web.yaml": deployment("shop-web", "acme/web")
        + f"{claim}metadata: {{name: shop-files, namespace: x, {labels}}}",
    }
    assert charts(files, CACHE) == {
        "cache": ["Deployment/cache", "Service/cache"],
        "-": ["Deployment/shop-web", "PersistentVolumeClaim/shop-files"],
    }
