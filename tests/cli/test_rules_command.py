"""`migrate rules` as a person sees it: lists, shows, learns, and says where a rule file is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Migrate

NAME = ".migrate/rules/signatures/databases/x.yaml"
GOOD = """\
apiVersion: migrate/v1
kind: Signature
chart: x
category: databases
images:
  acme/x: {weight: 1}
"""


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A repository with a folder for the team's signatures."""
    (tmp_path / NAME).parent.mkdir(parents=True)
    return tmp_path


BROKEN = [
    ("chart: [\n", ":2", "cannot read YAML", "MIG101"),
    (GOOD + "chart: y\n", ":7:1", "the key 'chart' is there already", "MIG101"),
    (GOOD + "colour: blue\n", ":7:1", "colour: unknown field 'colour'; known are aliases, apiVersion", "MIG301"),
    (GOOD.replace("weight: 1", "weight: 7"), ":6:12", "images.acme/x.weight: must lie between 0 and 1", "MIG301"),
    (GOOD.replace("weight: 1", "weight: high"), ":6:12", "images.acme/x.weight: must be a number", "MIG301"),
    (GOOD.replace("databases", "caches"), ":4:1", "category: must be one of monitoring", "MIG301"),
    (GOOD.replace("chart: x", "chart: 3"), ":3:1", "chart: must be a text", "MIG301"),
    (GOOD.replace("chart: x\n", ""), ":1:1", "chart: is missing", "MIG301"),
    (GOOD + "crds: [a, 3]\n", ":7:11", "crds.1: must be a text: quote it, as YAML reads 3 as a number", "MIG301"),
    (GOOD + "---\n" + GOOD, ":8", "a second document: a file holds one signature", "MIG301"),
    ("", "", "the file: must be a mapping", "MIG301"),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_rule_file_names_file_line_and_field(
    migrate: Migrate, team: Path, broken: tuple[str, str, str, str]
) -> None:
    text, place, problem, code = broken
    (team / NAME).write_text(text)
    for command in ("list", "test", "show"):
        shown = migrate("rules", command, *(["x"] if command == "show" else []), team)
        assert shown.code == 1
        assert f"migrate: {NAME}{place}" in shown.err
        assert problem in shown.err
        assert f"[{code}]" in shown.err


def test_a_rule_file_that_cannot_be_read_names_it(migrate: Migrate, team: Path) -> None:
    (team / NAME).mkdir()
    shown = migrate("rules", "list", team)
    assert shown.code == 1
    assert f"{NAME}: error: cannot read the rule file: Is a directory [MIG106] (put a readable file there" in shown.err


def test_a_chart_that_two_files_describe_names_both(migrate: Migrate, team: Path) -> None:
    (team / NAME).write_text(GOOD)
    (team / NAME).with_name("y.yaml").write_text(GOOD)
    shown = migrate("rules", "list", team)
    assert shown.code == 1
    assert f"databases/y.yaml:3:1: error: chart: x is described in {NAME} already [MIG301]" in shown.err


def test_the_signature_of_the_team_takes_the_place_of_ours(migrate: Migrate, team: Path) -> None:
    ours = migrate("rules", "show", "grafana", team).out
    assert ours.count("chart: grafana\n") > 2, "several publishers"
    (team / NAME).write_text(GOOD.replace("chart: x", "chart: grafana"))
    shown = migrate("rules", "show", "grafana", team)
    assert "acme/x: {weight: 1}" in shown.out
    assert "https://grafana.github.io/helm-charts" not in shown.out
    listed = json.loads(migrate("rules", "list", team, "--format", "json").out)
    assert [one["source"] for one in listed["signatures"] if one["chart"] == "grafana"] == [NAME]


def test_a_folder_that_is_not_there_is_an_error(migrate: Migrate, tmp_path: Path) -> None:
    for command in ("list", "test"):
        shown = migrate("rules", command, tmp_path / "nowhere")
        assert shown.code == 1
        assert "nowhere is not a folder [MIG107]" in shown.err


def test_what_is_learned_is_shown_as_it_was_written_and_not_replaced(
    migrate: Migrate, team: Path, mirror: Path
) -> None:
    chart = mirror / "tiny-cache"
    path = team / NAME
    learn = ("rules", "learn", chart, "--category", "databases", "--output", path)
    assert migrate(*learn).code == 0
    text = path.read_text()
    assert len(text.splitlines()) < 40
    assert "images:" in text
    name = text.split("chart: ")[1].split("\n")[0]
    assert migrate("rules", "show", name, team).out == text
    path.write_text(text + "# corrected\n")
    refused = migrate(*learn)
    assert refused.code == 1
    assert "exists already, perhaps corrected by hand; nothing was written [MIG921]" in refused.err
    assert path.read_text().endswith("# corrected\n")
    assert migrate(*learn, "--force").code == 0
    assert path.read_text() == text
