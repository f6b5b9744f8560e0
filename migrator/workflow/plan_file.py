"""A plan in a file: made once, read by people, applied later or elsewhere, to the same files and nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.dataclass_json import from_json, schema_digest, to_json
from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.discover import CONFIG_PATH
from migrator.load.included_from_above import refuse_if_included
from migrator.model import RepoPath, SourceSpan
from migrator.plan import Plan
from migrator.plan.inputs import inputs_of
from migrator.version import __version__
from migrator.workflow.planned import Planned, layout_of, secrets_of_baseline
from migrator.workflow.run import Run
from migrator.workflow.settings import Options, Settings
from migrator.workflow.steps.baseline import Baseline, read_baseline

_OWN = 0o600
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Whose plan it is: what every plan file says, whatever else it holds."""

    version: str
    """Of migrate."""
    schema: str
    """The digest of the shape of all that a plan holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved(_Maker):
    layout: str | None
    only: tuple[str, ...]
    max_impact: str | None
    kube_version: str | None
    api_versions: tuple[str, ...]
    configuration: Mapping[RepoPath, str]
    """Digests of migrate.yaml and of what lies below .migrate."""
    plan: Plan


def save_plan(planned: Planned, options: Options, target: Path) -> None:
    """Write the plan so that nobody but its owner reads it: it holds the values, secrets among them."""
    saved = _Saved(
        version=__version__,
        schema=schema_digest(_Saved),
        layout=options.layout,
        only=options.only,
        max_impact=options.max_impact,
        kube_version=options.kube_version,
        api_versions=options.api_versions,
        configuration=_configuration(planned.baseline.root),
        plan=planned.plan,
    )
    write_private(target, to_json(saved, indent=1) + b"\n")


def write_private(target: Path, data: bytes) -> None:
    """Write a file that may hold secrets: nobody but its owner reads it, whatever it was before."""
    place = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN)
    with os.fdopen(place, "wb") as stream:
        os.fchmod(place, _OWN)
        stream.write(data)


def with_saved(settings: Settings, source: Path) -> Settings:
    """The settings with what decided a plan when it was made; MIG918 for a file that holds none of ours."""
    saved = _read(source)
    return replace(
        settings,
        layout=saved.layout,
        only=saved.only,
        max_impact=saved.max_impact,
        kube_version=saved.kube_version,
        api_versions=saved.api_versions,
    )


def planned_from(
    source: Path, settings: Settings, run: Run, check: Callable[[Baseline], None] | None = None
) -> Planned:
    """The plan of a file for this repository, as `plan_repository` has it; MIG919 where its files are other ones.

    `check` may refuse the repository before. Raises what reading the repository raises, and MIG918.
    """
    saved = _read(source)
    baseline = read_baseline(settings, run)
    if baseline.lock_problem is not None:
        raise MigrateError(baseline.lock_problem)
    refuse_if_included(baseline.index)
    if check is not None:
        check(baseline)
    _check_same(saved.plan.inputs, inputs_of(baseline.builds, baseline.kustomizations))
    _check_same(saved.configuration, _configuration(baseline.root))
    return Planned(
        plan=saved.plan, baseline=baseline, layout=layout_of(baseline), secrets=secrets_of_baseline(baseline)
    )


def _read(source: Path) -> _Saved:
    data = source.read_bytes()
    try:
        maker = from_json(_Maker, data)
        if maker.schema == schema_digest(_Saved):
            return from_json(_Saved, data)
    except ValueError as error:
        raise _no_plan(source, f"is not a plan of `migrate plan --out`: {str(error)[:_LONGEST]}") from None
    raise _no_plan(source, f"was made by another migrate ({maker.version}; this is {__version__})")


def _no_plan(source: Path, why: str) -> MigrateError:
    return MigrateError.of("MIG918", f"{source.name} {why}", remedy="make it anew with `migrate plan --out FILE`")


def _check_same(planned: Mapping[RepoPath, str], found: Mapping[RepoPath, str]) -> None:
    """Raise unless every file is the one that the plan rests on."""
    others = sorted(path for path in {*planned, *found} if planned.get(path) != found.get(path))
    if not others:
        return
    more = tuple(f"{path} was changed since the plan was made" for path in others[1:])
    raise MigrateError(
        Diagnostic(
            code="MIG919",
            severity=Severity.ERROR,
            summary=f"the plan was made of other files: {others[0]} is not what it was"
            + (f", nor are {len(more)} more" if more else ""),
            span=SourceSpan(path=others[0]),
            remedy="check out the commit that was planned, or plan again",
            evidence=more,
        )
    )


def _configuration(root: Path) -> Mapping[RepoPath, str]:
    own = sorted(path for path in (root / ".migrate").rglob("*") if path.is_file())
    files = [path for path in (root / CONFIG_PATH, *own) if path.is_file()]
    return {
        RepoPath(path.relative_to(root).as_posix()): f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
    }
