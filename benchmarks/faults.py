"""Kill an apply at every call by which it writes, start again, and see that the tree is the old one or the new one.

    python benchmarks/faults.py [--layout NAME] [--stride N] [--again N] [--json]

The repository is the fixture, with its charts. `--again N` also kills the run that mends, at every N-th of its calls.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from measuring.faults import crashes
from migrator.rewrite import FileEdit, commit, recover

HERE = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print what was left after each crash; 1 if that was ever neither tree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layout", default="enterprise")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--again", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        found = measured(Path(name), given.layout, given.stride, given.again)
    result = {**found, "seconds": round(time.perf_counter() - began, 1)}
    if given.json:
        json.dump(result, sys.stdout, indent=2)
        print()
    else:
        for key, value in result.items():
            print(f"{key:8} {value}")
    return 1 if result["broken"] else 0


def measured(folder: Path, layout: str, stride: int, again: int) -> dict[str, object]:
    """How many crashes there were, and how many of them left which tree."""
    edits = planned(folder / "repository", layout)

    def make(root: Path) -> None:
        shutil.copytree(HERE / "fixtures/simple-app", root)

    rest = folder / "crashes"
    rest.mkdir()
    met = list(crashes(make, lambda root: commit(root, edits), recover, rest, stride=stride, again=again))
    left = Counter(crash.left for crash in met)
    return {
        "edits": len(edits),
        "points": sum(1 for crash in met if not crash.again),
        "again": sum(1 for crash in met if crash.again),
        **{name: left[name] for name in ("old", "new", "broken")},
    }


def planned(root: Path, layout: str) -> Sequence[FileEdit]:
    """The edits of an apply of the fixture."""
    from migrator.workflow.plan import plan_repository
    from migrator.workflow.run import Run
    from migrator.workflow.settings import Settings

    shutil.copytree(HERE / "fixtures/simple-app", root)
    settings = Settings(
        root=root, layout=layout, chart_mirrors=(HERE / "fixtures/charts",), offline=True, no_cache=True
    )
    made = plan_repository(settings, Run())
    return made.edits


if __name__ == "__main__":
    sys.exit(main())
