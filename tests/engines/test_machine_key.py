"""What a machine has left for itself is known by a key that never leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.engines import Cache, sealed_by
from migrator.engines.machine_key import _key_at, machine_key


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/migrate/key"


def test_the_key_is_made_once_and_for_its_owner_alone(state: Path) -> None:
    key = machine_key()
    assert len(key) == 32
    assert state.read_bytes() == key
    assert state.stat().st_mode & 0o777 == 0o600
    _key_at.cache_clear()
    assert machine_key() == key


@pytest.mark.parametrize("odd", ["short", "readable by others"])
def test_a_key_that_cannot_be_trusted_is_not_used(state: Path, odd: str) -> None:
    key = machine_key()
    if odd == "short":
        state.write_bytes(b"abc")
    else:
        state.chmod(0o644)
    _key_at.cache_clear()
    assert machine_key() != key


def test_seals_differ_by_purpose_and_by_where_parts_end() -> None:
    seals = {sealed_by("a", b"x", b"y"), sealed_by("b", b"x", b"y"), sealed_by("a", b"xy", b""), sealed_by("a", b"xy")}
    assert len(seals) == 4
    assert sealed_by("a", b"x") == sealed_by("a", b"x")


def test_an_entry_counts_only_here_and_only_under_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache")
    cache.put("one", b"1")
    cache.put("two", b"2")
    first, second = (Cache._path(tmp_path / "cache", key) for key in ("one", "two"))
    assert cache.get("two") == b"2"
    second.write_bytes(first.read_bytes())
    assert cache.get("two") is None
    assert cache.get("one") == b"1"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-machine"))
    assert cache.get("one") is None
