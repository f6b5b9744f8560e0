"""The cache returns what was put or nothing, and never makes a run fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.engines import Cache


def _only_file(folder: Path) -> Path:
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file


def test_bytes_come_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "cache")
    assert cache.get("a") is None
    cache.put("a", b"one\0two")
    cache.put("b", b"")
    assert cache.get("a") == b"one\0two"
    assert cache.get("b") == b""
    cache.put("a", b"three")
    assert cache.get("a") == b"three"


def test_without_directory_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put("a", b"x")
    assert cache.get("a") is None


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 60])
def test_damaged_entry_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    cache = Cache(tmp_path)
    cache.put("a", b"good")
    _only_file(tmp_path).write_bytes(damage)
    assert cache.get("a") is None


def test_truncated_entry_counts_as_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("a", b"good" * 100)
    file = _only_file(tmp_path)
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.get("a") is None


def test_unwritable_directory_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("a", b"x")
    assert cache.get("a") is None


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_entries_are_private_and_no_temporary_file_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.put("a", b"secret")
    file = _only_file(tmp_path)
    assert file.stat().st_mode & 0o077 == 0


def test_default_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIGRATE_CACHE_DIR", str(tmp_path))
    assert Cache.default().directory == tmp_path
    monkeypatch.setenv("MIGRATE_CACHE_DIR", "")
    assert Cache.default().directory is None
    monkeypatch.delenv("MIGRATE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert Cache.default().directory == tmp_path / "xdg" / "migrate"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Cache.default().directory == tmp_path / ".cache" / "migrate"
