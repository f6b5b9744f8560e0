"""Odd repositories of git, modes, read-only files and full disks: what is written is whole, or nothing is."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git, tree
from odd_trees import DIVIDED, Run, replaced
from small_shop import written

import migrator
from migrator.progress import Event, Noticed, StepStarted


class TestGit:
    def test_a_repository_without_git(self, both: Callable[..., Run], shop: Path) -> None:
        run = both(shop)
        assert "[MIG909]" in run.applied.err
        assert run.applications == DIVIDED

    def test_a_repository_without_git_hears_of_it_before_anything_is_written(self, app: Path, mirror: Path) -> None:
        met: list[str] = []

        def progress(event: Event) -> None:
            if isinstance(event, Noticed):
                met.append(event.diagnostic.code)
            elif isinstance(event, StepStarted) and event.step in {"infer", "write"}:
                met.append(event.step)

        options = migrator.Options(offline=True, no_cache=True, chart_mirrors=(mirror,))
        assert migrator.apply(app, options, progress=progress).is_written
        assert met == ["MIG909", "infer", "write"]

    def test_nothing_that_needs_git_is_advised_without(self, app: Path, mirror: Path, migrate: Migrate) -> None:
        out = migrate("apply", app, "--offline", "--chart-mirror", mirror).out
        assert "migrate audit" in out
        assert "git add" not in out

    def test_a_work_tree_of_a_repository(self, both: Callable[..., Run], shop: Path, tmp_path: Path) -> None:
        committed(shop)
        git(shop, "worktree", "add", "-q", "-b", "other", str(tmp_path / "beside"))
        run = both(tmp_path / "beside")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED
        assert git(shop, "status", "--porcelain") == ""

    def test_files_that_git_ignores_are_named(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / ".gitignore").write_text("*.lock\n")
        run = both(committed(shop))
        assert run.queue == "adopt"
        said = next(line for line in run.applied.err.splitlines() if "[MIG922]" in line)
        assert "git ignores helm-charts/messaging/tiny-queue/Chart.lock, which" in said

    def test_a_bare_repository_has_no_files(self, migrate: Migrate, shop: Path, tmp_path: Path) -> None:
        git(committed(shop), "clone", "-q", "--bare", ".", str(tmp_path / "bare"))
        for command in ("plan", "apply", "audit"):
            shown = migrate(command, tmp_path / "bare", "--offline")
            assert shown.code == 1
            assert "bare git repository" in shown.err
            assert "git clone" in shown.err

    @pytest.mark.parametrize("clone", [["--depth", "1"], []], ids=["shallow", "detached"])
    def test_a_clone_of_one_commit_and_a_head_without_a_branch(  # noqa: PLR0917 - fixtures
        self, both: Callable[..., Run], migrate: Migrate, shop: Path, charts: Path, tmp_path: Path, clone: list[str]
    ) -> None:
        git(committed(shop), "clone", "-q", *clone, f"file://{shop}", str(tmp_path / "clone"))
        git(tmp_path / "clone", "checkout", "-q", "--detach")
        options = ("--offline", "--chart-mirror", charts)
        assert migrate("apply", tmp_path / "clone", "--layout", "growing", "--branch", "hybrid", *options).code == 0
        run = both(tmp_path / "clone")
        assert run.queue == "adopt"
        git(run.root, "add", "-A")
        assert git(run.root, "diff", "--cached", "--stat", "hybrid") == "", "the branch is what apply writes"
        assert migrate("verify", run.root, *options).code == 0

    def test_a_branch_with_odd_names(self, migrate: Migrate, shop: Path, charts: Path) -> None:
        (shop / "base/api").rename(shop / "base/my %s ü")
        (shop / "base/my %s ü/more\nnotes.txt").write_text("mine")
        (shop / "base/my %s ü/run.sh").write_text("#!/bin/sh\n")
        (shop / "base/my %s ü/run.sh").chmod(0o755)
        replaced(shop, "base/kustomization.yaml", "- api", "- my %s ü")
        committed(shop)
        options = ("--offline", "--chart-mirror", charts, "--layout", "growing", "--branch", "moved")
        assert migrate("apply", shop, *options).code == 0
        assert git(shop, "status", "--porcelain") == ""
        git(shop, "checkout", "-q", "moved")
        assert (shop / "applications/my %s ü/base/more\nnotes.txt").read_text() == "mine"
        assert (shop / "applications/my %s ü/base/run.sh").stat().st_mode & stat.S_IXUSR


class TestWriting:
    def test_modes_stay_on_what_is_rewritten_and_moved(self, both: Callable[..., Run], shop: Path) -> None:
        modes = {
            "base/api/run.sh": ("applications/api/base/run.sh", 0o755),
            "base/api/api.yaml": ("applications/api/base/api.yaml", 0o640),
            "base/api/kustomization.yaml": ("applications/api/base/kustomization.yaml", 0o600),
            "overlays/prod/kustomization.yaml": ("overlays/prod/kustomization.yaml", 0o664),
        }
        (shop / "base/api/run.sh").write_text("#!/bin/sh\n")
        for path, (_, mode) in modes.items():
            (shop / path).chmod(mode)
        both(shop)
        assert {path: stat.S_IMODE((shop / path).stat().st_mode) for path, _ in modes.values()} == dict(modes.values())

    @pytest.mark.parametrize("layout", ["in-place", "growing"])
    def test_a_read_only_file(
        self, migrate: Migrate, shop: Path, charts: Path, layout: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = shop / "overlays/prod/kustomization.yaml"
        access = os.access
        monkeypatch.setattr(
            os, "access", lambda path, mode: (Path(path), mode) != (closed, os.W_OK) and access(path, mode)
        )
        before = tree(shop)
        shown = migrate("apply", shop, "--offline", "--chart-mirror", charts, "--layout", layout)
        assert shown.code == 1
        assert "overlays/prod/kustomization.yaml" in shown.err
        assert "[MIG623]" in shown.err
        assert tree(shop) == before

    @pytest.mark.parametrize("layout", ["in-place", "growing"])
    @pytest.mark.parametrize(("method", "after"), [("write", 0), ("write", 6), ("mkdir", 1), ("rename", 3)])
    def test_a_full_disk(  # noqa: PLR0917 - fixtures
        self,
        migrate: Migrate,
        shop: Path,
        charts: Path,
        layout: str,
        method: str,
        after: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """No room is left while the journal or the tree itself is written; staging is beside the repository."""
        from migrator.rewrite.transaction.disk import Disk

        real = getattr(Disk, method)
        calls: list[Path] = []

        def full(self: Disk, path: Path, *arguments: object) -> None:
            if path.is_relative_to(shop):
                calls.append(path)
                if len(calls) == after + 1:
                    if method == "write":
                        path.write_bytes(b"the first bytes of it")
                    raise OSError(errno.ENOSPC, "No space left on device", str(path))
            real(self, path, *arguments)

        monkeypatch.setattr(Disk, method, full)
        before = tree(shop)
        shown = migrate("apply", shop, "--offline", "--chart-mirror", charts, "--layout", layout)
        assert len(calls) > after
        assert shown.code == 1
        assert "No space left on device" in shown.err
        assert "[MIG624]" in shown.err
        assert tree(shop) == before
        monkeypatch.undo()
        again = migrate("apply", shop, "--offline", "--chart-mirror", charts, "--layout", layout)
        assert again.code == 0, again.err

    @pytest.mark.parametrize("layout", ["in-place", "growing"])
    def test_no_room_beside_the_repository(
        self, migrate: Migrate, shop: Path, charts: Path, layout: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.rewrite.transaction.disk import Disk

        def full(_: Disk, path: Path, *__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        monkeypatch.setattr(Disk, "write", full)
        before = tree(shop)
        shown = migrate("apply", shop, "--offline", "--chart-mirror", charts, "--layout", layout)
        assert shown.code == 1
        assert "No space left on device" in shown.err
        assert "[MIG901]" in shown.err
        assert tree(shop) == before

    @pytest.mark.parametrize("path", ["base/queue/queue.yaml", "overlays/prod/api.yaml"])
    def test_a_file_that_vanishes_between_plan_and_apply(
        self, migrate: Migrate, shop: Path, charts: Path, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.workflow import apply

        commit = apply.commit

        def meanwhile(*arguments: object, **named: object) -> object:
            (shop / path).unlink()
            return commit(*arguments, **named)

        monkeypatch.setattr(apply, "commit", meanwhile)
        before = tree(shop)
        shown = migrate("apply", shop, "--offline", "--chart-mirror", charts, "--layout", "growing")
        assert shown.code == 1
        assert path in shown.err
        assert "[MIG621]" in shown.err
        assert tree(shop) == {name: digest for name, digest in before.items() if name != path}

    def test_a_file_that_cannot_be_read(
        self, both: Callable[..., Run], shop: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.diagnostics import MigrateError
        from migrator.discover import Index
        from migrator.model import RepoPath, SourceSpan

        real = Index.read

        def denied(index: Index, path: RepoPath) -> bytes:
            if path == "extra/x.yaml":
                raise MigrateError.of("MIG106", "cannot read the file: Permission denied", span=SourceSpan(path=path))
            return real(index, path)

        monkeypatch.setattr(Index, "read", denied)
        access = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("x.yaml") and access(path, mode))
        written(shop, {"extra/kustomization.yaml": "resources:\n- x.yaml\n", "extra/x.yaml": "kind: X\n"})
        run = both(shop)
        assert "extra/x.yaml" in run.said("MIG106")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED
