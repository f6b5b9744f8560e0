"""Where the branches that are not taken take too long, candidates are read from the plain render."""

from __future__ import annotations

from pathlib import Path

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.inference.hypothesis import untaken_runs
from migrator.model import Resource
from migrator.templates.interpreter import evaluator
from migrator.templates.interpreter.untaken_branches import UntakenBranch, UntakenBranches

TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  size: {{ .Values.size | quote }}
  {{- if .Values.more }}
  more: "yes"
  {{- end }}
  fixed: chart
"""
VALUES = "size: 1\nmore: false\n"


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def run(*_: object, **__: object) -> UntakenBranch:
        calls.append(1)
        while len(calls) == 1:
            pass
        return UntakenBranch()

    monkeypatch.setattr(UntakenBranches, "run_untaken", run)
    monkeypatch.setattr(untaken_runs, "LEAST_SECONDS", 0.2)


def of_another_chart(folder: Path) -> tuple[Resource, ...]:
    template = TEMPLATE.replace("chart", "team")
    return rendered(archive_of(folder / "other", {"templates/a.yaml": template, "values.yaml": VALUES}), {"size": 5})


def test_what_the_plain_render_tells_is_found_all_the_same(tmp_path: Path, endless: None) -> None:
    archive = archive_of(tmp_path, {"templates/a.yaml": TEMPLATE, "values.yaml": VALUES})
    found, notes = inferred(archive, rendered(archive, {"size": 5}), budget=3.0)
    assert found.identical
    assert found.values.common == {"size": 5}
    assert not any(note.code == "MIG501" for note in notes)


def test_what_is_not_found_so_is_told_with_the_reason_and_not_with_the_budget(tmp_path: Path, endless: None) -> None:
    archive = archive_of(tmp_path, {"templates/a.yaml": TEMPLATE, "values.yaml": VALUES})
    found, notes = inferred(archive, of_another_chart(tmp_path), budget=3.0)
    assert found.values.common == {"size": 5}
    (note,) = [note for note in notes if note.code == "MIG501"]
    assert "more than the search could look at" in note.summary


def test_a_walk_that_was_cut_is_told_and_one_that_was_not_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archive_of(tmp_path, {"templates/a.yaml": TEMPLATE, "values.yaml": VALUES})
    for room, told in ((1 << 20, 0), (0, 1)):
        monkeypatch.setattr(evaluator, "UNTAKEN_ROOM", room)
        found, notes = inferred(archive, of_another_chart(tmp_path), budget=3.0)
        assert not found.identical
        assert sum(note.code == "MIG501" for note in notes) == told
