"""Measure what is adopted of real repositories and upstream manifests, and write it to docs/benchmarks.md.

python benchmarks/adoption.py [--name PATTERN] [--what repositories,upstream] [--budget SECONDS] [--rows NEW.jsonl]
python benchmarks/adoption.py --from ROWS.jsonl --write      # the page from an earlier run
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.adoption import LEVELS, AdoptionRow, Subject, measure, page, row_of, wanted_of  # noqa: E402
from measuring.tables import with_section  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
SECTION = "adoption"
KINDS = {"repository": "repositories", "upstream": "upstream"}


def main() -> None:
    """Measure, or read what was measured; then show and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--upstream", type=Path, default=CORPUS / "upstream", metavar="DIR", help="folder of manifests")
    parser.add_argument("--what", default="repositories,upstream", help="which kinds (default: %(default)s)")
    parser.add_argument("--level", action="append", default=[], metavar="LEVEL", help="one of them; repeatable")
    parser.add_argument("--budget", type=float, default=45.0, metavar="SECONDS", help="of search for one component")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="kept; by default a new one")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="add the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="rows, not runs; the last one counts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    if given.write and (given.name or given.level or given.upstream != CORPUS / "upstream"):
        sys.exit("a part of the repositories is not for the page")
    rows = sorted(_kept(given.source) if given.source else _measured(given), key=lambda row: (row.name, row.level))
    pairs = sorted(path.parent.name for path in given.upstream.glob("*/pair.yaml"))
    made = page(rows, wanted_of(CORPUS / "repos" / "AVAILABILITY.tsv"), pairs)
    print(made)
    if given.write:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), made, SECTION), encoding="utf-8")


def _kept(source: Path) -> list[AdoptionRow]:
    read = [row_of(json.loads(text)) for text in source.read_text(encoding="utf-8").splitlines()]
    return list({(row.name, row.level): row for row in read}.values())


def _measured(given: argparse.Namespace) -> Iterator[AdoptionRow]:
    mirrors = (CORPUS / "charts", CORPUS / "roundtrip" / "charts")
    with tempfile.TemporaryDirectory(prefix="benchmark-cache-") as folder, ThreadPoolExecutor(given.jobs) as pool:
        jobs = [
            pool.submit(
                lambda ask: list(ask()),
                partial(measure, subject, mirrors, given.cache_dir or Path(folder), given.budget),
            )
            for subject in _subjects(given)
        ]
        for done in as_completed(jobs):
            for row in done.result():
                if given.rows:
                    with given.rows.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(asdict(row)) + "\n")
                proved = sum(each.proved for each in row.components)
                said = row.error or f"{proved} of {len(row.components)} adopted, {row.verdict}"
                print(f"{row.name} {row.level}: {said}, {row.seconds} s", file=sys.stderr, flush=True)
                yield row


def _subjects(given: argparse.Namespace) -> Iterator[Subject]:
    kinds = given.what.split(",")
    found = [(path.parent.name, path.parent, "upstream") for path in sorted(given.upstream.glob("*/pair.yaml"))]
    archives = sorted((CORPUS / "repos").glob("*.tar.xz"), key=lambda path: path.stat().st_size)
    found += [(path.name.removesuffix(".tar.xz"), path, "repository") for path in archives]
    for name, source, kind in found:
        levels = tuple(each for each in LEVELS[kind] if not given.level or each in given.level)
        wanted = not given.name or any(each in name for each in given.name)
        if wanted and levels and KINDS[kind] in kinds:
            yield Subject(name=name, source=source, levels=levels)


if __name__ == "__main__":
    main()
