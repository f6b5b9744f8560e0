"""A value knows every path that it depends on, and can be looked at without its entries."""

from chart_support import chart_of, run_of

from migrator.templates.output.split import split_documents
from migrator.templates.provenance.value import Value, outline


def test_taint_names_every_path_a_value_depends_on():
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        'data: {v: {{ ternary .Values.x .Values.z (eq .Values.mode "x") }}}\n'
    )
    run = run_of(chart_of({"x.yaml": template}, "x: 1\nz: 2\nmode: x\n"))
    document = split_documents(run.templates["tiny/templates/x.yaml"])[0]
    source = document.under(document.root.entries["data"].entries["v"])[0].source
    assert source.taint == {("x",), ("z",), ("mode",)}


def test_to_ask_whether_a_map_is_empty_its_entries_are_not_looked_at():
    inner = Value({"deep": Value([Value(1)])})

    assert outline(Value({"a": inner, "b": Value(None)})) == {"a": None, "b": None}
    assert outline(Value([inner])) == [None]
    assert outline(Value({})) == {}
    assert outline(Value("text")) == "text"
