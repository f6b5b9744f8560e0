"""What another branch would print in the place of what is printed now: read in whole, through its own filters."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from search_support import CONFIG_MAP, assert_found

from migrator.inference.assignments.values_tree import Tree
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.rendered_chart import defaults_of
from migrator.inference.search.loop import Search, all_passes
from migrator.inference.search.trials import Trials
from migrator.model import Json, ReleaseContext, resource_of
from migrator.templates.chart import load_chart

HEAD = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\n"
ARMS = """\
data:
{{- if .Values.secondOwnWord }}
  some-key: {{ .Values.secondOwnWord FILTER }}
{{- else }}
  some-key: OTHER
{{- end }}
  fixed: "x"
"""
PRESET = """\
{{- define "preset" -}}
{{- $sizes := dict "small" (dict "limits" (dict "cpu" "1" "memory" "1Gi")) "big" (dict "limits" (dict "cpu" "4" "memory" "8Gi")) -}}
{{- if hasKey $sizes .size -}}{{ index $sizes .size | toYaml }}{{- else -}}{{ fail "no such size" }}{{- end -}}
{{- end -}}
"""
REFERENCE = """\
{{- define "image" -}}
{{- if .digest -}}
{{- printf "%s/%s:%s%s@%s" .registry .name (default (printf "v%s" "1.0") .tag) (ternary "-slim" "" .slim) .digest -}}
{{- else -}}
{{- printf "%s/%s:%s" .registry .name (default (printf "v%s" "1.0") .tag) -}}
{{- end -}}
{{- end -}}
"""
SIZED = """\
spec:
{{- if .Values.resources }}
  resources: {{- toYaml .Values.resources | nindent 4 }}
{{- else }}
  resources: {{- include "preset" (dict "size" .Values.preset) | nindent 4 }}
{{- end }}
"""
IMAGE = """\
spec:
{{- if .Values.image.digest }}
  image: {{ .Values.image.name }}@{{ .Values.image.digest }}
{{- else }}
  image: {{ .Values.image.name }}:{{ .Values.image.tag }}
{{- end }}
"""


def found_for(template: str, values: str, **body: Json) -> dict[str, Any]:
    """The values that the search finds; an answer that is not right is one that the test does not expect."""
    chart = load_chart(
        {
            "Chart.yaml": b"apiVersion: v2\nname: tiny\nversion: 1.0.0\n",
            "values.yaml": values.encode(),
            "templates/_helpers.tpl": (PRESET + REFERENCE).encode(),
            "templates/all.yaml": (HEAD + template).encode(),
        }
    )
    target = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, **body}
    evaluator = Evaluator(chart, [resource_of(target)])
    start = evaluator.measure(Tree(defaults_of(chart), {}), ReleaseContext(release="shop", namespace="data"))
    trials = Trials(evaluator, start, time.process_time() + 20)
    state = Search(trials, all_passes()).run()
    return dict(state.tree.overrides) if state.is_right else {"wrong": state.costs}


@pytest.mark.parametrize(
    ("filters", "other", "printed"),
    [
        ("", "fixed", "correct-horse"),
        ("| b64enc", "fixed", "Y29ycmVjdC1ob3JzZQ=="),
        ("| b64enc | quote", "{{ randAlphaNum 12 | b64enc | quote }}", "Y29ycmVjdC1ob3JzZQ=="),
        ("| upper", "fixed", "CORRECT-HORSE"),
    ],
)
def test_a_key_that_both_arms_print(filters: str, other: str, printed: str) -> None:
    template = ARMS.replace("FILTER", filters).replace("OTHER", other)
    found = found_for(template, 'secondOwnWord: ""\n', data={"some-key": printed, "fixed": "x"})
    assert found == {"secondOwnWord": "correct-horse"}


def test_an_arm_whose_filter_cannot_print_it_is_not_claimed() -> None:
    template = ARMS.replace("FILTER", "| b64enc").replace("OTHER", "fixed")
    found = found_for(template, 'secondOwnWord: ""\n', data={"some-key": "no base64!", "fixed": "x"})
    assert "wrong" in found


def test_a_block_that_replaces_that_of_a_helper_is_read_as_a_whole() -> None:
    limits = {"limits": {"cpu": "1", "memory": "2Gi"}}
    found = found_for(SIZED, "resources: {}\npreset: small\n", spec={"resources": limits})
    assert found == {"resources": limits}


def test_an_entry_of_a_table_is_named() -> None:
    limits = {"limits": {"cpu": "4", "memory": "8Gi"}}
    found = found_for(SIZED, "resources: {}\npreset: small\n", spec={"resources": limits})
    assert found == {"preset": "big"}


@pytest.mark.parametrize(
    ("image", "values"),
    [
        ("reg.example.org/a@sha256:0123", {"image": {"digest": "sha256:0123"}}),
        ("reg.example.org/a:2", {"image": {"tag": "2"}}),
    ],
)
def test_a_digest_is_no_tag(image: str, values: Json) -> None:
    found = found_for(IMAGE, 'image: {name: reg.example.org/a, tag: "1", digest: ""}\n', spec={"image": image})
    assert found == values


def test_a_digest_that_only_a_tag_can_print_is_printed_by_it() -> None:
    template = "spec:\n  image: {{ .Values.image.name }}:{{ .Values.image.tag }}\n"
    found = found_for(
        template, 'image: {name: reg.example.org/a, tag: "1"}\n', spec={"image": "reg.example.org/a@sha256:01"}
    )
    assert found == {"image": {"name": "reg.example.org/a@sha256", "tag": "01"}}


@pytest.mark.parametrize(
    "merged",
    [
        "{{ toYaml .Values.labels | fromYaml | toYaml | nindent 4 }}",
        '{{ merge (dict "app" "x") .Values.labels | toYaml | nindent 4 }}',
        '{{ toYaml .Values.labels | fromYaml | merge (dict "app" "x") | toYaml | nindent 4 }}',
    ],
)
def test_labels_that_go_through_text_and_a_merge(merged: str) -> None:
    kept = {"app": "x"} if "app" in merged else {}
    found = found_for(f"spec:\n  labels: {merged}\n", "labels: {}\n", spec={"labels": {**kept, "team": "core"}})
    assert found == {"labels": {"team": "core"}}


ADDED = """\
spec:
  args:
    - --fixed
  {{- range .Values.defaultArgs }}
    - {{ . }}
  {{- end }}
  {{- range .Values.args }}
    - {{ . }}
  {{- end }}
"""


@pytest.mark.parametrize(
    ("args", "values"),
    [
        (["--fixed", "--a", "--b", "--new"], {"args": ["--new"]}),
        (["--fixed", "--b", "--new"], {"defaultArgs": ["--b", "--new"]}),
    ],
)
def test_what_comes_after_a_default_list_goes_into_the_list_for_additions(args: list[Json], values: Json) -> None:
    assert found_for(ADDED, "defaultArgs: [--a, --b]\nargs: []\n", spec={"args": args}) == values


MODE = """\
{{- if .Values.away }}{{ $_ := set . "mode" "away" }}
{{- else if .Values.many }}{{ $_ := set . "mode" "many" }}
{{- else }}{{ $_ := set . "mode" "one" }}
{{- end }}
data:
  always: "x"
  {{- if ne .mode "away" }}
  here: "yes"
  {{- if eq .mode "many" }}
  replicas: "{{ .Values.replicas }}"
  {{- end }}
  {{- end }}
"""


@pytest.mark.parametrize(
    ("data", "values"),
    [
        ({"always": "x", "here": "yes", "replicas": "5"}, {"many": True, "replicas": 5}),
        ({"always": "x", "here": "yes", "replicas": "3"}, {"many": True}),
        ({"always": "x"}, {"away": True}),
    ],
)
def test_a_mode_that_a_template_notes_in_its_root_is_turned_by_what_sets_it(data: Json, values: Json) -> None:
    assert found_for(MODE, "away: false\nmany: false\nreplicas: 3\n", data=data) == values


INCLUDED = 'spec:\n  image: {{ include "image" .Values.image }}\n'
SLASH = """\
spec:
{{- if contains "/" .Values.image }}
  image: {{ .Values.image }}
{{- else }}
  image: {{ .Values.hub }}/{{ .Values.image }}:{{ .Values.tag }}
{{- end }}
"""


def test_a_reference_of_five_parts_is_read_in_the_arm_that_has_them() -> None:
    values = 'image: {registry: quay.io, name: team/app, tag: "", digest: "", slim: false}\n'
    found = found_for(INCLUDED, values, spec={"image": "reg.example.org:5000/team/app:2.1@sha256:0123"})
    assert found == {
        "image": {"registry": "reg.example.org:5000/team", "name": "app", "tag": "2.1", "digest": "sha256:0123"}
    }


def test_an_arm_that_opens_with_the_very_text_that_it_prints() -> None:
    values = 'image: app\nhub: docker.io/team\ntag: "1"\n'
    assert found_for(SLASH, values, spec={"image": "reg.example.org/own"}) == {"image": "reg.example.org/own"}
    assert "wrong" in found_for(SLASH, values, spec={"image": "nothing-with-a-slash"})


CHOSEN = """\
{{- $mark := ":" }}{{ $end := .Values.image.tag | toString }}
{{- if .Values.image.digest }}{{ $mark = "@" }}{{ $end = .Values.image.digest | toString }}{{ end }}
spec:
  image: {{ printf "%s%s%s" .Values.image.name $mark $end }}
"""


@pytest.mark.parametrize(
    ("image", "values"),
    [
        ("reg.example.org/a@sha256:0123", {"image": {"digest": "sha256:0123"}}),
        ("reg.example.org/a:2", {"image": {"tag": "2"}}),
    ],
)
def test_variables_that_one_condition_chooses_turn_together(image: str, values: Json) -> None:
    found = found_for(
        "\n" + CHOSEN.lstrip(), 'image: {name: reg.example.org/a, tag: "1", digest: ""}\n', spec={"image": image}
    )
    assert found == values


SEPARATED = """\
{{- $registry := default .Values.image.registry .Values.mirror -}}
{{- $separator := ":" -}}
{{- $end := .Values.image.tag | toString -}}
{{- if .Values.image.digest -}}
{{- $separator = "@" -}}
{{- $end = .Values.image.digest | toString -}}
{{- end }}
spec:
  image: {{ printf "%s/%s%s%s" $registry .Values.image.name $separator $end }}
"""
PLAIN = {"image": {"registry": "docker.io", "name": "team/app", "tag": "1.0", "digest": ""}, "mirror": ""}


@pytest.mark.parametrize(
    ("defaults", "reference", "values"),
    [
        ({}, "docker.io/team/app:2.0", {"tag": "2.0"}),
        ({}, "docker.io/team/other:2.0", {"name": "team/other", "tag": "2.0"}),
        ({}, "docker.io/team/app@sha256:0123", {"digest": "sha256:0123"}),
        ({}, "docker.io/team/other@sha256:0123", {"name": "team/other", "digest": "sha256:0123"}),
        ({"digest": "sha256:0123"}, "docker.io/team/app:2.0", {"digest": "", "tag": "2.0"}),
    ],
)
def test_two_variables_that_one_condition_sets(defaults: Json, reference: str, values: Json) -> None:
    given = json.dumps({**PLAIN, "image": {**PLAIN["image"], **defaults}})
    assert found_for(SEPARATED, given, spec={"image": reference}) == {"image": values}


MERGED = """\
{{- $labels := dict "app" "web" "tier" "one" -}}
{{- if CONDITION -}}
{{- CHANGE -}}
{{- end }}
{{- with (merge (default dict .Values.own) $labels) }}
spec:
  labels: {{- toYaml . | nindent 4 }}
{{- end }}
"""


@pytest.mark.parametrize(
    ("condition", "gate"), [("not (empty .Values.more)", {}), (".Values.enabled", {"enabled": True})]
)
@pytest.mark.parametrize(
    "change",
    [
        "$labels = merge .Values.more $labels",
        "$labels = mustMerge (deepCopy .Values.more) $labels",
        "$labels = mergeOverwrite (dict) $labels .Values.more",
        "$labels = mergeOverwrite $labels .Values.more",
        "$_ := mergeOverwrite $labels .Values.more",
    ],
)
def test_labels_that_a_branch_merges_with_those_that_are_there(condition: str, gate: Json, change: str) -> None:
    template = (
        MERGED.replace("CONDITION", condition).replace("CHANGE", change).replace("(default dict .Values.own)", "(dict)")
    )
    labels = {"app": "web", "tier": "one", "team": "core", "owner": "me"}
    found = found_for(template, "more: {}\nenabled: false\n", spec={"labels": labels})
    assert found == {"more": {"team": "core", "owner": "me"}, **gate}


def test_a_label_that_a_branch_puts_in_the_place_of_one_that_is_there() -> None:
    template = MERGED.replace("CONDITION", ".Values.more").replace("CHANGE", "$labels = merge .Values.more $labels")
    found = found_for(template, "more: {}\nown: {}\n", spec={"labels": {"app": "web", "tier": "two"}})
    assert found in ({"more": {"tier": "two"}}, {"own": {"tier": "two"}})


def test_an_entry_of_one_map_is_no_entry_of_the_map_around_it() -> None:
    template = """\
meta:
  labels:
    app: web
    {{- with .Values.labels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with .Values.notes }}
  notes: {{ toYaml . | nindent 4 }}
  {{- end }}
"""
    found = found_for(template, "labels: {}\nnotes: {}\n", meta={"labels": {"app": "web"}, "notes": {"a": "b"}})
    assert found == {"notes": {"a": "b"}}


def test_a_value_of_its_own_goes_before_one_that_others_read_too() -> None:
    image = "{{ .Values.mirror | default .Values.%s.host }}/{{ .Values.%s.name }}:{{ .Values.%s.tag }}"
    template = CONFIG_MAP + "".join(f"{name}: {image % (name, name, name)}\n" for name in "ab")
    values = "mirror: ''\na: {host: docker.io, name: x, tag: 1.0.0}\nb: {host: docker.io, name: z, tag: 1.0.0}\n"
    assert_found(template, values, "a: {host: quay.io, tag: 2.0.0}\n")
