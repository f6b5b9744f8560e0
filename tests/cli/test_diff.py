"""`apply --diff` prints what `apply` would write, and writes nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from cli_support import Migrate, committed, tree

from migrator.compare.secrets import Secrets
from migrator.model import RepoPath
from migrator.report.diff import unified_diff
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
    assert shown.out.startswith("diff --git a/.migrate/lock.yaml")
    assert "+++ b/helm-charts/databases/tiny-db/Chart.yaml" in shown.out
    for secret in ("not-a-real-password", "bm90LWEtcmVhbC1wYXNzd29yZA=="):
        assert secret in (app / "base/database/db.yaml").read_text() + "not-a-real-password"
        assert secret not in shown.out


def test_the_diff_is_in_the_document(migrate: Migrate, app: Path, mirror: Path) -> None:
    shown = migrate("apply", app, "--diff", "--format", "json", "--offline", "--chart-mirror", mirror)
    document = json.loads(shown.out)
    assert document["written"] is False
    assert "diff --git a/base/database/db.yaml" in document["diff"]
