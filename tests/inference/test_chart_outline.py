"""Keys in the order of the chart's own values.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
from commented_chart import commented_chart, section

from migrator.charts import load_archive
from migrator.charts.types import ChartArchive
from migrator.inference.values.chart_outline import arranged, outline
from migrator.templates.chart import load_chart


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    return commented_chart(tmp_path_factory.mktemp("charts"))


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


@pytest.mark.corpus
def test_public_charts_are_read_and_their_own_order_is_kept(corpus: Path) -> None:
    for name in ("kube-prometheus-stack-45.7.1", "redis-17.14.4", "cert-manager-v1.12.4"):
        chart = load_chart(load_archive(corpus / "charts" / f"{name}.tgz").files)
        shuffled = {key: chart.values[key] for key in sorted(chart.values, reverse=True)}
        assert list(arranged(shuffled, outline(chart))) == list(chart.values)
