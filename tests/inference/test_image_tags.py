"""Which value gives an image its tag: the one with which that image changes, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.charts.archive import load_archive
from migrator.inference.effects.image_tags import tag_value
from migrator.inference.effects.value_effects import Subject
from migrator.inference.types import SplitValues
from migrator.model import Json, ReleaseContext

VALUES = """\
image: {repository: example.org/app, tag: ""}
proxy: {image: "example.org/proxy:2.0"}
first: {tag: "7"}
second: {tag: "7"}
shared: {version: "9"}
scoped: {image: {repository: example.org/scoped}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  labels: {version: "{{ .Values.image.tag | default .Chart.AppVersion }}"}
spec:
  containers:
  - {name: app, image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"}
  - {name: proxy, image: "{{ .Values.proxy.image }}"}
  - {name: first, image: "example.org/each:{{ .Values.first.tag }}"}
  - {name: second, image: "example.org/each:{{ .Values.second.tag }}"}
  - {name: one, image: "example.org/one:{{ .Values.shared.version }}"}
  - {name: other, image: "example.org/other:{{ .Values.shared.version }}"}
  - {{ with .Values.scoped.image }}{name: scoped, image: "{{ .repository }}:{{ default $.Chart.AppVersion .tag }}"}{{ end }}
  - {name: hidden, image: "example.org/hidden:{{ .Values.hiddenTag | default "5" }}"}
"""


def subject(tmp_path: Path, **common: Json) -> Subject:
    (tmp_path / "app/templates").mkdir(parents=True)
    (tmp_path / "app/Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\nappVersion: v1.2.3\n")
    (tmp_path / "app/values.yaml").write_text(VALUES)
    (tmp_path / "app/templates/pod.yaml").write_text(POD)
    return Subject(
        chart=load_archive(tmp_path / "app"),
        values=SplitValues(common=common),
        targets={},
        setting=ReleaseContext(release="r", namespace="ns"),
    )


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("example.org/app:v1.2.3", (("image", "tag"), "v1.2.3")),
        ("example.org/proxy:2.0", (("proxy", "image"), "example.org/proxy:2.0")),
        ("example.org/hidden:5", (("hiddenTag",), "5")),
        ("example.org/scoped:v1.2.3", (("scoped", "image", "tag"), "v1.2.3")),
        ("example.org/each:7", None),
        ("example.org/one:9", None),
        ("example.org/absent:1", None),
    ],
)
def test_the_value_of_a_tag(tmp_path: Path, image: str, found: object) -> None:
    assert tag_value(subject(tmp_path), "prod", image) == found


def test_a_tag_that_is_set_already(tmp_path: Path) -> None:
    given = subject(tmp_path, image={"tag": "v2"})
    assert tag_value(given, "prod", "example.org/app:v2") == (("image", "tag"), "v2")
    assert tag_value(given, "prod", "example.org/app:v1.2.3") is None
