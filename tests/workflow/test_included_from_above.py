"""A folder of a larger repository, parts of which others include, is no repository of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_support import FIXTURES, committed, tree

import migrator
from migrator.diagnostics import MigrateError

OPTIONS = migrator.Options(offline=True, no_cache=True, chart_mirrors=(FIXTURES / "charts",))


@pytest.fixture
def larger(tmp_path: Path) -> Path:
    root = tmp_path / "larger"
    shutil.copytree(FIXTURES / "simple-app", root / "teams/shop")
    return root


@pytest.mark.parametrize("command", ["plan", "apply", "diff"])
def test_it_is_refused_with_the_right_path(larger: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(larger)
    monkeypatch.chdir(larger)
    before = tree(larger)
    with pytest.raises(MigrateError) as caught:
        {
            "plan": lambda: migrator.plan("teams/shop/base", OPTIONS),
            "apply": lambda: migrator.apply("teams/shop/base", OPTIONS),
            "diff": lambda: migrator.apply("teams/shop/base", OPTIONS, diff=True),
        }[command]()
    said = caught.value.diagnostic
    assert (said.code, str(said.span)) == ("MIG109", "../overlays/dev")
    assert said.remedy == "name the folder that holds both: teams/shop"
    assert tree(larger) == before


def test_the_right_path_and_a_folder_that_stands_alone_are_fine(larger: Path) -> None:
    (larger / "other").mkdir()
    (larger / "other/kustomization.yaml").write_text("resources: []\n")
    committed(larger)
    assert migrator.apply(larger / "teams/shop", OPTIONS).is_written


def test_an_application_beside_that_takes_one_base_is_enough(larger: Path) -> None:
    (larger / "other").mkdir()
    (larger / "other/kustomization.yaml").write_text("resources: [../teams/shop/base/database]\n")
    committed(larger)
    with pytest.raises(MigrateError) as caught:
        migrator.plan(larger / "teams/shop", OPTIONS)
    assert (caught.value.diagnostic.code, str(caught.value.diagnostic.span)) == ("MIG109", "../../other")
