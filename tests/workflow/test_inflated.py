"""Components that kustomize inflates from a chart (`helmCharts`), through the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_support import FIXTURES, Migrate, app, committed, migrate, mirror, tree  # noqa: F401 - fixtures
from hybrid_repository import archive

URL = "https://tiny.example.org/charts"
ENTRY = f"name: tiny-monitor, version: 2.3.1, repo: '{URL}', releaseName: watch, namespace: monitoring"
GEAR = {
    "Chart.yaml": "apiVersion: v2\nname: gear\nversion: 1.4.0\n",
    "values.yaml": "size: 1\n",
    "crds/gear.yaml": """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gears.gear.example.org}
spec:
  group: gear.example.org
  names: {kind: Gear, plural: gears}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
""",
    "templates/gear.yaml": """\
{{- define "labels" }}{helm.sh/chart: gear-1.4.0, app.kubernetes.io/instance: {{ .Release.Name }}}{{ end }}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-gear, namespace: {{ .Release.Namespace }}, labels: {{ include "labels" . }}}
data:
  size: "{{ .Values.size }}"
  kubernetes: {{ .Capabilities.KubeVersion.Version }}
  nine: "{{ .Capabilities.APIVersions.Has "gear.example.org/v9" }}"
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}-gear, namespace: {{ .Release.Namespace }}, labels: {{ include "labels" . }}}
spec: {ports: [{port: 80}]}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-init
  namespace: {{ .Release.Namespace }}
  annotations: {helm.sh/hook: pre-install}
  labels: {{ include "labels" . }}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: init, image: "registry.example.org/gear:1"}]}
""",
}
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: only}\nspec: {podSelector: {}}\n"


@pytest.fixture
def root(app: Path) -> Path:  # noqa: F811
    """Two environments without anything but their network policy, and the rules of the fixture."""
    for name in ("base", "overlays"):
        shutil.rmtree(app / name)
    for name in ("dev", "prod"):
        (app / "overlays" / name).mkdir(parents=True)
        (app / "overlays" / name / "policy.yaml").write_text(POLICY)
    return app


def write(root: Path, entry: str, more: str = "", **values: str) -> None:
    """The kustomization of both environments, each with a values file of its own."""
    for name in ("dev", "prod"):
        folder = root / "overlays" / name
        listed = f"helmCharts:\n- {{{entry}}}\n" if entry else ""
        text = f"namespace: monitoring\nresources: [policy.yaml]\n{listed}{more}"
        (folder / "kustomization.yaml").write_text(text)
        if name in values:
            (folder / "values.yaml").write_text(values[name])


def vendored(root: Path) -> None:
    """Both environments inflate the copy of the chart that the repository holds."""
    entry = "name: tiny-monitor, releaseName: watch, namespace: monitoring, valuesFile: values.yaml"
    write(root, entry, "helmGlobals: {chartHome: ../..}\n", dev="retention: 2d\n", prod="retention: 9d\n")
    shutil.copytree(FIXTURES / "charts/tiny-monitor", root / "tiny-monitor")


def component(migrate: Migrate, root: Path, mirror: Path) -> Mapping[str, Any]:  # noqa: F811
    run = migrate("plan", root, "--offline", "--chart-mirror", mirror, "--format", "json")
    plan = json.loads(run.out)
    assert run.code == (0 if plan["complete"] else 3), run.err
    return next(each for each in plan["components"] if each["id"] == "tiny-monitor")


def adopted(migrate: Migrate, root: Path, mirror: Path) -> str:  # noqa: F811
    """What apply says of a migration that changes nothing in the cluster."""
    run = migrate("apply", committed(root), "--offline", "--chart-mirror", mirror, "--max-impact", "none")
    assert run.code == 0, run.err
    assert "Verdict: identical." in run.out
    return run.out


def test_an_entry_becomes_a_release_with_its_values_and_its_files_go(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    write(
        root,
        f"{ENTRY}, valuesFile: values.yaml, valuesInline: {{logLevel: warn}}",
        dev="# what dev may log\nlogLevel: debug\nretention: 2d\n",
        prod="retention: 9d\nreplicaCount: 2\n",
    )
    adopted(migrate, root, mirror)
    for name in ("dev", "prod"):
        text = (root / "overlays" / name / "kustomization.yaml").read_text()
        assert text == "namespace: monitoring\nresources: [policy.yaml]\n"
        assert not (root / "overlays" / name / "values.yaml").exists()
    folder = next(path for path in (root / "helm-charts").rglob("values.yaml")).parent
    assert "logLevel: warn" in (folder / "values.yaml").read_text()
    assert "retention: 9d" in (folder / "values-prod.yaml").read_text()
    assert URL in (folder / "Chart.yaml").read_text()
    assert migrate("audit", root, "--offline", "--chart-mirror", mirror).code == 0


def test_a_vendored_chart_as_it_is_published_goes_with_its_globals(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    vendored(root)
    (root / "tiny-monitor/README.md").write_text("Copied in March.\n")
    defaults = root / "tiny-monitor/values.yaml"
    defaults.write_text("# ours\n" + defaults.read_text())
    adopted(migrate, root, mirror)
    assert not (root / "tiny-monitor").exists()
    assert "helmGlobals" not in (root / "overlays/dev/kustomization.yaml").read_text()


def test_a_chart_that_somebody_else_names_stays_in_its_place(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    vendored(root)
    (root / "overlays/other").mkdir()
    (root / "overlays/other/values.yaml").write_text("rbac: {create: false}\n")
    entry = "name: tiny-monitor, releaseName: mine, namespace: elsewhere, valuesFile: values.yaml"
    (root / "overlays/other/kustomization.yaml").write_text(
        f"helmGlobals: {{chartHome: ../..}}\nhelmCharts:\n- {{{entry}}}\n"
    )
    run = migrate(
        "apply",
        committed(root),
        "--offline",
        "--chart-mirror",
        mirror,
        "--only",
        "tiny-monitor-watch",
        "--max-impact",
        "none",
    )
    assert run.code == 0, run.err
    assert "helmCharts" in (root / "overlays/other/kustomization.yaml").read_text()
    assert (root / "tiny-monitor/Chart.yaml").exists()


def test_a_chart_that_another_chart_depends_on_stays_in_its_place(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    vendored(root)
    (root / "stack").mkdir()
    dependency = "{name: tiny-monitor, version: 2.3.1, repository: 'file://../tiny-monitor'}"
    (root / "stack/Chart.yaml").write_text(f"name: stack\nversion: 0.1.0\ndependencies:\n- {dependency}\n")
    adopted(migrate, root, mirror)
    assert (root / "tiny-monitor/Chart.yaml").exists()
    assert not (root / "overlays/dev/values.yaml").exists()


def test_a_changed_chart_is_the_teams_own_and_stays(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    vendored(root)
    template = root / "tiny-monitor/templates/rbac.yaml"
    template.write_text(template.read_text().replace("[nodes, pods,", "[pods,"))
    found = component(migrate, root, mirror)
    assert found["decision"] == "keep"
    assert found["reason"].startswith("helmCharts in overlays/dev/kustomization.yaml make it from a chart already; ")
    assert "the chart in tiny-monitor is not tiny-monitor 2.3.1 as it is published" in found["reason"]
    assert "templates/rbac.yaml" in found["reason"]
    before = tree(root)
    assert "Nothing to do." in migrate("apply", root, "--offline", "--chart-mirror", mirror).out
    assert tree(root) == before


def test_a_version_that_is_not_at_hand_has_no_stand_in(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    vendored(root)
    metadata = root / "tiny-monitor/Chart.yaml"
    metadata.write_text(metadata.read_text().replace("2.3.1", "2.3.4"))
    found = component(migrate, root, mirror)
    assert found["decision"] == "keep"
    assert "make it from a chart already; chart tiny-monitor 2.3.4 is not at hand" in found["reason"]


def test_what_a_patch_deletes_of_the_chart_is_deleted_by_values_and_the_patch_goes(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    rbac = [
        f"- patch: '{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: watch-tiny-monitor}}, "
        "$patch: delete}'"
        for kind in ("ClusterRole", "ClusterRoleBinding")
    ]
    write(root, ENTRY, "patches:\n" + "\n".join(rbac) + "\n")
    adopted(migrate, root, mirror)
    assert "patch" not in (root / "overlays/dev/kustomization.yaml").read_text()


def test_two_entries_leave_one_by_one(
    migrate: Migrate,  # noqa: F811
    root: Path,
    mirror: Path,  # noqa: F811
) -> None:
    other = f"- {{name: tiny-cache, version: 1.0.0, repo: '{URL}', releaseName: fast, namespace: monitoring}}\n"
    version = next(
        line.split()[1]
        for line in (FIXTURES / "charts/tiny-cache/Chart.yaml").read_text().splitlines()
        if line.startswith("version:")
    )
    write(root, ENTRY, other.replace("1.0.0", version))
    run = migrate(
        "apply",
        committed(root),
        "--offline",
        "--chart-mirror",
        mirror,
        "--only",
        "tiny-monitor",
        "--max-impact",
        "none",
    )
    assert run.code == 0, run.err
    text = (root / "overlays/dev/kustomization.yaml").read_text()
    assert "tiny-cache" in text
    assert "tiny-monitor" not in text


@pytest.mark.parametrize(
    ("entry", "locked"),
    [
        ("includeCRDs: true, skipHooks: true", {"includeCRDs: true", "hooks: skip"}),
        ("skipTests: true", {"includeCRDs: false", "hooks: run"}),
        ("kubeVersion: 1.27.3, apiVersions: [gear.example.org/v9]", {"kubeVersion: 1.27.3", "- gear.example.org/v9"}),
    ],
)
def test_what_an_entry_says_of_the_release_is_said_in_the_lock(
    migrate: Migrate,  # noqa: F811
    root: Path,
    tmp_path: Path,
    entry: str,
    locked: set[str],
) -> None:
    (tmp_path / "charts").mkdir()
    archive(tmp_path / "charts/gear-1.4.0.tgz", "gear", GEAR)
    name = f"name: gear, version: 1.4.0, repo: '{URL}', releaseName: big, namespace: monitoring"
    write(root, f"{name}, {entry}, valuesInline: {{size: 3}}")
    adopted(migrate, root, tmp_path / "charts")
    said = {line.strip() for line in (root / ".migrate/lock.yaml").read_text().splitlines()}
    assert locked <= said
    assert "helmCharts" not in (root / "overlays/prod/kustomization.yaml").read_text()
