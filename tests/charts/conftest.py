"""Servers for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

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
