"""Version constraints answer what helm answers."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.charts import VersionError, is_same_version, parse_version, satisfies, sort_key
from migrator.engines import HelmRender, find_helm, helm_template
from migrator.model import ReleaseContext

TABLE = json.loads((Path(__file__).parent / "semver_table.json").read_text())
"""Recorded from helm v3.17.3: per constraint one digit for each version."""

TEMPLATE = """rows:
{{- range $c := .Values.constraints }}
- {{ $row := "" }}{{ range $v := $.Values.versions -}}
{{ $row = printf "%s%s" $row (ternary "1" "0" (semverCompare $c $v)) }}{{ end }}{{ $row | quote }}
{{- end }}
"""


@pytest.mark.parametrize("constraint", sorted(TABLE["constraints"]))
def test_recorded_answers(constraint: str) -> None:
    answers = "".join("01"[satisfies(version, constraint)] for version in TABLE["versions"])
    assert answers == TABLE["constraints"][constraint]


@pytest.mark.parametrize("constraint", TABLE["invalid_constraints"])
def test_refused_constraints(constraint: str) -> None:
    with pytest.raises(VersionError):
        satisfies("1.2.3", constraint)


@pytest.mark.parametrize("version", TABLE["invalid_versions"])
def test_refused_versions(version: str) -> None:
    with pytest.raises(VersionError):
        satisfies(version, "*")


def _ask_helm(tmp_path: Path, constraints: list[str], versions: list[str]) -> list[str]:
    chart = tmp_path / "semver"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: semver\nversion: 0.1.0\n")
    (chart / "templates" / "x.yaml").write_text(TEMPLATE)
    values = json.dumps({"constraints": constraints, "versions": versions}).encode()
    request = HelmRender(context=ReleaseContext(release="r", namespace="n"), chart=chart, values=(values,))
    lines = helm_template(find_helm(), request).decode().splitlines()
    return [line.strip()[3:-1] for line in lines if line.startswith("- ")]


def test_the_table_is_what_this_helm_answers(tmp_path: Path) -> None:
    constraints = list(TABLE["constraints"])
    assert _ask_helm(tmp_path, constraints, TABLE["versions"]) == list(TABLE["constraints"].values())


def test_generated_comparisons_agree_with_helm(tmp_path: Path) -> None:
    numbers = ("0", "1", "2", "10", "x", "0.0", "0.1", "1.2", "1.x", "0.0.0", "0.0.2", "0.1.0", "1.2.3", "1.2.x")
    suffixes = ("", "-0", "-rc.1")
    operators = ("", "=", "!=", ">", "<", ">=", "<=", "~", "^")
    constraints = [f"{operator}{number}{suffix}" for operator in operators for number in numbers for suffix in suffixes]
    constraints += ["0.1 - 1.2", "0.1.0 - 1.2.3-rc.2", ">0 <2", "^0.1 || ~1.2, !=1.2.3"]
    parts = (
        "0.0.0",
        "0.0.2",
        "0.0.9",
        "0.1.0",
        "0.1.5",
        "0.2.0",
        "1.0.0",
        "1.2.0",
        "1.2.3",
        "1.2.4",
        "2.0.1",
        "10.0.0",
    )
    versions = [f"{part}{suffix}" for part in parts for suffix in ("", "-alpha", "-rc.1", "-rc.2")]
    ours = ["".join("01"[satisfies(version, one)] for version in versions) for one in constraints]
    assert dict(zip(constraints, ours, strict=True)) == dict(
        zip(constraints, _ask_helm(tmp_path, constraints, versions), strict=True)
    )


def test_order_is_that_of_the_specification() -> None:
    ordered = [
        "nonsense",
        "0.9",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "v1.0.0",
        "1.2",
        "1.10.0",
    ]
    assert sorted(sorted(ordered, key=len), key=sort_key) == ordered
    assert sort_key("v1.0.0") == sort_key("1.0.0+build")


def test_same_version() -> None:
    assert is_same_version("v1.12.4", "1.12.4")
    assert is_same_version("1.12.4", "1.12.4")
    assert not is_same_version("1.12.4", "1.12.40")
    assert not is_same_version("1.12.4+a", "1.12.4+b")


def test_version_text() -> None:
    assert str(parse_version("v1.2-rc.1+b.5")) == "1.2.0-rc.1+b.5"


@given(st.text(alphabet="0123456789.xX*v-+<>=~^!|, abc", max_size=20))
def test_any_text_is_answered_or_refused(text: str) -> None:
    with contextlib.suppress(VersionError):
        assert satisfies("1.2.3", text) in (True, False)
    sort_key(text)
