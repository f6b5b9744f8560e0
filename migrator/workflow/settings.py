"""What a run is told, by the command line or by a caller; what is left out `migrate.yaml` or the default decides."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.diagnostics import MigrateError
from migrator.model import Impact

if TYPE_CHECKING:
    from migrator.compare import Acceptance

LEAST_BUDGET = 0.1
_KUBE_VERSION = re.compile(r"v?\d+\.\d+(\.\d+)?([-+][0-9A-Za-z.+-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a repository is read, planned and rendered. None and empty: `migrate.yaml` says it, else the default.

    Raises MIG923 for a value that cannot be used.
    """

    offline: bool | None = None
    """Never use the network."""
    chart_mirrors: tuple[str | PathLike[str], ...] = ()
    """Folders of chart archives `NAME-VERSION.tgz` or chart folders, asked before the network."""
    remotes: tuple[str, ...] = ()
    """`URL=PATH`: a remote place, and the file, folder or git directory that stands for it."""
    kube_version: str | None = None
    """The version of Kubernetes that charts render for: `1.32`."""
    api_versions: tuple[str, ...] = ()
    """`GROUP/VERSION` that charts find in the cluster."""
    cache: str | PathLike[str] | None = None
    """The folder of cached results; None is the user's own."""
    no_cache: bool = False
    """Read and write no cache."""
    trust_cache: bool = False
    """Take what this machine has rendered before for `verify` as well."""
    max_impact: str | None = None
    """How far the change of a running cluster may go: none, metadata, config, rollout, recreate, data-loss."""
    only: tuple[str, ...] = ()
    """Ids of the components to migrate; the others stay. Empty means all."""
    layout: str | None = None
    """growing, enterprise, in-place, or one of the team's own."""
    gitops: str | None = None
    """The tool to write GitOps objects for: argocd, flux or none."""
    ci: str | None = None
    """Whose pipelines `apply` writes: github, gitlab or none."""
    budget: float = 45.0
    """Seconds of search for one component."""

    def __post_init__(self) -> None:
        for name in ("chart_mirrors", "remotes", "api_versions", "only"):
            if isinstance(given := getattr(self, name), list):
                object.__setattr__(self, name, tuple(given))
        for name, wanted in _problems(self):
            raise MigrateError.of(
                "MIG923",
                f"the option {name} cannot be {getattr(self, name)!r}",
                remedy=f"give it {wanted}",
            )


def _problems(options: Options) -> Iterator[tuple[str, str]]:
    """Options with values of no use, each with what would be right."""
    texts = [
        ("layout", "the name of a layout"),
        ("gitops", "the name of a tool"),
        ("ci", "github, gitlab or none"),
        ("kube_version", "a text: 1.32"),
    ]
    for name, wanted in texts:
        if not isinstance(getattr(options, name), str | None):
            yield name, wanted
    lists = (("chart_mirrors", str | PathLike), ("remotes", str), ("api_versions", str), ("only", str))
    for name, kinds in lists:
        given = getattr(options, name)
        if not isinstance(given, tuple) or not all(isinstance(each, kinds) for each in given):
            yield name, "a tuple, also where it is one"
    if isinstance(options.kube_version, str) and not _KUBE_VERSION.fullmatch(options.kube_version):
        yield "kube_version", "a version of Kubernetes: 1.32"
    if not (options.offline is None or isinstance(options.offline, bool)):
        yield "offline", "True, False or None"
    if not isinstance(options.no_cache, bool):
        yield "no_cache", "True or False"
    if not isinstance(options.cache, str | PathLike | None):
        yield "cache", "the path of a folder"
    if options.max_impact is not None and options.max_impact not in map(str, Impact):
        yield "max_impact", f"one of {', '.join(map(str, Impact))}"
    if type(options.budget) not in {int, float} or options.budget < LEAST_BUDGET:
        yield "budget", f"seconds, at least {LEAST_BUDGET}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Options):
    """The options of a run over one repository, and how far it may go."""

    root: Path
    """The repository."""
    writes: bool = False
    """Whether the run may write the repository, what an earlier one left half done first of all."""
    allow_dirty: bool = False
    """Write although git has changes that are not committed."""
    diff: bool = False
    """Find out what `apply` would write, and write nothing."""
    branch: str | None = None
    """The new branch that `apply` commits to; the work tree stays as it is."""
    accept: tuple[Acceptance, ...] = ()
    """Beside what `migrate.yaml` accepts."""
    plan: Path | None = None
    """The file of a plan that `apply` carries out instead of planning."""

    @classmethod
    def of(cls, root: str | PathLike[str], options: Options, **further: Any) -> Settings:
        """The options for the repository at `root`; MIG107 where that names nothing."""
        if not isinstance(options, Options):
            raise TypeError(f"options must be migrator.Options, not {type(options).__name__}")
        if not os.fspath(root):
            raise MigrateError.of("MIG107", "no folder is named", remedy="name the folder of a GitOps repository")
        chosen = {each.name: getattr(options, each.name) for each in fields(Options)}
        return cls(root=Path(root), **chosen, **further)
