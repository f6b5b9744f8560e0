"""Several versions of a chart may have made a target: the one that fits best is taken."""

from __future__ import annotations

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, Toolchain, find_helm, find_kustomize, rendered_resources
from migrator.inference import InferenceRequest, infer
from migrator.inference.search import chart_versions as versions_room
from migrator.inference.verdict.judge import Judge
from migrator.model import ReleaseContext

TEMPLATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - name: main
        image: "example/app:1.0"
        args: {{- toYaml .Values.args | nindent 10 }}
"""
PROBE = "        livenessProbe: {httpGet: {path: {{ .Values.path }}, port: 80}}\n"
VALUES = "replicas: 1\nargs: []\npath: /live\n"
VERSIONS = {
    "1.3.0": (TEMPLATE + PROBE + "        tty: true\n", VALUES),
    "1.2.0": (TEMPLATE + PROBE, VALUES.replace("/live", "/health")),
    "1.1.1": (TEMPLATE + PROBE, VALUES),
    "1.1.0": (TEMPLATE + PROBE, VALUES),
    "1.0.0": (TEMPLATE, VALUES),
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    found = {}
    for version, (template, values) in VERSIONS.items():
        folder = tmp_path_factory.mktemp("charts") / "app"
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: app\nversion: {version}\n")
        (folder / "values.yaml").write_text(values)
        (folder / "templates" / "all.yaml").write_text(template)
        found[version] = load_archive(folder)
    return found


def answered(archives, made_by, values, asked, **given):
    judge = Judge(InferenceRequest(chart=archives[made_by], targets={}), find_helm(), Cache(None))
    targets = rendered_resources(judge.ask(values, ReleaseContext(release="shop", namespace="data")))
    first, *others = (archives[version] for version in asked)
    request = InferenceRequest(
        chart=first, others=tuple(others), targets={"prod": targets}, release="shop", namespace="data", **given
    )
    found, _ = infer(request, tools=Toolchain(kustomize=find_kustomize(), helm=find_helm()), cache=Cache(None))
    version = next(name for name, archive in archives.items() if archive.digest == found.chart_digest)
    return version, found


@pytest.mark.parametrize(
    ("made_by", "best"),
    [
        ("1.3.0", "1.3.0"),
        ("1.2.0", "1.2.0"),  # 1.1 would render it too, with one value more
        ("1.1.0", "1.1.1"),  # both render the same: the newest of them
        ("1.0.0", "1.0.0"),
    ],
)
def test_identical_then_fewest_values_then_newest(archives, made_by, best):
    values = {"replicas": 3, "args": ["--one", "--two"]}
    version, found = answered(archives, made_by, values, VERSIONS, budget=30)
    assert version == best
    assert found.identical
    assert found.values.common == values


@pytest.mark.parametrize(("share", "count"), [(1, 1), (0, versions_room.TRIED)])
def test_only_those_that_look_best_are_searched_and_within_one_budget(archives, monkeypatch, share, count):
    """After a good answer only those that come nearer with it; else the next ones as well."""
    if not share:
        monkeypatch.setattr(versions_room, "_is_good", lambda _: False)
    searched = []
    real = versions_room.best_of

    def watched(request, infer):
        def one(each):
            searched.append((each.chart.ref.version, each.budget, each.start is not None))
            return infer(each)

        return real(request, one)

    monkeypatch.setattr(versions_room, "best_of", watched)
    answered(archives, "1.0.0", {"replicas": 2}, VERSIONS, budget=10)
    assert len(searched) == count
    assert searched[0][0] == "1.0.0"
    assert all(budget <= 10 for _, budget, _ in searched)
    assert searched[0][1] <= versions_room.FIRST_SHARE * 10
    assert [begun for _, _, begun in searched] == [False, True, True][:count]


def test_an_answer_with_a_value_too_many_makes_the_chart_tried_that_has_it_as_its_default(archives, monkeypatch):
    """As if 1.1.1 had looked best for what 1.2.0 made: with the answer 1.2.0 comes as near by one value less."""
    monkeypatch.setattr(versions_room, "_ranked", lambda estimates: sorted(estimates, key=lambda index: -index))
    version, found = answered(archives, "1.2.0", {"replicas": 2}, ["1.2.0", "1.1.1"], budget=20)
    assert (version, found.values.common) == ("1.2.0", {"replicas": 2})


def test_a_chart_that_helm_refuses_leaves_the_others(archives, tmp_path):
    folder = tmp_path / "app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 9.0.0\n")
    (folder / "templates" / "all.yaml").write_text('{{ fail "no" }}')
    with_broken = {"9.0.0": load_archive(folder), **archives}
    version, found = answered(with_broken, "1.0.0", {"replicas": 2}, ["9.0.0", "1.0.0"], budget=20)
    assert (version, found.identical) == ("1.0.0", True)
