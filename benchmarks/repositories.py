"""Measure plan and apply over real repositories, and write the figures to docs/benchmarks.md.

python benchmarks/repositories.py [--repo PATTERN] [--layout NAME] [--budget SECONDS] [--rows NEW.jsonl]
python benchmarks/repositories.py --from ROWS.jsonl --write      # the page from an earlier run
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.repositories import RepositoryRow, measure, page  # noqa: E402
from measuring.tables import with_section  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
LAYOUTS = ("growing", "in-place", "enterprise")
SECTION = "repositories"
_SHOWN = 5


def main() -> None:
    """Measure, or read what was measured; then show and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--layout", action="append", default=[], metavar="NAME", help="one of them; repeatable")
    parser.add_argument("--budget", type=float, default=45.0, metavar="SECONDS", help="of search for one component")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="kept; by default a new one")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="add the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="rows, not runs; the last one counts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    if given.write and (given.repo or given.layout):
        sys.exit("a part of the repositories is not for the page")
    rows = sorted(_kept(given.source) if given.source else _measured(given), key=lambda row: (row.name, row.layout))
    print(page(rows))
    if given.write:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), page(rows), SECTION), encoding="utf-8")


def _kept(source: Path) -> list[RepositoryRow]:
    read = [RepositoryRow(**json.loads(text)) for text in source.read_text(encoding="utf-8").splitlines()]
    return list({(row.name, row.layout): row for row in read}.values())


def _measured(given: argparse.Namespace) -> Iterator[RepositoryRow]:
    mirrors = (CORPUS / "charts", CORPUS / "roundtrip" / "charts")
    found = sorted((CORPUS / "repos").glob("*.tar.xz"), key=lambda path: path.stat().st_size)
    wanted = [path for path in found if not given.repo or any(each in path.name for each in given.repo)]
    with tempfile.TemporaryDirectory(prefix="benchmark-cache-") as folder:
        for archive in wanted:
            for layout in given.layout or LAYOUTS:
                row = measure(archive, layout, mirrors, given.cache_dir or Path(folder), given.budget)
                if given.rows:
                    with given.rows.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(asdict(row)) + "\n")
                _show(row)
                yield row


def _show(row: RepositoryRow) -> None:
    said = row.error or f"{len(row.applied)} of {len(row.adopted)} proved, {row.losses} lost, {row.again} again"
    print(f"{row.name} {row.layout}: {said}, {row.seconds} s", file=sys.stderr, flush=True)
    found = {name: getattr(row, name) for name in ("unaccounted_roots", "unaccounted", "demoted", "again_files")}
    found |= {"wrong": row.round_trip.get("wrong", ()), **row.lost}
    for name, lost in found.items():
        for each in lost[:_SHOWN] if isinstance(lost, list) else [lost] if lost else ():
            print(f"  {name}: {each}", file=sys.stderr)


if __name__ == "__main__":
    main()
