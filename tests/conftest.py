"""Fixtures that every test room shares."""

from __future__ import annotations

import gc
import os
import signal
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from cli_support import app, migrate, mirror  # noqa: F401 - fixtures
from hypothesis import settings

from migrator.garbage import THRESHOLDS

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """As the command line sets Python up; and Ctrl-C, which a shell's background jobs ignore and hand down so.

    No example of a property is timed: on a busy machine a slow one would be a failure.
    """
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
    gc.set_threshold(*THRESHOLDS)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of public charts and repositories; the test is skipped where it is absent."""
    path = Path(os.environ.get("MIGRATE_CORPUS") or REPOSITORY.parent / "shared" / "corpus")
    if not (path / "charts").is_dir():
        pytest.skip(f"no corpus at {path} (set MIGRATE_CORPUS)")
    return path


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests never read or fill the user's cache; all of a run share one, those of other workers of xdist with them."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIGRATE_CACHE_DIR", str(shared / "cache"))
        yield


@pytest.fixture(autouse=True)
def _no_logins(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests never read what the user told Helm and Docker."""
    nothing = tmp_path_factory.getbasetemp() / "nothing"
    for name in ("HELM_REPOSITORY_CONFIG", "HELM_REGISTRY_CONFIG", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, str(nothing))


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """Writes files into a new folder: text is dedented, bytes are taken as they are; returns the folder."""

    def write(files: Mapping[str, str | bytes], root: Path | None = None) -> Path:
        root = root or tmp_path / "repository"
        root.mkdir(exist_ok=True)
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
        return root

    return write
