"""Candidates for one gap."""

from __future__ import annotations

import time

import pytest
from search_support import CONFIG_MAP, NAMES, SETTING, approached, assert_found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.candidates.for_gaps import candidates_for
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import Passes, Search
from migrator.inference.search.passes import gap_values
from migrator.inference.search.trials import Trials
from migrator.model import resource_of
from migrator.templates.chart import load_chart

CASES = {
    "a text in the place of a map": (
        CONFIG_MAP
        + "{{- if kindIs `string` .Values.secret }}\nsecret: {{ .Values.secret }}\n{{- else }}\nsecret: {{ .Release.Name }}\n"
        + "token: {{ .Values.secret.token }}\n{{- end }}\n",
        "secret: {token: ''}\n",
        "secret: own\n",
    ),
    "a null in a map that is printed whole, of a kind whose nulls may mean something": (
        CONFIG_MAP.replace("v1", "example.org/v1")
        + "spec:\n  {{- range $name, $box := .Values.boxes }}\n  {{ $name }}: {{- toYaml $box | nindent 4 }}\n  {{- end }}\n",
        "boxes: {one: {image: x}}\n",
        "boxes: {one: {policy: null}}\n",
    ),
    "an item that a first branch prints in the list above, where the last one goes on with other entries": (
        CONFIG_MAP
        + """spec:
  volumes:
  - name: config
    emptyDir: {}
{{- if .Values.extraVolumes }}
{{ toYaml .Values.extraVolumes | indent 2 }}
{{- end }}
{{- if not .Values.persistence.enabled }}
  - name: data
    emptyDir: {}
{{- else if .Values.persistence.existingClaim }}
  - name: data
    persistentVolumeClaim:
      claimName: {{ .Values.persistence.existingClaim }}
{{- else }}
  claims:
  - metadata: {name: data}
    spec: {size: {{ .Values.persistence.size }}}
{{- end }}
""",
        "extraVolumes: []\npersistence: {enabled: true, existingClaim: '', size: 8Gi}\n",
        "persistence: {enabled: false}\n",
    ),
    "rules that give way to an empty list": (
        CONFIG_MAP
        + """
{{- if or .Values.psp .Values.more }}
rules:
  {{- if .Values.psp }}
  - resources: [policies]
  {{- end }}
{{- else }}
rules: []
{{- end }}
""",
        "psp: true\n",
        "psp: false\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_values_are_found(case):
    assert_found(*CASES[case])


def test_what_changes_a_right_name_is_tried_last():
    text = (
        NAMES
        + CONFIG_MAP.replace("{{ .Release.Name }}", '{{ template "full" . }}')
        + 'ref: {{ template "secret" . }}\n'
    )
    target = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop-app"}, "ref": "kept"}
    chart = load_chart({"Chart.yaml": b"name: tiny\nversion: 1.0.0\n", "templates/all.yaml": text.encode()})
    evaluator = Evaluator(chart, [resource_of(target)])
    state = evaluator.detailed(evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    [gap] = evaluator.gaps(state)
    found = [dict(edits) for edits in candidates_for(gap, state.tree, state.template_reads)]
    last = [("fullnameOverride",) in each for each in found]
    assert {("existing",): "kept"} in found
    assert any(last)
    assert last == sorted(last)


@pytest.mark.parametrize("digest", ["", "{{ with .Values.image.digest }}@{{ . }}{{ end }}"])
def test_a_tag_with_a_digest_is_tried_late_only_where_the_chart_has_a_value_for_that(digest):
    text = CONFIG_MAP + f'image: "{{{{ .Values.image.name }}}}:{{{{ .Values.image.tag }}}}{digest}"\n'
    values = b"image: {name: a, tag: x}\n"
    files = {"Chart.yaml": b"name: tiny\nversion: 1.0.0\n", "values.yaml": values, "templates/all.yaml": text.encode()}
    chart = load_chart(files)
    target = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop"}, "image": "a:1@sha256:0123"}
    evaluator = Evaluator(chart, [resource_of(target)])
    state = evaluator.detailed(evaluator.measure(Tree(defaults_of(chart), {}), SETTING))
    [gap] = evaluator.gaps(state)
    found = [dict(edits) for edits in candidates_for(gap, state.tree, state.template_reads)]
    assert (found.index({("image", "tag"): "1@sha256:0123"}) > 0) == bool(digest)


def test_items_in_another_order_are_looked_up_where_they_stand_in_the_document():
    """The path of a gap counts in the list of the target; the document has another item at that place."""
    template = CONFIG_MAP + "volumes:\n- {name: config, map: {from: {{ .Values.from }}}}\n- {name: data, empty: {}}\n"
    target = CONFIG_MAP.replace("{{ .Release.Name }}", "shop")
    target += "volumes:\n- {name: data, empty: {}}\n- {name: config, map: {from: there, mode: 1}}\n"
    state = approached(template, "from: here\n", target)
    assert dict(state.tree.overrides) == {"from": "there"}


def test_a_fault_costs_the_candidates_of_one_gap_and_is_told(monkeypatch):
    real = gap_values.candidates_for

    def failing(gap, tree, reads):
        if gap.path[-1] == "first":
            raise KeyError("first")
        return real(gap, tree, reads)

    monkeypatch.setattr(gap_values, "candidates_for", failing)
    monkeypatch.delenv("MIGRATE_DEBUG", raising=False)
    chart = load_chart(
        {
            "Chart.yaml": b"name: tiny\nversion: 1.0.0\n",
            "values.yaml": b"first: 1\nsecond: 1\n",
            "templates/all.yaml": (CONFIG_MAP + "first: {{ .Values.first }}\nsecond: {{ .Values.second }}\n").encode(),
        }
    )
    target = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop"}, "first": 2, "second": 2}
    evaluator = Evaluator(chart, [resource_of(target)])
    trials = Trials(evaluator, evaluator.measure(Tree(defaults_of(chart), {}), SETTING), time.process_time() + 20)
    passes = Passes(first=(), rounds=(gap_values.close_gaps,), last=())
    assert Search(trials, passes).run().tree.overrides == {"second": 2}
    assert list(trials.memory.faults) == [f"KeyError in {__name__}:{failing.__code__.co_firstlineno + 2}"]


def test_a_fault_of_a_pass_costs_that_pass(monkeypatch):
    monkeypatch.delenv("MIGRATE_DEBUG", raising=False)
    chart = load_chart({"Chart.yaml": b"name: tiny\nversion: 1.0.0\n", "templates/all.yaml": CONFIG_MAP.encode()})
    evaluator = Evaluator(chart, [])
    trials = Trials(evaluator, evaluator.measure(Tree(defaults_of(chart), {}), SETTING), time.process_time() + 20)
    seen = []

    def failing(_):
        raise LookupError

    Search(trials, Passes(first=(failing,), rounds=(failing,), last=(seen.append,))).run()
    assert seen == [trials]
    assert len(trials.memory.faults) == 1


def test_an_item_in_the_wrong_place_is_printed_by_the_branch_that_has_it_there() -> None:
    template = CONFIG_MAP + (
        "args:\n- --one\n{{- if .Values.elect }}\n- --elect\n{{- end }}\n- --two\n{{- with .Values.more }}\n"
        "{{- toYaml . | nindent 0 }}\n{{- end }}\n{{- if and .Values.elect .Values.role }}\n---\n"
        "apiVersion: v1\nkind: Secret\nmetadata: {name: role}\n{{- end }}\n"
    )
    assert_found(template, "elect: true\nrole: true\nmore: []\n", "role: false\n")


def test_an_item_that_a_branch_spells_out_is_no_item_of_a_list_that_takes_anything() -> None:
    template = CONFIG_MAP + (
        "containers:\n- name: main\n{{- if .Values.exporter.enabled }}\n- name: exporter\n  image: x/exporter\n"
        "  resources: {{- toYaml .Values.exporter.resources | nindent 4 }}\n{{- end }}\n"
        "{{- with .Values.more }}\n{{- toYaml . | nindent 0 }}\n{{- end }}\n"
    )
    truth = "exporter: {enabled: true, resources: {limits: {cpu: 1}}}\n"
    assert_found(template, "exporter: {enabled: false, resources: {}}\nmore: []\n", truth)
