"""A render that keeps what has not changed prints what a render from nothing prints."""

import pytest
from chart_support import SETTING, bodies, chart_of

from migrator.templates.interpreter.render import Interpreter

OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {seen: "{{ %s }}"}\n'
BEFORE = {"z.yaml": "{{- %s }}", "a.yaml": OBJECT % ("a", "%s"), "b.yaml": OBJECT % ("b", ".Values.other")}


@pytest.mark.parametrize(
    ("change", "seen", "values"),
    [
        ("$_ := set .Values.shared `x` .Values.given", ".Values.shared.x", {"given": "new"}),
        ("$_ := set . `own` .Values.given", ".own", {"given": "new"}),
        ("$_ := set . `own` .Values.given", ".own", {"other": "new"}),
        ("if .Values.on }}{{ $_ := unset .Values.shared `x` }}{{ end", ".Values.shared.x", {"on": True}),
        ("$_ := mergeOverwrite .Values.shared (dict `x` .Values.given)", ".Values.shared.x", {"given": "new"}),
        ("$_ := set . `Values` (mergeOverwrite .Values.shared .Values)", ".Values.x", {"shared": {"x": "new"}}),
    ],
)
def test_a_map_that_one_template_changes_for_the_next(change: str, seen: str, values: dict) -> None:
    templates = {**BEFORE, "z.yaml": BEFORE["z.yaml"] % change, "a.yaml": BEFORE["a.yaml"] % seen}
    chart = chart_of(templates, "shared: {x: old}\ngiven: old\nother: old\n'on': false\n")
    interpreter = Interpreter(chart)
    first = interpreter.run({}, SETTING)
    again = interpreter.run(values, SETTING, first)
    fresh = Interpreter(chart).run(values, SETTING)
    assert bodies(again) == bodies(fresh) != bodies(first)


def test_what_changes_a_copy_leaves_other_templates_alone() -> None:
    templates = {
        **BEFORE,
        "z.yaml": "{{- $_ := set (deepCopy .Values.shared) `x` .Values.given }}",
        "a.yaml": BEFORE["a.yaml"] % ".Values.shared.x",
    }
    interpreter = Interpreter(chart_of(templates, "shared: {x: old}\ngiven: old\nother: old\n"))
    first = interpreter.run({}, SETTING)
    again = interpreter.run({"given": "new"}, SETTING, first)
    assert [path for path in again.templates if again.templates[path] is not first.templates[path]] == [
        "tiny/templates/z.yaml"
    ]
