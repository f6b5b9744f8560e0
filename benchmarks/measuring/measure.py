"""Measures one case or one pair of environments: infer, confirm apart from the product, infer again."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from measuring.cases import Case, Pair, resources_of, sibling
from measuring.effect import Effect, Glance, effect_of, leaves
from measuring.environments import faults_of
from measuring.process import Found, StageError, infer
from measuring.rows import CaseRow, SplitRow
from measuring.strict import Equality, Randomness, compare, randomness
from migrator.charts import load_archive
from migrator.compare import is_test_hook
from migrator.diagnostics import MigrateError
from migrator.engines import HelmRender, Tool, helm_template
from migrator.model import Json, Resource
from migrator.yamlio import dump

DEFAULT = "default"
GENERATED = "generated"
A_SECOND = 1.1


def measure_case(case: Case, tool: Tool, budget: float, *, warm: bool = True, effect: bool = True) -> CaseRow:
    """The row of a case; whatever goes wrong is its `error`."""
    row = CaseRow(
        name=case.name,
        deterministic=case.deterministic,
        total=len(_tests(resources_of(case.target.read_bytes()), False)),
        minimal=len(list(leaves(case.minimal))),
    )
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        try:
            found, cold = infer(case.archive, {DEFAULT: case.target}, Path(folder, "cache"), budget)
            row = replace(row, cold=cold, renders=found.renders, late=found.late)
            row = confirmed_row(row, case, found, tool)
            if effect and case.deterministic:
                row = replace(row, **_effect(case, found, tool))
            if warm:
                row = _again(row, case, tool, Path(folder), budget)
        except StageError as failure:
            return replace(row, error=str(failure), cold=row.cold or failure.cost)
        except MigrateError as failure:
            return replace(row, error=str(failure))
    return row


def confirmed_row(row: CaseRow, case: Case, found: Found, tool: Tool) -> CaseRow:
    """The row with what the helm binary makes of the values that were found."""
    target = resources_of(case.target.read_bytes())
    rendered = resources_of(render(case.archive, found, DEFAULT, tool))
    if not case.deterministic:
        chance = _chance(case, tool)
        target, rendered = chance.masked(target), chance.masked(rendered)
    objects = compare(_tests(target, False), _tests(rendered, False))
    tests = compare(_tests(target, True), _tests(rendered, True))
    residual = Counter(cls for cls, _ in found.residual)
    left = residual.keys() - (set() if case.deterministic else {GENERATED})
    return replace(
        row,
        equal=objects.equal,
        total=objects.total,
        extra=objects.extra,
        tests_equal=tests.equal,
        tests_total=tests.total,
        claimed=found.identical,
        confirmed=objects.is_same,
        perfect=objects.is_same and not left,
        refused_by_schema=_is_refused(case.archive, found, tool),
        residual=dict(sorted(residual.items())),
        different=objects.different,
        values_set=len(list(leaves(found.common))),
        values=dump(dict(found.common)),
        release=found.context.release,
        namespace=found.context.namespace,
    )


def _equality(target: bytes, rendered: bytes) -> Equality:
    """Of the objects that are not tests."""
    return compare(_tests(resources_of(target), False), _tests(resources_of(rendered), False))


def _tests(resources: tuple[Resource, ...], wanted: bool) -> list[Resource]:
    return [resource for resource in resources if is_test_hook(resource.body) is wanted]


def render(archive: Path, found: Found, environment: str, tool: Tool, *, schema: bool = False) -> bytes:
    """What helm prints from the values files as they are written, the common one first."""
    files = [found.common, *([own] if (own := found.environments.get(environment)) else [])]
    return _helm(archive, found, files, tool, schema=schema)


def _helm(archive: Path, found: Found, files: list[Mapping[str, Json]], tool: Tool, *, schema: bool = False) -> bytes:
    asked = HelmRender(
        context=found.context,
        chart=archive,
        values=tuple(dump(dict(values)).encode() for values in files),
        skip_schema=not schema,
    )
    return helm_template(tool, asked)


def _is_refused(archive: Path, found: Found, tool: Tool) -> bool:
    """Whether the chart's schema refuses the values; one that cannot be loaded without network refuses nothing."""
    try:
        render(archive, found, DEFAULT, tool, schema=True)
    except MigrateError as refusal:
        return refusal.diagnostic.code == "MIG406" and "http" not in str(refusal)
    return False


def _chance(case: Case, tool: Tool) -> Randomness:
    first = resources_of(case.render(tool, case.values))
    time.sleep(A_SECOND)  # else what the clock tells would be the same in both
    return randomness(first, resources_of(case.render(tool, case.values)))


def _effect(case: Case, found: Found, tool: Tool) -> dict[str, Json]:
    archive = load_archive(case.archive)
    rendered = resources_of(render(case.archive, found, DEFAULT, tool))
    glance = Glance.of(archive, found.common, found.context, rendered)
    measured: Effect = effect_of(found.common, lambda values: _helm(case.archive, found, [values], tool), glance)
    return {"useless": tuple(".".join(path) for path in measured.useless)}


def _again(row: CaseRow, case: Case, tool: Tool, folder: Path, budget: float) -> CaseRow:
    """The row with what a second run costs: the same target, and a near one."""
    with suppress(StageError):
        _, again = infer(case.archive, {DEFAULT: case.target}, folder / "cache", budget)
        row = replace(row, again=again)
    stream = sibling(case, tool) if case.deterministic else None
    if stream is None:
        return row
    target = folder / "near.yaml"
    target.write_bytes(stream)
    try:
        found, warm = infer(case.archive, {DEFAULT: target}, folder / "cache", budget)
        equality = _equality(stream, render(case.archive, found, DEFAULT, tool))
    except (StageError, MigrateError):
        return replace(row, near="failed")
    if equality.is_same:
        near = "differs" if found.residual else "perfect"
    else:
        near = "false" if found.identical else "differs"
    return replace(row, warm=warm, near=near)


def measure_pair(pairs: Sequence[Pair], tool: Tool, budget: float) -> SplitRow | None:
    """The row of two environments in one request, of the first pair that one chart can render; None without any."""
    for pair in pairs:
        try:
            stream = pair.first.render(tool, pair.second.values)
        except MigrateError:
            continue
        return _pair_row(pair, stream, tool, budget)
    return None


def _pair_row(pair: Pair, stream: bytes, tool: Tool, budget: float) -> SplitRow:
    row = SplitRow(name=pair.name)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        other = Path(folder, "b.yaml")
        other.write_bytes(stream)
        targets = {"a": pair.first.target, "b": other}
        try:
            found, cold = infer(pair.first.archive, targets, Path(folder, "cache"), budget)
            return split_row(replace(row, cold=cold), pair.first.archive, targets, found, tool)
        except (StageError, MigrateError) as failure:
            return replace(row, error=str(failure))


def split_row(row: SplitRow, archive: Path, targets: Mapping[str, Path], found: Found, tool: Tool) -> SplitRow:
    """The row with the faults of the split, and what helm renders from common and own file of each environment."""
    faults = faults_of(found.common, found.environments, sorted(targets))
    results = [_equality(file.read_bytes(), render(archive, found, name, tool)) for name, file in targets.items()]
    return replace(
        row,
        equal=sum(result.equal for result in results),
        total=sum(result.total for result in results),
        claimed=found.identical,
        confirmed=all(result.is_same for result in results),
        twice=faults.twice,
        torn=faults.torn,
        values_set=sum(len(list(leaves(tree))) for tree in (found.common, *found.environments.values())),
    )
