"""What moves although no object here deploys it: nobody marks it unless its owner is known, or known not to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import DeployedEnvironment
from migrator.gitops.deployer import Deployer
from migrator.gitops.stages.owners import owners_of
from migrator.gitops.unseen import clues
from migrator.model import RepoPath, SourceSpan
from migrator.render_roots import Build
from migrator.workflow.gitops.deployable import losing
from migrator.workflow.planned import Planned

_SHOWN = 3
_SAY = "`gitops: {{environments: {{{name}: {{deployed_elsewhere: {value}}}}}}}` in migrate.yaml"


def unowned(planned: Planned, roots: Collection[RepoPath], owners: Sequence[Deployer]) -> Sequence[Build]:
    """Those of the roots which objects of another repository deploy, as `migrate.yaml` says.

    Raises MIG676 where nobody says anything of a root, and something says that it has an owner: the `owners` of others,
    or what is in the repository.
    """
    builds = [each for each in planned.baseline.builds if each.root in roots]
    silent = [each for each in builds if _said(planned, each) is None]
    if silent and (evidence := _evidence(planned, silent, owners)):
        names = sorted({each.environment for each in silent})
        raise MigrateError(
            Diagnostic(
                code="MIG676",
                severity=Severity.ERROR,
                summary=f"no object here deploys {', '.join(sorted(each.root for each in silent))}, and something says "
                f"that it is deployed: {'; '.join(evidence[:_SHOWN])}",
                span=SourceSpan(path=silent[0].root),
                remedy=f"where nothing deploys it, say {_SAY.format(name=names[0], value='false')}; where objects of "
                "another repository do, say `true`, and what moves is marked before it moves",
                evidence=evidence,
            )
        )
    return [each for each in builds if _said(planned, each)]


def told_of_unowned(planned: Planned) -> Diagnostics:
    """MIG677 for roots which lose objects, nothing here deploys, and of which nobody says anything."""
    lock = planned.baseline.lock
    if lock is not None and lock.handover is not None:
        return ()
    roots = {root for root in losing(planned) if not owners_of(planned.baseline.reading.deployers, [root])}
    silent = [each for each in planned.baseline.builds if each.root in roots and _said(planned, each) is None]
    if not silent:
        return ()
    names = sorted({each.environment for each in silent})
    return (
        Diagnostic(
            code="MIG677",
            severity=Severity.WARNING,
            summary=f"nothing here deploys {', '.join(sorted(each.root for each in silent))}: what leaves it is not "
            "marked, and whoever deploys it from elsewhere may delete that",
            span=SourceSpan(path=silent[0].root),
            remedy=f"say {_SAY.format(name=names[0], value='false')} where nothing does, or `true`",
        ),
    )


def _said(planned: Planned, build: Build) -> bool | None:
    environments = planned.baseline.config.gitops.environments
    return environments.get(build.environment, DeployedEnvironment()).deployed_elsewhere


def _evidence(planned: Planned, silent: Sequence[Build], owners: Sequence[Deployer]) -> tuple[str, ...]:
    baseline = planned.baseline
    rendered = {each.root: each.resources for each in silent}
    found = clues(rendered.keys(), baseline.reading.deployers, rendered, baseline.index)
    others = (f"{each.span}: {each.id.kind} {each.id.name} deploys {each.environment}" for each in owners)
    return (*found, *dict.fromkeys(others))
