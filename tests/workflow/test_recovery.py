"""After a crash no command reads half a tree: the next that writes settles it, and the others stop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git, tree

from migrator.model import RepoPath
from migrator.rewrite import JOURNAL
from migrator.rewrite.transaction import commit
from migrator.rewrite.transaction.disk import Disk

Crash = Callable[..., None]


@pytest.fixture
def crash(migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Crash:
    """An apply that dies before its n-th rename; the first one is that of the journal."""

    def run(number: int = 8) -> None:
        rename, calls = Disk.rename, []

        def dying(self: Disk, source: Path, target: Path) -> None:
            calls.append(target)
            if len(calls) == number:
                raise KeyboardInterrupt
            rename(self, source, target)

        with monkeypatch.context() as patched:
            patched.setattr(Disk, "rename", dying)
            patched.setattr(commit, "_undo", lambda *_: False)
            assert migrate("apply", app, "--offline", "--chart-mirror", mirror).code == 130
        assert (app / JOURNAL).is_dir()

    return run


@pytest.mark.parametrize("command", [["plan"], ["audit"], ["verify"], ["graph"], ["apply", "--diff"]])
def test_a_command_that_writes_nothing_stops(
    migrate: Migrate, app: Path, mirror: Path, crash: Crash, command: list[str]
) -> None:
    committed(app)
    crash()
    before = tree(app)
    options = ("--offline", "--chart-mirror", mirror) if command != ["graph"] else ("--offline",)
    shown = migrate(command[0], app, *command[1:], *options)
    assert (shown.code, shown.out) == (1, "")
    assert "half old and half new [MIG936]" in shown.err
    assert "migrate apply" in shown.err
    assert tree(app) == before


def test_the_next_command_that_writes_settles_it_first(migrate: Migrate, app: Path, mirror: Path, crash: Crash) -> None:
    committed(app)
    crash()
    shown = migrate("apply", app, "--allow-dirty", "--offline", "--chart-mirror", mirror)
    assert "it is finished: the tree is the new one [MIG910]" in shown.err
    assert shown.code == 0, shown.err
    assert not (app / JOURNAL).exists()
    assert (app / "helm-charts/monitoring/tiny-monitor/values-prod.yaml").is_file()
    assert not (app / "overlays/prod/patches/monitor.yaml").exists()


def test_what_was_not_begun_is_taken_back(migrate: Migrate, app: Path, mirror: Path, crash: Crash) -> None:
    committed(app)
    before = tree(app)
    crash(1)
    assert migrate("plan", app, "--offline", "--chart-mirror", mirror).code == 0, "nothing is half written"
    (app / "note.txt").write_text("mine\n")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert "[MIG908]" in shown.err
    assert "it is taken back: the tree is the old one [MIG910]" in shown.err
    (app / "note.txt").unlink()
    assert tree(app) == before


def test_what_the_interrupted_run_wrote_is_no_change_of_a_person(
    migrate: Migrate, app: Path, mirror: Path, crash: Crash
) -> None:
    committed(app)
    crash()
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err
    assert "[MIG910]" in shown.err
    assert shown.out == "Nothing to do.\n"


def test_what_a_person_changed_beside_it_still_is(migrate: Migrate, app: Path, mirror: Path, crash: Crash) -> None:
    committed(app)
    crash()
    (app / "note.txt").write_text("mine\n")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 1
    assert "not committed: note.txt [MIG908]" in shown.err
    assert "[MIG910]" in shown.err, "what was done to the tree is said although nothing else is"


def test_a_file_that_a_person_deleted_since_is_not_passed_over(
    migrate: Migrate, app: Path, mirror: Path, crash: Crash
) -> None:
    committed(app)
    crash()
    written = git(app, "ls-files", "--others", "--exclude-standard", "helm-charts").splitlines()[0]
    (app / written).unlink()
    before = tree(app)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 1
    assert f"{written}: error" in shown.err
    assert "[MIG625]" in shown.err
    assert tree(app) == before


def test_where_nothing_can_be_written_the_half_tree_is_not_read(
    migrate: Migrate, app: Path, mirror: Path, crash: Crash, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash()

    def denied(*_: object) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(Disk, "rename", denied)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
    assert (shown.code, shown.out) == (1, "")
    assert "[MIG916]" in shown.err
    assert "Read-only file system" in shown.err


@pytest.mark.parametrize(
    "path", ["../outside.yaml", "/srv/outside.yaml", ".git/config", "base/../../x", ".GIT/hooks/x"]
)
def test_a_journal_that_somebody_else_made_leads_nowhere(migrate: Migrate, app: Path, path: str) -> None:
    folder = app / JOURNAL
    folder.mkdir(parents=True)
    operation = {"path": path, "before": None, "after": "sha256:x"}
    state = {"version": 1, "direction": "forward", "operations": [operation], "directories": []}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "new-0").write_text("evil\n")
    before = tree(app.parent)
    for command in ("plan", "apply", "audit", "verify"):
        shown = migrate(command, app, "--offline")
        assert shown.code == 1
        assert "[MIG626]" in shown.err
    assert tree(app.parent) == before


def test_a_journal_behind_a_link_is_none_of_ours(migrate: Migrate, app: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "new-0").write_text("not ours\n")
    (app / JOURNAL).symlink_to(outside)
    shown = migrate("apply", app, "--offline")
    assert shown.code == 1
    assert "symbolic link" in shown.err
    assert (outside / "new-0").read_text() == "not ours\n"


def test_a_journal_does_not_write_through_a_link(migrate: Migrate, app: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (app / "linked").symlink_to(outside)
    folder = app / JOURNAL
    folder.mkdir(parents=True)
    operation = {"path": RepoPath("linked/x.yaml"), "before": None, "after": "sha256:x"}
    state = {"version": 1, "direction": "forward", "operations": [operation], "directories": []}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "new-0").write_text("evil\n")
    for command in ("plan", "apply"):
        shown = migrate(command, app, "--offline")
        assert shown.code == 1
        assert "[MIG626]" in shown.err
    assert not list(outside.iterdir())
