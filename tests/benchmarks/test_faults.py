"""A sample of `benchmarks/faults.py`: a killed transaction leaves the old tree or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from measuring.faults import Crash, contents, crashes, killed_at
from migrator.model import RepoPath
from migrator.rewrite import FileEdit, commit, recover

FILES = {"base/a.yaml": b"kind: A\n", "base/b/b.yaml": b"kind: B\n", "keep/c.yaml": b"kind: C\n"}
EDITS = tuple(
    FileEdit(path=RepoPath(path), before=FILES.get(path), after=after, cause="a", moved_from=source)
    for path, after, source in (
        ("base/a.yaml", b"kind: other, and longer\n", None),
        ("base/b/b.yaml", None, None),
        ("new/deep/b.yaml", FILES["base/b/b.yaml"], RepoPath("base/b/b.yaml")),
        (".migrate/lock.yaml", b"kind: Lock\n", None),
    )
)


def make(root: Path) -> None:
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def act(root: Path) -> None:
    commit(root, EDITS)


def test_every_kill_leaves_one_tree_or_the_other(tmp_path: Path) -> None:
    found = list(crashes(make, act, recover, tmp_path))
    assert len(found) > 40
    assert {crash.left for crash in found} == {"old", "new"}
    kinds = [crash.left for crash in found]
    assert kinds == sorted(kinds, reverse=True)  # the old tree up to the journal, the new one from there on


def test_a_kill_while_mending_is_mended(tmp_path: Path) -> None:
    found = list(crashes(make, act, recover, tmp_path, stride=9, again=4))
    assert any(crash.again for crash in found)
    assert {crash.left for crash in found} <= {"old", "new"}


def careless(root: Path) -> None:
    for edit in EDITS[:2]:
        if edit.after is None:
            (root / edit.path).unlink()
        else:
            (root / edit.path).unlink()
            with (root / edit.path).open("xb") as stream:
                stream.write(edit.after)


def test_what_writes_without_a_journal_is_found_out(tmp_path: Path) -> None:
    found = list(crashes(make, careless, recover, tmp_path))
    assert {crash.left for crash in found} == {"old", "broken"}
    assert Crash(point=1, again=0, left="old") in found


def test_a_run_that_fails_by_itself_is_an_error(tmp_path: Path) -> None:
    make(tmp_path / "tree")
    with pytest.raises(RuntimeError, match="by itself"):
        killed_at(0, lambda root: (root / "nowhere").unlink(), tmp_path / "tree")
    assert contents(tmp_path / "tree").keys() > FILES.keys()
