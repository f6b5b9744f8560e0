"""Change a migrated repository in one place at random, a great many times, and see whether the proof notices.

    python benchmarks/mutations.py [--from 0] [--count 200] [--seed 1] [--subject NAME] [--out ROWS.jsonl] [--kind KIND]
    python benchmarks/mutations.py --only 17 --keep DIR          one change once more; the tree stays in DIR
    python benchmarks/mutations.py --read ROWS.jsonl [--write]   what all rows come to; docs/benchmarks.md with --write

The repositories are made of the fixture: charts fetched, vendored with post-render patches, deployed by Argo CD. Every
change has its number and depends on the seed and that alone: slices can be run in any order, on any machine, into one
file. Kustomize and helm are called without the program's own code on the tree before and after a change, by a recipe
that no change reaches; the objects are parsed and held against each other. `verify` (against the lock's baseline) and
`audit` run as a user runs them, on a cache that is warm of the repository without change.

A row is `miss` where objects differ, or a deployer cannot render them, and neither command says anything; `alarm` where
nothing differs, in a file from which things are rendered, and one of them does. Files that claim something (lock, chart
locks, vendored charts) must be noticed whenever their data changes (`claim`); what is said of a team's own rules and
configuration while nothing else differs is no alarm.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

import migrator
from migrator.diagnostics import MigrateError
from migrator.engines import find_tools
from mutating.changes import Change, changed, kind_of
from mutating.judge import Judge
from mutating.subjects import CHARTS, SUBJECTS, Subject, made

CLAIMS = ("lock", "Chart.lock", "vendored charts")
OPINIONS = ("allowances", "signatures", "configuration")
DOCS = Path(__file__).resolve().parent.parent / "docs/benchmarks.md"
BEGIN, END = "<!-- mutations: begin -->", "<!-- mutations: end -->"


def main() -> int:
    """Print a row for each change that was misjudged, and the sums; 1 where there is any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", type=int, action="append", metavar="NUMBER")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--subject", action="append", choices=list(SUBJECTS))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--read", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.read:
        rows = [json.loads(line) for line in given.read.read_text().splitlines()]
    else:
        numbers = given.only or range(given.first, given.first + given.count)
        rows = list(measured(numbers, given.seed, given.subject or list(SUBJECTS), given.out, given.keep))
    for row in rows:
        if row["outcome"] in ("miss", "alarm", "crash"):
            print(json.dumps(row))
    print(table(rows))
    if given.write:
        before, _, rest = DOCS.read_text().partition(BEGIN)
        DOCS.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.partition(END)[2]}")
    return 1 if any(row["outcome"] in ("miss", "alarm", "crash") for row in rows) else 0


def measured(
    numbers: Sequence[int], seed: str, names: Sequence[str], out: Path | None, keep: Path | None
) -> Iterator[dict[str, Any]]:
    """A row for each change, in order; each is appended to `out` at once."""
    tools = find_tools()
    kustomize = [str(tools.kustomize.path), "kustomize" if tools.kustomize.name == "kubectl" else "build"]
    with tempfile.TemporaryDirectory() as name:
        scenes: dict[str, tuple[Subject, Judge, Any]] = {}
        for number in numbers:
            subject_name = names[number % len(names)]
            if subject_name not in scenes:
                subject = made(subject_name, Path(name))
                lock = yaml.safe_load((subject.root / ".migrate/lock.yaml").read_text())
                recipe = {key: each["after"] for key, each in lock["environments"].items()}
                judge = Judge(recipe=recipe, kustomize=kustomize, helm=str(tools.helm.path), charts=CHARTS)
                before = judge.rendered(subject.root)
                assert not isinstance(before, str), before  # noqa: S101
                assert not said(subject.root, subject)[0], said(subject.root, subject)  # noqa: S101
                scenes[subject_name] = subject, judge, before
            subject, judge, before = scenes[subject_name]
            change, after = done(number, seed, Path(name) / "tree", subject, judge)
            row = {"number": number, "seed": seed, "subject": subject.name, **asdict(change)}
            row |= judged(change, after, before, subject, Path(name) / "tree")
            if keep:
                shutil.copytree(Path(name) / "tree", keep / f"{number}", symlinks=True)
            shutil.rmtree(Path(name) / "tree")
            if out:
                with out.open("a") as rows:
                    rows.write(json.dumps(row) + "\n")
            yield row


def done(number: int, seed: str, tree: Path, subject: Subject, judge: Judge) -> tuple[Change, object]:
    """The change of that number, in a copy of the subject, and what is rendered of it."""
    shutil.copytree(subject.root, tree, symlinks=True)
    change = changed(tree, random.Random(f"{seed}:{number}"))  # noqa: S311
    return change, judge.rendered(tree)


def judged(change: Change, after: object, before: object, subject: Subject, tree: Path) -> dict[str, Any]:
    """The rest of the row of a change."""
    began = time.perf_counter()
    truth = "broken" if isinstance(after, str) else "same" if after == before else "changed"
    is_said, words = said(tree, subject)
    is_claim = change.kind in CLAIMS and said_in(subject.root / change.file) != said_in(tree / change.file)
    return {
        "truth": truth,
        "why": after if isinstance(after, str) else "",
        "said": words,
        "outcome": outcome(change.kind, truth, words, is_said=is_said, is_claim=is_claim),
        "seconds": round(time.perf_counter() - began, 2),
    }


def said(tree: Path, subject: Subject) -> tuple[bool, str]:
    """Whether `verify` or `audit` says that something is wrong, and in a few words what."""
    words = []
    for name, call in (("verify", migrator.verify), ("audit", migrator.audit)):
        try:
            result = call(tree, subject.options)
        except MigrateError as error:
            words.append(f"{name}: {error.diagnostic.code}")
            continue
        except Exception as error:  # noqa: BLE001
            words.append(f"{name}: CRASH {type(error).__name__}: {error}"[:200])
            continue
        if result.exit_code:
            found = result.findings if name == "audit" else result.diagnostics
            verdict = f" {result.proof.verdict}" if name == "verify" else ""
            codes = sorted({each.code for each in found if str(each.severity) != "info"})
            words.append(f"{name}:{verdict} {','.join(codes)}".strip())
    return bool(words), "; ".join(words)


def outcome(kind: str, truth: str, words: str, *, is_said: bool, is_claim: bool) -> str:
    """What a row counts as."""
    if "CRASH" in words:
        return "crash"
    if truth != "same":
        return "noticed" if is_said else "miss"
    if is_claim:
        return "claim" if is_said else "miss"
    if is_said:
        return "opinion" if kind in OPINIONS else "alarm"
    return "silent"


def said_in(file: Path) -> object:
    """What a file says to whoever reads it: of a chart lock what helm reads, any byte of a vendored chart."""
    if not file.is_file():
        return None
    if kind_of(file.as_posix()) == "vendored charts":
        return file.read_bytes()
    try:
        data = list(yaml.safe_load_all(file.read_text()))
    except (yaml.YAMLError, UnicodeDecodeError):
        return file.read_bytes()
    if file.name != "Chart.lock" or not data or not isinstance(data[0], dict):
        return data
    return [data[0].get("digest"), data[0].get("dependencies")]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The sums as Markdown."""
    head = ("changes of", "number", "objects differ or break", "noticed", "missed", "claims noticed", "false alarms")
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for kind in (*sorted({row["kind"] for row in rows}), "all"):
        of = [row for row in rows if kind in ("all", row["kind"])]
        counts = Counter(row["outcome"] for row in of)
        real = sum(1 for row in of if row["truth"] != "same")
        cells = (
            kind,
            len(of),
            real,
            counts["noticed"],
            counts["miss"],
            counts["claim"],
            counts["alarm"] + counts["crash"],
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
