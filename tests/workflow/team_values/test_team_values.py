from __future__ import annotations

from pathlib import Path

import pytest

from migrator.classify import ChartCandidate, Component, ComponentKind
from migrator.diagnostics import Diagnostics
from migrator.discover import Config, discover
from migrator.model import Origin, RepoPath, resource_of
from migrator.workflow.team_values import TeamValues, team_values

CHART = "apiVersion: v2\nname: mine\nversion: 0.1.0\ndependencies:\n- {name: web, version: 1.0.0}\n"


def found(
    root: Path, files: dict[str, str], origin: str = "apps/web/helm/templates/web.yaml"
) -> tuple[tuple[TeamValues, ...], Diagnostics]:
    """The values for a component of the chart `web` whose one object lies in a file."""
    for name, text in {"kustomization.yaml": "", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    resource = resource_of(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}, Origin(path=RepoPath(origin))
    )
    candidate = ChartCandidate(chart="web", repository="", versions=(), app_versions=(), score=0.9, evidence=())
    component = Component(
        id="web",
        kind=ComponentKind.THIRD_PARTY,
        category="core",
        members={"prod": (resource.id,)},
        candidates=(candidate,),
    )
    return team_values(component, [resource], discover(root, Config()))


def shown(held: tuple[tuple[TeamValues, ...], Diagnostics]) -> list[tuple[str, object]]:
    assert held[1] == ()
    return [(one.path, one.values) for one in held[0]]


def test_values_beside_a_chart_that_depends_on_it(tmp_path: Path) -> None:
    held = found(tmp_path, {"apps/web/Chart.yaml": CHART, "apps/web/values.yaml": "replicas: 2\n"})
    assert shown(held) == [("apps/web/values.yaml", {"replicas": 2})]
    assert held[0][0].is_named


def test_values_below_the_dependencys_name_are_the_charts_own(tmp_path: Path) -> None:
    text = "# all of it\nweb:\n  # two of them\n  replicas: 2\n"
    held = found(tmp_path, {"apps/web/Chart.yaml": CHART, "apps/web/values.yaml": text})
    assert shown(held) == [("apps/web/values.yaml", {"replicas": 2})]
    assert held[0][0].comments == {("replicas",): "two of them"}
    assert held[0][0].lines == {("replicas",): 4}


def test_an_environments_values_lie_over_the_common_ones(tmp_path: Path) -> None:
    files = {
        "apps/web/Chart.yaml": CHART,
        "apps/web/values.yaml": "image: {tag: a, pull: b}\n",
        "apps/web/values-prod.yaml": "image: {tag: c}\n",
    }
    assert sorted(shown(found(tmp_path, files))) == [
        ("apps/web/values-prod.yaml", {"image": {"tag": "c", "pull": "b"}}),
        ("apps/web/values.yaml", {"image": {"tag": "a", "pull": "b"}}),
    ]


def test_what_belongs_to_another_chart_or_is_a_charts_own_default_or_encrypted_is_left_alone(tmp_path: Path) -> None:
    files = {
        "apps/web/Chart.yaml": CHART.replace("name: web", "name: other"),
        "apps/web/values.yaml": "a: 1\n",
        "apps/web/helm/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "apps/web/helm/values.yaml": "a: 1\n",
        "apps/web/helm/templates/web.yaml": "",
        "apps/web-values.yaml": "a: 1\nsops: {mac: x}\n",
        "values.yaml": "a: 1\n",
    }
    assert shown(found(tmp_path, files)) == []


def test_a_folder_next_to_the_manifests(tmp_path: Path) -> None:
    held = found(tmp_path, {"apps/web/chart/values.yaml": "a: 1\n"}, "apps/web/manifests/web.yaml")
    assert shown(held) == [("apps/web/chart/values.yaml", {"a": 1})]


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  source:
    chart: web
    helm:
      values: |
        a: 1
      valuesObject: {b: 2}
"""
HELMFILE = """\
releases:
- {name: x, chart: repo/other, values: [{a: 0}]}
- name: web
  chart: repo/web
  values:
  - other.yaml
  - a: 1  # one
"""


@pytest.mark.parametrize(
    ("file", "text", "values"),
    [
        ("apps/web/app.yaml", APPLICATION, [{"a": 1}, {"b": 2}]),
        (
            "apps/web/release.yaml",
            "kind: HelmRelease\nspec: {chart: {spec: {chart: web}}, values: {a: 1}}\n",
            [{"a": 1}],
        ),
        ("apps/web/helmfile.yaml", HELMFILE, [{"c": 3}, {"a": 1}]),
        (
            "apps/web/kustomization.yaml",
            "helmCharts:\n- {name: web, valuesInline: {a: 1}, valuesFile: other.yaml}\n",
            [{"a": 1, "c": 3}],
        ),
        (
            "apps/web/kustomization.yaml",
            "helmCharts:\n- {name: web, valuesInline: {c: 1, b: 2}, valuesFile: other.yaml}\n",
            [{"c": 1, "b": 2}],
        ),
        (
            "apps/web/kustomization.yaml",
            "helmCharts:\n- {name: web, valuesInline: {c: 1, b: 2}, valuesFile: other.yaml, valuesMerge: merge}\n",
            [{"c": 3, "b": 2}],
        ),
        (
            "apps/web/kustomization.yaml",
            "helmCharts:\n- {name: web, valuesInline: {b: 2}, valuesFile: other.yaml, valuesMerge: replace}\n",
            [{"b": 2}],
        ),
        (
            "apps/web/kustomization.yaml",
            "helmCharts:\n- {name: web, valuesInline: {b: 2, c: 1}, additionalValuesFiles: [other.yaml]}\n",
            [{"b": 2, "c": 3}],
        ),
        ("apps/web/helmfile.yaml", "releases: {{ toYaml .x }}\n", []),
    ],
)
def test_files_that_name_the_chart(tmp_path: Path, file: str, text: str, values: list[dict[str, int]]) -> None:
    held = found(tmp_path, {file: text, "apps/web/other.yaml": "c: 3\n"})
    assert [one.values for one in held[0]] == values
    assert held[1] == ()


@pytest.mark.parametrize(("text", "line"), [("a: 1\nb: [\n", "3"), ("- a\n", "1")])
def test_a_file_that_cannot_be_read_is_said_with_its_line_and_the_rest_goes_on(
    tmp_path: Path, text: str, line: str
) -> None:
    held = found(
        tmp_path,
        {"apps/web/Chart.yaml": CHART, "apps/web/values.yaml": text, "apps/web/values-prod.yaml": "a: 1\n"},
    )
    assert [one.path for one in held[0]] == ["apps/web/values-prod.yaml"]
    assert [one.code for one in held[1]] == ["MIG511"]
    assert str(held[1][0].span).startswith(f"apps/web/values.yaml:{line}")


def test_comments_stand_with_their_keys_and_none_tells_a_secret(tmp_path: Path) -> None:
    text = """\
# of the file

# first
# second
a:
  b: 1  # behind
  # password: hunter2
  c: 2
"""
    held = found(tmp_path, {"apps/web/Chart.yaml": CHART, "apps/web/values.yaml": text})
    assert held[0][0].comments == {("a",): "first\nsecond", ("a", "b"): "behind"}
