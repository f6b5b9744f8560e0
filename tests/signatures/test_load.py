from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.signatures import (
    CATEGORIES,
    VersionTable,
    Weights,
    load_signatures,
    load_versions,
    load_weights,
    read_signature,
    render,
)
from migrator.yamlio import YamlError, rules_directory

GOOD = """\
apiVersion: migrate/v1
kind: Signature
chart: cachet
repository: https://charts.example.org
category: databases
learnedFrom: ["1.2.3"]
fullname: "{release}-cachet"
versionLabel: app
images:
  acme/cachet: {weight: 1, tag: appVersion}
labels:
  app.kubernetes.io/name: [cachet]
containers:
  cachet: {ports: [6000], flags: [maxmem]}
servicePorts: [6000]
core:
  StatefulSet: ["{fullname}"]
objects:
  Service: ["{fullname}", "{fullname}-headless"]
"""
PATH = RepoPath(".migrate/rules/signatures/databases/cachet.yaml")


def test_a_signature_is_read_and_written_again() -> None:
    one = read_signature(GOOD.encode(), PATH)
    assert one.chart == "cachet"
    assert one.images[0].is_app_version
    assert [pattern.name for pattern in one.objects if pattern.core] == ["{fullname}"]
    assert render(one) == GOOD


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("chart: cachet", "chart: [x]", 3, "chart"),
        ("chart: cachet\n", "", 1, "chart: is missing"),
        ("category: databases", "category: caches", 5, "category: must be one of monitoring"),
        ("kind: Signature", "kind: Sign", 2, "kind: must be Signature"),
        ("weight: 1,", "weight: 3,", 10, "images.acme/cachet.weight: must lie between 0 and 1"),
        ("weight: 1,", "wieght: 1,", 10, "images.acme/cachet.wieght: unknown field"),
        ("tag: appVersion", "tag: latest", 10, "images.acme/cachet.tag: must be one of appVersion"),
        ("tag: appVersion", "tag: [x]", 10, "images.acme/cachet.tag: must be one of appVersion, not ['x']"),
        ("servicePorts: [6000]", "servicePorts: [six]", 15, "servicePorts.0: must be a whole number"),
        ("servicePorts: [6000]", "servicePorts: [true]", 15, "servicePorts.0: must be a whole number"),
        ("servicePorts:", "service_ports:", 15, "unknown field 'service_ports'"),
        ("ports: [6000]", "ports: 6000", 14, "containers.cachet.ports"),
        ("versionLabel: app", "versionLabel: both", 8, "versionLabel: must be one of app, chart, not 'both'"),
        ("labels:\n  app.kubernetes.io/name: [cachet]", "labels: [x]", 11, "labels: must be a mapping"),
    ],
)
def test_a_broken_rule_names_file_line_and_field(old: str, new: str, line: int, field: str) -> None:
    assert old in GOOD
    with pytest.raises(MigrateError) as caught:
        read_signature(GOOD.replace(old, new).encode(), PATH)
    found = caught.value.diagnostic
    assert found.code == "MIG301"
    assert found.span is not None
    assert (found.span.path, found.span.line) == (PATH, line)
    assert field in found.summary


def test_a_rule_that_is_no_yaml_names_its_place() -> None:
    with pytest.raises(YamlError, match=r"cachet\.yaml"):
        read_signature(b"chart: [", PATH)


def test_team_signatures_win_by_chart_name(tmp_path: Path) -> None:
    shipped, team = tmp_path / "ours" / "databases", tmp_path / "team"
    shipped.mkdir(parents=True)
    team.mkdir()
    (shipped / "cachet.yaml").write_text(GOOD)
    (shipped / "cachet-other.yaml").write_text(GOOD.replace("charts.example.org", "other.example.org"))
    (team / "cachet.yaml").write_text(GOOD.replace("databases", "storage").replace("charts.example", "team.example"))
    assert len(load_signatures(shipped=shipped.parent)) == 2
    (one,) = load_signatures([team], shipped=shipped.parent)
    assert (one.category, one.source) == ("storage", ".migrate/rules/signatures/cachet.yaml")
    assert len(load_signatures([tmp_path / "absent"], shipped=shipped.parent)) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a team's signatures."""
    path = tmp_path / "repository" / ".migrate" / "rules" / "signatures"
    (path / "databases" / "cachet").mkdir(parents=True)
    return path


def test_a_team_may_put_its_signatures_at_any_depth_beside_cases(folder: Path, tmp_path: Path) -> None:
    (folder / "one.yaml").write_text(GOOD.replace("cachet", "one"))
    (folder / "databases" / "two.yml").write_text(GOOD.replace("cachet", "two"))
    (folder / "databases" / "cachet" / "three.yaml").write_text(GOOD.replace("cachet", "three"))
    (folder / "databases" / "cachet" / "case.yaml").write_text("kind: Case\n---\nkind: ConfigMap\n")
    found = load_signatures([folder], shipped=tmp_path / "none")
    assert [one.chart for one in found] == ["one", "three", "two"]


def test_one_chart_of_one_publisher_in_two_files_is_an_error(folder: Path, tmp_path: Path) -> None:
    (folder / "cachet.yaml").write_text(GOOD)
    (folder / "other.yaml").write_text(GOOD)
    with pytest.raises(MigrateError) as caught:
        load_signatures([folder], shipped=tmp_path / "none")
    assert str(caught.value) == (
        ".migrate/rules/signatures/other.yaml:3:1: error: chart: cachet of https://charts.example.org is described in "
        ".migrate/rules/signatures/cachet.yaml already [MIG301] (correct the rule file)"
    )
    (folder / "other.yaml").write_text(GOOD.replace("charts.example", "mirror.example"))
    assert len(load_signatures([folder], shipped=tmp_path / "none")) == 2


def test_a_rule_file_that_cannot_be_read_is_an_error(folder: Path, tmp_path: Path) -> None:
    (folder / "gone.yaml").symlink_to(folder / "nowhere")
    with pytest.raises(MigrateError, match=r"signatures/gone\.yaml: error: cannot read .*No such file.*\[MIG106\]"):
        load_signatures([folder], shipped=tmp_path / "none")
    (folder / "gone.yaml").unlink()
    (folder / "folder.yaml").mkdir()
    with pytest.raises(MigrateError, match=r"signatures/folder\.yaml: error: cannot read .*directory"):
        load_signatures([folder], shipped=tmp_path / "none")


def test_a_rule_file_that_leads_out_of_the_repository_is_not_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(GOOD)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(MigrateError, match=r"link\.yaml: error: .*it leads out of the repository"):
        load_signatures([folder], shipped=tmp_path / "none")


def test_every_shipped_signature_is_readable_and_round_trips() -> None:
    signatures = load_signatures()
    assert len(signatures) > 120
    for one in signatures:
        assert one.source
        assert one.category in CATEGORIES
        assert one.source.split("/")[2] == one.category
        assert one.source.split("/")[3].startswith(one.chart)
        assert replace(read_signature(render(one).encode(), one.source), source=one.source) == one
    for path in sorted((rules_directory() / "signatures").glob("*/*.yaml")):
        assert len(path.read_text().splitlines()) < 160, path.name


def test_weights(tmp_path: Path) -> None:
    assert load_weights() == Weights()
    path = tmp_path / "weights.yaml"
    path.write_text("image: 0.5\n")
    assert load_weights(path) == Weights(image=0.5)
    path.write_text("image: 0.5\nimages: 1\n")
    with pytest.raises(MigrateError, match=r"weights\.yaml:2.*unknown weight 'images'"):
        load_weights(path)
    path.write_text("image: high\n")
    with pytest.raises(MigrateError, match="image: must be a number"):
        load_weights(path)


def test_a_version_table() -> None:
    table = VersionTable(
        chart="cachet",
        publishers={"a": {"v1.0": ("2.0.1", "2.0.0"), "1.1": ("2.1.0",)}, "b": {"1.0": ("7.0.0",)}},
        rendered={"2.0.0": frozenset({"acme/cachet:1.0-r1"})},
    )
    assert table.chart_versions("1.0", "a") == ("2.0.1", "2.0.0")
    assert table.chart_versions("v1.0") == ("2.0.1", "2.0.0", "7.0.0")
    assert table.chart_versions("1.0", "another publisher") == ()
    assert table.publishers_of("7.0.0", "1.1") == {"b"}
    assert table.publishers_of("", "1.1") == {"a"}
    assert table.likeness("2.0.0", {"acme/cachet:1.0-r1", "x:1"}) == 1
    assert table.likeness("2.0.0", {"acme/cachet:1.0-r2"}) == -1
    assert table.likeness("2.0.1", {"acme/cachet:1.0-r2"}) == 0


def test_versions_in_lockstep_go_on_beyond_the_table() -> None:
    known = {"1.0.0": ("v1.0.0",), "1.1.0": ("v1.1.0",), "1.2.0": ("v1.2.0",)}
    assert VersionTable(chart="x", publishers={"a": known}).chart_versions("v1.9.0", "a") == ("v1.9.0",)
    two = VersionTable(chart="x", publishers={"a": {"1.0.0": ("1.0.0",), "1.1.0": ("1.1.0",)}})
    assert two.chart_versions("1.9.0", "a") == ()


def test_shipped_version_tables_are_small_and_readable() -> None:
    folder = rules_directory() / "versions"
    assert sum(path.stat().st_size for path in folder.glob("*.yaml")) < 1_000_000
    tables = load_versions(path.stem for path in folder.glob("*.yaml"))
    assert tables["cert-manager"].chart_versions("1.12.4") == ("v1.12.4",)
    assert load_versions(["../x", "absent"]) == {}
