"""Bad input of every sort: one message with file and remedy, the documented exit code, nothing half written, no traceback."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from cli_support import Migrate, Outcome, committed, git, tree

ROOT = Path(__file__).resolve().parents[2]


def unbuilt(outcome: Outcome, code: str, *pieces: str) -> None:
    """The whole plan, the one message of that code before it, and the exit code of an error."""
    assert outcome.out.startswith("Nothing can be done yet: no component was recognised.")
    first, _, remedy = outcome.err.partition("\n")
    refused(Outcome(outcome.code, "", f"{first} ({remedy.strip()})"), code, *pieces)


def refused(outcome: Outcome, code: str, *pieces: str, exit_code: int = 1) -> None:
    """One message of that code, with these pieces in it, and nothing on stdout."""
    assert outcome.code == exit_code, outcome
    assert outcome.out == ""
    messages = [line for line in outcome.err.splitlines() if "MIG" in line]
    assert len(messages) == 1, outcome.err
    assert f"[{code}]" in messages[0]
    for piece in pieces:
        assert piece in messages[0]
    assert messages[0].endswith(")"), "a message ends with its remedy"


class TestTheRepository:
    def test_a_folder_that_does_not_exist(self, migrate: Migrate, tmp_path: Path) -> None:
        refused(migrate("plan", tmp_path / "none"), "MIG107", str(tmp_path / "none"), "does not exist")

    def test_a_file_in_place_of_a_folder(self, migrate: Migrate, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        for command in ("plan", "apply", "audit"):
            refused(migrate(command, tmp_path / "file"), "MIG107", "is a file")

    def test_no_kustomization(self, migrate: Migrate, tmp_path: Path) -> None:
        (tmp_path / "deployment.yaml").write_text("kind: Deployment\n")
        refused(migrate("plan", tmp_path), "MIG103", "no kustomization")

    def test_yaml_that_does_not_parse_names_line_and_column(self, migrate: Migrate, app: Path) -> None:
        broken = app / "base" / "kustomization.yaml"
        broken.write_text(broken.read_text() + "images: [broken\n")
        before = tree(app)
        shown = migrate("plan", app)
        assert shown.code == 1
        assert "base/kustomization.yaml:10:" in shown.err
        assert tree(app) == before

    def test_a_root_that_does_not_build_leaves_the_others(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        (app / "overlays" / "prod" / "db-pdb.yaml").unlink()
        shown = migrate("plan", app, "--offline", "--chart-mirror", mirror)
        assert shown.code == 3, shown.err
        assert "overlays/prod/kustomization.yaml:5" in shown.err
        assert "db-pdb.yaml" in shown.err
        assert "failed" in shown.out
        assert "not complete" in shown.out

    def test_no_root_builds(self, migrate: Migrate, tmp_path: Path) -> None:
        (tmp_path / "kustomization.yaml").write_text("resources:\n- missing.yaml\n")
        shown = migrate("plan", tmp_path)
        assert shown.code == 1
        assert "kustomization.yaml:2" in shown.err
        assert "missing.yaml" in shown.err

    def test_a_remote_base_without_network(self, migrate: Migrate, tmp_path: Path) -> None:
        (tmp_path / "kustomization.yaml").write_text("resources:\n- https://github.com/example/x//deploy?ref=v1\n")
        unbuilt(migrate("plan", tmp_path, "--offline"), "MIG211", "kustomization.yaml:2", "remote")

    def test_a_plugin_is_never_run(self, migrate: Migrate, tmp_path: Path) -> None:
        (tmp_path / "kustomization.yaml").write_text("generators:\n- generator.yaml\n")
        (tmp_path / "generator.yaml").write_text(
            "apiVersion: someteam.example.com/v1\nkind: Maker\nmetadata:\n  name: m\n"
            "  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ./make.sh\n"
        )
        (tmp_path / "make.sh").write_text("#!/bin/sh\ntouch ran\n")
        (tmp_path / "make.sh").chmod(0o755)
        unbuilt(migrate("plan", tmp_path), "MIG212", "never run")
        assert not (tmp_path / "ran").exists()

    def test_a_duplicate_resource(self, migrate: Migrate, tmp_path: Path) -> None:
        text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: twice\n"
        (tmp_path / "a.yaml").write_text(text)
        (tmp_path / "b.yaml").write_text(text)
        (tmp_path / "kustomization.yaml").write_text("resources:\n- a.yaml\n- b.yaml\n")
        shown = migrate("plan", tmp_path)
        assert shown.code == 1
        assert "twice" in shown.err

    def test_an_unknown_key_of_the_configuration(self, migrate: Migrate, app: Path) -> None:
        (app / "migrate.yaml").write_text("layout: growing\nmax_impct: none\n")
        refused(migrate("plan", app), "MIG104", "migrate.yaml:2:1", "max_impact")

    def test_a_broken_signature_of_the_team(self, migrate: Migrate, app: Path) -> None:
        path = app / ".migrate" / "rules" / "signatures" / "databases" / "tiny-db.yaml"
        path.write_text(path.read_text() + "colour: blue\n")
        refused(migrate("plan", app), "MIG301", ".migrate/rules/signatures/databases/tiny-db.yaml", "colour")


class TestTheCommandLine:
    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (["plan", "--format", "xml"], "xml"),
            (["plan", "--max-impact", "dire"], "dire"),
            (["plan", "--nonsense"], "--nonsense"),
            (["nonsense"], "nonsense"),
            (["infer"], "--chart"),
        ],
    )
    def test_a_usage_error_is_an_error_and_no_change(self, migrate: Migrate, arguments: list[str], word: str) -> None:
        shown = migrate(*arguments)
        assert shown.code == 1
        assert word in shown.err

    def test_a_mirror_that_is_no_folder(self, migrate: Migrate, app: Path) -> None:
        refused(migrate("plan", app, "--chart-mirror", "/no/such"), "MIG902", "/no/such")

    def test_an_unknown_gitops_tool(self, migrate: Migrate, app: Path) -> None:
        refused(migrate("plan", app, "--gitops", "fleet"), "MIG903", "fleet", "argocd, flux, none")

    def test_an_unknown_layout(self, migrate: Migrate, app: Path) -> None:
        refused(migrate("plan", app, "--layout", "sideways", "--offline"), "MIG630", "sideways", "growing")

    def test_a_component_that_is_not_there(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        shown = migrate("plan", app, "--only", "postgres", "--offline", "--chart-mirror", mirror)
        refused(shown, "MIG907", "postgres", "tiny-db")


class TestCharts:
    def test_an_unreachable_chart_leaves_its_component(self, migrate: Migrate, app: Path) -> None:
        shown = migrate("plan", app, "--offline")
        assert shown.code == 3
        assert "--chart-mirror" in shown.err
        assert "tiny-db" in shown.err

    def test_a_corrupt_archive(self, migrate: Migrate, app: Path, tmp_path: Path) -> None:
        charts = tmp_path / "charts"
        charts.mkdir()
        (charts / "tiny-monitor-2.3.1.tgz").write_bytes(b"\x1f\x8b\x08 no gzip")
        shown = migrate("plan", app, "--offline", "--chart-mirror", charts)
        assert shown.code == 3
        assert "tiny-monitor-2.3.1.tgz" in shown.err
        assert "MIG410" in shown.err

    def test_an_archive_that_leaves_its_folder(self, migrate: Migrate, tmp_path: Path) -> None:
        target = tmp_path / "x.yaml"
        target.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n")
        archive = tmp_path / "evil-1.0.0.tgz"
        with tarfile.open(archive, "w:gz") as file:
            for name, data in (
                ("evil/Chart.yaml", b"apiVersion: v2\nname: evil\nversion: 1.0.0\n"),
                ("evil/../../out", b"x"),
            ):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                file.addfile(info, io.BytesIO(data))
        shown = migrate("infer", "--chart", archive, "--target", target)
        assert shown.code == 1
        assert "[MIG413]" in shown.err

    def test_a_chart_that_refuses_every_value(self, migrate: Migrate, app: Path, mirror: Path, tmp_path: Path) -> None:
        chart = tmp_path / "charts" / "tiny-db"
        shutil.copytree(mirror / "tiny-db", chart)
        (chart / "templates" / "never.yaml").write_text('kind: X\n{{ fail "not in this life" }}\n')
        target = app / "base" / "database" / "db.yaml"
        refused(migrate("infer", "--chart", chart, "--target", target), "MIG405", "never.yaml:2", "not in this life")

        shown = migrate("plan", app, "--offline", "--chart-mirror", chart.parent, "--chart-mirror", mirror)
        assert shown.code == 3
        assert "not in this life" in shown.err
        assert "tiny-monitor  adopt" in shown.out

    def test_a_target_that_is_no_yaml(self, migrate: Migrate, mirror: Path, tmp_path: Path) -> None:
        target = tmp_path / "x.yaml"
        target.write_text("kind: [\n")
        refused(migrate("infer", "--chart", mirror / "tiny-db", "--target", target), "MIG101", f"{target}:")

    def test_a_target_that_holds_something_else(self, migrate: Migrate, mirror: Path, tmp_path: Path) -> None:
        target = tmp_path / "x.yaml"
        target.write_text("replicas: 3\n")
        shown = migrate("infer", "--chart", mirror / "tiny-db", "--target", target)
        refused(shown, "MIG904", f"{target}:", "not a Kubernetes object")

    def test_infer_with_a_target_that_is_missing(self, migrate: Migrate, mirror: Path) -> None:
        refused(migrate("infer", "--chart", mirror / "tiny-db", "--target", "none.yaml"), "MIG904", "none.yaml")

    def test_infer_with_a_chart_that_is_nowhere(self, migrate: Migrate, app: Path) -> None:
        target = app / "base" / "database" / "db.yaml"
        refused(migrate("infer", "--chart", "nowhere", "--target", target), "MIG905", "nowhere")


class TestApply:
    def test_a_dirty_tree_is_refused(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        committed(app)
        (app / "base" / "note.txt").write_text("not committed\n")
        before = tree(app)
        refused(
            migrate("apply", app, "--offline", "--chart-mirror", mirror), "MIG908", "base/note.txt", "--allow-dirty"
        )
        assert tree(app) == before
        assert git(app, "status", "--porcelain") == "?? base/note.txt"

    def test_a_target_path_that_exists(self, migrate: Migrate, app: Path, mirror: Path) -> None:
        taken = app / "helm-charts" / "databases" / "tiny-db" / "values.yaml"
        taken.parent.mkdir(parents=True)
        taken.write_text("mine: true\n")
        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        assert shown.code == 0, "the other component does not depend on it"
        assert "helm-charts/databases/tiny-db/values.yaml exists already" in shown.err
        assert taken.read_text() == "mine: true\n"
        assert (app / "base" / "database" / "db.yaml").exists()
        assert not (taken.parent / "Chart.yaml").exists()

    def test_a_plan_made_for_other_content(
        self, migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.workflow import apply

        commit = apply.commit
        changed = app / "overlays" / "prod" / "kustomization.yaml"

        def meanwhile(*arguments: object, **named: object) -> object:
            changed.write_text(changed.read_text() + "# changed while the plan was made\n")
            return commit(*arguments, **named)

        monkeypatch.setattr(apply, "commit", meanwhile)
        committed(app)
        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        refused(shown, "MIG621", "overlays/prod/kustomization.yaml")
        assert not (app / "helm-charts").exists()

    def test_no_write_permission(
        self, migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.rewrite.transaction.disk import Disk

        def denied(*_: object) -> None:
            raise PermissionError(13, "Permission denied", str(app / "helm-charts"))

        monkeypatch.setattr(Disk, "mkdir", denied)
        before = tree(app)
        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        assert shown.code == 1
        assert "Permission denied" in shown.err or "permission" in shown.err
        assert tree(app) == before

    def test_an_interrupt_while_writing_takes_everything_back(
        self, migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.rewrite.transaction.disk import Disk

        rename, calls = Disk.rename, []

        def interrupted(self: Disk, source: Path, target: Path) -> None:
            calls.append(target)
            if len(calls) == 5:
                raise KeyboardInterrupt
            rename(self, source, target)

        monkeypatch.setattr(Disk, "rename", interrupted)
        before = tree(app)
        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        assert len(calls) > 5, "some files were written, and taken back"
        assert shown.code == 130
        assert shown.err.splitlines()[-1] == "migrate: interrupted; nothing is half written"
        assert tree(app) == before

    def test_what_a_crash_left_is_taken_back_first(
        self, migrate: Migrate, app: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from migrator.rewrite.transaction import commit

        before = tree(app)
        monkeypatch.setattr(commit, "_undo", lambda *_: False)
        with monkeypatch.context() as crash:
            crash.setattr(commit, "_forward", _power_cut)
            assert migrate("apply", app, "--offline", "--chart-mirror", mirror).code == 130
        assert tree(app) != before

        shown = migrate("apply", app, "--offline", "--chart-mirror", mirror)
        assert "MIG910" in shown.err
        assert shown.code == 0


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt


class TestSignals:
    """In a process of their own, as a shell runs them."""

    def start(self, *arguments: object, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from migrator.cli import main; main()", *map(str, arguments)],
            env={**os.environ, **variables, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupt_is_one_line_and_130(self, app: Path, tmp_path: Path, number: signal.Signals) -> None:
        slow = tmp_path / "kustomize"
        slow.write_text('#!/bin/sh\necho $$ > "$0.started"\nexec /bin/sleep 60\n')
        slow.chmod(0o755)
        process = self.start("plan", app, MIGRATE_KUSTOMIZE=str(slow))
        for _ in range(600):
            if slow.with_suffix(".started").exists() and slow.with_suffix(".started").read_text():
                break
            time.sleep(0.05)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert err == "migrate: interrupted; nothing is half written\n"
        assert out == ""
        with pytest.raises(ProcessLookupError):
            os.kill(int(slow.with_suffix(".started").read_text()), 0)

    def test_a_reader_that_goes_away_is_no_crash(self, app: Path, mirror: Path) -> None:
        process = self.start("plan", app, "--offline", "--chart-mirror", mirror, "--format", "json")
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        assert process.wait(timeout=120) == 1
        assert "Traceback" not in err
        assert "Exception ignored" not in err
