"""Measure what is recognised of rendered charts whose labels say nothing, and write the figures to docs/benchmarks.md.

python benchmarks/recognition.py [--what mixed ...] [--case PATTERN] [--rows NEW.jsonl]
python benchmarks/recognition.py --from ROWS.jsonl --write      # the page from an earlier run
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measuring.cases import KUBE_VERSION, read_cases  # noqa: E402
from measuring.claims import Render, Row, renamings, row_of_speed, row_without, rows_of_mixture  # noqa: E402
from measuring.recognised import missed, page  # noqa: E402
from measuring.samples import Mixture, Sample, applications, bared, mixed, of_archives, of_case, opaque, softened  # noqa: E402  # noqa: E402
from measuring.tables import with_section  # noqa: E402
from migrator.engines import HelmRender, Tool, find_helm, helm_template  # noqa: E402
from migrator.garbage import THRESHOLDS  # noqa: E402
from migrator.model import Json, ReleaseContext, Resource  # noqa: E402
from migrator.signatures import Signature, load_signatures, rendered_with_sources  # noqa: E402
from migrator.yamlio import Dialect, read_value  # noqa: E402

CORPUS = Path(os.environ.get("MIGRATE_CORPUS") or HERE.parent.parent / "shared" / "corpus")
PAGE = HERE.parent / "docs" / "benchmarks.md"
SEED = 4
MANY = 10_000
BARE: Mapping[str, Callable[[Json], Json]] = {"chart": softened, "all": opaque}
"""Whose labels are gone: those of the chart about itself, or all of them."""
WHAT = ("mixed", "targets", "without", "speed")
_LOAD = "import time; from migrator.signatures import load_signatures; t = time.perf_counter(); load_signatures(); "
_LOAD += "print(time.perf_counter() - t)"


def archives_of(folder: Path, patterns: Sequence[str]) -> dict[Path, Json]:
    """The archives whose name contains one of the patterns -> values that they cannot do without."""
    with (folder / "CATALOG.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found: dict[Path, Json] = {}
    for row in sorted(rows, key=lambda row: row["file"]):
        path = folder / Path(row["file"]).name
        if path.is_file() and (not patterns or any(one in row["file"] for one in patterns)):
            found[path] = _required(row["requiredValues"])
    return found


def _required(flags: str) -> Json:
    values: dict[str, Json] = {}
    words = flags.split()
    for place in words[words.index("--set") + 1].split(",") if "--set" in words else ():
        path, _, text = place.partition("=")
        *above, last = path.split(".")
        held = values
        for key in above:
            held = held.setdefault(key, {})
        held[last] = read_value(text.encode(), dialect=Dialect.SIGS)
    return values


def identity(path: Path) -> tuple[str, str]:
    """Chart and version of an archive, by what is written inside."""
    with tarfile.open(path) as file:
        name = min((one for one in file.getnames() if one.endswith("/Chart.yaml")), key=len)
        held = file.extractfile(name)
        told = read_value(held.read() if held else b"", dialect=Dialect.SIGS)
    return told["name"], str(told["version"])


def other_version(tool: Tool) -> Render:
    """How the version of a mixture's component is settled: by what it prints."""
    held: dict[tuple[str, Path], Sequence[Resource]] = {}

    def render(sample: Sample, archive: Path) -> Sequence[Resource]:
        if (sample.name, archive) in held:
            return held[sample.name, archive]
        request = HelmRender(
            context=ReleaseContext(
                release=sample.release,
                namespace=sample.namespace,
                kube_version=KUBE_VERSION,
                api_versions=("monitoring.coreos.com/v1",),
            ),
            chart=archive,
            values=sample.values,
        )
        resources = bared_resources(rendered_with_sources(helm_template(tool, request))[0])
        # the right one is printed anew each time: what is generated differs
        if archive != sample.archive:
            held[sample.name, archive] = resources
        return resources

    return render


def bared_resources(resources: Sequence[Resource]) -> Sequence[Resource]:
    """The objects without the chart's labels."""
    return [replace(one, body=softened(one.body)) for one in resources]


def measured(what: Sequence[str], patterns: Sequence[str]) -> Iterator[Row]:
    """The rows of the measures, as they come."""
    signatures = load_signatures()
    tool = find_helm()
    render = other_version(tool)
    own = [applications(file.read_bytes()) for file in sorted((HERE / "applications").glob("*.yaml"))]
    samples: list[Sample] = []
    if set(what) & {"mixed", "without", "speed"}:
        samples = list(of_archives(archives_of(CORPUS / "charts", patterns), tool, SEED, identity=identity))
    known = {identity(path): path for path in sorted((CORPUS / "charts").glob("*.tgz"))}
    for whose, bare in BARE.items():
        if "mixed" in what:
            for mixture in mixed([bared(one, bare) for one in samples], own, SEED):
                yield from rows_of_mixture(f"mixed, {whose}", mixture, signatures, known, render)
        if "targets" in what:
            targets = [bared(of_case(case), bare) for case in read_cases(CORPUS / "roundtrip", patterns)]
            yield from _targets(f"targets, {whose}", targets, signatures, known, render)
        if "without" in what:
            renamed = renamings(signatures)
            for one in samples:
                yield row_without(f"without, {whose}", bared(one, bare), signatures, renamed)
    if "speed" in what:
        gc.set_threshold(*THRESHOLDS)
        yield row_of_speed([bared(one, softened) for one in samples], MANY, signatures)
        loading = min(float(subprocess.check_output([sys.executable, "-c", _LOAD])) for _ in range(3))
        yield Row(measure="speed", name="loaded", total=len(signatures), seconds=round(loading, 3))


def _targets(
    measure: str,
    samples: Iterable[Sample],
    signatures: Sequence[Signature],
    known: Mapping[tuple[str, str], Path],
    render: Render,
) -> Iterator[Row]:
    for sample in samples:
        archives = {**known, (sample.chart, sample.version): sample.archive}
        mixture = Mixture(samples=(sample,), own=(), is_one_file=True)
        yield from rows_of_mixture(measure, mixture, signatures, archives, render)


def main() -> None:
    """Measure, or read what was measured; then show and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", nargs="+", choices=WHAT, default=list(WHAT))
    parser.add_argument("--case", action="append", default=[], metavar="PATTERN", help="part of a name; repeatable")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write the rows here, as JSON lines")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="rows, not runs")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    if given.write and (given.case or set(given.what) != set(WHAT)):
        sys.exit("a part of the cases or measures is not for the page")
    start = time.perf_counter()
    if given.source:
        lines = given.source.read_text(encoding="utf-8").splitlines()
        rows = [Row(**{**held, "proposed": tuple(held["proposed"])}) for held in map(json.loads, lines)]
    else:
        rows = list(measured(given.what, given.case))
        print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)
    if given.rows:
        given.rows.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), encoding="utf-8")
    for line in missed(rows):
        print(line)
    print(page(rows))
    if given.write:
        PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), page(rows), "recognition"), encoding="utf-8")


if __name__ == "__main__":
    main()
