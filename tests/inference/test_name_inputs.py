"""Values that determine object names."""

from __future__ import annotations

from search_support import CONFIG_MAP, NAMES, SETTING

from migrator.inference.hypothesis.name_inputs import name_inputs
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.templates.output.split import split_documents


def test_a_name_depends_on_its_values_and_not_on_the_conditions_around_the_object():
    text = (
        NAMES
        + "{{ if .Values.on }}"
        + CONFIG_MAP.replace("{{ .Release.Name }}", '{{ template "full" . }}')
        + "{{ end }}"
    )
    chart = load_chart({"Chart.yaml": b"name: tiny\nversion: 1.0.0\n", "templates/all.yaml": text.encode()})
    run = Interpreter(chart).run({"on": True}, SETTING)
    [document] = [document for template in run.templates.values() for document in split_documents(template)]
    paths = name_inputs(document)
    assert ("fullnameOverride",) in paths
    assert ("on",) not in paths
