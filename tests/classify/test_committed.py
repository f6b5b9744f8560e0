"""What a Chart.yaml beside rendered files says of version and publisher."""

from __future__ import annotations

import pytest
from cachet_chart import CACHET, resources

from migrator.classify import ChartCandidate, classify, dependencies
from migrator.graph import build_graph
from migrator.model import RepoPath
from migrator.render_roots import BUILT, Build

CHART = "apiVersion: v2\nname: apps\ndependencies:\n- {name: cachet, version: 1.4.2, repository: 'https://own.example.org'}\n"
TEXT = """\
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: kv-main, namespace: data, labels: {app.kubernetes.io/name: cachet%s}}
    spec:
      template:
        metadata: {labels: {app.kubernetes.io/name: cachet}}
        spec: {containers: [{name: cachet, image: "acme/cachet:6.0"}]}
    """


def candidate(chart: str, path: str = "apps/kv/Chart.yaml", label: str = "") -> ChartCandidate:
    return candidate_of({path: chart}, label)


def candidate_of(files: dict[str, str], label: str = "") -> ChartCandidate:
    held = resources(TEXT % label, "apps/kv/helm/all.yaml")
    build = Build(environment="prod", root=RepoPath("."), status=BUILT, resources=tuple(held))
    known = tuple(dependencies({RepoPath(path): chart.encode() for path, chart in files.items()}))
    components, _ = classify({"prod": held}, build_graph([build]), [CACHET], tables={}, committed=known)
    return components[0].candidates[0]


def test_it_states_version_and_publisher() -> None:
    one = candidate(CHART)
    assert (one.versions, one.repository) == (("1.4.2",), "https://own.example.org")
    assert [fact.detail for fact in one.evidence if fact.kind == "chart-file"] == ["apps/kv/Chart.yaml: cachet 1.4.2"]


@pytest.mark.parametrize(
    ("chart", "path"),
    [
        (CHART.replace("1.4.2", "^1.4.0"), "apps/kv/Chart.yaml"),
        (CHART.replace("name: cachet", "name: other"), "apps/kv/Chart.yaml"),
        (CHART, "apps/other/Chart.yaml"),
        (CHART + "- {name: cachet, version: 1.5.0, repository: 'https://own.example.org'}\n", "apps/kv/Chart.yaml"),
        ("dependencies: [", "apps/kv/Chart.yaml"),
        ("dependencies: {cachet: 1.4.2}", "apps/kv/Chart.yaml"),
    ],
)
def test_what_is_no_plain_statement_says_nothing(chart: str, path: str) -> None:
    one = candidate(chart, path)
    assert (one.versions, one.repository) == ((), "https://charts.example.org")


def test_what_labels_say_of_the_version_stands() -> None:
    one = candidate(CHART, label=", helm.sh/chart: cachet-1.0.0")
    assert (one.versions, one.repository) == (("1.0.0",), "https://charts.example.org")


def test_a_chart_in_the_repository_has_no_publisher() -> None:
    assert (
        candidate(CHART.replace("https://own.example.org", "file://../cachet")).repository
        == "https://charts.example.org"
    )


UNPACKED = "apiVersion: v1\nname: cachet\nversion: 1.3.0\nhome: https://cachet.example.org\n"


@pytest.mark.parametrize("path", ["apps/kv/cachet/Chart.yaml", "apps/kv/charts/cachet/Chart.yaml"])
def test_a_published_chart_that_was_unpacked_beside_them_is_what_they_were_rendered_with(path: str) -> None:
    one = candidate(UNPACKED, path)
    assert (one.versions, one.repository, one.is_stated) == (("1.3.0",), "https://charts.example.org", True)
    assert [fact.detail for fact in one.evidence if fact.kind == "chart-file"] == [f"{path}: cachet 1.3.0"]


@pytest.mark.parametrize(
    ("chart", "path"),
    [
        (UNPACKED.replace("home:", "description:"), "apps/kv/cachet/Chart.yaml"),
        (UNPACKED + "dependencies: [{name: cachet, version: ^1.0.0}]", "apps/kv/cachet/Chart.yaml"),
        (UNPACKED, "apps/other/cachet/Chart.yaml"),
        (UNPACKED, "charts/cachet/Chart.yaml"),
        ("- cachet", "apps/kv/cachet/Chart.yaml"),
    ],
)
def test_a_chart_of_the_team_or_far_away_says_nothing(chart: str, path: str) -> None:
    assert candidate(chart, path).versions == ()


def test_a_dependency_and_its_unpacked_chart_say_the_same_once() -> None:
    files = {"apps/kv/Chart.yaml": CHART, "apps/kv/charts/cachet/Chart.yaml": UNPACKED.replace("1.3.0", "1.4.2")}
    one = candidate_of(files)
    assert (one.versions, one.repository) == (("1.4.2",), "https://own.example.org")
