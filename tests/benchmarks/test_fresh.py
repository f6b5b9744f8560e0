"""Fresh cases: what charts document, what is drawn from it, and what a case holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_chart import CHART, CONFIG

import fresh
from measuring.cases import read_cases
from measuring.effect import leaves
from measuring.fresh.charts import charts_of, without_round_trip
from measuring.fresh.documented import Place, documented
from measuring.fresh.drawn import Areas, placed
from measuring.fresh.examples import comments_of
from measuring.fresh.families import changes_of
from measuring.fresh.jobs import causes, default_jobs, family_jobs, fresh_jobs, mode_jobs
from measuring.fresh.made import chosen_case, drawn_case
from measuring.fresh.natural import natural
from measuring.fresh.page import ending, made_figures, section, shown
from measuring.fresh.rendered import Renders
from measuring.fresh.varied import varied
from measuring.fresh.words import seeded
from measuring.rows import CaseRow, Drawn, read_rows
from measuring.running import measured
from migrator.charts import load_archive
from migrator.yamlio import dump

VALUES = """\
# mode is `single` or `cluster`
mode: single
debug: false
size: 3
## e.g:
## extraEnv:
##   - name: ONE
##     value: two
extraEnv: []
tolerations: []
# - key: pool
#   operator: Exists
podLabels: {}
ingress:
  enabled: false
  host: shop.example.com
  # className: nginx
refused: ''
unused: 10m
"""
DEPLOYMENT = """
{{- if eq .Values.refused "yes" }}{{ fail "never" }}{{ end }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.size }}
  template:
    metadata:
      labels: {{- toYaml .Values.podLabels | nindent 8 }}
    spec:
      tolerations: {{- toYaml .Values.tolerations | nindent 8 }}
      containers:
        - name: {{ ternary "many" "one" (eq .Values.mode "cluster") }}
          env: {{- toYaml .Values.extraEnv | nindent 12 }}
{{- if .Values.ingress.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: {{ .Release.Name }}}
spec:
  ingressClassName: {{ .Values.ingress.className }}
  rules: [{host: {{ .Values.ingress.host }}}]
{{- end }}
"""


@pytest.fixture
def chart(tree) -> Path:
    files = {"chart/Chart.yaml": CHART, "chart/values.yaml": VALUES, "chart/templates/a.yaml": DEPLOYMENT}
    return tree(files) / "chart"


@pytest.fixture
def renders(chart, tool) -> Renders:
    return Renders(tool, chart, "one", "here")


@pytest.fixture
def corpus(tree) -> Path:
    library = "apiVersion: v2\nname: common\nversion: 1.0.0\ntype: library\n"
    return tree(
        {
            "charts/tiny/Chart.yaml": CHART,
            "charts/tiny/values.yaml": VALUES,
            "charts/tiny/templates/a.yaml": DEPLOYMENT,
            "charts/tiny/charts/common/Chart.yaml": library,
            "charts/known/Chart.yaml": CHART.replace("tiny", "known"),
            "charts/known/templates/a.yaml": CONFIG,
            "charts/CATALOG.tsv": "name\tversion\tfile\trequiredValues\tsubcharts\n"
            "tiny\t1.0.0\ttiny\t--set size=4,ingress.host=b.example.com --skip-schema-validation\tcommon\n"
            "known\t1.0.0\tknown\t\t\n"
            "gone\t1.0.0\tgone.tgz\t\t\n",
            "roundtrip/INDEX.tsv": "case\tchart\nknown-one\tknown\n",
        }
    )


def options(corpus: Path, *words: str):
    return fresh.arguments(["--corpus", str(corpus), "--budget=10", "--cold-only", "--no-effect", *words])


def test_comments_show_examples_new_keys_and_choices():
    told = comments_of(VALUES)
    assert told.examples[("extraEnv",)] == [[{"name": "ONE", "value": "two"}]]
    assert told.examples[("tolerations",)] == [[{"key": "pool", "operator": "Exists"}]]
    assert told.examples[("ingress", "className")] == ["nginx"]
    assert told.choices[("mode",)] == ["single", "cluster"]
    assert ("size",) not in told.examples


def test_what_cannot_be_read_tells_nothing():
    assert comments_of("a: [").examples == {}


def test_a_chart_documents_its_places_and_those_of_subcharts(chart):
    below = {"Chart.yaml": "name: db\nversion: 1.0.0\n", "values.yaml": "engine: {port: 1}\n"}
    (chart / "charts" / "db").mkdir(parents=True)
    for name, text in below.items():
        (chart / "charts" / "db" / name).write_text(text)
    (chart / "values.schema.json").write_text('{"properties": {"owner": {"type": "string", "enum": ["a", "b"]}}}')
    places = {place.path: place for place in documented(load_archive(chart)).places}
    assert places[("mode",)].choices == ("single", "cluster")
    assert places[("mode",)].compared
    assert places[("ingress", "className")].examples == ("nginx",)
    assert places[("owner",)].choices == ("a", "b")
    assert places[("db", "engine", "port")].default == 1


def test_defaults_below_a_key_that_is_not_for_people_are_set_at_the_top(chart):
    (chart / "values.yaml").write_text("_internal:\n  size: 1\n")
    assert [place.path for place in documented(load_archive(chart)).places] == [("size",)]


@pytest.mark.parametrize(
    ("path", "default", "fits"),
    [
        ("debug", False, lambda value: value is True),
        ("memory", "64Mi", lambda value: value[-2:] in {"Mi", "Gi"}),
        ("image.tag", "v1.2.3", lambda value: value == "v1.2.4"),
        ("tolerations", [], lambda value: all("operator" in item for item in value)),
        ("podLabels", {}, lambda value: all(isinstance(text, str) for text in value.values())),
        ("something", "", lambda value: value is None),
        ("config", "a = 1\nb = x\n", lambda value: value.endswith("b = x\n") and value[:5] != "a = 1"),
    ],
)
def test_a_natural_value_is_one_of_its_kind(path, default, fits):
    place = Place(path=tuple(path.split(".")), default=default)
    values = [natural(seeded(number), place) for number in range(12)]
    assert all(value is None or fits(value) for value in values)
    assert any(fits(value) for value in values)


def test_a_repository_beside_its_registry_names_no_registry(chart):
    (chart / "values.yaml").write_text("image: {registry: docker.io, repository: app}\n")
    places = {place.key: place for place in documented(load_archive(chart)).places}
    assert "." not in natural(seeded(1), places["repository"])
    assert "." in natural(seeded(1), Place(path=("image", "repository"), default="app"))


def test_a_type_that_the_schema_refuses_is_not_drawn():
    place = Place(path=("replicas",), kinds=frozenset({"string"}))
    assert {natural(seeded(number), place) for number in range(5)} == {None}


def test_a_list_is_varied_in_one_item():
    assert varied(seeded(1), [{"name": "a", "port": 80}], "ports")[0].keys() == {"name", "port"}
    assert varied(seeded(1), [], "ports") is None


def test_a_seed_draws_the_same_values_and_another_seed_others(chart):
    areas = Areas.of(documented(load_archive(chart)))
    first, again, other = (list(areas.batches(seeded(seed), 6)) for seed in (1, 1, 2))
    assert first == again != other


def test_a_case_holds_only_values_that_are_needed(chart, renders):
    made = drawn_case(seeded(5), documented(load_archive(chart)), renders, {}, 5)
    paths = list(leaves(made.values))
    assert len(paths) >= 3
    assert ("unused",) not in paths
    assert set(made.effects) == {".".join(path) for path in paths}
    assert all(made.effects.values())
    assert made.deterministic


def test_values_without_effect_and_refused_ones_are_no_case(renders):
    assert chosen_case(((("unused",), "20m"),), renders, {}) is None
    assert chosen_case(((("refused",), "yes"),), renders, {}) is None
    assert renders.refusals > 0
    made = chosen_case(((("size",), 5), (("debug",), True)), renders, {})
    assert made is None, "one of two changes nothing"
    made = chosen_case(((("size",), 5),), renders, {})
    assert made.effects == {"size": ("Deployment.apps one: spec.replicas",)}


def test_a_value_that_is_printed_as_go_shows_it_is_no_case(renders):
    assert chosen_case(((("size",), {"a": 1}),), renders, {}) is None


def test_a_refused_value_does_not_take_the_others_with_it(chart, renders):
    (chart / "values.yaml").write_text(
        "size: 1\n# refused: yes\ntolerations: []\npodLabels: {}\nextraEnv: []\nmode: ''\n"
    )
    text = DEPLOYMENT.replace(".Values.ingress.enabled", ".Values.none").replace(
        "eq .Values.refused", "ne .Values.refused"
    )
    (chart / "templates" / "a.yaml").write_text(text.replace('"yes"', '"no"'))
    made = drawn_case(seeded(2), documented(load_archive(chart)), renders, {"refused": "no"}, 4)
    assert made.values["refused"] == "no"
    assert len(made.values) > 2


def test_generated_secrets_are_pinned_where_a_value_does(chart, renders):
    secret = "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: {{ .Values.password | default (randAlpha 9) }}}\n"
    (chart / "templates" / "a.yaml").write_text(DEPLOYMENT + secret)
    (chart / "values.yaml").write_text(VALUES + "password: ''\n")
    made = drawn_case(seeded(5), documented(load_archive(chart)), renders, {}, 4)
    assert made.deterministic
    assert "password" in made.values


def test_charts_with_a_round_trip_are_left_out(corpus):
    charts = charts_of(corpus)
    assert [chart.name for chart in charts] == ["known", "tiny"]
    ((name, (tiny,)),) = without_round_trip(charts, corpus).items()
    assert (name, tiny.required) == ("tiny", {"size": 4, "ingress": {"host": "b.example.com"}})
    assert tiny.skip_schema


def test_a_run_makes_cases_measures_them_and_keeps_them(corpus, tool, tmp_path, capsys):
    given = options(corpus, "--keep", str(tmp_path / "kept"))
    rows = tuple(measured(fresh_jobs(given, tool), 1, tmp_path / "rows"))
    (row,) = read_rows([tmp_path / "rows"])
    assert (rows, row.name, row.error, row.total) == ((row,), "tiny-1.0.0-s1", "", 2)
    (case,) = read_cases(tmp_path / "kept")
    assert row.minimal == len(list(leaves(case.values)))
    again = options(corpus, "--keep", str(tmp_path / "again"))
    assert len(list(measured(fresh_jobs(again, tool), 1, None))) == 1
    assert read_cases(tmp_path / "again")[0].values == case.values
    assert list(fresh_jobs(options(corpus, "--name", "other"), tool)) == []
    assert "tiny-1.0.0-s1 " in capsys.readouterr().out


def test_charts_are_measured_at_their_defaults(corpus, tool):
    rows = list(measured(default_jobs(options(corpus, "--defaults"), tool), 1, None))
    assert sorted((row.name, row.perfect) for row in rows) == [
        ("known-1.0.0-defaults", True),
        ("tiny-1.0.0-defaults", True),
    ]


def test_families_change_one_kind_and_pairs(corpus, tool, chart):
    names = [change.name for change in changes_of(seeded(1), documented(load_archive(chart)), load_archive(chart))]
    assert names[:4] == ["pod-labels", "extra-env", "tolerations", "ingress"]
    assert all("+" in name for name in names[4:])
    given = options(corpus, "--families", "--cases-per-chart", "2")
    rows = list(measured(family_jobs(given, tool), 1, None))
    assert sorted(row.name for row in rows) == ["tiny-1.0.0-extra-env", "tiny-1.0.0-pod-labels"]
    assert all(row.minimal >= 1 for row in rows)


def test_a_family_of_named_objects_changes_their_entries(chart):
    (chart / "values.yaml").write_text("controllers: {}\npersistence: {}\nservice: {}\ningress: {}\n")
    archive = load_archive(chart)
    changes = {change.name: change.batches for change in changes_of(seeded(1), documented(archive), archive)}
    (((path, value),),) = changes["persistence"]
    assert (path, value["type"]) == (("persistence", "data"), "persistentVolumeClaim")
    assert any("+" in name for name in changes)


def test_a_difference_is_told_with_the_values_that_show_there():
    effects = {"a.b": ("Pod x: spec.c", "Pod x: spec.d"), "e": ("Pod x: spec.c.0",), "f": ("Pod y: all of it",)}
    lines = ("Pod x: spec.c.0.name", "Pod y: spec", "Pod z: not rendered")
    assert causes(lines, effects) == (
        "Pod x: spec.c.0.name <- e, a.b",
        "Pod y: spec <- f",
        "Pod z: not rendered <- ?",
    )


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"perfect": True}, "perfect"),
        ({"error": "MIG405"}, "failed"),
        ({"claimed": True}, "false claim"),
        ({"late": True, "residual": {"not-found-within-budget": 1}}, "out of budget"),
        ({"residual": {"not-found-within-budget": 1, "refused": 1}}, "neither"),
        ({"residual": {"inexpressible": 2, "refused": 1}}, "refused"),
        ({"residual": {"inexpressible": 2}}, "inexpressible"),
        ({"residual": {"written-differently": 2}}, "written differently"),
        ({}, "neither"),
    ],
)
def test_how_a_search_ended(told, word):
    assert ending(CaseRow(name="a", **told)) == word


def test_the_section_and_the_figures():
    good = CaseRow(name="good", equal=2, total=2, perfect=True, minimal=3)
    bad = CaseRow(
        name="bad", equal=1, total=2, minimal=4, drawn=Drawn(refusals=2, dropped=3, causes=("Pod x: a <- b.c",))
    )
    text = section([good, bad], "fresh")
    assert "| cases perfect (every resource equal, no residual) | 92 % | 50.0 % (1 of 2) | no |" in text
    assert "| neither | 1 |" in text
    assert "| bad | neither | `Pod x: a <- b.c` |" in text
    assert "| good | 2/2 | yes |" in text
    assert "good" not in section([good], "defaults")
    assert [item.measure for item in made_figures([], "defaults")][-1] == "the slowest"
    told = "\n".join(shown([good, bad], "fresh"))
    assert "ended: perfect 1, neither 1" in told
    assert "2 cases of 7 values; while they were drawn helm refused 2 renders, and 3 values were dropped" in told


def test_values_are_placed_without_touching_what_was_there():
    values = {"a": {"b": 1}}
    assert placed(values, ((("a", "c"), 2), (("d",), 3))) == {"a": {"b": 1, "c": 2}, "d": 3}
    assert dump(values) == "a:\n  b: 1\n"


def test_modes_are_measured_as_written_where_a_chart_takes_them(corpus, tool, tmp_path, capsys):
    modes = tmp_path / "modes.yaml"
    wide = "{size: 7, ingress: {enabled: true}, unused: 20m}"
    modes.write_text(f"tiny: {{wide: {wide}, never: {{refused: 'yes'}}}}\nabsent: {{wide: {wide}}}\n")
    rows = list(measured(mode_jobs(options(corpus, "--modes", str(modes)), tool), 1, None))
    assert [(row.name, row.perfect, row.minimal) for row in rows] == [("tiny-1.0.0-wide", True, 3)]
    assert "tiny-1.0.0-never: helm refuses it" in capsys.readouterr().out
    assert made_figures(rows, "modes")[0].reach == "100 %"
