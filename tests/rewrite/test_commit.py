"""A crash at any instant leaves the old tree or the new one, byte for byte."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.rewrite.edits import FileEdit, changes, content_digest
from migrator.rewrite.transaction.commit import commit, recover, stage
from migrator.rewrite.transaction.disk import Disk
from migrator.rewrite.transaction.journal import JOURNAL, Journal, Operation, read_journal, write_journal

Tree = dict[str, tuple[int, bytes | None]]

FILES = {
    "base/redis/kustomization.yaml": b"resources: [redis.yaml]\n",
    "base/redis/redis.yaml": b"kind: A\n",
    "base/app/app.yaml": b"kind: B\r\n",
    "base/app/run.sh": b"#!/bin/sh\n",
    "overlays/prod/kustomization.yaml": b"resources: [../../base]\n",
    "README.md": b"\xff\xfe not text",
}


def edit(path: str, after: bytes | None, moved_from: str | None = None) -> FileEdit:
    source = RepoPath(moved_from) if moved_from else None
    return FileEdit(path=RepoPath(path), before=FILES.get(path), after=after, cause="redis", moved_from=source)


EDITS = (
    edit("base/redis/kustomization.yaml", None),
    edit("base/redis/redis.yaml", None),
    edit("base/app/app.yaml", b"kind: C\r\n"),
    edit("overlays/prod/kustomization.yaml", b"resources: []\n"),
    edit("charts/db/redis/Chart.yaml", b"name: redis\n"),
    edit("charts/db/redis/values.yaml", b""),
    edit("charts/db/run.sh", FILES["base/app/run.sh"], moved_from="base/app/run.sh"),
    edit("base/app/run.sh", None),
    edit(".migrate/lock.yaml", b"kind: Lock\n"),
)


@pytest.fixture(autouse=True)
def _quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulling the plug is simulated, so nothing has to reach a platter; one test does it for real."""
    if request.node.name != "test_all_edits_are_written":
        monkeypatch.setattr(os, "fsync", void)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "base/app/run.sh").chmod(0o755)
    (root / "base/app/app.yaml").chmod(0o640)
    (root / ".git").mkdir()
    (root / ".git/HEAD").write_text("ref")
    (root / "link.yaml").symlink_to("base/app/app.yaml")
    return root


def tree(root: Path) -> Tree:
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found[name] = (0, str(path.readlink()).encode())
        else:
            found[name] = (mode, path.read_bytes() if path.is_file() else None)
    return found


def new_tree(root: Path, tmp_path: Path) -> Tree:
    """Made by hand, without the code under test."""
    import shutil

    copy = tmp_path / "expected"
    shutil.copytree(root, copy, symlinks=True)
    for each in EDITS:
        if each.after is not None:
            (copy / each.path).parent.mkdir(parents=True, exist_ok=True)
            (copy / each.path).write_bytes(each.after)
    (copy / "charts/db/run.sh").chmod(0o755)
    (copy / "base/app/run.sh").unlink()
    shutil.rmtree(copy / "base/redis")
    return tree(copy)


class Crash(BaseException):
    """The plug is pulled: nothing of ours runs any more."""


class FailingDisk(Disk):
    """Counts the steps and lets one of them fail: before it, after it, or (for a write) half way."""

    def __init__(self, fails_at: int, when: str, error: Callable[[], BaseException], *, dead: bool) -> None:
        self.steps = 0
        self._fails_at, self._when, self._error, self._dead = fails_at, when, error, dead

    def _step(self, act: Callable[[], None], half: Callable[[], None] = lambda: None) -> None:
        self.steps += 1
        if self.steps == self._fails_at or (self._dead and self.steps > self._fails_at):
            if self.steps == self._fails_at:
                {"before": lambda: None, "half": half, "after": act}[self._when]()
            raise self._error()
        act()

    def write(self, path: Path, data: bytes, mode: int | None) -> None:
        self._step(lambda: Disk.write(self, path, data, mode), lambda: void(path.write_bytes(data[: len(data) // 2])))

    def rename(self, source: Path, target: Path) -> None:
        self._step(lambda: Disk.rename(self, source, target))

    def unlink(self, path: Path) -> None:
        self._step(lambda: Disk.unlink(self, path))

    def mkdir(self, path: Path) -> None:
        self._step(lambda: Disk.mkdir(self, path))

    def rmdir(self, path: Path) -> None:
        self._step(lambda: Disk.rmdir(self, path))

    def sync(self, directory: Path) -> None:
        self._step(lambda: Disk.sync(self, directory))


def failure(root: Path, disk: Disk) -> MigrateError | None:
    try:
        commit(root, EDITS, disk=disk)
    except MigrateError as error:
        return error
    return None


def void(_: object) -> None:
    return None


def crashing(fails_at: int, when: str) -> FailingDisk:
    return FailingDisk(fails_at, when, Crash, dead=True)


def full(fails_at: int, when: str) -> FailingDisk:
    return FailingDisk(fails_at, when, lambda: OSError(errno.ENOSPC, "No space left on device"), dead=False)


def steps_of(root: Path, tmp_path: Path) -> int:
    import shutil

    copy = tmp_path / "counting"
    shutil.copytree(root, copy, symlinks=True)
    disk = FailingDisk(10**9, "before", Crash, dead=True)
    commit(copy, EDITS, disk=disk)
    shutil.rmtree(copy)
    return disk.steps


def fresh(root: Path, tmp_path: Path, name: str) -> Path:
    import shutil

    copy = tmp_path / name
    if copy.exists():
        shutil.rmtree(copy)
    shutil.copytree(root, copy, symlinks=True)
    return copy


def test_all_edits_are_written(root: Path, tmp_path: Path) -> None:
    expected = new_tree(root, tmp_path)
    commit(root, EDITS)
    assert tree(root) == expected
    assert recover(root) is None


@pytest.mark.parametrize("when", ["before", "half", "after"])
def test_a_crash_at_any_step_leaves_the_old_tree_or_the_new(root: Path, tmp_path: Path, when: str) -> None:
    old, new = tree(root), new_tree(root, tmp_path)
    seen = set()
    for number in range(1, steps_of(root, tmp_path) + 1):
        copy = fresh(root, tmp_path, "crashed")
        with pytest.raises(Crash):
            commit(copy, EDITS, disk=crashing(number, when))
        outcome = recover(copy)
        found = tree(copy)
        assert found in (old, new), f"step {number}"
        seen.add((outcome, found == new))
        assert recover(copy) is None
    assert {("undone", False), ("finished", True)} <= seen


def test_a_crash_while_recovering_is_recovered_too(root: Path, tmp_path: Path) -> None:
    old, new = tree(root), new_tree(root, tmp_path)
    total = steps_of(root, tmp_path)
    for number in range(1, total + 1, 5):
        crashed = fresh(root, tmp_path, "crashed")
        with pytest.raises(Crash):
            commit(crashed, EDITS, disk=crashing(number, "after"))
        for again in range(1, total + 1, 3):
            copy = fresh(crashed, tmp_path, "again")
            try:
                recover(copy, disk=crashing(again, "after"))
            except Crash:
                recover(copy)
            assert tree(copy) in (old, new), f"steps {number} and {again}"


@pytest.mark.parametrize("when", ["before", "half", "after"])
def test_a_full_disk_at_any_step_takes_everything_back(root: Path, tmp_path: Path, when: str) -> None:
    old, new = tree(root), new_tree(root, tmp_path)
    taken_back = 0
    for number in range(1, steps_of(root, tmp_path) + 1):
        copy = fresh(root, tmp_path, "full")
        error = failure(copy, full(number, when))
        if error is not None:
            assert error.diagnostic.code == "MIG624"
            assert "No space left" in error.diagnostic.summary
            assert tree(copy) == old, f"step {number}"
            taken_back += 1
        else:
            recover(copy)
            assert tree(copy) == new, f"step {number}"
    assert taken_back > 20


def test_an_interrupt_takes_everything_back(root: Path, tmp_path: Path) -> None:
    old = tree(root)
    for number in range(1, steps_of(root, tmp_path) - 8, 3):
        copy = fresh(root, tmp_path, "interrupted")
        with pytest.raises(KeyboardInterrupt):
            commit(copy, EDITS, disk=FailingDisk(number, "before", KeyboardInterrupt, dead=False))
        found = tree(copy)
        assert found == old or ".migrate/lock.yaml" in found, f"step {number}"
        assert not (copy / JOURNAL / "state.json").exists()


def test_a_disk_that_stays_broken_says_so_and_is_recovered_later(root: Path, tmp_path: Path) -> None:
    old = tree(root)
    broken = FailingDisk(45, "before", lambda: OSError(errno.EIO, "Input/output error"), dead=True)
    with pytest.raises(MigrateError, match="the next run will"):
        commit(root, EDITS, disk=broken)
    recover(root)
    assert tree(root) in (old, new_tree(fresh_from_old(tmp_path), tmp_path))


def fresh_from_old(tmp_path: Path) -> Path:
    root = tmp_path / "again-old"
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "base/app/run.sh").chmod(0o755)
    (root / "base/app/app.yaml").chmod(0o640)
    (root / ".git").mkdir()
    (root / ".git/HEAD").write_text("ref")
    (root / "link.yaml").symlink_to("base/app/app.yaml")
    return root


def test_what_a_person_changed_after_a_crash_is_not_overwritten(root: Path, tmp_path: Path) -> None:
    for number in range(40, steps_of(root, tmp_path)):
        copy = fresh(root, tmp_path, "crashed")
        with pytest.raises(Crash):
            commit(copy, EDITS, disk=crashing(number, "before"))
        if not (copy / JOURNAL / "state.json").exists():
            continue
        (copy / "base/app/app.yaml").write_bytes(b"mine")
        before = tree(copy)
        with pytest.raises(MigrateError, match="MIG625"):
            recover(copy)
        assert tree(copy) == before
        return
    pytest.fail("no crash left a journal")


JOURNAL_TEXT = json.dumps(
    {
        "direction": "forward",
        "operations": [{"path": "a.yaml", "before": None, "after": None}],
        "directories": ["b"],
        "version": 1,
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 99999,
        JOURNAL_TEXT[:-9],
        JOURNAL_TEXT.replace('"version": 1', '"version": 99'),
        JOURNAL_TEXT.replace(', "version": 1', ""),
        JOURNAL_TEXT.replace("forward", "sideways"),
        JOURNAL_TEXT.replace('"before": null', '"before": 1'),
        JOURNAL_TEXT.replace('"before": null, ', ""),
        JOURNAL_TEXT.replace("a.yaml", "../a.yaml"),
        JOURNAL_TEXT.replace("a.yaml", "/etc/passwd"),
        JOURNAL_TEXT.replace('"b"', '".git/hooks"'),
    ],
)
def test_a_foreign_journal_is_left_alone(root: Path, text: str) -> None:
    (root / JOURNAL).mkdir(parents=True)
    (root / JOURNAL / "state.json").write_text(text)
    with pytest.raises(MigrateError, match="MIG626"):
        commit(root, EDITS)
    assert (root / JOURNAL / "state.json").read_text() == text


def test_a_journal_comes_back_as_it_was(tmp_path: Path) -> None:
    odd = RepoPath("caf\udce9.yaml")  # a name that is not UTF-8
    operation = Operation(path=odd, before=None, after="sha256:0")
    journal = Journal(direction="forward", operations=(operation,), directories=(), version=1)
    write_journal(journal, tmp_path, Disk())
    assert read_journal(tmp_path) == journal


def test_a_journal_counts_only_where_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = Operation(path=RepoPath("a.yaml"), before=None, after="sha256:0")
    journal = Journal(direction="forward", operations=(operation,), directories=(), version=1)
    write_journal(journal, tmp_path, Disk())
    state = tmp_path / "state.json"
    text = state.read_text()
    for changed in (text.replace("a.yaml", "b.yaml"), text.replace("forward", "back"), JOURNAL_TEXT):
        state.write_text(changed)
        with pytest.raises(MigrateError, match="MIG626"):
            read_journal(tmp_path)
    state.write_text(text)
    assert read_journal(tmp_path) == journal
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-machine"))
    with pytest.raises(MigrateError, match="not obeyed"):
        read_journal(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: (root / "base/app/app.yaml").write_bytes(b"other"), "MIG621"),
        (lambda root: (root / "base/app/app.yaml").unlink(), "MIG621"),
        (lambda root: (root / "base/app/app.yaml").chmod(0o444), "MIG623"),
        (lambda root: (root / "base/redis").chmod(0o555), "MIG623"),
        (lambda root: root.chmod(0o555), "MIG623"),
        (lambda root: (root / "charts").write_bytes(b""), "MIG622"),
        (lambda root: (root / "charts").symlink_to("/etc"), "MIG622"),
        (lambda root: (root / "charts").symlink_to("base"), "MIG622"),
        (lambda root: (root / "charts/db/redis/Chart.yaml").mkdir(parents=True), "MIG622"),
        (lambda root: make(root / "charts/db/redis/Chart.yaml"), "MIG622"),
        (lambda root: relink(root / "overlays/prod/kustomization.yaml", root), "MIG622"),
    ],
)
def test_what_must_not_be_written_is_refused_before_anything_is(
    root: Path, spoil: Callable[[Path], None], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # tests may run as root, who may write everything
    monkeypatch.setattr(os, "access", lambda path, _mode: bool(path.stat().st_mode & stat.S_IWUSR))
    spoil(root)
    before = tree(root)
    with pytest.raises(MigrateError) as caught:
        commit(root, EDITS)
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.span is not None
    assert tree(root) == before
    root.chmod(0o755)
    (root / "base/redis").chmod(0o755)


def make(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"other")


def relink(path: Path, root: Path) -> None:
    data = path.read_bytes()
    path.unlink()
    (root / "elsewhere.yaml").write_bytes(data)
    path.symlink_to("../../elsewhere.yaml")


@pytest.mark.parametrize("path", ["../x", "/etc/x", ".git/config", "a//b", "a/./b", "a\\..\\b"])
def test_a_path_out_of_the_repository_is_refused(root: Path, path: str) -> None:
    with pytest.raises(MigrateError, match="MIG622"):
        commit(root, [edit(path, b"x")])


def test_inputs_of_the_plan_are_checked(root: Path) -> None:
    readme = RepoPath("README.md")
    with pytest.raises(MigrateError, match="MIG621"):
        commit(root, EDITS, inputs={readme: content_digest(b"other")})
    with pytest.raises(MigrateError, match="MIG621"):
        commit(root, EDITS, inputs={RepoPath("gone.yaml"): content_digest(b"other")})
    commit(root, EDITS, inputs={readme: content_digest(FILES["README.md"])})


def test_edits_that_change_nothing_leave_no_trace(root: Path) -> None:
    before = tree(root)
    commit(root, [])
    commit(root, [edit("README.md", FILES["README.md"])])
    assert tree(root) == before


def test_two_runs_never_write_at_once(root: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(MigrateError, match="MIG620"):
            commit(root, EDITS)
    finally:
        os.close(descriptor)
    commit(root, EDITS)


def test_the_staged_tree_is_the_new_tree(root: Path, tmp_path: Path) -> None:
    old, expected = tree(root), new_tree(root, tmp_path)
    (root / "outside.yaml").symlink_to("/etc/hostname")
    staged = tmp_path / "staged"
    stage(root, EDITS, staged)
    found = tree(staged)
    assert found == {path: each for path, each in expected.items() if not path.startswith(".git")}
    (root / "outside.yaml").unlink()
    assert tree(root) == old


def test_a_staged_tree_may_lie_inside(root: Path) -> None:
    stage(root, EDITS, root / ".migrate" / "staged")
    assert (root / ".migrate/staged/charts/db/redis/Chart.yaml").read_bytes() == b"name: redis\n"
    assert not (root / ".migrate/staged/.migrate/staged").exists()


def test_changes_say_what_happens_to_each_file() -> None:
    found = {(change.action, change.path, change.source) for change in changes(EDITS)}
    assert ("move", "charts/db/run.sh", "base/app/run.sh") in found
    assert ("delete", "base/redis/redis.yaml", None) in found
    assert ("edit", "base/app/app.yaml", None) in found
    assert ("create", ".migrate/lock.yaml", None) in found
    assert len(found) == len(EDITS) - 1
    assert [change.path for change in changes(EDITS)] == sorted(change.path for change in changes(EDITS))
    assert replace(EDITS[0], cause="x").cause == "x"
