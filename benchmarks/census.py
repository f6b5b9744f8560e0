"""What is recognised in real repositories, read by a person: docs/census.md, and its figures in docs/benchmarks.md.

python benchmarks/census.py [--repo PATTERN] [--builds DIR] [--rows NEW.jsonl]
python benchmarks/census.py --from ROWS.jsonl --write      # the pages from an earlier run
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.census import Census, census, kept  # noqa: E402
from measuring.census_page import figures, page  # noqa: E402
from measuring.repository import unpacked  # noqa: E402
from measuring.tables import with_section  # noqa: E402
from migrator.workflow.run import Run  # noqa: E402
from migrator.workflow.settings import Settings  # noqa: E402
from migrator.workflow.steps.baseline import Baseline, read_baseline  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
CENSUS = HERE.parent / "docs" / "census.md"
PAGE = HERE.parent / "docs" / "benchmarks.md"
KNOWN = HERE / "census.yaml"


def main() -> None:
    """Build and classify, or read what was found; then show and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="of the builds; by default none")
    parser.add_argument("--builds", type=Path, metavar="DIR", help="keep the repositories as they were built here")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="add the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="rows, not runs; the last one counts")
    parser.add_argument("--write", action="store_true", help="write docs/census.md and docs/benchmarks.md")
    given = parser.parse_args()
    if given.write and given.repo:
        sys.exit("a part of the repositories is not for the pages")
    rows = sorted(kept(given.source) if given.source else _measured(given), key=lambda row: row.name)
    print(page(rows))
    print(figures(rows))
    if given.write:
        CENSUS.write_text(page(rows), encoding="utf-8")
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), figures(rows), "census"), encoding="utf-8")


def _measured(given: argparse.Namespace) -> Iterator[Census]:
    known: Mapping[str, Mapping[str, str]] = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    found = sorted((CORPUS / "repos").glob("*.tar.xz"), key=lambda path: path.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for archive in found:
            name = archive.name.removesuffix(".tar.xz")
            if given.repo and not any(each in name for each in given.repo):
                continue
            row = census(
                name, _built(archive, name, given.builds or Path(folder), given.cache_dir), known.get(name) or {}
            )
            if given.rows:
                with given.rows.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(asdict(row)) + "\n")
            print(f"{name}: {len(row.found)} components, {len(row.left)} left alone", file=sys.stderr, flush=True)
            yield row


def _built(archive: Path, name: str, folder: Path, cache: Path | None) -> Baseline:
    held = folder / f"{name}.pickle"
    if held.is_file():
        earlier: Baseline = pickle.loads(held.read_bytes())  # noqa: S301 - written by an earlier run
        return earlier
    mirrors = (CORPUS / "charts", CORPUS / "roundtrip" / "charts")
    root = unpacked(archive, folder / name)
    settings = Settings(root=root, offline=True, chart_mirrors=mirrors, cache=cache or folder / "cache")
    baseline = read_baseline(settings, Run())
    held.write_bytes(pickle.dumps(baseline))
    return baseline


if __name__ == "__main__":
    main()
