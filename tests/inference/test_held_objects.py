"""Objects that no template makes of its own, in a list, a map or a text of whole objects."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.charts.types import ChartArchive
from migrator.engines import Cache, Toolchain, find_helm
from migrator.inference import InferenceRequest, infer
from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import Search, all_passes
from migrator.inference.search.trials import Trials
from migrator.inference.types import ResidualClass
from migrator.model import Json, ReleaseContext, Resource, resource_of
from migrator.templates.chart import load_chart
from migrator.yamlio import dump

DEFINES = """\
{{- define "shown" -}}
{{- if typeIs "string" .value }}
{{- tpl .value .context }}
{{- else }}
{{- tpl (.value | toYaml) .context }}
{{- end }}
{{- end -}}
{{- define "common" -}}
metadata:
  labels:
    app: web
{{- end -}}
"""
OWN = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: {{ .Values.port | default 80 }}}]}\n"
BOARD = {
    "apiVersion": "example.org/v1",
    "kind": "Dashboard",
    "metadata": {"name": "board", "labels": {"app": "web"}},
    "spec": {"title": "Requests", "columns": 2},
}
LEGEND = {**BOARD, "metadata": {"name": "legend", "labels": {"app": "web"}}, "spec": {"legend": "{{ status }}"}}
EACH = "{{ range .Values.more }}\n---\n%s\n{{ end }}\n"
PLAIN = EACH % "{{ toYaml . }}"
RENDERED = EACH % "{{ tpl (toYaml .) $ }}"
INCLUDED = EACH % '{{ include "shown" (dict "value" . "context" $) }}'
EITHER = EACH % '{{ if typeIs "string" . }}\n    {{- tpl . $ }}\n{{- else }}\n    {{- tpl (toYaml .) $ }}\n{{- end }}'
CHOSEN = EACH % '{{ tpl (ternary . (toYaml .) (typeIs "string" .)) $ }}'
TEXTS = EACH % "{{ tpl . $ }}"
MERGED = (
    '{{- $all := fromYaml (include "common" .) }}\n'
    "{{- range $index, $one := .Values.more }}\n---\n{{ toYaml (merge $one $all) -}}\n{{- end }}\n"
)
OF_MAP = """\
{{- $all := .Values.more | default (list) -}}
{{- if kindIs "map" $all }}{{ $all = values $all }}{{ end -}}
{{- range $all }}
---
{{- if kindIs "map" . }}
  {{- tpl (toYaml .) $ | nindent 0 }}
{{- else }}
  {{- tpl . $ | nindent 0 }}
{{- end }}
{{- end }}
"""
ONE_TEXT = "{{- with .Values.more }}\n---\n{{ tpl . $ }}\n{{- end }}\n"


def found_for(template: str, values: str, *objects: Json, port: int = 80, namespace: str = "") -> dict[str, Any]:
    """The values that the search finds; an answer that is not right is one that the test does not expect."""
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": values.encode(),
            "templates/_helpers.tpl": DEFINES.encode(),
            "templates/more.yaml": template.encode(),
            "templates/own.yaml": OWN.replace(
                "name: web", f"name: web{f', namespace: {namespace}' * bool(namespace)}"
            ).encode(),
        }
    )
    own = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": port}]}}
    own["metadata"] |= {"namespace": namespace} if namespace else {}
    targets = [resource_of(body) for body in (own, *objects)]
    evaluator = Evaluator(chart, targets)
    start = evaluator.measure(Tree(defaults_of(chart), {}), ReleaseContext(release="shop", namespace="data"))
    state = Search(Trials(evaluator, start, time.process_time() + 20), all_passes(holds_objects=True)).run()
    return dict(state.tree.overrides) if state.is_right else {"wrong": state.costs}


@pytest.mark.parametrize("template", [PLAIN, RENDERED, INCLUDED, EITHER, CHOSEN, MERGED, OF_MAP])
def test_an_object_that_only_a_list_can_hold(template: str) -> None:
    assert found_for(template, "more: []\n", BOARD, port=81) == {"port": 81, "more": [BOARD]}


@pytest.mark.parametrize("template", [RENDERED, INCLUDED, EITHER, CHOSEN])
def test_what_the_object_holds_of_templates_is_escaped_where_it_is_rendered(template: str) -> None:
    found = found_for(template, "more: []\n", BOARD, LEGEND)
    assert found == {"more": [BOARD, {**LEGEND, "spec": {"legend": "{{ `{{` }} status }}"}}]}
    assert found_for(PLAIN, "more: []\n", LEGEND) == {"more": [LEGEND]}


def test_a_list_of_texts_and_a_text() -> None:
    assert found_for(TEXTS, "more: []\n", BOARD) == {"more": [dump(BOARD)]}
    assert found_for(ONE_TEXT, 'more: ""\n', BOARD) == {"more": dump(BOARD)}
    two = {**BOARD, "metadata": {"name": "other"}}
    assert found_for(ONE_TEXT, 'more: ""\n', BOARD, two) == {"more": f"{dump(BOARD)}---\n{dump(two)}"}


def test_a_map_of_objects_names_each() -> None:
    assert found_for(OF_MAP, "more: {}\n", BOARD) == {"more": {"board": BOARD}}


def test_the_namespace_of_the_release_is_not_repeated() -> None:
    here, there = ({**BOARD, "metadata": {"name": "board", "namespace": name}} for name in ("data", "other"))
    assert found_for(PLAIN, "more: []\n", here) == {"more": [{**BOARD, "metadata": {"name": "board"}}]}
    assert found_for(PLAIN, "more: []\n", there) == {"more": [there]}


def test_neither_is_it_where_the_chart_writes_it() -> None:
    here, bare = ({**BOARD, "metadata": {"name": "board", **at}} for at in ({"namespace": "data"}, {}))
    assert found_for(PLAIN, "more: []\n", here, namespace="data") == {"more": [bare]}


@pytest.mark.parametrize("template", [EITHER, CHOSEN, TEXTS])
def test_a_template_for_objects_writes_it_as_the_target_does(template: str) -> None:
    here, there = (
        {**BOARD, "metadata": {"name": "board", "namespace": name}} for name in ("data", "{{ .Release.Namespace }}")
    )
    written = dump(there).replace('"', "")
    assert found_for(template, "more: []\n", here) == {"more": [written if template == TEXTS else there]}


def test_elements_that_the_chart_has_stay() -> None:
    note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note"}}
    assert found_for(PLAIN, f"more: [{note}]\n", note, BOARD) == {"more": [note, BOARD]}


SWITCHED = "{{- if .Values.own }}\n" + dump(BOARD) + "{{- end }}\n"


def test_an_object_that_a_switch_prints_is_not_copied() -> None:
    assert found_for(f"{SWITCHED}{PLAIN}", "own: false\nmore: []\n", BOARD) == {"own": True}
    other = {**BOARD, "spec": {"title": "Errors", "columns": 2}}
    assert "wrong" in found_for(f"{SWITCHED}{PLAIN}", "own: false\nmore: []\n", other)


def test_a_value_that_stands_behind_other_text_holds_no_objects() -> None:
    template = "{{ range .Values.more }}\n---\nkind: Thing\n{{ toYaml . }}\n{{ end }}\n"
    assert "wrong" in found_for(template, "more: []\n", BOARD)


def test_a_chart_none_of_whose_objects_is_here_is_not_filled_with_others() -> None:
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": b"more: []\n",
            "templates/more.yaml": PLAIN.encode(),
            "templates/own.yaml": OWN.encode(),
        }
    )
    evaluator = Evaluator(chart, [resource_of(BOARD)])
    start = evaluator.measure(Tree(defaults_of(chart), {}), ReleaseContext(release="shop", namespace="data"))
    state = Search(Trials(evaluator, start, time.process_time() + 20), all_passes(holds_objects=True)).run()
    assert not state.tree.overrides


@pytest.fixture
def archive(tmp_path: Path) -> ChartArchive:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
        "values.yaml": "more: []\n",
        "templates/more.yaml": RENDERED,
        "templates/own.yaml": OWN,
    }
    return archive_of(tmp_path, files)


def _with(archive: ChartArchive, *objects: Json) -> tuple[Resource, ...]:
    return (*rendered(archive), *map(resource_of, objects))


def test_helm_prints_the_objects_of_each_environment(archive: ChartArchive) -> None:
    targets = {"dev": _with(archive, BOARD), "prod": _with(archive, BOARD, LEGEND)}
    request = InferenceRequest(chart=archive, targets=targets, budget=20.0)
    found, _ = infer(request, tools=Toolchain(kustomize=None, helm=find_helm()), cache=Cache(None))
    assert found.identical
    assert [len(found.values.environments[name]["more"]) for name in ("dev", "prod")] == [1, 2]


def test_objects_that_shall_stay_beside_the_release_are_companions(archive: ChartArchive) -> None:
    found, _ = inferred(archive, _with(archive, BOARD), holds_objects=False)
    assert not found.values.common
    assert [each.name for each in found.companions["prod"]] == ["board"]
    assert [each.cls for each in found.residual] == [ResidualClass.NOT_IN_CHART]


def test_what_a_list_could_hold_is_no_proof(archive: ChartArchive) -> None:
    """The chart's own object is missing, so nothing was put into its list; but it could have been."""
    found, _ = inferred(archive, (resource_of(BOARD),))
    assert {each.cls for each in found.residual if not each.path and each.resource.name == "board"} == {
        ResidualClass.NOT_FOUND
    }


CLASSES = """\
{{- range .Values.classes }}
---
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata:
  name: {{ .name }}
  {{- with .annotations }}
  annotations: {{- . | toYaml | trim | nindent 4 }}
  {{- end }}
provisioner: disks.example.org
REST
{{- end }}
"""
DISK = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "fast", "annotations": {"example.org/tier": "one"}},
    "provisioner": "disks.example.org",
    "volumeBindingMode": "WaitForFirstConsumer",
    "parameters": {"type": "ssd"},
}
SLOW = {**DISK, "metadata": {"name": "slow"}, "volumeBindingMode": "Immediate", "parameters": {"type": "hdd"}}
FAST_ROW = {"name": "fast", "annotations": {"example.org/tier": "one"}, "parameters": {"type": "ssd"}}
SLOW_ROW = {"name": "slow", "volumeBindingMode": "Immediate", "parameters": {"type": "hdd"}}


@pytest.mark.parametrize(
    "rest",
    [
        '{{ omit (dict "volumeBindingMode" "WaitForFirstConsumer" | merge .) "name" "annotations" | toYaml }}',
        '{{ omit (mergeOverwrite (dict "volumeBindingMode" "WaitForFirstConsumer") .) "name" "annotations" | toYaml }}',
        '{{ toYaml (omit (merge (deepCopy .) (dict "volumeBindingMode" "WaitForFirstConsumer")) "name" "annotations") }}',
    ],
)
def test_named_fields_and_a_rest(rest: str) -> None:
    found = found_for(CLASSES.replace("REST", rest), "classes: []\n", DISK, SLOW)
    assert found == {"classes": [FAST_ROW, SLOW_ROW]}


def test_a_rest_without_defaults() -> None:
    rest = '{{ toYaml (omit . "name" "annotations") }}'
    found = found_for(CLASSES.replace("REST", rest), "classes: []\n", DISK)
    assert found == {"classes": [{**FAST_ROW, "volumeBindingMode": "WaitForFirstConsumer"}]}


def test_what_a_template_spells_out_is_part_of_the_rest_only_where_it_differs() -> None:
    rest = '{{ toYaml (omit . "name" "annotations") }}'
    other = {**DISK, "provisioner": "other.example.org"}
    found = found_for(CLASSES.replace("REST", rest), "classes: []\n", other)
    assert found == {
        "classes": [{**FAST_ROW, "volumeBindingMode": "WaitForFirstConsumer", "provisioner": "other.example.org"}]
    }
