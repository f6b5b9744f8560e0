"""Comments for values that do not explain themselves."""

from __future__ import annotations

import pytest
from commented_chart import commented_chart

from migrator.charts.types import ChartArchive
from migrator.inference.types import SplitValues
from migrator.inference.values.chart_outline import outline
from migrator.inference.values.comments import notes
from migrator.model import ReleaseContext
from migrator.templates.chart import load_chart
from migrator.templates.interpreter.render import Interpreter

SETTING = ReleaseContext(release="r", namespace="n")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    return commented_chart(tmp_path_factory.mktemp("charts"))


def noted(archive: ChartArchive, common: dict, **environments: dict) -> dict[str, str]:
    chart = load_chart(archive.files)
    interpreter = Interpreter(chart, untaken=False)
    found = notes(SplitValues(common=common, environments=environments), outline(chart), interpreter, SETTING)
    return {".".join(map(str, path)): text for path, text in found.items()}


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
