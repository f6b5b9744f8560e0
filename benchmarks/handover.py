"""Migrate repositories in seven shapes, stage by stage, and play every stage in many orders with every step failing.

    python benchmarks/handover.py [--shape NAME] [--orders 20] [--json]
    python benchmarks/handover.py --shop REPOSITORY --mirror CHARTS [--json]
    python benchmarks/handover.py --corpus NAME [--corpus NAME] [--tool argocd] [--budget 15] [--json]

Each repository is the fixture as one of the tools deploys it today. Its stages are written by `migrate apply --gitops`
and `migrate handover --finish`, each committed, and after each `migrate verify` plays all commits since the base: in so
many orders, forward and back, and in each of these with every deployer late, behind, broken, refused or unhealthy at
every commit. `harm` counts what happens to a live object that must not.

With `--shop` a large repository that nothing deploys is migrated in two layouts with each tool and with none, each time
with an empty cache: whether what the emitted objects deploy in each environment is what the proof renders, and how many
times the seconds without a tool it took.

With `--corpus` repositories of the corpus (by parts of their names) are migrated, all stages of it. What each emitted
object says is rendered again by helm and kustomize, and held against what the proof renders (`unlike`) and against what
the roots rendered before (`changed`, what is more than metadata).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/support"))

from emitted_objects import deployed, proved, sorted_bodies

from measuring.emitted import Emitted
from measuring.handover_shapes import FIXTURE, SHAPES, made
from measuring.repository import unpacked
from migrator.charts import ChartLibrary, ChartSources
from migrator.cli.app import run
from migrator.engines import Cache, find_tools
from migrator.gitops.play.play import violations
from migrator.lock import LOCK_PATH, load_lock, read_lock
from migrator.prove import RenderContext

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
CONFIG = "migrate.yaml"
TOOLS = ("argocd", "flux")
CHARTS = FIXTURE.parent / "charts"
LAYOUTS = ("enterprise", "growing")
REPLAY = "migrator.prove.handover.replay"


def main() -> int:
    """Print a line for each shape; 1 where a stage could not be written, or harms what is live."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", action="append", choices=list(SHAPES))
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--shop", type=Path)
    parser.add_argument("--mirror", type=Path)
    parser.add_argument("--corpus", action="append", default=[], metavar="NAME")
    parser.add_argument("--tool", action="append", choices=TOOLS)
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="kept; by default a new one for each row")
    parser.add_argument("--budget", default="15", metavar="SECONDS", help="of search for one component")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.corpus:
        archives = [each for name in given.corpus for each in sorted((CORPUS / "repos").glob(f"*{name}*.tar.xz"))]
        rows = [emitted(each, tool, given) for each in archives for tool in given.tool or TOOLS]
    elif given.shop:
        rows = [each for layout in LAYOUTS for each in wired(given.shop, given.mirror, layout)]
    else:
        rows = [measured(each, given.orders) for each in given.shape or SHAPES]
    if given.json:
        json.dump(rows, sys.stdout, indent=2)
        print()
    else:
        for row in rows:
            print("  ".join(f"{key} {value}" for key, value in row.items()))
    return 1 if any(row["failed"] or row.get("harm") for row in rows) else 0


def wired(shop: Path, mirror: Path, layout: str) -> Iterator[dict[str, Any]]:
    """A row for each tool: environments whose emitted objects deploy something else, and its time."""
    plain = 0.0
    for tool in ("none", "argocd", "flux"):
        with tempfile.TemporaryDirectory() as name, mock.patch.dict("os.environ", MIGRATE_CACHE_DIR=f"{name}/cache"):
            root = Path(name) / "shop"
            shutil.copytree(shop, root)
            git(root, "init", "-q", "-b", "main")
            committed(root, "base")
            words = ["apply", str(root), "--offline", "--chart-mirror", str(mirror), "--layout", layout]
            began = time.perf_counter()
            failed = quiet([*words, "--gitops", tool])
            seconds = time.perf_counter() - began
            plain = plain or seconds
            others = list(unlike(root, mirror, tool)) if tool != "none" and not failed else []
            yield {
                "layout": layout,
                "tool": tool,
                "unlike": others,
                "failed": failed or len(others),
                "seconds": round(seconds, 1),
                "ratio": round(seconds / plain, 2),
            }


def emitted(archive: Path, tool: str, given: argparse.Namespace) -> dict[str, Any]:
    """A row for a repository of the corpus: what the objects of a tool deploy there that they must not."""
    mirrors = (CORPUS / "charts", CORPUS / "roundtrip" / "charts")
    row: dict[str, Any] = {"repository": archive.name.removesuffix(".tar.xz"), "tool": tool}
    with tempfile.TemporaryDirectory() as name:
        root, before = unpacked(archive, Path(name) / "repository"), Path(name) / "before"
        if not (root / CONFIG).exists():
            (root / CONFIG).write_text("gitops: {argocd: {enable_helm: true}}\n")
        shutil.copytree(root, before, symlinks=True)
        committed(root, "configured")
        words = ["apply", str(root), "--offline", "--max-impact", "metadata", "--gitops", tool]
        words += ["--budget", given.budget, "--cache-dir", str(given.cache_dir or Path(name) / "cache")]
        words += [word for each in mirrors for word in ("--chart-mirror", str(each))]
        began, code, lock = time.perf_counter(), quiet(words), load_lock(root)
        while not code and lock is not None and lock.handover is not None and lock.handover.following:
            committed(root, lock.handover.stages[lock.handover.stage - 1])
            code, lock = quiet(words), load_lock(root)
        row |= {"failed": int(code != 0), "seconds": round(time.perf_counter() - began, 1)}
        if code or lock is None or lock.handover is None:
            return row
        library = ChartLibrary(ChartSources(mirrors=mirrors, offline=True), Cache(None))
        context = RenderContext(tools=find_tools(), library=library, cache=Cache(None))
        found = Emitted(root=root, before=before, lock=lock, mirrors=mirrors, context=context)
        wrong = {"unlike": list(found.unlike()), "changed": list(found.changed())}
        row["unbuilt"] = len(found.unbuilt)
        counted = {"environments": len(lock.environments), "releases": found.releases, "inflated": found.inflated}
        row["stages"] = len(lock.handover.stages)
        return {**row, **counted, **wrong, "failed": len(wrong["unlike"]) + len(wrong["changed"])}


def unlike(root: Path, mirror: Path, tool: str) -> Iterator[str]:
    """The environments in which the emitted objects deploy something else than the proof renders."""
    for environment in sorted(read_lock((root / LOCK_PATH).read_bytes()).environments):
        if sorted_bodies(deployed(tool, root, mirror, environment)) != proved(root, environment, mirror):
            yield environment


def measured(shape: str, orders: int) -> dict[str, Any]:
    """The stages that were written, how many histories were played, and the harm in them."""
    began = time.perf_counter()
    harm: list[str] = []
    histories = failed = 0

    def played(history: Any, *, count: int, troubled: int) -> Any:
        nonlocal histories
        if not troubled:  # what happens anyway
            return violations(history, count=count, troubled=troubled)
        histories += 1
        found = violations(history, count=orders, troubled=orders)
        harm.extend(str(each) for each in found)
        return found

    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "shop"
        tool = made(shape, root)
        git(root, "init", "-q", "-b", "main")
        committed(root, "base")
        stages = []
        for stage, words in written(root, tool):
            if quiet(words):
                failed += 1
                break
            if not committed(root, stage):
                continue
            stages.append(stage)
            with mock.patch(f"{REPLAY}.violations", played):
                failed += quiet(["verify", str(root), "--offline", "--chart-mirror", str(CHARTS)]) != 0
    seconds = round(time.perf_counter() - began, 1)
    return {
        "shape": shape,
        "stages": len(stages),
        "histories": histories,
        "harm": len(harm),
        "failed": failed,
        "seconds": seconds,
    }


def written(root: Path, tool: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The commands of a change of hands, one for each stage; one that has nothing left to do commits nothing."""
    words = ["--offline", "--chart-mirror", str(CHARTS)]
    for number in (1, 2, 3):
        yield f"stage {number}", ["apply", str(root), *words, "--layout", "growing", "--gitops", tool]
    yield "finish", ["handover", str(root), *words, "--finish"]


def quiet(words: Sequence[str]) -> int:
    """The exit code of `migrate`; what it said goes to the error stream where that is not 0."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(list(words))
    if code:
        print(said.getvalue(), file=sys.stderr)
    return code


def committed(root: Path, message: str) -> bool:
    """Whether there was something to commit."""
    git(root, "add", "-A")
    if not git(root, "status", "--porcelain"):
        return False
    git(root, "commit", "-q", "-m", message)
    return True


def git(root: Path, *words: str) -> str:
    """What git prints."""
    own = ("-c", "user.name=b", "-c", "user.email=b@example.org")
    return subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
