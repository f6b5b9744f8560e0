"""Measure what is recognised of rendered charts whose labels say nothing, and write the figures to docs/benchmarks.md.

python benchmarks/recognition.py [--case PATTERN] [--rows NEW.jsonl]
python benchmarks/recognition.py --from ROWS.jsonl --write      # the page from an earlier run
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.cases import Case, read_cases, resources_of  # noqa: E402
from measuring.tables import with_section  # noqa: E402
from migrator.build import BUILT, Build  # noqa: E402
from migrator.classify import classify  # noqa: E402
from migrator.graph import build_graph  # noqa: E402
from migrator.model import Json, RepoPath, Resource  # noqa: E402
from migrator.signatures import Signature, load_signatures  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
_LABELS = frozenset({"labels", "matchLabels", "selector"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Of one target: its resources, how many its chart has, how many others have without its signature."""

    name: str
    chart: str
    best: str
    """The chart that most resources are given to; empty where none is."""
    total: int
    right: int
    without: int
    wrong: str
    """The charts that claim resources where the right signature is not there."""


def opaque(value: Json) -> Json:
    """A copy whose labels and selectors still fit each other and say nothing: keys and values are digests."""
    if isinstance(value, list):
        return [opaque(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _digests(one) if key in _LABELS else opaque(one) for key, one in value.items()}


def _digests(value: Json) -> Json:
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return {_digest(key): _digest(str(one)) for key, one in value.items()}
    return opaque(value)


def _digest(text: str) -> str:
    return "x" + sha256(text.encode()).hexdigest()[:8]


def claims(resources: Sequence[Resource], signatures: Sequence[Signature]) -> dict[str, int]:
    """Chart -> how many of the resources it is given, the most first."""
    build = Build(environment="one", root=RepoPath("one"), status=BUILT, resources=tuple(resources))
    components, _ = classify({"one": resources}, build_graph([build]), signatures)
    found: dict[str, int] = {}
    for component in components:
        for candidate in component.candidates[:1]:
            found[candidate.chart] = found.get(candidate.chart, 0) + sum(map(len, component.members.values()))
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def claim_of(name: str, chart: str, resources: Sequence[Resource], signatures: Sequence[Signature]) -> Claim:
    """What is recognised of the resources of one chart, with its signature and without."""
    bare = [replace(one, body=opaque(one.body)) for one in resources]
    found = claims(bare, signatures)
    others = claims(bare, [one for one in signatures if one.chart != chart])
    return Claim(
        name=name,
        chart=chart,
        best=next(iter(found), ""),
        total=len(bare),
        right=found.get(chart, 0),
        without=sum(others.values()),
        wrong=" ".join(others),
    )


def measured(cases: Sequence[Case]) -> Iterator[Claim]:
    """A row for each case, as they come."""
    signatures = load_signatures()
    for case in cases:
        yield claim_of(case.name, case.chart, resources_of(case.target.read_bytes()), signatures)


def page(rows: Sequence[Claim]) -> str:
    """The section of docs/benchmarks.md."""
    total = sum(row.total for row in rows)
    charts = sum(row.best == row.chart for row in rows)
    lines = [
        "## Recognition",
        "",
        "Made by `python benchmarks/recognition.py --write`: the targets of the round trips, each alone, every key",
        "and value of labels and selectors replaced by a digest. Claimed by a wrong chart: the signature",
        "of the right one is taken away, and every resource that a chart then has is counted,",
        "those of charts that the right one contains too. Test hooks count as resources.",
        "",
        "| measure | reach | measured |",
        "| --- | --- | --- |",
        f"| chart right | 97 % | {_share(charts, len(rows))} |",
        f"| resources given to the right chart | 99 % | {_share(sum(row.right for row in rows), total)} |",
        f"| claimed by a wrong chart | at most 1 % | {_share(sum(row.without for row in rows), total)} |",
    ]
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part} of {whole})" if whole else "-"


def main() -> None:
    """Measure, or read what was measured; then show and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="rows, not runs")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    if given.write and given.case:
        sys.exit("a part of the cases is not for the page")
    if given.source:
        rows = [Claim(**json.loads(text)) for text in given.source.read_text(encoding="utf-8").splitlines()]
    else:
        rows = list(measured(read_cases(CORPUS / "roundtrip", given.case)))
    if given.rows:
        given.rows.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        if row.best != row.chart or row.right < row.total or row.without:
            print(f"{row.name}: {row.best or '-'}, {row.right} of {row.total}; without: {row.without} {row.wrong}")
    print(page(rows))
    if given.write:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), page(rows), "recognition"), encoding="utf-8")


if __name__ == "__main__":
    main()
