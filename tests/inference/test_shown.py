"""Values that stand in right objects as they are need no trial without them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "templates"))

from chart_support import SETTING, chart_of

from migrator.inference.edits import Tree
from migrator.inference.shown import shown_overrides
from migrator.inference.state import defaults_of
from migrator.templates.documents import split_documents
from migrator.templates.render import Interpreter

TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
  level: {{ .Values.level }}
  port: {{ .Values.port }}
  name: {{ .Values.nameOverride | default .Values.name }}
  list: {{- toYaml .Values.list | nindent 2 }}
"""


def test_only_what_shows_another_text_than_its_default_is_needed():
    chart = chart_of(
        {"x.yaml": TEMPLATE}, "level: info\nport: 80\nname: a\nnameOverride: ''\nlist: [{k: a, unseen: 1}]\n"
    )
    values = {"level": "debug", "port": "80", "nameOverride": "a", "list": [{"k": "b"}], "other": 1}
    tree = Tree(defaults_of(chart), values)
    run = Interpreter(chart, ghosts=False).run(values, SETTING)
    documents = [document for template in run.templates.values() for document in split_documents(template)]
    found = shown_overrides(documents, tree)
    assert {path for path in found if len(path) == 1} == {("level",), ("list",)}
