"""The examples of docs/library.md do what the page says, in a plain script without a main guard."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
_BLOCK = r"<!-- {kind}: {name} -->\n```\w+\n(.*?)```\n<!-- end -->"


def block(kind: str, name: str) -> str:
    found = re.search(_BLOCK.format(kind=kind, name=name), PAGE, re.DOTALL)
    assert found, f"no {kind} {name} on the page"
    return found[1]


def names(kind: str) -> list[str]:
    return re.findall(rf"<!-- {kind}: (\w+) -->", PAGE)


def test_every_example_has_its_output() -> None:
    assert names("example") == names("output") != []


@pytest.mark.parametrize("name", names("example"))
def test_an_example_prints_what_the_page_says(name: str, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(block("example", name))
    done = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (block("output", name), "")


def test_the_page_lists_every_name_of_the_library() -> None:
    import migrator

    missing = [name for name in migrator.__all__ if f"`{name}" not in PAGE]
    assert set(missing) <= {"Progress", "__version__"}
