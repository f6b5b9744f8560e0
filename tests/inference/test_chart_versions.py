"""Several versions of a chart may have made a target: the one that fits best is taken."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from migrator.charts import load_archive
from migrator.engines import Cache, Toolchain, find_helm, find_kustomize, rendered_resources
from migrator.inference import InferenceRequest, infer
from migrator.inference.search.chart_versions import FIRST_SHARE, TRIED, best_of
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


def tools():
    return Toolchain(kustomize=find_kustomize(), helm=find_helm())


def archive_at(folder, version, template, values):
    home = folder / "app"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text(f"apiVersion: v2\nname: app\nversion: {version}\n")
    (home / "values.yaml").write_text(values)
    (home / "templates" / "all.yaml").write_text(template)
    return load_archive(home)


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts")
    return {version: archive_at(folder / version, version, *made) for version, made in VERSIONS.items()}


def request(archives, made_by, values, asked, **given):
    judge = Judge(InferenceRequest(chart=archives[made_by], targets={}), find_helm(), Cache(None))
    targets = rendered_resources(judge.ask(values, ReleaseContext(release="shop", namespace="data")))
    first, *others = (archives[version] for version in asked)
    return InferenceRequest(
        chart=first, others=tuple(others), targets={"prod": targets}, release="shop", namespace="data", **given
    )


def answered(archives, made_by, values, asked, **given):
    found, _ = infer(request(archives, made_by, values, asked, **given), tools=tools(), cache=Cache(None))
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


@pytest.mark.parametrize(("is_good", "count"), [(True, 1), (False, TRIED)])
def test_only_those_that_look_best_are_searched_and_within_one_budget(archives, is_good, count):
    """After a good answer only those that come nearer with it; else the next ones as well."""
    searched = []

    def watched(one):
        searched.append(one)
        found, notes = infer(one, tools=tools(), cache=Cache(None))
        return found if is_good else replace(found, refusals={"prod": "as if helm refused it"}), notes

    best_of(request(archives, "1.0.0", {"replicas": 2}, VERSIONS, budget=10), watched)

    assert len(searched) == count
    assert searched[0].chart.ref.version == "1.0.0"
    assert all(one.budget <= 10 for one in searched)
    assert searched[0].budget <= FIRST_SHARE * 10
    assert [one.start is not None for one in searched] == [False, True, True][:count]


DEBUG = "        {{- if .Values.debug }}\n        env: ENTRIES\n        {{- end }}\n"


def test_a_chart_that_looked_worse_is_tried_if_it_needs_fewer_values_than_the_answer(tmp_path):
    """Before the search its many variables of debugging count more than the path, which the other one has wrong."""
    made = {
        "2.0.0": (
            TEMPLATE + PROBE + DEBUG.replace("ENTRIES", str([{"name": n, "value": n} for n in "abcd"])),
            "/health",
        ),
        "1.0.0": (TEMPLATE + PROBE + DEBUG.replace("ENTRIES", str([{"name": "a", "value": "b"}])), "/live"),
    }
    charts = {
        version: archive_at(tmp_path / version, version, template, VALUES.replace("/live", path) + "debug: true\n")
        for version, (template, path) in made.items()
    }
    searched = []

    def watched(one):
        searched.append(one.chart.ref.version)
        return infer(one, tools=tools(), cache=Cache(None))

    found, _ = best_of(request(charts, "2.0.0", {"debug": False}, ["2.0.0", "1.0.0"], budget=20), watched)

    assert searched == ["1.0.0", "2.0.0"]
    assert found.chart_digest == charts["2.0.0"].digest
    assert found.values.common == {"debug": False}


@pytest.mark.parametrize(("asked", "taken"), [(["1.2.0", "1.3.0"], "1.2.0"), (["1.0.0", "1.3.0"], "1.3.0")])
def test_of_charts_that_stand_in_the_nearest_is_taken_unless_a_farther_one_is_clearly_better(archives, asked, taken):
    """What no chart says differs with all: a terminal more is little beside it, a terminal and a probe are not."""
    values = {"replicas": 2, "args": ["--one"]}
    made = request(archives, "1.3.0", values, asked, budget=20, are_stand_ins=True)
    (target,) = made.targets["prod"]
    body = json.loads(json.dumps(target.body))
    body["spec"]["template"]["spec"]["containers"][0] |= {"stdin": True, "stdinOnce": True, "workingDir": "/srv"}

    def taken_of(one):
        found, _ = infer(one, tools=tools(), cache=Cache(None))
        return next(version for version, archive in archives.items() if archive.digest == found.chart_digest)

    made = replace(made, targets={"prod": (replace(target, body=body),)})
    assert taken_of(made) == taken
    assert taken_of(replace(made, are_stand_ins=False)) == "1.3.0"


def test_a_chart_that_helm_refuses_leaves_the_others(archives, tmp_path):
    folder = tmp_path / "app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 9.0.0\n")
    (folder / "templates" / "all.yaml").write_text('{{ fail "no" }}')
    with_broken = {"9.0.0": load_archive(folder), **archives}
    version, found = answered(with_broken, "1.0.0", {"replicas": 2}, ["9.0.0", "1.0.0"], budget=20)
    assert (version, found.identical) == ("1.0.0", True)
