"""`apply --diff` prints what `apply` would write, and writes nothing."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

from cli_support import Migrate, committed, git, tree

from migrator.compare.secrets import Secrets
from migrator.model import RepoPath
from migrator.report.diff import shown_diff, unified_diff
from migrator.rewrite import FileEdit

NO_SECRETS = Secrets(salt="", whole=frozenset(), embedded=())


def edit(path: str, before: bytes | None, after: bytes | None, moved_from: str | None = None) -> FileEdit:
    source = RepoPath(moved_from) if moved_from else None
    return FileEdit(path=RepoPath(path), before=before, after=after, cause="test", moved_from=source)


def test_git_applies_the_diff_to_get_the_edits(tmp_path: Path) -> None:
    files = {"a.txt": b"one\r\ntwo\r\n", "gone.txt": b"x\n", "old/m.txt": b"a\nb\nc\n", "end.txt": b"no newline"}
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    edits = [
        edit("a.txt", files["a.txt"], b"one\r\n2\r\n"),
        edit("gone.txt", b"x\n", None),
        edit("old/m.txt", files["old/m.txt"], None),
        edit("new/m.txt", None, b"a\nB\nc\n", "old/m.txt"),
        edit("end.txt", b"no newline", b"no newline\nmore"),
        edit("grün/é.txt", None, b"made\n"),
    ]
    shown = unified_diff(edits, NO_SECRETS)
    assert "rename from old/m.txt" in shown
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=tmp_path, check=True, input=shown.encode())
    for each in edits:
        target = tmp_path / each.path
        assert (target.read_bytes() if target.is_file() else None) == each.after, each.path


def test_git_applies_what_begins_with_a_summary(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n")
    (tmp_path / "b\nc.txt").write_text("two\n")
    edits = [
        edit("a.txt", b"one\n", b"2\n"),
        replace(edit("run.sh", None, b"#!/bin/sh\n"), is_executable=True),
        edit("gone.txt", b"x\ny\n", None),
    ]
    (tmp_path / "gone.txt").write_text("x\ny\n")
    shown = shown_diff(edits, NO_SECRETS)
    lines = [" a.txt    | +1 -1 edited", " run.sh   | +1 -0 created", " gone.txt | +0 -2 deleted"]
    assert shown.splitlines()[:5] == [*lines, " 3 files, +2 -3 lines", ""]
    git(tmp_path, "init", "-q", ".")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, check=True, input=shown.encode())
    assert (tmp_path / "a.txt").read_text() == "2\n"
    assert (tmp_path / "run.sh").stat().st_mode & 0o100
    assert not (tmp_path / "gone.txt").exists()


def test_a_terminal_is_spared_what_deleted_files_held() -> None:
    edits = [edit("gone.txt", b"x\ny\n", None), edit("a", None, b"\x1b[0m\n")]
    shown = shown_diff(edits, NO_SECRETS, is_terminal=True, folds=True)
    assert "-x" not in shown
    assert "deleted file mode 100644" in shown
    assert "not shown: --verbose" in shown
    assert "\x1b" not in shown
    assert "-x" in shown_diff(edits, NO_SECRETS)


def test_what_git_cannot_apply_is_said() -> None:
    shown = shown_diff([edit("b.bin", b"\xff", b"\xfe")], NO_SECRETS)
    assert "git apply refuses this diff" in shown
    assert "b.bin: is not a text" in shown
    assert "refuses" not in shown_diff([edit("a", b"1\n", b"2\n")], NO_SECRETS)


def test_the_text_of_a_pull_request(migrate: Migrate, app: Path, mirror: Path) -> None:
    committed(app)
    options = ("--format", "markdown", "--offline", "--chart-mirror", mirror)
    proposed = migrate("apply", app, "--diff", *options).out
    assert "<details><summary>the diff</summary>" in proposed
    assert "+++ b/helm-charts/databases/tiny-db/Chart.yaml" in proposed
    shown = migrate("apply", app, *options)
    assert shown.code == 0, shown.err
    assert shown.out.startswith("## 2 components move to Helm, proved in 2 environments; highest impact metadata\n")
    assert "- admitted: 22 differences allowed by helm-bookkeeping-labels" in shown.out
    assert "- proved: dev, prod: identical-under-allowances" in shown.out
    assert "- look at the change: `git add -A && git diff --cached`" in shown.out
    assert "| tiny-cache | the chart renders only 0" in shown.out
    assert "not-a-real-password" not in shown.out + proposed


def test_what_derives_from_a_secret_is_a_digest() -> None:
    secrets = Secrets(salt="s", whole=frozenset({"hunter2", "BEGIN\nkeyline\nEND"}), embedded=())
    text = b"password: hunter2  # old\nkey: |\n  BEGIN\n  keyline\nPASS=hunter2\n- 'hunter2'\nuser: hunter\n"
    shown = unified_diff([edit("secret.yaml", text, None)], secrets)
    assert "hunter2" not in shown
    assert "keyline" not in shown
    assert "-password: <redacted sha256:" in shown
    assert "# old" in shown
    assert "-user: hunter\n" in shown


def test_a_short_number_is_shown_and_a_short_text_is_not() -> None:
    secrets = Secrets(salt="s", whole=frozenset({"100", "1000"}), embedded=())
    shown = unified_diff([edit("a.yaml", b'replicas: 100\npin: "100"\nPIN=100\nlong: 1000\n', None)], secrets)
    assert "-replicas: 100\n" in shown
    assert shown.count("<redacted sha256:") == 3


def test_nothing_is_written_and_no_secret_is_shown(migrate: Migrate, app: Path, mirror: Path) -> None:
    committed(app)
    before = tree(app)
    shown = migrate("apply", app, "--diff", "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err
    assert tree(app) == before
    assert not (app / ".migrate/lock.yaml").exists()
    assert shown.out.startswith(" .migrate/lock.yaml ")
    assert " 18 files, +" in shown.out
    assert "git apply refuses this diff" in shown.out  # for what is hidden of a secret, which it names
    assert "base/database/db.yaml: 1 line with a secret shown as a digest" in shown.out
    assert "\n\ndiff --git a/.migrate/lock.yaml" in shown.out
    assert "+++ b/helm-charts/databases/tiny-db/Chart.yaml" in shown.out
    for secret in ("not-a-real-password", "bm90LWEtcmVhbC1wYXNzd29yZA=="):
        assert secret in (app / "base/database/db.yaml").read_text() + "not-a-real-password"
        assert secret not in shown.out


def test_the_diff_is_in_the_document(migrate: Migrate, app: Path, mirror: Path) -> None:
    shown = migrate("apply", app, "--diff", "--format", "json", "--offline", "--chart-mirror", mirror)
    document = json.loads(shown.out)
    assert document["written"] is False
    assert "diff --git a/base/database/db.yaml" in document["diff"]
