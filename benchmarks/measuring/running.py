"""Runs the jobs of a benchmark, shows and keeps their rows as they come."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from measuring.rows import CaseRow, Row, SplitRow, to_line
from measuring.tables import line

Job = Callable[[], Sequence[Row]]


def add_running_options(parser: argparse.ArgumentParser) -> None:
    """The options of every program that measures searches."""
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--budget", type=float, default=60.0, help="seconds of search (default: %(default)s)")
    parser.add_argument("--cold-only", action="store_true", help="no second runs")
    parser.add_argument("--no-effect", action="store_true", help="do not count the values with an effect")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, action="append", metavar="FILE", help="rows, not runs")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="rows of an earlier run")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")


def measured(jobs: Iterable[Job], workers: int, rows: Path | None) -> Iterator[Row]:
    """The rows of all jobs, shown and written to the file as they come."""
    with ExitStack() as stack:
        kept = stack.enter_context(rows.open("w", encoding="utf-8")) if rows else None
        pool = ThreadPoolExecutor(workers)
        stack.callback(pool.shutdown, cancel_futures=True)
        for done in as_completed([pool.submit(job) for job in jobs]):
            for row in done.result():
                print(line(row), flush=True)
                if kept is not None:
                    kept.write(to_line(row) + "\n")
                    kept.flush()
                yield row


def guarded(name: str, kind: type[CaseRow | SplitRow], job: Job) -> Job:
    """The job; where the benchmark itself fails there is a row that says so."""

    def run() -> Sequence[Row]:
        try:
            return job()
        except Exception as failure:  # noqa: BLE001 - one row must not end a run of hours
            return [kind(name=name, error=f"benchmark: {type(failure).__name__}: {failure}")]

    return run
