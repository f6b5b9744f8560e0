"""A release names what a generator makes: the hash goes, as a change that is shown, or the component stays."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate, committed, migrate  # noqa: F401 - fixtures

SIGNATURE = """\
apiVersion: migrate/v1
kind: Signature
chart: gauge
repository: https://charts.example.org
category: core
fullname: "{release}-gauge"
images:
  example/gauge: {weight: 1, tag: appVersion}
labels:
  app.kubernetes.io/name: [gauge]
core:
  Deployment: ["{fullname}"]
"""
TEMPLATES = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-gauge
  namespace: {{ .Release.Namespace }}
  labels: {app.kubernetes.io/name: gauge, app.kubernetes.io/instance: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: gauge}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: gauge}
      {{- if not .Values.existingConfig }}
      annotations: {checksum/config: {{ toJson .Values.config | sha256sum }}}
      {{- end }}
    spec:
      containers:
      - name: gauge
        image: "example/gauge:{{ .Chart.AppVersion }}"
        envFrom: [{configMapRef: {name: {{ .Values.existingConfig | default (printf "%s-gauge" .Release.Name) }}}}]
{{- if not .Values.existingConfig }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-gauge, namespace: {{ .Release.Namespace }}}
data:
  {{- toYaml .Values.config | nindent 2 }}
{{- end }}
"""
GAUGE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-gauge
  labels: {app.kubernetes.io/name: gauge, app.kubernetes.io/instance: web}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: gauge}}
  template:
    metadata: {labels: {app.kubernetes.io/name: gauge}}
    spec:
      containers:
      - name: gauge
        image: "example/gauge:3.1.0"
        envFrom: [{configMapRef: {name: settings}}]
"""
OTHER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: "acme/shop:1", envFrom: [{configMapRef: {name: settings}}]}]}
"""
KUSTOMIZATION = """\
namespace: web
resources:
- gauge.yaml
configMapGenerator:
# who turns this?
- name: settings
  literals: [mode=fast]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A repository with one component whose pods read a generated ConfigMap, and its chart."""

    root: Path
    mirror: Path
    migrate: Migrate

    def run(self, command: str, *words: str) -> Any:
        return self.migrate(command, self.root, *words, "--offline", "--chart-mirror", self.mirror)

    def planned(self, *words: str) -> dict[str, Any]:
        run = self.run("plan", "--format", "json", *words)
        assert run.code == 0, run.err
        found: dict[str, Any] = next(each for each in json.loads(run.out)["components"] if each["id"] == "gauge")
        return found

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.root / f"apps/{name}.yaml").write_text(text)
        committed(self.root)

    @property
    def kustomization(self) -> str:
        return (self.root / "apps/kustomization.yaml").read_text()

    @property
    def values(self) -> str:
        return (self.root / "helm-charts/core/gauge/values.yaml").read_text()


@pytest.fixture
def gauge(tmp_path: Path, migrate: Migrate) -> Gauge:  # noqa: F811
    chart = tmp_path / "charts/gauge"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("{apiVersion: v2, name: gauge, version: 1.2.0, appVersion: 3.1.0}\n")
    (chart / "values.yaml").write_text('existingConfig: ""\nconfig: {mode: slow}\n')
    (chart / "templates/all.yaml").write_text(TEMPLATES)
    root = tmp_path / "repo"
    (root / ".migrate/rules/signatures/core").mkdir(parents=True)
    (root / ".migrate/rules/signatures/core/gauge.yaml").write_text(SIGNATURE)
    (root / "apps").mkdir()
    found = Gauge(root=root, mirror=tmp_path / "charts", migrate=migrate)
    found.write(kustomization=KUSTOMIZATION, gauge=GAUGE)
    return found


def test_a_hash_that_nobody_gave_up_is_a_proposal_with_one_command(gauge: Gauge) -> None:
    found = gauge.planned()
    assert found["decision"] == "propose"
    assert "2 names with a hash on 2 objects cannot be undone by patches" in found["reason"]
    assert "what settings in apps/kustomization.yaml makes would have to lose its hash" in found["reason"]
    assert "accept" in found["next"]
    assert "--up-to rollout" in found["next"]
    assert gauge.kustomization == KUSTOMIZATION


def test_the_generator_gives_no_hash_once_a_rollout_may_be(gauge: Gauge) -> None:
    assert gauge.planned("--max-impact", "rollout")["impact"] == "rollout"
    run = gauge.run("apply", "--max-impact", "rollout")
    assert run.code == 0, run.err
    assert "2 differences allowed by generator-hashes" in run.out
    assert "apps/kustomization.yaml:6:3: warning: gauge: settings in apps/kustomization.yaml gives no hash" in run.err
    assert "does not make the pods of Deployment.apps web/web-gauge anew any more [MIG615]" in run.err
    assert gauge.kustomization == KUSTOMIZATION.replace("resources:\n- gauge.yaml\n", "") + textwrap.indent(
        "options:\n  disableNameSuffixHash: true\n", "  "
    )
    assert "existingConfig: settings\n" in gauge.values
    assert "    unhashed:\n      - ConfigMap web/settings\n" in (gauge.root / ".migrate/lock.yaml").read_text()
    committed(gauge.root)
    assert gauge.run("verify", "--base", "HEAD~1", "--max-impact", "rollout").code == 0
    assert gauge.run("verify", "--base", "HEAD~1").code == 3
    assert gauge.run("audit").code == 0


def test_nothing_is_missed_where_a_controller_restarts_the_pods(gauge: Gauge) -> None:
    told = 'metadata:\n  annotations: {reloader.stakater.com/auto: "true"}\n  name: web-gauge'
    gauge.write(kustomization=KUSTOMIZATION, gauge=GAUGE.replace("metadata:\n  name: web-gauge", told))
    notes = json.loads(gauge.run("plan", "--format", "json", "--max-impact", "rollout").out)["diagnostics"]
    note = next(each for each in notes if each["code"] == "MIG615")
    assert note["severity"] == "info"
    assert note["summary"].endswith(
        "what reads reloader.stakater.com/auto makes the pods anew when its content changes"
    )
    gauge.write(kustomization=KUSTOMIZATION.replace("- gauge.yaml", "- gauge.yaml\n- shop.yaml"), shop=OTHER)
    notes = json.loads(gauge.run("plan", "--format", "json", "--max-impact", "rollout").out)["diagnostics"]
    note = next(each for each in notes if each["code"] == "MIG615")
    assert note["summary"].endswith("does not make the pods of Deployment.apps web/shop anew any more")


def test_an_entry_reaches_what_else_names_the_object(gauge: Gauge) -> None:
    gauge.write(kustomization=KUSTOMIZATION.replace("- gauge.yaml", "- gauge.yaml\n- shop.yaml"), shop=OTHER)
    run = gauge.run("accept", "gauge", "--up-to", "rollout", "--reason", "they may restart")
    assert "3 names with a hash on 3 objects" in run.out
    found = gauge.planned()
    ids = {each["id"] for each in found["differences"] if each["kind"] == "hash"}
    assert "Deployment.apps/web/shop#/spec/template/spec/containers/0/envFrom/0/configMapRef/name" in ids
    run = gauge.run("apply")
    assert run.code == 0, run.err
    committed(gauge.root)
    assert gauge.run("verify", "--base", "HEAD~1").code == 0


def test_the_chart_makes_the_object_of_its_own_value(gauge: Gauge) -> None:
    gauge.write(
        kustomization=KUSTOMIZATION.replace("settings", "web-gauge"), gauge=GAUGE.replace("settings", "web-gauge")
    )
    assert gauge.planned()["decision"] == "propose"
    told = json.loads(gauge.run("plan", "--format", "json", "--max-impact", "rollout").out)["diagnostics"]
    summary = next(each["summary"] for each in told if each["code"] == "MIG615")
    assert "the chart makes ConfigMap web/web-gauge in the place of web-gauge in apps/kustomization.yaml" in summary
    assert summary.endswith("checksum/config of the chart makes the pods anew when its content changes")
    run = gauge.run("apply", "--max-impact", "rollout")
    assert run.code == 0, run.err
    assert "mode: fast\n" in gauge.values
    assert "configMapGenerator" not in gauge.kustomization
    assert run.err == ""


def test_what_may_never_change_under_one_name_keeps_its_hash(gauge: Gauge) -> None:
    gauge.write(kustomization=KUSTOMIZATION + "  options: {immutable: true}\n")
    found = gauge.planned("--max-impact", "rollout")
    assert found["decision"] == "propose"
    assert "whose hash changes with its content" in found["reason"]


def test_an_object_that_the_chart_makes_of_other_content_stays_with_its_generator(gauge: Gauge) -> None:
    more = KUSTOMIZATION.replace("name: settings", "name: web-gauge").replace("mode=fast", "MODE.a=1, mode=fast")
    template = gauge.mirror / "gauge/templates/all.yaml"
    template.write_text(
        TEMPLATES.replace("{{- toYaml .Values.config | nindent 2 }}", "mode: {{ .Values.config.mode }}")
    )
    gauge.write(kustomization=more, gauge=GAUGE.replace("settings", "web-gauge"))
    run = gauge.run("apply", "--max-impact", "rollout")
    assert run.code == 0, run.err
    assert "disableNameSuffixHash: true" in gauge.kustomization
    assert "MODE.a" not in "".join(each.read_text() for each in gauge.root.glob("helm-charts/**/*.yaml"))
