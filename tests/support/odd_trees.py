"""A plan and an apply of a tree that is odd in one way, with all that a test may ask of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli_support import Migrate, Outcome, tree
from small_shop import CHART, SHOP, written

DIVIDED = {"api", "web"}
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"


@dataclass(frozen=True)
class Run:
    """A plan and the apply after it."""

    root: Path
    plan: Mapping[str, object]
    planned: Outcome
    applied: Outcome
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def queue(self) -> str:
        """What was decided about the third-party part."""
        components = self.plan["components"]
        assert isinstance(components, list)
        return next((each["decision"] for each in components if each["id"] == "tiny-queue"), "")

    @property
    def applications(self) -> set[str]:
        """The applications that have a folder of their own now."""
        return {path.split("/")[1] for path in self.after if path.startswith("applications/")}

    def said(self, code: str) -> str:
        """What apply says under that code, with its place; the plan says it too."""
        lines = [line for line in self.applied.err.splitlines() if f"[{code}]" in line]
        assert lines, self.applied.err
        told = self.plan["diagnostics"]
        assert isinstance(told, list)
        assert code in {each["code"] for each in told}
        return "\n".join(lines)

    def text(self, path: str) -> bytes:
        return (self.root / path).read_bytes()


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    written(tmp_path / "charts/tiny-queue", CHART)
    return tmp_path / "charts"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(tmp_path / "shop", SHOP)


@pytest.fixture
def both(migrate: Migrate, charts: Path) -> Callable[..., Run]:
    """Plan, then apply; what changes is what the plan names, and a second apply changes nothing."""

    def run(root: Path, layout: str = "growing", code: int = 0) -> Run:
        options = ("--offline", "--chart-mirror", charts, "--layout", layout)
        before = tree(root)
        planned = migrate("plan", root, *options, "--format", "json")
        assert tree(root) == before, "a plan writes nothing"
        is_whole = not planned.out or json.loads(planned.out)["complete"]
        assert planned.code == (code if is_whole else code or 3), planned.err
        applied = migrate("apply", root, *options)
        assert applied.code == code, applied.err
        after = tree(root)
        plan = json.loads(planned.out) if planned.out else {"changes": [], "components": []}
        named = {each["path"] for each in plan["changes"]}
        named |= {each["source"] for each in plan["changes"] if each.get("source")}
        changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        assert changed <= named
        assert changed or not named
        assert not list((root / ".migrate").glob("journal*"))
        if changed:
            again = migrate("apply", root, *options, "--allow-dirty")
            assert again.code == 0, again.err
            assert tree(root) == after
        return Run(root, plan, planned, applied, before, after)

    return run


def replaced(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_bytes()
    assert old.encode() in text
    (root / path).write_bytes(text.replace(old.encode(), new.encode(), 1))


def everywhere(root: Path, change: Callable[[bytes], bytes]) -> None:
    for path in root.rglob("*.yaml"):
        if ".migrate" not in path.parts:
            path.write_bytes(change(path.read_bytes()))
