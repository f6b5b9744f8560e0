"""A value has the form in which the chart writes it, where that renders the same."""

from __future__ import annotations

import pytest

from migrator.inference.types import SplitValues
from migrator.inference.values.scalar_types import as_the_chart_writes
from migrator.model import Json, ReleaseContext
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter

VALUES = "joined: []\nlooped: []\nport: 80\nlarge: 1\nsize: '10'\nempty: ''\nswitch: true\nword: 'true'\n"
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  joined: {{ .Values.joined | join "," | quote }}
  looped: {{ range .Values.looped }}{{ . }}{{ end }}
  port: "http://x:{{ .Values.port }}"
  large: "{{ .Values.large }}"
  size: {{ .Values.size | quote }}
  empty: {{ .Values.empty | quote }}
  switch: {{ .Values.switch | quote }}
  word: {{ .Values.word | quote }}
"""
SETTING = ReleaseContext(release="r", namespace="n")


def formed(common: dict[str, Json], **environments: dict[str, Json]) -> SplitValues:
    files = {"Chart.yaml": b"name: x\n", "values.yaml": VALUES.encode(), "templates/x.yaml": TEMPLATE.encode()}
    interpreter = Interpreter(load_chart(files), untaken=False)
    values = SplitValues(common=common, environments=environments)
    return as_the_chart_writes(values, interpreter.chart.values, interpreter, SETTING)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("joined", "a=[b,c],d", ["a=[b,c]", "d"]),
        ("port", "9090", 9090),
        ("port", "0777", "0777"),
        ("size", 20, "20"),
        ("empty", 20, 20),
        ("switch", "false", False),
        ("switch", "no", "no"),
        ("word", False, "false"),
        # a number of a values file is a float, and prints as one
        ("large", "1000000", "1000000"),
        # a text in a range is an error, a list is none
        ("looped", "a", "a"),
    ],
)
def test_the_form_is_that_of_the_chart_where_it_renders_the_same(key: str, value: Json, expected: Json) -> None:
    found = formed({key: value}).common[key]
    assert found == expected
    assert type(found) is type(expected)


def test_every_file_is_formed() -> None:
    found = formed({"port": "1"}, dev={"size": 5}, prod={"port": "2"})
    assert found.common == {"port": 1}
    assert found.environments == {"dev": {"size": "5"}, "prod": {"port": 2}}
