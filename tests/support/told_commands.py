"""The commands that texts of the program tell a person to run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = "X"
_COMMAND = re.compile(r"`((?:migrate(?:-gitops)?|git) [^`\n]+)`")


def told_commands() -> list[str]:
    """Command lines of `migrate` and git in all texts of the sources and in audit rules; what is filled in is an X."""
    found = {line for path in sorted((ROOT / "migrator").rglob("*.py")) for line in commands_of(path)}
    texts = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules/audit").rglob("*.yaml")))
    return sorted(found | {re.sub(r"\{\w+\}", HIDDEN, line) for text in texts for line in _COMMAND.findall(text)})


def commands_of(source: Path) -> Iterator[str]:
    """Those of one source, docstrings aside."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else HIDDEN for part in node.values)
            yield from _COMMAND.findall("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (re.sub(r"\{\w+\}", HIDDEN, line) for line in _COMMAND.findall(node.value))
