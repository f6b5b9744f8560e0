"""How many lines a person reads of the plan of a real repository, and how large its pages are.

python benchmarks/reading.py [--repo PATTERN] [--budget SECONDS] [--cache-dir DIR] [--rows NEW.jsonl] [--pages DIR]
python benchmarks/reading.py --from ROWS.jsonl --write      # docs/benchmarks.md from an earlier run
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.repository import unpacked  # noqa: E402
from measuring.tables import with_section  # noqa: E402
from migrator import api  # noqa: E402
from migrator.report.planned.summary import show_plan  # noqa: E402
from migrator.report.redact import redact_plan  # noqa: E402
from migrator.report.terminal import show_diagnostics  # noqa: E402
from migrator.workflow.planned import Planned  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
COLUMNS = 120
REACH = 60
BUDGET = 10.0
ABOUT = (
    f"Lines of `migrate plan --budget {BUDGET:.0f}` that a person reads: of the plan on stdout and of the messages "
    "on stderr, together; then the same in rows of a terminal that "
    f"is {COLUMNS} columns wide, and what `--verbose` prints. At most {REACH} lines are wanted. Markdown in characters."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """What the plan of one repository takes to read."""

    name: str
    components: int
    plan: int
    messages: int
    rows: int
    verbose: int
    markdown: int
    html: int

    @property
    def lines(self) -> int:
        return self.plan + self.messages


def row_of(name: str, planned: Planned) -> ReadingRow:
    """The figures of a plan, as the writers write it."""
    from migrator.report.html.planned import plan_html
    from migrator.report.markdown.planned import plan_markdown

    plan = redact_plan(planned.plan, planned.secrets)
    shown, told, loud, also = (io.StringIO() for _ in range(4))
    show_plan(plan, shown)
    show_diagnostics(plan.diagnostics, told)
    show_plan(plan, loud, verbose=True)
    show_diagnostics(plan.diagnostics, also, verbose=True)
    text, messages = shown.getvalue(), told.getvalue()
    return ReadingRow(
        name=name,
        components=len(plan.components),
        plan=text.count("\n"),
        messages=messages.count("\n"),
        rows=sum(max(1, math.ceil(len(line) / COLUMNS)) for line in (text + messages).splitlines()),
        verbose=(loud.getvalue() + also.getvalue()).count("\n"),
        markdown=len(plan_markdown(plan)),
        html=len(plan_html(plan).encode()),
    )


def main() -> None:
    """Measure, or read what was measured; then show and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--budget", type=float, default=BUDGET, metavar="SECONDS", help="of search for one component")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="kept; by default a new one")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="add the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="rows, not runs; the last one counts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    rows = sorted(_kept(given.source) if given.source else _measured(given), key=lambda row: row.name)
    print(page(rows))
    if given.write:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), page(rows), "reading"), encoding="utf-8")


def page(rows: Sequence[ReadingRow]) -> str:
    """The section of the page."""
    lines = ["## Reading", "", ABOUT, ""]
    within = sum(row.lines <= REACH for row in rows)
    lines += [f"{within} of {len(rows)} repositories take at most {REACH} lines.", ""]
    lines += ["| repository | components | lines | of messages | rows | with --verbose | Markdown | HTML, KiB |"]
    lines += ["| --- | --: | --: | --: | --: | --: | --: | --: |"]
    lines += [
        f"| {row.name} | {row.components} | {row.lines} | {row.messages} | {row.rows} | {row.verbose} "
        f"| {row.markdown} | {math.ceil(row.html / 1024)} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _kept(source: Path) -> list[ReadingRow]:
    read = [ReadingRow(**json.loads(text)) for text in source.read_text(encoding="utf-8").splitlines()]
    return list({row.name: row for row in read}.values())


def _measured(given: argparse.Namespace) -> Iterator[ReadingRow]:
    mirrors = (CORPUS / "charts", CORPUS / "roundtrip" / "charts")
    found = sorted((CORPUS / "repos").glob("*.tar.xz"), key=lambda path: path.stat().st_size)
    for archive in (path for path in found if not given.repo or any(each in path.name for each in given.repo)):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            options = api.Options(
                offline=True,
                chart_mirrors=mirrors,
                budget=given.budget,
                cache=given.cache_dir or Path(folder) / "cache",
            )
            row = row_of(
                archive.name.removesuffix(".tar.xz"), api.plan(unpacked(archive, Path(folder) / "repository"), options)
            )
        if given.rows:
            with given.rows.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(row)) + "\n")
        print(f"{row.name}: {row.lines} lines", file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    main()
