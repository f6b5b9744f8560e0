"""What no object here deploys: it is marked where it has an owner all the same, and not deployed where it has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import DeployedEnvironment
from migrator.gitops.deployer import Deployer
from migrator.gitops.emit.units import Unit
from migrator.gitops.stages.owners import owners_of
from migrator.gitops.unseen import clues
from migrator.model import RepoPath, SourceSpan
from migrator.render_roots import Build
from migrator.workflow.gitops.deployable import losing
from migrator.workflow.planned import Planned

_SHOWN = 3
_TOOLS = ("argoproj.io", "fluxcd.io")


def unowned(planned: Planned, roots: Collection[RepoPath], owners: Sequence[Deployer]) -> Sequence[Build]:
    """Those of the roots which objects of another repository deploy.

    That is what `migrate.yaml` says, and where it says nothing the careful guess, if something says that a root has an
    owner: the `owners` of others, or what is in the repository. What is marked in vain is not harmed by it.
    """
    builds = [each for each in planned.baseline.builds if each.root in roots]
    silent = [each for each in builds if _said(planned, each) is None]
    guessed = silent if silent and _evidence(planned, silent, owners) else []
    return [each for each in builds if _said(planned, each) or each in guessed]


def told_of_unowned(planned: Planned) -> Diagnostics:
    """MIG676 for roots that are taken for another repository's, MIG677 for those that nothing seems to deploy."""
    lock = planned.baseline.lock
    if lock is not None and lock.handover is not None:
        return ()
    roots = {root for root in losing(planned) if not owners_of(planned.baseline.reading.deployers, [root])}
    silent = [each for each in planned.baseline.builds if each.root in roots and _said(planned, each) is None]
    if not silent:
        return ()
    name, named = min(each.environment for each in silent), ", ".join(sorted(each.root for each in silent))
    span = SourceSpan(path=silent[0].root)
    if evidence := _evidence(planned, silent, planned.owners):
        return (
            Diagnostic(
                code="MIG676",
                severity=Severity.WARNING,
                summary=f"no object here deploys {named}, and something says that it is deployed: "
                f"{'; '.join(evidence[:_SHOWN])}. It is taken for deployed by objects of another repository: what "
                "moves is marked before it moves, and what is there is not deployed a second time",
                span=span,
                remedy=f"where nothing deploys it, say {_said_of(name, 'false')}; `true` where it is so",
                evidence=evidence,
            ),
        )
    return (
        Diagnostic(
            code="MIG677",
            severity=Severity.WARNING,
            summary=f"nothing here deploys {named}: what leaves it is not marked, and whoever deploys it from "
            "elsewhere may delete that",
            span=span,
            remedy=f"say {_said_of(name, 'false')} where nothing does, or `true`",
        ),
    )


def _said_of(environment: str, value: str, key: str = "deployed_elsewhere") -> str:
    return f"`gitops: {{environments: {{{environment}: {{{key}: {value}}}}}}}` in migrate.yaml"


def _said(planned: Planned, build: Build) -> bool | None:
    environments = planned.baseline.config.gitops.environments
    return environments.get(build.environment, DeployedEnvironment()).deployed_elsewhere


def _evidence(planned: Planned, silent: Sequence[Build], owners: Sequence[Deployer]) -> tuple[str, ...]:
    baseline = planned.baseline
    rendered = {each.root: each.resources for each in silent}
    found = clues(rendered.keys(), baseline.reading.deployers, rendered, baseline.index)
    others = (f"{each.span}: {each.id.kind} {each.id.name} deploys {each.environment}" for each in owners)
    return (*found, *dict.fromkeys(others))


def left_alone(planned: Planned, units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units of which nothing deploys any part today while something deploys others.

    What was never deployed does not begin to be by a change of hands; but an environment of which nothing is deployed
    does, where `migrate.yaml` says to which cluster.
    """
    builds, said = planned.baseline.builds, planned.baseline.config.gitops.environments
    owned = {
        each.root: each.environment
        for each in builds
        if each.environment in planned.elsewhere or owners_of(planned.baseline.reading.deployers, [each.root])
    }
    told = {name for name, each in said.items() if each.cluster and name not in owned.values()}
    members = {each.id: each.members for each in planned.plan.components}
    lock = planned.lock
    before = {root for held in (lock.environments.values() if lock is not None else ()) for root in held.before}

    def is_alone(unit: Unit) -> bool:
        if not owned or unit.environment in told or unit.path in owned:
            return False
        wanted = set(members.get(unit.release.component, {}).get(unit.environment, ()) if unit.release else unit.ids)
        of = [each for each in builds if each.environment == unit.environment and each.root in before]
        of = [each for each in of if unit.path == each.root] or of
        roots = {each.root for each in of if any(one.id in wanted for one in each.resources)}
        return bool(roots) and not roots & owned.keys()

    return tuple(each for each in units if is_alone(each))


def told_of_alone(units: Sequence[Unit]) -> Diagnostics:
    """MIG681 for what is left alone, if anything is."""
    # what holds nothing but objects of the tools is applied by hand
    told = [each for each in units if not all(one.group.endswith(_TOOLS) for one in each.ids)]
    places = tuple(sorted({each.path for each in told}))
    if not places:
        return ()
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    name = min(each.environment for each in told)
    return (
        Diagnostic(
            code="MIG681",
            severity=Severity.WARNING,
            summary=f"nothing here deploys {', '.join(places[:_SHOWN])}{more} today, and it stays so: what is not "
            "deployed does not begin to be by a change of hands",
            span=SourceSpan(path=places[0]),
            remedy=f"say {_said_of(name, 'true')} where objects of another repository deploy it; where it is to be "
            f"deployed, write an object of your own, or say {_said_of(name, 'ADDRESS', 'cluster')} for all of {name}",
            evidence=places,
        ),
    )
