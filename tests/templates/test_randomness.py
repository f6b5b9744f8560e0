"""Which values come from chance: the operand that counts decides, not those that might have counted."""

import pytest
from chart_support import chart_of, run_of

from migrator.inference.hypothesis.random_values import generated_leaves, masked
from migrator.templates.output.split import split_documents
from migrator.templates.provenance.randomness import draws

CHART = """
apiVersion: v1
kind: Secret
metadata: {name: x}
data:
  fallback: {{ default (randAlphaNum 10) .Values.password }}
  chosen: {{ if .Values.password }}{{ .Values.password }}{{ else }}{{ uuidv4 }}{{ end }}
  variable: {{ $v := .Values.password }}{{ if not $v }}{{ $v = randNumeric 4 | quote }}{{ end }}{{ $v }}
  certificate: {{ (genCA "a" 1).Cert | b64enc }}
  inside: {{ printf "user:%s@host" (default (randAlpha 3) .Values.password) }}
  tree: {{ dict "a" (dict "b" (randAlpha 4)) | toJson | quote }}
  sum: {{ default (randAlphaNum 10) .Values.password | sha256sum }}
  fixed: {{ .Values.fixed }}
"""
DRAWN = {"fallback", "chosen", "variable", "certificate", "inside", "tree", "sum"}


def _document(password=""):
    run = run_of(chart_of({"x.yaml": CHART}, f"password: '{password}'\nfixed: f\n"))
    return next(d for t in run.templates.values() for d in split_documents(t))


@pytest.mark.parametrize(("password", "drawn"), [("", DRAWN), ("secret", {"certificate", "tree"})])
def test_what_counts_decides(password, drawn):
    assert {path[1] for path, _ in generated_leaves(_document(password))} == drawn


def test_a_chart_without_chance_is_told_by_its_text():
    assert draws(chart_of({"x.yaml": CHART}))
    assert not draws(chart_of({"x.yaml": "a: {{ .Values.randomly }}"}))


def test_the_target_is_masked_only_where_it_could_have_been_drawn():
    document = _document()
    body = document.resource.body
    data = {**body["data"], "fallback": "another", "inside": "user:zzz@host", "fixed": "g", "sum": "00"}
    wanted, count = masked(document, generated_leaves(document), {**body, "data": data})
    assert count == 2
    assert wanted["data"] == {**body["data"], "fixed": "g", "sum": "00"}

    other = {**data, "inside": "user:zzz@elsewhere"}
    wanted, count = masked(document, generated_leaves(document), {**body, "data": other})
    assert (count, wanted["data"]["inside"]) == (1, "user:zzz@elsewhere")
