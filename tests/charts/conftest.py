"""Servers for the tests of this room."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chart_server import Server, running


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def other() -> Iterator[Server]:
    """A second server: the same machine, another host as far as HTTP knows."""
    with running() as started:
        yield started


@pytest.fixture
def repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes Helm's repositories.yaml."""

    def write(*entries: dict[str, object]) -> None:
        path = tmp_path / "repositories.yaml"
        path.write_text(json.dumps({"apiVersion": "", "repositories": [{"name": "mine", **each} for each in entries]}))
        monkeypatch.setenv("HELM_REPOSITORY_CONFIG", str(path))

    return write
