"""`migrate graph`: the objects of a repository, the components that they belong to, and what binds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.diagnostics import Diagnostics, ExitCode, MigrateError
from migrator.gitops.deployer import Deployer, deployed_by
from migrator.graph import Group, Node, ResourceGraph
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.baseline import read_baseline
from migrator.workflow.steps.classify import groups_of, recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphed:
    """The graph of a repository, and what of it was asked for."""

    graph: ResourceGraph = field(repr=False)
    environments: tuple[str, ...]
    """Those that were asked for; empty means all."""
    components: Mapping[Node, Group] = field(repr=False)
    deployers: tuple[Deployer, ...] = ()
    """Of these environments."""
    diagnostics: Diagnostics
    exit_code: int = ExitCode.DONE
    """1 where no root builds: then there is nothing in it."""

    @property
    def deployed_by(self) -> Mapping[str, tuple[str, ...]]:
        """Environment -> what deploys it, in words."""
        return deployed_by(self.deployers)


def graph_repository(settings: Settings, environments: tuple[str, ...], run: Run) -> Graphed:
    """The graph with the components; MIG920 for an environment that is not there."""
    baseline = read_baseline(settings, run)
    unknown = [name for name in environments if name not in baseline.environments]
    if unknown:
        raise MigrateError.of(
            "MIG920",
            f"there is no environment {unknown[0]}",
            remedy=f"name one of {', '.join(sorted(baseline.environments))}",
        )
    with run.step("classify") as watch:
        components, _ = recognise(baseline, watch)
    return Graphed(
        graph=baseline.graph,
        environments=environments,
        components=groups_of(components),
        deployers=tuple(
            each for each in baseline.reading.deployers if not environments or each.environment in environments
        ),
        diagnostics=baseline.diagnostics,
        exit_code=ExitCode.ERROR if baseline.builds_nothing else ExitCode.DONE,
    )
