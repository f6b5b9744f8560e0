"""A plugin of pytest that prints the test files that it would collect, and imports none of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


class _Unread(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        return iter(())


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.File:
    print(f"collected {module_path.relative_to(parent.config.rootpath).as_posix()}")  # noqa: T201 - it is the output
    return _Unread.from_parent(parent, path=module_path)
