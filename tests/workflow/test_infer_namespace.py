"""`migrate infer` on objects that name no namespace: they are where the release is found to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Migrate

TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {where: only-{{ .Release.Namespace }}, size: "{{ .Values.size }}"}
"""
TARGET = """apiVersion: v1
kind: ConfigMap
metadata: {name: web%s}
data: {where: only-shop, size: "7"}
"""


@pytest.mark.parametrize(("written", "code"), [("", 0), (", namespace: far", 3)])
def test_a_namespace_that_only_a_text_tells(migrate: Migrate, tmp_path: Path, written: str, code: int) -> None:
    home = tmp_path / "web"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (home / "values.yaml").write_text("size: 1\n")
    (home / "templates" / "all.yaml").write_text(TEMPLATE)
    (tmp_path / "target.yaml").write_text(TARGET % written)
    shown = migrate("infer", "--chart", home, "--target", tmp_path / "target.yaml", "--format", "json")
    assert shown.code == code, shown.out
    if not code:
        found = json.loads(shown.out)
        assert (found["namespace"], found["values"]["common"]) == ("shop", {"size": 7})
