"""Plant a fault for each audit rule in migrated repositories, and see whether it is found, and nothing in clean ones.

    python benchmarks/audits.py [--repo fixture|shop|PATTERN] [--scene NAME] [--out ROWS.jsonl] [--keep DIR]

Each repository is migrated four times: alone, with objects of Argo CD, in a change of hands from Applications of
before, and with a root that is proved without a remote base. A clean tree must have no finding of a rule (notes and
roots that never built are shown); a copy with one fault must have a diagnostic of that rule which the clean one has
not. `audit` of the clean tree is timed, in a process of its own, on a cache that is warm of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import migrator
from measuring.repository import unpacked
from migrator.diagnostics import Severity
from planting.scenes import SCENES, Scene, audited, migrated, planted

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or ROOT.parent / "shared" / "corpus")
REPOSITORIES = ("fixture", "shop", "eks-workshop", "FelixZ92")


def main() -> int:
    """Print a row for each tree, and the sums; 1 where a fault is missed or a clean tree is not silent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", action="append")
    parser.add_argument("--scene", action="append", choices=[each.name for each in SCENES])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", type=Path, help="where repositories and caches are kept")
    parser.add_argument("--budget", type=float, default=20)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        for repository in given.repo or REPOSITORIES:
            folder = (given.keep or Path(name)) / repository
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for row in rows(repository, folder, given.scene or [each.name for each in SCENES], given.budget):
                counts[row["outcome"]] += 1
                print(json.dumps(row), flush=True)
                if given.out:
                    with given.out.open("a") as kept:
                        kept.write(json.dumps(row) + "\n")
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))
    return 1 if set(counts) - {"found", "silent"} else 0


def rows(repository: str, folder: Path, scenes: list[str], budget: float) -> Iterator[dict[str, Any]]:
    """A row for each clean tree, and one for each fault."""
    before, charts = _before(repository, folder)
    cache = folder.parent / "cache"
    options = migrator.Options(offline=True, chart_mirrors=(charts,), cache=cache, budget=budget)
    plain = None
    for scene in SCENES:
        if scene.name in scenes or scene.name == "plain":
            try:
                tree = migrated(before, folder / scene.name, scene, plain, options)
            except AssertionError as error:
                yield {"repository": repository, "scene": scene.name, "outcome": "unmade", "said": str(error)}
                continue
            plain = plain or tree
            if scene.name in scenes:
                yield from _of_scene(repository, scene, tree, folder, options)


def _of_scene(
    repository: str, scene: Scene, tree: Any, folder: Path, options: migrator.Options
) -> Iterator[dict[str, Any]]:
    about = {"repository": repository, "scene": scene.name}
    clean = audited(tree.root, options)
    own = {code for code, what, fault in scene.faults if fault.__name__ == "_as_it_is"}
    found = [
        str(each)
        for each in clean
        if each.severity is not Severity.INFO and each.code not in own and each.code >= "MIG8"
    ]
    notes = dict(Counter(each.code for each in clean if each.severity is Severity.INFO))
    yield about | {"outcome": "loud" if found else "silent", "said": found, "notes": notes} | _timed(tree.root, options)
    known = Counter((each.code, each.summary) for each in clean if each.code not in own)
    for code, what, changed in planted(tree, scene, folder):
        told = Counter((each.code, each.summary) for each in audited(changed.root, options)) - known
        is_found = any(each == code for each, _ in told)
        said = sorted({f"{each} {summary}"[:160] for each, summary in told if each == code or not is_found})
        outcome = "found" if is_found else "missed"
        yield about | {"code": code, "what": what, "outcome": outcome, "said": said[:4]}


def _timed(root: Path, options: migrator.Options) -> dict[str, float]:
    """Seconds of a second audit by the clock, and of processor time."""
    words = [
        sys.executable,
        "-c",
        "from migrator.cli.app import main; main()",
        "audit",
        str(root),
        "--offline",
        "--quiet",
    ]
    words += ["--chart-mirror", str(options.chart_mirrors[0]), "--cache-dir", str(options.cache)]
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ended.returncode in (0, 2), ended.stderr  # noqa: S101
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"clock": round(time.perf_counter() - began, 2), "processor": round(spent, 2)}


def _before(repository: str, folder: Path) -> tuple[Path, Path]:
    """The repository as it is before, and its charts."""
    if repository == "fixture":
        return ROOT / "fixtures/simple-app", ROOT / "fixtures/charts"
    if repository == "shop":
        return CORPUS / "phase1/shop", CORPUS / "charts"
    archive = next(each for each in sorted(CORPUS.glob("repos/*.tar.xz")) if repository in each.name)
    return unpacked(archive, folder / "before"), CORPUS / "charts"


if __name__ == "__main__":
    sys.exit(main())
