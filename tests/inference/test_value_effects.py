"""What a value does is what changes in a render without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.charts import load_archive
from migrator.charts.types import ChartArchive
from migrator.explain.values import explained as explained_values
from migrator.inference.effects.value_effects import COMMON, ExplainedValue, Subject, explain_values
from migrator.inference.types import Residual, ResidualClass, SplitValues
from migrator.model import KeyPath, ReleaseContext, ResId
from migrator.yamlio import ABSENT

VALUES = """\
nameOverride: ""
replicas: 1
image: {repository: example/app, tag: "1"}
resources: {limits: {memory: 1Gi}}
extra: {enabled: true}
password: ""
quiet: 0
"""
TEMPLATE = """\
{{- define "name" }}{{ .Values.nameOverride | default .Chart.Name }}{{ end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "name" . }}
  labels: {app: {{ include "name" . }}}
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      annotations: {sum: {{ .Values.replicas | toString | sha256sum }}}
    spec:
      containers:
      - name: main
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
        resources: {{ toJson .Values.resources }}
        args: {{ toJson .Values.args }}
        env: [{{ if .Values.debug }}{name: DEBUG}, {{ end }}{name: A}, {name: B}]
"""
SECOND = """\
{{- if .Values.extra.enabled }}
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
data: {quiet: "{{ .Values.quiet }}"}
{{- end }}
{{- if .Values.more }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: more}
{{- end }}
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: secret}
data:
  password: {{ required "a password is needed" .Values.password | b64enc }}
  fixed: eA==
"""
APP = ResId(group="apps", kind="Deployment", namespace="ns", name="app")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    home = tmp_path_factory.mktemp("charts") / "app"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (home / "values.yaml").write_text(VALUES)
    for name, text in {"app": TEMPLATE, "second": SECOND, "secret": SECRET}.items():
        (home / "templates" / f"{name}.yaml").write_text(text)
    return load_archive(home)


def explained(archive: ChartArchive, common: dict, **environments: dict) -> dict[str, ExplainedValue]:
    subject = Subject(
        chart=archive,
        values=SplitValues(
            common={"password": "x", **common}, environments=environments, notes=((("replicas",), "why"),)
        ),
        targets=dict.fromkeys(environments, (APP,)) or {"prod": (APP,)},
        setting=ReleaseContext(release="r", namespace="ns"),
    )
    return {".".join(map(str, value.path)): value for value in explain_values(subject)}


def places(value: ExplainedValue) -> list[str]:
    return [
        f"{each.environment} {each.change} {each.resource} {'/'.join(map(str, each.path))}" for each in value.effects
    ]


CONTAINER = "spec/template/spec/containers/0"


def test_places_come_from_a_render_without_the_value(archive: ChartArchive) -> None:
    found = explained(archive, {"replicas": 3, "image": {"tag": "2"}})
    assert places(found["replicas"]) == [
        "prod sets Deployment.apps ns/app spec/replicas",
        "prod sets Deployment.apps ns/app spec/template/metadata/annotations/sum",
    ]
    assert found["replicas"].default == 1
    assert found["replicas"].note == "why"
    assert found["replicas"].readers == ("templates/app.yaml",)
    assert places(found["image.tag"]) == [f"prod sets Deployment.apps ns/app {CONTAINER}/image"]


def test_what_is_added_and_what_is_taken_away(archive: ChartArchive) -> None:
    found = explained(archive, {"extra": {"enabled": False}, "more": True, "resources": {"limits": {"cpu": 2}}})
    assert places(found["extra.enabled"]) == ["prod removes ConfigMap extra "]
    assert places(found["more"]) == ["prod adds ConfigMap more "]
    assert found["more"].default is ABSENT
    assert places(found["resources.limits.cpu"]) == [
        f"prod adds Deployment.apps ns/app {CONTAINER}/resources/limits/cpu"
    ]


def test_a_null_is_a_value_too_and_a_list_is_one(archive: ChartArchive) -> None:
    found = explained(archive, {"resources": {"limits": None}, "args": ["a", "b"]})
    assert places(found["resources.limits"]) == [
        f"prod removes Deployment.apps ns/app {CONTAINER}/resources/limits/memory"
    ]
    assert places(found["args"]) == [f"prod sets Deployment.apps ns/app {CONTAINER}/args"]


def test_an_item_that_a_value_puts_in_front_of_others_is_one_place(archive: ChartArchive) -> None:
    found = explained(archive, {"debug": True})
    assert places(found["debug"]) == [f"prod adds Deployment.apps ns/app {CONTAINER}/env/0/name"]


def test_the_origin_of_an_item_that_only_the_chart_has_is_not_that_of_another_item(archive: ChartArchive) -> None:
    asked: list[KeyPath] = []

    class Told:
        def of(self, environment: str, res_id: ResId, path: KeyPath) -> None:
            assert (environment, res_id) == ("prod", APP)
            asked.append(path)

    subject = Subject(
        chart=archive,
        values=SplitValues(),
        targets={"prod": (APP,)},
        setting=ReleaseContext(release="r", namespace="ns"),
    )
    added = Residual(
        environment="prod", resource=APP, path=("env", 0), target_path=("env", 2), cls=ResidualClass.NOT_FOUND
    )
    explained_values(subject, (added, replace(added, path=("x",), target_path=None)), Told())
    assert asked == [("env", 2), ("x",)]


def test_a_new_name_is_a_place_not_another_object(archive: ChartArchive) -> None:
    found = explained(archive, {"nameOverride": "web"})
    assert places(found["nameOverride"]) == [
        "prod sets Deployment.apps web metadata/labels/app",
        "prod sets Deployment.apps web metadata/name",
    ]


def test_a_value_that_the_chart_insists_on_is_followed_through_the_text(archive: ChartArchive) -> None:
    value = explained(archive, {})["password"]
    assert "a password is needed" in value.refusals["prod"]
    assert places(value) == ["prod sets Secret secret data/password"]


def test_each_environment_speaks_for_itself(archive: ChartArchive) -> None:
    found = explained(archive, {"replicas": 2}, dev={"extra": {"enabled": False}, "quiet": 1}, prod={"quiet": 1})
    assert [each.environment for each in found["replicas"].effects] == ["dev", "dev", "prod", "prod"]
    assert found["replicas"].values == {COMMON: 2}
    assert places(found["quiet"]) == ["prod sets ConfigMap extra data/quiet"]
    assert found["quiet"].values == {"dev": 1, "prod": 1}


def test_only_what_is_asked_for_is_rendered(archive: ChartArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    from migrator.templates.interpreter.render import Interpreter

    runs: list[object] = []
    run = Interpreter.run
    monkeypatch.setattr(Interpreter, "run", lambda *given: runs.append(given) or run(*given))
    values = SplitValues(common={"replicas": 2, "quiet": 3, "password": "x"})
    setting = ReleaseContext(release="r", namespace="ns")
    subject = Subject(chart=archive, values=values, targets={"prod": ()}, setting=setting)
    (value,) = explain_values(subject, lambda path: path == ("quiet",))
    assert value.path == ("quiet",)
    assert len(runs) == 2
    assert explain_values(subject, lambda _: False) == ()


@pytest.mark.corpus
def test_in_a_large_chart_every_value_of_a_team_shapes_something(corpus: Path) -> None:
    from migrator.yamlio import Dialect, read_value

    case = corpus / "roundtrip" / "kube-prometheus-stack-54.2.2-buroa"
    values = read_value((case / "minimal.yaml").read_bytes(), dialect=Dialect.SIGS)
    archive = load_archive(corpus / "roundtrip" / "charts" / "kube-prometheus-stack-54.2.2.tgz")
    setting = ReleaseContext(release="kube-prometheus-stack", namespace="monitoring")
    subject = Subject(chart=archive, values=SplitValues(common=values), targets={"default": ()}, setting=setting)
    found = explain_values(subject)
    assert len(found) > 40
    assert [value.path for value in found if not value.effects or not value.readers] == []
