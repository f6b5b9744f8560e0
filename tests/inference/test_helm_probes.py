"""A template that the interpreter cannot follow: noticed against helm, rendered by helm, read through sentinels."""

from __future__ import annotations

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, Toolchain, find_helm, find_kustomize
from migrator.inference import InferenceRequest, infer
from migrator.inference.trusted_search import answer_to
from migrator.inference.verdict.judge import Judge
from migrator.model import ReleaseContext
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.interpreter import render

ODD = """
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-odd"}
data:
  level: {{ .Values.level | substr 0 40 | quote }}
  address: "https://{{ .Values.server.host }}:{{ .Values.server.port }}/x"
  fixed: {{ "abcdef" | substr 0 3 }}
  pair: "{{ .Values.initial | nospace }}{{ .Values.rest }}"
{{- if .Values.extra.enabled }}
  extra: {{ .Values.extra.text }}
{{- end }}
"""
PLAIN = """
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-plain"}
data:
  count: "{{ .Values.count }}"
"""
VALUES = "level: info\nserver: {host: localhost, port: 8080}\ncount: 1\ninitial: x\nrest: '-'\nextra: {enabled: false, text: t}\n"
SET = {"level": "debug", "server": {"host": "db.example.org", "port": 5432}, "count": 3}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(VALUES)
    (folder / "templates" / "odd.yaml").write_text(ODD)
    (folder / "templates" / "plain.yaml").write_text(PLAIN)
    return load_archive(folder)


def request(archive, values):
    judge = Judge(InferenceRequest(chart=archive, targets={}), find_helm(), Cache(None))
    from migrator.engines import rendered_resources

    targets = rendered_resources(judge.ask(values, ReleaseContext(release="shop", namespace="data")))
    return InferenceRequest(chart=archive, targets={"prod": targets}, release="shop", namespace="data", budget=20)


def answered(archive, values):
    found, _ = infer(
        request(archive, values),
        tools=Toolchain(kustomize=find_kustomize(), helm=find_helm()),
        cache=Cache(None),
    )
    return found


def trusted(archive):
    return answer_to(Judge(request(archive, SET), find_helm(), Cache(None))).untrusted


def without(name):
    return {key: value for key, value in FUNCTIONS.items() if key != name}


def test_every_template_is_trusted_where_both_print_the_same(archive):
    assert trusted(archive) == ()


@pytest.mark.parametrize("broken", [without("substr"), {**FUNCTIONS, "substr": lambda _low, _high, text: text + "!"}])
def test_a_template_that_comes_out_otherwise_is_probed_and_its_scalars_are_found(archive, monkeypatch, broken):
    monkeypatch.setattr(render, "FUNCTIONS", broken)
    assert trusted(archive) == ("app/templates/odd.yaml",)
    found = answered(archive, SET)
    assert found.identical
    assert found.values.common == SET


def test_trust_that_breaks_under_the_answer_is_noticed_and_helps(archive, monkeypatch):
    """At the defaults no space is lost; under the answer helm drops one that we keep."""
    monkeypatch.setattr(render, "FUNCTIONS", {**FUNCTIONS, "nospace": lambda text: text})
    assert trusted(archive) == ()
    found = answered(archive, {"rest": " y-"})
    assert found.identical
    assert found.values.common == {"rest": " y-"}


def test_what_only_helm_can_compute_is_rendered_by_helm(tmp_path):
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {level: '{{ .Values.level }}', x: '%s'}\n"
    folder = tmp_path / "app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("level: info\ncipher: MLEbb/uK1/n1G4pJ1+F7n1rzVyD+sBDVNGc1FfASHQ0=\n")
    (folder / "templates" / "plain.yaml").write_text(template % ("plain", ""))
    (folder / "templates" / "secret.yaml").write_text(
        template % ("secret", '{{ decryptAES "k" .Values.cipher | b64enc }}')
    )
    assert trusted(load_archive(folder)) == ("app/templates/secret.yaml",)
    assert answered(load_archive(folder), {"level": "debug"}).values.common == {"level": "debug"}
