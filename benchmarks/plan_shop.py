"""Measure `migrate plan`: cold and warm wall time, peak memory of the process tree, and the share of time per step.

    python benchmarks/plan_shop.py [--repository DIR] [--chart-mirror DIR] [--runs N] [--json]

The default repository is the corpus' `phase1/shop`. Cold means an empty cache; warm is the best of the runs after it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring.memory import MEBIBYTE, Watch

HERE = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent / "shared" / "corpus")
MIGRATE = [sys.executable, "-c", "from migrator.cli import main; main()"]


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, default=CORPUS / "phase1" / "shop")
    parser.add_argument("--chart-mirror", type=Path, default=CORPUS / "charts")
    parser.add_argument("--runs", type=int, default=3, help="warm runs")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {"plan": measure_plan(given.repository, given.chart_mirror, given.runs), "help": measure_help()}
    if given.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    show(result)


def measure_plan(repository: Path, mirror: Path, runs: int) -> dict[str, object]:
    """Seconds, peak bytes of the process tree, and seconds per step, cold and warm."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        cold = run_plan(repository, mirror, cache)
        warm = min((run_plan(repository, mirror, cache) for _ in range(runs)), key=lambda run: run["seconds"])
    return {"repository": repository.name, "cold": cold, "warm": warm}


def run_plan(repository: Path, mirror: Path, cache: Path) -> dict[str, object]:
    with tempfile.NamedTemporaryFile(suffix=".json") as timings:
        command = [*MIGRATE, "plan", str(repository), "--chart-mirror", str(mirror), "--offline", "--format", "json"]
        command += ["--cache-dir", str(cache), "--timings", timings.name]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
        watch = Watch(process.pid)
        _, said = process.communicate()
        seconds = time.perf_counter() - began
        peak = watch.stop()
        if process.returncode:
            sys.exit(f"plan failed with {process.returncode}: {said.decode(errors='replace')}")
        steps = json.loads(Path(timings.name).read_text(encoding="utf-8"))["steps"]
    return {"seconds": round(seconds, 2), "peak_bytes": peak, "steps": steps}


def measure_help(runs: int = 10) -> dict[str, float]:
    """Milliseconds of `migrate --help` beside those of importing click, the best of the runs of each."""
    shown = min(timed([*MIGRATE, "--help"]) for _ in range(runs))
    click = min(timed([sys.executable, "-c", "import click"]) for _ in range(runs))
    return {"help_ms": round(shown * 1000, 1), "click_ms": round(click * 1000, 1)}


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())
    return time.perf_counter() - began


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE)}


def show(result: dict[str, dict[str, object]]) -> None:
    plan, shown = result["plan"], result["help"]
    cold, warm = plan["cold"], plan["warm"]
    print(f"migrate plan {plan['repository']}")
    print(f"  {'':<12} {'cold':>10} {'warm':>10}")
    print(f"  {'wall':<12} {cold['seconds']:>8.2f} s {warm['seconds']:>8.2f} s")
    print(f"  {'peak memory':<12} {cold['peak_bytes'] / MEBIBYTE:>6.0f} MiB {warm['peak_bytes'] / MEBIBYTE:>6.0f} MiB")
    for step, seconds in cold["steps"].items():
        share = 100 * seconds / (sum(cold["steps"].values()) or 1)
        print(f"  {step:<12} {seconds:>8.2f} s {warm['steps'].get(step, 0.0):>8.2f} s  {share:5.1f} % of cold")
    print(f"migrate --help {shown['help_ms']} ms, importing click {shown['click_ms']} ms")
    print(f"  difference {shown['help_ms'] - shown['click_ms']:.1f} ms (budget 150 ms)")


if __name__ == "__main__":
    main()
