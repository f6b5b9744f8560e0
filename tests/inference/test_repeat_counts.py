"""Objects and items that a number repeats: the search finds the number."""

from __future__ import annotations

import pytest
from search_support import CONFIG_MAP, assert_found

SHARDS = """
{{- $shards := int .Values.shards }}
{{- range $shard := until $shards }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: "{{ $.Release.Name }}-shard{{ $shard }}"}
spec:
  replicas: {{ $.Values.replicas }}
  peers:
  {{- range untilStep 0 (int $.Values.replicas) 1 }}
  - name: peer-{{ . }}
  {{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: "{{ $.Release.Name }}-shard{{ $shard }}"}
{{- end }}
"""
CASES = {
    "as many objects as a number says": (SHARDS, "shards: 2\nreplicas: 1\n", "shards: 4\n"),
    "fewer objects than the default number": (SHARDS, "shards: 3\nreplicas: 1\n", "shards: 1\n"),
    "more items of a list by a number": (
        CONFIG_MAP + "hosts:\n{{- range $i := until (int .Values.count) }}\n- name: node-{{ $i }}\n{{- end }}\n",
        "count: 1\n",
        "count: 3\n",
    ),
    "parts of a text, in which another value, that takes no such text, is looked for first": (
        CONFIG_MAP + "seeds: "
        '"{{ range $i, $e := until (int .Values.count) }}node-{{ $i }}.{{ $.Release.Namespace }}.svc'
        '{{ if lt (add1 $i) (int $.Values.count) }},{{ end }}{{ end }}"\n',
        "count: 1\n",
        "count: 3\n",
    ),
    "a number of items less": (
        CONFIG_MAP + "hosts:\n{{- range $i := until (int .Values.count) }}\n- name: node-{{ $i }}\n{{- end }}\n",
        "count: 3\n",
        "count: 2\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_number_is_found(case):
    assert_found(*CASES[case])
