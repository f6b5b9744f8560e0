"""`migrate infer --output`: the files that were judged, never over others unless that is said."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from cli_support import Migrate

from migrator.engines import find_helm, rendered_resources
from migrator.yamlio import Dialect, read_value

TARGET = """apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
data: {{size: "{size}", colour: red, word: {word}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: web}}
stringData: {{key: {word}}}
"""
TEMPLATES = """apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {size: {{ .Values.size | quote }}, colour: {{ .Values.colour }}, word: {{ .Values.word }}}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {key: {{ .Values.word }}}
"""


def chart(folder: Path) -> Path:
    home = folder / "web"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (home / "values.yaml").write_text("size: 1\ncolour: blue\nword: x\n")
    (home / "templates" / "all.yaml").write_text(TEMPLATES)
    return home


def targets(folder: Path) -> list[str]:
    words = []
    for name, size in (("dev", 1), ("prod", 3)):
        (folder / f"{name}.yaml").write_text(TARGET.format(size=size, word="f00ba7c0ffee"))
        words += ["--target", f"{name}={folder / name}.yaml"]
    return words


def test_the_files_render_the_target_and_hold_what_reports_hide(migrate: Migrate, tmp_path: Path) -> None:
    home, out = chart(tmp_path), tmp_path / "new" / "values"
    shown = migrate("infer", "--chart", home, *targets(tmp_path), "--output", out)
    assert {oct(each.stat().st_mode & 0o777) for each in out.iterdir()} == {"0o600"}
    assert shown.code == 0, shown.err
    assert sorted(path.name for path in out.iterdir()) == ["values-prod.yaml", "values.yaml"]
    common = read_value((out / "values.yaml").read_bytes(), dialect=Dialect.SIGS)
    assert common == {"colour": "red", "word": "f00ba7c0ffee"}
    assert "f00ba7c0ffee" not in shown.out + shown.err

    command = next(line for line in shown.out.splitlines() if line.strip().startswith("render prod yourself"))
    words = command.split(": ", 1)[1].split()
    assert words[:3] == ["helm", "template", "web"]
    helm = find_helm().path
    made = subprocess.run([str(helm), *words[1:]], capture_output=True, check=True, env=dict(os.environ)).stdout
    wanted = rendered_resources((tmp_path / "prod.yaml").read_bytes())
    assert {item.id.kind: item.body for item in rendered_resources(made)} == {i.id.kind: i.body for i in wanted}


def test_nothing_is_overwritten_unless_that_is_said(migrate: Migrate, tmp_path: Path) -> None:
    home, out = chart(tmp_path), tmp_path / "values"
    out.mkdir()
    (out / "values-prod.yaml").write_text("mine: true\n")
    asked = ["infer", "--chart", home, *targets(tmp_path), "--output", out]
    refused = migrate(*asked)
    assert refused.code == 1
    assert "[MIG915]" in refused.err
    assert "values-prod.yaml" in refused.err
    assert [path.name for path in out.iterdir()] == ["values-prod.yaml"]
    assert (out / "values-prod.yaml").read_text() == "mine: true\n"

    told = migrate(*asked, "--force", "--format", "json")
    assert told.code == 0
    document = json.loads(told.out)
    assert document["files"] == [str(out / "values.yaml"), str(out / "values-prod.yaml")]
    assert (document["chart"]["name"], document["chart"]["version"]) == ("web", "1.0.0")
    assert "mine" not in (out / "values-prod.yaml").read_text()


def test_an_output_that_is_a_file(migrate: Migrate, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    refused = migrate("infer", "--chart", chart(tmp_path), *targets(tmp_path), "--output", tmp_path / "x")
    assert (refused.code, "[MIG915]" in refused.err) == (1, True)
