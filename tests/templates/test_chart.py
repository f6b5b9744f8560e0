"""Values reach a chart and its subcharts as Helm coalesces them."""

import pytest
from chart_support import bodies, files_of, helm_bodies, run_of

from migrator.templates.chart import load_chart

SUBCHART = {
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
    "charts/sub/values.yaml": "size: 1\nempty: null\nglobal: {zone: here}\n",
    "charts/sub/templates/cm.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-{{ .Chart.Name }}"}
data:
  size: "{{ .Values.size }}"
  zone: "{{ .Values.global.zone }}"
  empty: "{{ .Values.empty }}"
  root: "{{ .Chart.IsRoot }}"
""",
}


CHART_YAML = """
apiVersion: v2
name: tiny
version: 1.2.3
dependencies:
- {name: sub, version: 0.1.0, condition: sub.enabled}
- {name: sub, version: 0.1.0, alias: other, condition: other.enabled}
"""


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"sub": {"enabled": False}},
        {"other": {"enabled": True, "size": 9}},
        {"global": {"zone": "there"}, "sub": {"size": None}},
        {"other": {"enabled": True}, "sub": {"enabled": False}, "global": {"zone": "x"}},
    ],
)
def test_subcharts_with_aliases_conditions_and_globals(values):
    files = files_of({}, "other: {enabled: false}\nglobal: {region: r}\n", SUBCHART | {"Chart.yaml": CHART_YAML})
    assert bodies(run_of(load_chart(files), values)) == helm_bodies(files, values)
