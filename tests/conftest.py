"""Fixtures that every test room shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of public charts and repositories; the test is skipped where it is absent."""
    path = Path(os.environ.get("MIGRATE_CORPUS") or REPOSITORY.parent / "shared" / "corpus")
    if not (path / "charts").is_dir():
        pytest.skip(f"no corpus at {path} (set MIGRATE_CORPUS)")
    return path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests never read or fill the user's cache."""
    monkeypatch.setenv("MIGRATE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
