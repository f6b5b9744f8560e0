"""Renders by the real helm, and what is said when a chart refuses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from migrator.engines import EngineError, Failure, HelmRender, find_helm, helm_cause, helm_template
from migrator.model import ReleaseContext

CHART = "apiVersion: v2\nname: tiny\nversion: 0.1.0\n"
CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\n"
)


def _chart(root: Path, template: str, **files: str) -> Path:
    chart = root / "tiny"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(CHART)
    (chart / "templates" / "x.yaml").write_text(template)
    for name, text in files.items():
        path = chart / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return chart


def _request(chart: Path, *values: Path | bytes, **changes: object) -> HelmRender:
    context = {name: changes.pop(name) for name in ("release", "namespace", "api_versions") if name in changes}
    asked = ReleaseContext(**{"release": "r", "namespace": "ns", "kube_version": "1.31.0", **context})  # type: ignore[arg-type]
    return HelmRender(context=asked, chart=chart, values=values, **changes)  # type: ignore[arg-type]


def _failure(request: HelmRender) -> EngineError:
    with pytest.raises(EngineError) as caught:
        helm_template(find_helm(), request)
    return caught.value


def test_everything_that_decides_is_passed(tmp_path: Path) -> None:
    template = CONFIG_MAP + (
        "data:\n"
        "  kube: {{ .Capabilities.KubeVersion.Version }}\n"
        '  api: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}\n'
        "  value: {{ .Values.a | quote }}\n"
        "  kept: {{ .Values.b | quote }}\n"
    )
    chart = _chart(tmp_path, template)
    first = tmp_path / "with space, comma.yaml"
    first.write_text("a: one\nb: kept\n")
    out = helm_template(
        find_helm(),
        _request(chart, first, b"a: two\n", api_versions=("monitoring.coreos.com/v1", "policy/v1")),
    ).decode()
    assert "name: r, namespace: ns" in out
    assert "kube: v1.31.0" in out
    assert 'api: "true"' in out
    assert 'value: "two"' in out
    assert 'kept: "kept"' in out


def test_crds_and_hooks_are_asked_for(tmp_path: Path) -> None:
    hook = CONFIG_MAP.replace("metadata: {", 'metadata: {annotations: {"helm.sh/hook": pre-install}, ')
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c}\n"
    chart = _chart(tmp_path, hook, crds__c_dot_yaml=crd)
    whole = helm_template(find_helm(), _request(chart))
    assert b"CustomResourceDefinition" in whole
    assert b"helm.sh/hook" in whole
    bare = helm_template(find_helm(), _request(chart, include_crds=False, hooks=False))
    assert b"CustomResourceDefinition" not in bare
    assert b"helm.sh/hook" not in bare


def test_users_helm_configuration_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = tmp_path / "plugins" / "evil"
    plugin.mkdir(parents=True)
    (plugin / "plugin.yaml").write_text("name: [broken\n")
    for name in ("HELM_PLUGINS", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "plugins"))
    monkeypatch.setenv("HELM_NAMESPACE", "elsewhere")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    assert b"namespace: default" in helm_template(find_helm(), _request(_chart(tmp_path, CONFIG_MAP), namespace=""))
    assert not Path("/nonexistent").exists()


def test_relative_chart_path_is_no_repository_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _chart(tmp_path, CONFIG_MAP)
    monkeypatch.chdir(tmp_path)
    assert helm_template(find_helm(), _request(Path("tiny")))


def test_option_like_names_are_no_options(tmp_path: Path) -> None:
    error = _failure(_request(_chart(tmp_path, CONFIG_MAP), release="--post-renderer=/bin/sh"))
    assert "invalid release name" in error.cause.message


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ('a: b\nc: {{ fail "you must set foo" }}', 2, "you must set foo"),
        ('a: {{ required "need .Values.x" .Values.x }}', 1, "need .Values.x"),
        ("a: {{ .Values.a.b.c }}", 1, "nil pointer evaluating interface {}.b (at .Values.a.b.c)"),
        (
            (
                'a: {{ include "one" . }}\n{{- define "one" }}{{ include "two" . }}{{ end }}\n'
                '{{- define "two" }}{{ .Values.a.b.c }}{{ end }}'
            ),
            3,
            "nil pointer evaluating interface {}.b (at .Values.a.b.c)",
        ),
        ("a: {{ foo }}", 1, 'function "foo" not defined'),
        ("a: b\n c: d", 0, "renders no valid YAML: yaml: line 2: mapping values are not allowed in this context"),
    ],
)
def test_template_that_refuses(tmp_path: Path, template: str, line: int, message: str) -> None:
    error = _failure(_request(_chart(tmp_path, template)))
    assert error.diagnostic.code == "MIG405"
    assert error.cause.failure is Failure.TEMPLATE
    assert (error.cause.path, error.cause.line, error.cause.message) == ("tiny/templates/x.yaml", line, message)
    assert str(tmp_path) not in str(error)


def test_multi_line_message_is_kept(tmp_path: Path) -> None:
    error = _failure(_request(_chart(tmp_path, '{{ fail "first\\nsecond: third" }}')))
    assert error.cause.message == "first\nsecond: third"


SCHEMA = (
    '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",'
    ' "properties": {"a": {"type": "integer"}}, "additionalProperties": false}'
)


def test_schema_complaints(tmp_path: Path) -> None:
    chart = _chart(tmp_path, CONFIG_MAP, values_dot_schema_dot_json=SCHEMA)
    error = _failure(_request(chart, b"a: x\nq: 1\n", skip_schema=False))
    assert (error.diagnostic.code, error.cause.failure) == ("MIG406", Failure.SCHEMA)
    assert "Additional property q is not allowed" in error.cause.message
    assert "Expected: integer, given: string" in error.cause.message
    assert "\n" not in error.cause.message


def test_schema_is_skipped_unless_asked_for(tmp_path: Path) -> None:
    chart = _chart(tmp_path, CONFIG_MAP, values_dot_schema_dot_json=SCHEMA)
    assert helm_template(find_helm(), _request(chart, b"a: x\n"))


def test_remote_schema_reference_does_not_reach_the_network(tmp_path: Path) -> None:
    remote = '{"$ref": "https://schemas.example/values.json"}'
    chart = _chart(tmp_path, CONFIG_MAP, values_dot_schema_dot_json=remote)
    assert helm_template(find_helm(), _request(chart))
    assert "127.0.0.1:9" in _failure(_request(chart, skip_schema=False)).cause.message


def test_values_that_are_no_yaml(tmp_path: Path) -> None:
    chart = _chart(tmp_path, CONFIG_MAP)
    broken = tmp_path / "my values.yaml"
    broken.write_text("ok: 1\na: [\n")
    error = _failure(_request(chart, broken))
    assert (error.diagnostic.code, error.cause.path, error.cause.line) == ("MIG406", "my values.yaml", 2)
    assert _failure(_request(chart, b"a: [\n")).cause.path == "values 1"
    assert _failure(_request(chart, tmp_path / "gone.yaml")).diagnostic.code == "MIG406"


def test_missing_dependencies(tmp_path: Path) -> None:
    chart = _chart(tmp_path, CONFIG_MAP)
    dependency = "dependencies: [{name: sub, version: 1.0.0, repository: 'https://charts.example'}]\n"
    (chart / "Chart.yaml").write_text(CHART + dependency)
    error = _failure(_request(chart))
    assert (error.diagnostic.code, error.cause.failure, error.cause.subject) == ("MIG407", Failure.DEPENDENCIES, "sub")
    assert "charts/" in error.diagnostic.remedy


def test_kube_version_that_the_chart_refuses(tmp_path: Path) -> None:
    chart = _chart(tmp_path, CONFIG_MAP)
    (chart / "Chart.yaml").write_text(CHART + 'kubeVersion: ">=1.99.0"\n')
    assert _failure(_request(chart)).cause.failure is Failure.KUBE_VERSION


def test_chart_that_is_none(tmp_path: Path) -> None:
    assert _failure(_request(tmp_path / "gone")).diagnostic.code == "MIG408"
    archive = tmp_path / "broken.tgz"
    archive.write_bytes(os.urandom(100))
    error = _failure(_request(archive))
    assert (error.diagnostic.code, error.cause.failure) == ("MIG408", Failure.CHART)
    (tmp_path / "empty").mkdir()
    assert _failure(_request(tmp_path / "empty")).diagnostic.code == "MIG408"


def test_secrets_of_the_values_are_masked(tmp_path: Path) -> None:
    template = '{{ fail (printf "%s %s %s" .Values.auth.password .Values.list .Values.auth.existingSecret) }}'
    values = b"auth: {password: hunter2hunter2, existingSecret: my-secret}\nlist: [{token: abcdef}]\n"
    error = _failure(_request(_chart(tmp_path, template), values))
    assert "hunter2" not in str(error)
    assert "abcdef" not in str(error)
    assert "my-secret" in str(error)


def test_message_of_nothing() -> None:
    assert helm_cause("").message == "helm gave no reason"
    assert helm_cause("something else").failure is Failure.OTHER


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of another process's memory")
def test_a_range_over_a_billion_ends_for_want_of_memory(tmp_path: Path) -> None:
    error = _failure(_request(_chart(tmp_path, "{{ range until 1000000000 }}{{ end }}")))
    assert error.diagnostic.code == "MIG414"
    assert error.cause.failure is Failure.TOO_LARGE
    assert "MiB of memory" in error.diagnostic.summary
    assert "range" not in error.diagnostic.summary, "no dump of Go's stacks"
