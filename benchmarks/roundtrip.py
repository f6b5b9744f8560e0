"""Measure values inference on a corpus of round trips, and write the figures to docs/benchmarks.md.

    python benchmarks/roundtrip.py [--case PATTERN] [--jobs 2] [--budget 60] [--rows NEW.jsonl]
    python benchmarks/roundtrip.py --case grafana --compare OLD.jsonl     # what became better or worse
    python benchmarks/roundtrip.py --from A.jsonl --from B.jsonl --write  # the page from earlier runs

Rows come as lines of JSON while the run goes on. A case that fails is a row with its error.
"""

from __future__ import annotations

import argparse
import compileall
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.cases import pairs_of, read_cases  # noqa: E402
from measuring.measure import measure_case, measure_pair  # noqa: E402
from measuring.planned import measure_plan  # noqa: E402
from measuring.rows import CaseRow, Row, SplitRow, read_rows  # noqa: E402
from measuring.running import Job, add_running_options, guarded, measured  # noqa: E402
from measuring.summary import changes  # noqa: E402
from measuring.tables import page, stale, terminal, with_section  # noqa: E402
from migrator.engines import find_helm  # noqa: E402
from migrator.model import Json  # noqa: E402
from migrator.yamlio import Dialect, read_value  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
MISSED = HERE / "missed.yaml"


def main() -> None:
    """Measure, or read what was measured; then show, compare and write."""
    given = arguments()
    compileall.compile_dir(HERE.parent / "migrator", quiet=2)  # as an installation does
    rows = read_rows(given.source) if given.source else tuple(measured(jobs_of(given), given.jobs, given.rows))
    rows = tuple(sorted(rows, key=lambda row: row.name))
    known: Mapping[str, Mapping[str, Json]] = read_value(MISSED.read_bytes(), dialect=Dialect.SIGS) or {}
    print("\n".join(terminal(rows)))
    for name in stale(rows, known):
        print(f"stale in {MISSED.name}: {name} is perfect now")
    if given.compare:
        print()
        for word, what in changes(read_rows([given.compare]), rows):
            print(f"{word:<7} {what}")
    if given.write:
        write(rows, known, given.cases)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=CORPUS / "roundtrip", metavar="DIR", help="folder of the cases")
    parser.add_argument("--case", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--what", default="cases,pairs,plan", help="which kinds to measure (default: %(default)s)")
    parser.add_argument("--repository", type=Path, default=CORPUS / "phase1" / "shop", help="what is planned")
    parser.add_argument("--chart-mirror", type=Path, default=CORPUS / "charts", help="charts for the plan")
    add_running_options(parser)
    return parser.parse_args()


def jobs_of(given: argparse.Namespace) -> Iterator[Job]:
    kinds, tool = set(given.what.split(",")), find_helm()
    cases = read_cases(given.cases, given.case)
    if "cases" in kinds:
        for case in cases:
            yield guarded(
                case.name,
                CaseRow,
                lambda case=case: [
                    measure_case(case, tool, given.budget, warm=not given.cold_only, effect=not given.no_effect)
                ],
            )
    if "pairs" in kinds:
        for pairs in pairs_of(cases):
            yield guarded(
                pairs[0].name,
                SplitRow,
                lambda pairs=pairs: [row for row in [measure_pair(pairs, tool, given.budget)] if row],
            )
    if "plan" in kinds and not given.case:
        name = f"plan {given.repository.name}"
        yield guarded(name, SplitRow, lambda: list(measure_plan(given.repository, given.chart_mirror, given.budget)))


def write(rows: Sequence[Row], known: Mapping[str, Mapping[str, Json]], cases: Path) -> None:
    """Put the figures into the page; not those of a part of the cases."""
    lacking = {case.name for case in read_cases(cases)} - {row.name for row in rows}
    if lacking:
        sys.exit(f"{len(lacking)} cases were not measured, {min(lacking)} for one: the page stays as it is")
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), page(rows, known)), encoding="utf-8")


if __name__ == "__main__":
    main()
