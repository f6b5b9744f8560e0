"""A branch that no value opens is not looked at, and what is looked at has a bound."""

import pytest
from chart_support import chart_of, run_of

from migrator.templates.interpreter import evaluator
from migrator.templates.interpreter.untaken_branches import UntakenBranches

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n"


def untaken(template: str, values: str = "") -> str:
    run = run_of(chart_of({"x.yaml": HEAD + template}, values)).templates["tiny/templates/x.yaml"]
    return "".join(piece.text for piece in run.pieces if piece.region is not None)


@pytest.mark.parametrize(
    "condition",
    [
        ".Values.open",
        "eq (len .Values.list) 3",
        "contains `zz` (printf `a%s` .Values.open)",
        "eq (include `word` .) `other`",
        "(list .Values.open) | first",
        "hasKey .Values `missing`",
        "eq .Release.Name `other`",
    ],
)
def test_a_branch_that_a_value_may_open_is_looked_at(condition):
    define = "{{ define `word` }}{{ if .Values.open }}other{{ end }}{{ end }}"
    assert "b: c" in untaken(
        f"{define}  a: a\n  {{{{- if {condition} }}}}\n  b: c\n  {{{{- end }}}}\n", "open: false\nlist: []\n"
    )


@pytest.mark.parametrize(
    "condition", ["not $done", "eq (kindOf (dict)) `slice`", "gt 1 2", "eq (include `word` .) `other`"]
)
def test_a_branch_that_no_value_opens_is_not_looked_at(condition):
    define = "{{ define `word` }}word{{ end }}"
    assert not untaken(
        f"{define}{{{{ $done := true }}}}  a: a\n  {{{{- if {condition} }}}}\n  b: c\n  {{{{- end }}}}\n",
        "open: false\n",
    )


def test_notes_print_no_object_and_are_not_looked_at(monkeypatch):
    taken = []
    monkeypatch.setattr(UntakenBranches, "run_untaken", lambda self, *_, **__: taken.append(self.template))
    run_of(chart_of({"NOTES.txt": "{{ if .Values.open }}yes{{ end }}"}, "open: false\n"))
    assert taken == []


def test_what_fails_in_the_notes_still_says_under_which_value():
    run = run_of(chart_of({"NOTES.txt": "{{ if .Values.open }}{{ fail `no` }}{{ end }}"}, "open: true\n"))
    failure = run.templates["tiny/templates/NOTES.txt"].failures[0]
    assert failure.path_condition.condition.direct == (("open",),)


WALK = """
{{- define "walk" -}}
{{- range $k, $v := . }}
{{- if kindIs "map" $v }}{{ include "walk" $v }}
{{- else if kindIs "slice" $v }}{{ range $v }}{{ include "walk" (dict "v" .) }}{{ end }}
{{- else if eq (toString $v) "x" }}x{{ include "walk" (dict "v" $v) }}{{ end }}
{{- end }}
{{- end -}}
"""


def test_a_library_that_goes_through_all_values_ends_and_leaves_the_render_as_it_is(monkeypatch):
    monkeypatch.setattr(evaluator, "UNTAKEN_ROOM", 1 << 17)
    monkeypatch.setattr(evaluator, "UNTAKEN_ROOM_OF_A_RUN", 3 << 16)
    values = "".join(f"v{i}: {{a: {{b: [1, 2], c: d}}, e: f}}\n" for i in range(20))
    files = {f"x{i}.yaml": f'{{{{ include "walk" .Values }}}}{HEAD}  a: "{{{{ .Values.v3.e }}}}"\n' for i in range(4)}
    found = run_of(chart_of({**files, "_walk.tpl": WALK}, values)).templates.values()
    assert all('a: "f"' in template.text for template in found)
    assert all(template.cut for template in found)
    counts = [sum(piece.region is not None for piece in template.pieces) for template in found]
    assert counts[0] > 1.5 * counts[1] > 0
    assert counts[2:] == [0, 0]
    sources = [{p.source.direct for p in t.pieces if p.source and p.region is None and p.text == "f"} for t in found]
    assert sources == [{(("v3", "e"),)}] * 4


@pytest.mark.parametrize(("values", "seen"), [("tree: {a: 1}\n", False), ("tree: {}\n", True), ("tree: a\n", True)])
def test_a_map_with_entries_never_becomes_a_text(values, seen):
    found = untaken("  a: a\n  {{- if eq (kindOf .Values.tree) `slice` }}\n  b: c\n  {{- end }}\n", values)
    assert ("b: c" in found) is seen


def test_a_template_that_calls_itself_runs_once_in_a_branch_that_is_not_taken():
    walk = "{{ define `walk` }}{{ range $k, $v := .at }}{{ $k }}({{ include `walk` (dict `at` $v) }}){{ end }}{{ end }}"
    template = walk + "  a: '{{ include `walk` (dict `at` .Values.tree) }}'\n"
    run = run_of(chart_of({"x.yaml": HEAD + template}, "tree: {a: {}, b: {}}\n")).templates["tiny/templates/x.yaml"]
    assert "a()b()" in run.text
    assert run.cut  # what the walk would print of entries that are not there was looked at to a depth of one
    assert 0 < sum("~key" in str(piece.source and piece.source.direct) for piece in run.pieces if piece.region) < 20
