"""The folder beside the repository: one run's own, and swept once nobody holds it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from migrator.rewrite.transaction.scratch_folder import beside

pytest.importorskip("fcntl")


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_it_is_gone_with_its_run(tmp_path):
    root = tmp_path / "repository"
    root.mkdir()
    with beside(root) as folder:
        (folder / "inner").mkdir()
        assert folder.parent == tmp_path
    assert names(tmp_path) == ["repository"]


def _die_inside(root: Path) -> None:
    with beside(root) as folder:
        (folder / "half").write_text("")
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_run_left_goes_and_what_another_holds_stays(tmp_path):
    root = tmp_path / "repository"
    root.mkdir()
    process = multiprocessing.get_context("spawn").Process(target=_die_inside, args=(root,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    (left,) = set(names(tmp_path)) - {"repository"}
    with beside(root) as first, beside(root) as second:
        assert names(tmp_path) == sorted([first.name, second.name, "repository"])
        assert left not in (first.name, second.name)


def test_a_parent_that_cannot_be_written_is_no_matter(tmp_path, monkeypatch):
    root = tmp_path / "parent" / "repository"
    root.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    root.parent.chmod(0o500)
    try:
        with beside(root) as folder:
            assert folder.is_dir()
            if os.geteuid():
                assert folder.parent == elsewhere
    finally:
        root.parent.chmod(0o700)
