"""Values files read as if written by hand: in the chart's order, with a comment where one is needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.charts import load_archive
from migrator.charts.types import ChartArchive
from migrator.inference.types import SplitValues
from migrator.inference.values.chart_outline import Section, arranged, outline
from migrator.inference.values.comments import notes
from migrator.inference.values.files import WIDTH, values_files, values_texts
from migrator.model import ReleaseContext
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter
from migrator.yamlio import Dialect, read_value, same

VALUES = """\
fullnameOverride: ""
image:
  repository: example/app
  # tag: only-an-example
  pullPolicy: IfNotPresent
service:
  type: ClusterIP
  # nodePort: 30080
  port: 80
password: ""
existingSecret: ""
probe:
  path: /
  period: 10
  timeout: 5
  delay: 3
  threshold: 4
tolerations:
- key: spot
shared: &shared {merged: 1}
anchored:
  <<: *shared
  own: 1
# The field `spoken` may be set as well.
sidecars: {}
#  main:
#    image: a
#    args: []
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.fullnameOverride | default "app" }}}
data:
  image: {{ .Values.image.repository }}
  hidden: {{ .Values.service.hidden | quote }}
  cache: {{ .Values.image.annotations | toJson | quote }}
  probe: {{ .Values.probe | toJson | quote }}
  more: "{{ .Values.service.spoken }}{{ .Values.anchored.merged }}"
{{- if not .Values.existingSecret }}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
data: {password: {{ .Values.password | default (randAlphaNum 10) | b64enc }}}
{{- end }}
"""
SUBCHART = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: cache}
data: {size: {{ .Values.size | quote }}, inner: {{ .Values.inner | quote }}}
"""
SETTING = ReleaseContext(release="r", namespace="n")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    home = tmp_path_factory.mktemp("charts") / "app"
    sub = home / "charts" / "cache"
    for folder in (home, sub):
        (folder / "templates").mkdir(parents=True)
    dependency = "dependencies: [{name: cache, version: 0.3.0, repository: ''}]\n"
    (home / "Chart.yaml").write_text(f"apiVersion: v2\nname: app\nversion: 1.0.0\n{dependency}")
    (home / "values.yaml").write_text(VALUES)
    (home / "templates" / "app.yaml").write_text(TEMPLATE)
    (sub / "Chart.yaml").write_text("apiVersion: v2\nname: cache\nversion: 0.3.0\n")
    (sub / "values.yaml").write_text("size: 1Gi\nenabled: true\nglobal: {registry: ''}\n")
    (sub / "templates" / "cache.yaml").write_text(SUBCHART)
    return load_archive(home)


def section(archive: ChartArchive) -> Section:
    return outline(load_chart(archive.files))


def noted(archive: ChartArchive, common: dict, **environments: dict) -> dict[str, str]:
    chart = load_chart(archive.files)
    interpreter = Interpreter(chart, untaken=False)
    found = notes(SplitValues(common=common, environments=environments), outline(chart), interpreter, SETTING)
    return {".".join(map(str, path)): text for path, text in found.items()}


def keys(tree: object) -> list[str]:
    """Every key in the order in which it is written."""
    if isinstance(tree, dict):
        return [found for key, value in tree.items() for found in (key, *keys(value))]
    return [found for item in tree for found in keys(item)] if isinstance(tree, list) else []


def test_keys_stand_in_the_order_of_the_chart_and_examples_count(archive: ChartArchive) -> None:
    tree = {
        "zone": 1,
        "cache": {"enabled": True, "size": "2Gi"},
        "service": {"port": 1, "nodePort": 2, "type": "NodePort"},
        "image": {"pullPolicy": "Always", "tag": "v1", "repository": "x"},
        "alpha": 2,
        "global": {"registry": "x"},
    }
    assert keys(arranged(tree, section(archive))) == [
        *("image", "repository", "tag", "pullPolicy"),
        *("service", "type", "nodePort", "port"),
        *("cache", "size", "enabled"),
        *("global", "registry"),
        *("alpha", "zone"),
    ]


def test_named_entries_are_sorted_as_people_count_and_follow_a_sibling_inside(archive: ChartArchive) -> None:
    entry = {"args": ["x"], "image": "b"}
    tree = {"sidecars": {"log-10": entry, "log-9": entry}}
    assert keys(arranged(tree, section(archive))) == ["sidecars", "log-9", "image", "args", "log-10", "image", "args"]


def test_items_begin_with_what_names_them_and_end_with_what_is_long(archive: ChartArchive) -> None:
    tree = {"extra": [{"labels": {"a": "b"}, "key": 1, "name": "x"}, {"metadata": {}, "kind": "A", "apiVersion": "v1"}]}
    found = arranged(tree, section(archive))["extra"]
    assert [list(item) for item in found] == [["name", "key", "labels"], ["apiVersion", "kind", "metadata"]]


LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab\n #:", max_size=8)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b2", "b10", "name"]), inner),
    max_leaves=12,
)


@given(tree=st.dictionaries(st.sampled_from(["image", "service", "x", "cache", "global"]), TREES))
def test_no_value_changes_by_being_written(tree: dict, archive: ChartArchive) -> None:
    values = SplitValues(common=arranged(tree, section(archive)), notes=tuple(((key,), "why") for key in tree))
    (bare,) = values_files(values, "dev", ("app", "1.0.0"))
    assert same(read_value(bare, dialect=Dialect.SIGS), tree)
    (nested,) = values_files(values, "dev", ("app", "1.0.0"), below="app")
    read = read_value(nested, dialect=Dialect.SIGS)
    shared = {"global": read["global"]} if "global" in read else {}
    assert same({**read.get("app", {}), **shared}, tree)


def test_a_deletion_says_what_it_deletes(archive: ChartArchive) -> None:
    found = noted(archive, {"probe": None, "tolerations": None, "image": {"pullPolicy": None, "repository": ""}})
    assert found == {
        "probe": "takes out the chart's default: path, period, timeout and 2 more",
        "tolerations": "takes out the chart's default: a list of 1",
        "image.pullPolicy": "takes out the chart's default: IfNotPresent",
        "image.repository": "empty instead of the chart's default: example/app",
    }
    assert noted(archive, {"unknown": None}) == {}


def test_an_unmentioned_value_says_who_reads_it(archive: ChartArchive) -> None:
    found = noted(archive, {"service": {"hidden": "x", "nodePort": 1, "nobody": 2}, "cache": {"inner": "y"}})
    assert noted(archive, {"service": {"spoken": 1}, "anchored": {"merged": 2}}) == {}
    assert found == {
        "service.hidden": "not in the chart's values.yaml; read by templates/app.yaml",
        "cache": "values of the subchart cache 0.3.0",
        "cache.inner": "not in the chart's values.yaml; read by charts/cache/templates/cache.yaml",
    }


def test_the_switch_of_a_subchart_and_plain_values_need_no_comment(archive: ChartArchive) -> None:
    assert (
        noted(archive, {"cache": {"enabled": False}, "image": {"tag": "v2"}, "sidecars": {"x": {"image": "y"}}}) == {}
    )


def test_a_kept_name_and_a_pinned_secret(archive: ChartArchive) -> None:
    found = noted(archive, {"fullnameOverride": "old", "password": "hunter22"})
    assert found == {
        "fullnameOverride": "keeps the names that the objects have",
        "password": "without it the chart draws a new one at random on every render",
    }
    assert noted(archive, {"existingSecret": "mine"}) == {}


def test_raw_manifests_are_named(archive: ChartArchive) -> None:
    role = {"apiVersion": "v1", "kind": "Role", "metadata": {"name": "reader"}}
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n"
    assert noted(archive, {"extraObjects": [role, text]}) == {
        "extraObjects": "objects that no template of the chart makes: Role reader, ConfigMap more"
    }


def test_an_environment_explains_only_what_the_common_file_does_not_hold() -> None:
    values = SplitValues(
        common={"a": {"b": 1}},
        environments={"prod": {"a": {"c": None}}},
        notes=((("a",), "about a"), (("a", "c"), "about c")),
    )
    common, own = values_files(values, "prod", ("app", "1.0.0"), below="app")
    assert common == "# Values of app 1.0.0 in every environment.\napp:\n  # about a\n  a:\n    b: 1\n"
    assert own == (
        "# What prod adds to values.yaml; lists replace, they do not add.\napp:\n  a:\n    # about c\n    c: null\n"
    )
    assert values_files(values, "dev", ("app", "1.0.0"), below="app") == (common,)
    assert list(values_texts(values)) == ["", "prod"]


def test_comments_stay_within_the_width() -> None:
    deep = ("one", "two", "three")
    values = SplitValues(common={"one": {"two": {"three": 1}}}, notes=((deep, "word " * 40),))
    (text,) = values_files(values, "dev", ("app", "1.0.0"), below="app")
    (comment,) = re.findall(r"^ +#.*$", text, re.MULTILINE)
    assert WIDTH - 8 < len(comment) <= WIDTH
    assert comment.endswith("...")


def test_global_comes_to_the_top_unless_some_environment_deletes_in_it() -> None:
    values = SplitValues(common={"global": {"a": 1}, "b": 2}, environments={"prod": {"global": {"c": 3}}})
    common, own = values_files(values, "prod", ("app", "1.0.0"), below="app")
    assert read_value(common, dialect=Dialect.SIGS) == {"global": {"a": 1}, "app": {"b": 2}}
    assert read_value(own, dialect=Dialect.SIGS) == {"global": {"c": 3}}
    deleting = SplitValues(common=values.common, environments={"prod": {"global": {"a": None}}})
    common, own = values_files(deleting, "prod", ("app", "1.0.0"), below="app")
    assert read_value(common, dialect=Dialect.SIGS) == {"app": {"global": {"a": 1}, "b": 2}}
    assert read_value(own, dialect=Dialect.SIGS) == {"app": {"global": {"a": None}}}


@pytest.mark.corpus
def test_public_charts_are_read_and_their_own_order_is_kept(corpus: Path) -> None:
    for name in ("kube-prometheus-stack-45.7.1", "redis-17.14.4", "cert-manager-v1.12.4"):
        chart = load_chart(load_archive(corpus / "charts" / f"{name}.tgz").files)
        shuffled = {key: chart.values[key] for key in sorted(chart.values, reverse=True)}
        assert list(arranged(shuffled, outline(chart))) == list(chart.values)
