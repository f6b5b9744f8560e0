"""What the benchmarks take from the program is there, also what they import only once they run."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def missing(source: str) -> Iterator[str]:
    """The names that a source imports from the program and that are not there."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("migrator"):
            continue
        for name in (alias.name for alias in node.names):
            try:
                if not hasattr(importlib.import_module(str(node.module)), name):
                    importlib.import_module(f"{node.module}.{name}")
            except ImportError:
                yield f"{node.module}.{name}"


@pytest.mark.parametrize(
    "file", sorted(BENCHMARKS.rglob("*.py")), ids=lambda file: file.relative_to(BENCHMARKS).as_posix()
)
def test_what_a_benchmark_imports_is_there(file: Path) -> None:
    assert list(missing(file.read_text(encoding="utf-8"))) == []


def test_what_is_not_there_is_seen() -> None:
    source = "def late():\n    from migrator.model import Nothing, Json\n    from migrator.nowhere import anything\n"
    assert list(missing(source)) == ["migrator.model.Nothing", "migrator.nowhere.anything"]
