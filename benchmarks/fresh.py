"""Measure values inference on values that nobody has worked with, drawn at random for charts of a corpus.

    python benchmarks/fresh.py --seed 1 [--charts 80] [--cases-per-chart 1] [--name PATTERN] [--keep DIR]
    python benchmarks/fresh.py --families [--charts 20]            # kinds of values of charts over a library chart
    python benchmarks/fresh.py --defaults                          # every archive at its defaults
    python benchmarks/fresh.py --modes [FILE]                     # replicated and highly available modes, as written
    python benchmarks/fresh.py --seed 1 --from A.jsonl --write     # the page from earlier runs

A seed always draws the same cases. Seed 1 is for work on the solver; what is drawn for a final figure is a seed that
nobody has looked at, and it is one for work from then on. `--keep DIR` leaves the cases there as round trips
(`roundtrip.py --cases DIR --what cases` measures them again), with the places that each value touches in effects.yaml.
"""

from __future__ import annotations

import argparse
import compileall
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.fresh.jobs import default_jobs, family_jobs, fresh_jobs, mode_jobs  # noqa: E402
from measuring.fresh.page import section, shown  # noqa: E402
from measuring.rows import CaseRow, read_rows  # noqa: E402
from measuring.running import add_running_options, measured  # noqa: E402
from measuring.summary import changes  # noqa: E402
from measuring.tables import with_section  # noqa: E402
from migrator.engines import find_helm  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
JOBS = {"fresh": fresh_jobs, "defaults": default_jobs, "families": family_jobs, "modes": mode_jobs}
SECTIONS = {"fresh": "fresh values", "defaults": "defaults", "families": "families", "modes": "modes"}


def main() -> None:
    """Draw and measure, or read what was measured; then show, compare and write."""
    given = arguments()
    compileall.compile_dir(HERE.parent / "migrator", quiet=2)  # as an installation does
    if given.source:
        found = read_rows(given.source)
    else:
        found = tuple(measured(JOBS[given.mode](given, find_helm()), given.jobs, given.rows))
    rows = sorted((row for row in found if isinstance(row, CaseRow)), key=lambda row: row.name)
    print("\n".join(shown(rows, given.mode)))
    if given.compare:
        print()
        for word, what in changes(read_rows([given.compare]), rows):
            print(f"{word:<7} {what}")
    if given.write:
        if given.name:
            sys.exit("a part of the charts was measured: the page stays as it is")
        text = with_section(PAGE.read_text(encoding="utf-8"), section(rows, given.mode), SECTIONS[given.mode])
        PAGE.write_text(text, encoding="utf-8")


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR", help="charts and round trips")
    mode = parser.add_mutually_exclusive_group()
    for name in ("defaults", "families"):
        mode.add_argument(f"--{name}", dest="mode", action="store_const", const=name)
    mode.add_argument(
        "--modes", type=Path, metavar="FILE", nargs="?", const=HERE / "modes.yaml", help="chart: {mode: values}"
    )
    parser.set_defaults(mode="fresh")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing (default: %(default)s)")
    parser.add_argument(
        "--charts", type=int, metavar="N", help="how many charts (default: all that have no round trip)"
    )
    parser.add_argument("--cases-per-chart", type=int, metavar="N", help="(default: 1, all for families)")
    parser.add_argument("--name", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the cases there, as round trips")
    add_running_options(parser)
    given = parser.parse_args(words)
    if given.modes:
        given.mode = "modes"
    return given


if __name__ == "__main__":
    main()
