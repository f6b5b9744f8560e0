"""What moves although no object here deploys it: nobody marks it unless its owner is known, or known not to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
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
                remedy=f"where nothing deploys it, say {_SAY.format(name=name, value='false')}; `true` where it is so",
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
            remedy=f"say {_SAY.format(name=name, value='false')} where nothing does, or `true`",
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
