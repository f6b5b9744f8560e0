"""Manifests that name no namespace, from the plan to the audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate, committed, git

Tree = Callable[..., Path]

SIGNATURE = """\
    apiVersion: migrate/v1
    kind: Signature
    chart: bell
    repository: https://charts.example.org
    category: core
    fullname: "{release}"
    images: {example/bell: {weight: 1, tag: appVersion}}
    labels: {app.kubernetes.io/name: [bell]}
    containers: {bell: {}}
    core: {Deployment: ["{fullname}"]}
    objects: {Service: ["{fullname}"], ServiceAccount: ["{fullname}"], ClusterRoleBinding: ["{fullname}"]}
"""
CHART = {
    "bell/Chart.yaml": "apiVersion: v2\nname: bell\nversion: 1.0.0\nappVersion: 2.0.0\n",
    "bell/values.yaml": "rings: 1\n",
    "bell/templates/all.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}
          namespace: {{ .Release.Namespace }}
          labels: {app.kubernetes.io/name: bell, app.kubernetes.io/instance: {{ .Release.Name }}}
        spec:
          replicas: {{ .Values.rings }}
          selector: {matchLabels: {app.kubernetes.io/name: bell}}
          template:
            metadata: {labels: {app.kubernetes.io/name: bell}}
            spec:
              containers: [{name: bell, image: "example/bell:{{ .Chart.AppVersion }}"}]
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: {{ .Release.Name }}, labels: {app.kubernetes.io/name: bell}}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: {{ .Release.Name }}, labels: {app.kubernetes.io/name: bell}}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects: [{kind: ServiceAccount, name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}]
    """,
}


def bell(namespace: str = "", subject: str = "", rings: int = 1) -> str:
    """What somebody took from the chart, with the namespace on the objects and the one in the binding."""
    text = CHART["bell/templates/all.yaml"].replace("{{ .Release.Name }}", "front").replace("{{ .Values.rings }}", "1")
    text = text.replace("{{ .Chart.AppVersion }}", "2.0.0").replace("replicas: 1", f"replicas: {rings}")
    text = text.replace(", namespace: {{ .Release.Namespace }}}]", f", namespace: {subject}}}]" if subject else "}]")
    line = f"namespace: {namespace}" if namespace else "annotations: {}"
    return text.replace("namespace: {{ .Release.Namespace }}", line).replace("          annotations: {}\n", "")


def application(name: str, path: str, namespace: str) -> str:
    return f"""\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}}}
        spec: {{source: {{repoURL: own, path: {path}}}, destination: {{namespace: {namespace}}}}}
    """


@pytest.fixture
def charts(tree: Tree, tmp_path: Path) -> Path:
    (tmp_path / "charts").mkdir()
    return tree(CHART, tmp_path / "charts")


Plan = Callable[[Mapping[str, str]], Any]


@pytest.fixture
def plan(migrate: Migrate, tree: Tree, charts: Path) -> Plan:
    """The document of the plan for a repository with these files."""

    def made(files: Mapping[str, str]) -> Any:
        root = tree({".migrate/rules/signatures/core/bell.yaml": SIGNATURE, **files})
        return json.loads(migrate("plan", root, "--offline", "--chart-mirror", charts, "--format", "json").out)

    return made


BASE = {"bell/kustomization.yaml": "resources: [bell.yaml]\n"}
BOTH = {
    "base/kustomization.yaml": "resources: [bell.yaml]\n",
    "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
    "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
}


def only(found: Any) -> Any:
    (component,) = found["components"]
    return component


def notes(found: Any, code: str) -> list[tuple[str, str]]:
    return [(each["severity"], each["summary"]) for each in found["diagnostics"] if each["code"] == code]


def test_where_nothing_says_it_the_plan_says_so(plan: Plan) -> None:
    found = plan({**BASE, "bell/bell.yaml": bell(subject="default")[: bell().index("        ---")]})
    assert (only(found)["decision"], only(found)["impact"], only(found)["namespace"]) == (
        "adopt-with-patches",
        "none",
        "default",
    )
    ((severity, summary),) = notes(found, "MIG605")
    assert (severity, "1 object of bell without a namespace; taken to go to default" in summary) == ("warning", True)


def test_what_the_binding_names_is_where_they_go(plan: Plan) -> None:
    found = plan({**BASE, "bell/bell.yaml": bell(subject="chimes")})
    assert (only(found)["decision"], only(found)["impact"], only(found)["namespace"]) == ("adopt", "none", "chimes")
    assert [severity for severity, _ in notes(found, "MIG605")] == ["info"]


def test_argo_cd_says_it_and_nothing_is_taken_for_granted(plan: Plan) -> None:
    files = {**BASE, "bell/bell.yaml": bell(subject="chimes"), "argocd/bell.yaml": application("a", "bell", "chimes")}
    found = plan(files)
    assert (only(found)["decision"], only(found)["namespace"], notes(found, "MIG605")) == ("adopt", "chimes", [])


def test_migrate_yaml_says_it(plan: Plan) -> None:
    config = "components: {bell: {namespace: tower}}\n"
    found = plan({**BASE, "bell/bell.yaml": bell(subject="tower"), "migrate.yaml": config})
    assert (only(found)["decision"], only(found)["namespace"], notes(found, "MIG605")) == ("adopt", "tower", [])


def test_the_rule_can_be_switched_off(plan: Plan) -> None:
    config = "components: {bell: {namespace: tower}}\nequivalences: {release-namespace: off}\n"
    found = plan({**BASE, "bell/bell.yaml": bell(subject="tower"), "migrate.yaml": config})
    assert only(found)["decision"] not in ("adopt", "adopt-with-patches")
    assert "Deployment.apps/tower/front#" in {each["id"] for each in only(found)["differences"]}


def test_an_object_that_names_another_namespace_stays_another(plan: Plan) -> None:
    files = {**BASE, "bell/bell.yaml": bell("belfry", "chimes"), "argocd/bell.yaml": application("a", "bell", "chimes")}
    found = only(plan(files))
    assert found["impact"] != "none" or found["decision"] != "adopt"
    assert {each["id"] for each in found["differences"]} & {
        "Deployment.apps/chimes/front#",
        "ServiceAccount/belfry/front#",
        "ServiceAccount/chimes/front#",
    }


def test_the_namespace_in_a_binding_is_content(plan: Plan) -> None:
    files = {**BASE, "bell/bell.yaml": bell(subject="other"), "argocd/bell.yaml": application("a", "bell", "chimes")}
    found = only(plan(files))
    assert [each["path"] for each in found["residual"]] == ["/subjects/0/namespace"]
    assert found["decision"] != "adopt"


def test_a_folder_that_goes_to_two_namespaces_stays(plan: Plan) -> None:
    applications = {f"argocd/{name}.yaml": application(name, "bell", name) for name in ("east", "west")}
    found = plan({**BASE, "bell/bell.yaml": bell(subject="east"), **applications})
    assert only(found)["decision"] == "keep"
    assert "go to east (Application east, argocd/east.yaml:1) and west (Application west" in only(found)["reason"]
    assert len(notes(found, "MIG606")) == 1


def flux(namespace: str) -> str:
    return f"""\
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {{name: bell}}
        spec: {{sourceRef: {{kind: GitRepository, name: own}}, path: ./bell, targetNamespace: {namespace}}}
    """


def test_flux_moves_objects_that_name_another_namespace(plan: Plan) -> None:
    found = plan({**BASE, "bell/bell.yaml": bell("chimes", "chimes"), "flux.yaml": flux("chimes")})
    assert (only(found)["decision"], only(found)["namespace"]) == ("adopt", "chimes")
    for files in ({"bell/bell.yaml": bell("belfry", "chimes")}, {"bell/bell.yaml": bell(subject="default")}):
        moved = plan(files)
        assert (only(moved)["decision"], only(moved)["namespace"]) == ("adopt", "chimes")


def test_where_nobody_can_tell_what_is_added_nothing_moves(plan: Plan) -> None:
    other = flux("chimes").replace("{name: bell}", "{name: bell-2}").replace("path:", "namePrefix: x-, path:")
    found = plan({**BASE, "bell/bell.yaml": bell("belfry", "chimes"), "flux.yaml": flux("chimes"), "more.yaml": other})
    assert (only(found)["decision"], len(notes(found, "MIG606")), len(notes(found, "MIG162"))) == ("keep", 1, 1)
    assert only(found)["reason"].startswith("Kustomization bell (flux.yaml:1) brings objects of bell into chimes")


def test_roots_of_one_environment_in_two_namespaces_are_two_releases(plan: Plan) -> None:
    lone = bell().split("        ---")[0]
    files: dict[str, str] = {}
    for name in ("east", "west"):
        root = f"overlays/prod/{name}"
        files |= {f"{root}/bell.yaml": lone, f"{root}/kustomization.yaml": "resources: [bell.yaml]\n"}
        files[f"argocd/{name}.yaml"] = application(name, root, name)
    found = plan(files)["components"]
    assert sorted(each["namespace"] for each in found) == ["east", "west"]
    assert [each["resources"] for each in found] == [1, 1]


def test_each_environment_has_its_own_namespace_to_the_end(
    migrate: Migrate, tree: Tree, charts: Path, plan: Plan
) -> None:
    patch = '[{"op": "replace", "path": "/subjects/0/namespace", "value": "bell-prod"}]'
    files = {**BOTH, "base/bell.yaml": bell(subject="bell-dev")}
    files["overlays/prod/kustomization.yaml"] += (
        f"patches: [{{target: {{kind: ClusterRoleBinding}}, patch: '{patch}'}}]\n"
    )
    files |= {f"argocd/{name}.yaml": application(name, f"overlays/{name}", f"bell-{name}") for name in ("dev", "prod")}
    found = plan(files)
    assert (only(found)["decision"], only(found)["impact"]) == ("adopt", "none")
    assert only(found)["namespaces"] == {"dev": "bell-dev", "prod": "bell-prod"}
    root = committed(tree({}))
    charted = ("--offline", "--chart-mirror", charts)
    applied = migrate("apply", root, *charted)
    assert (applied.code, "Verdict: identical" in applied.out) == (0, True)
    assert "release-namespace 2" in applied.out
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "after")
    assert migrate("verify", root, "--base", "HEAD~1", *charted).code == 0
    audited = migrate("audit", root, *charted)
    assert (audited.code, audited.out.count("MIG816"), "2 findings." in audited.out) == (2, 2, True)

    # the release is told another namespace than its deployer: no longer the same
    moved = (root / "argocd/prod.yaml").read_text().replace("bell-prod", "elsewhere")
    (root / "argocd/prod.yaml").write_text(moved)
    (root / "overlays/prod/kustomization.yaml").write_text("resources: [bell.yaml]\n")
    (root / "overlays/prod/bell.yaml").write_text(bell(subject="bell-prod").split("        ---")[0])
    assert migrate("audit", root, *charted).code == 2
    (root / "argocd/prod.yaml").write_text(moved.replace("elsewhere", "bell-prod"))
    twice = migrate("audit", root, *charted)
    assert (twice.code, "MIG801" in twice.out) == (2, True)
