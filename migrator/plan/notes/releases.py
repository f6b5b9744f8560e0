"""What is to be said of the releases of a plan, adopted as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from migrator.charts.types import ChartArchive
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.plan.reasons import listed
from migrator.plan.types import ComponentPlan, Decision

_CRD = "CustomResourceDefinition"


def notes_on_shared_names(decided: Iterable[ComponentPlan]) -> Diagnostics:
    """What is to be said of releases that have one name in one namespace: only Helm's own record minds."""
    users: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for each in decided:
        if each.decision in (Decision.ADOPT, Decision.ADOPT_WITH_PATCHES):
            for name in each.environments:
                users[each.context.within(name).namespace, each.context.release][each.id] = None
    return tuple(
        Diagnostic(
            code="MIG603",
            severity=Severity.WARNING,
            summary=f"{listed([*found])} are all release {release} in namespace {namespace}, as their objects say",
            remedy="Argo CD renders them apart; give each HelmRelease of Flux a storageNamespace of its own before its "
            "first install; never install them with helm, which keeps one record for all of them",
        )
        for (namespace, release), found in sorted(users.items())
        if len(found) > 1
    )


def notes_on_definitions(component: ComponentPlan, archive: ChartArchive | None) -> Diagnostics:
    if component.decision in (Decision.PROPOSE, Decision.KEEP) or archive is None:
        return ()
    names = sorted({each.name for found in component.members.values() for each in found if each.kind == _CRD})
    if not names or not any(path.startswith("crds/") or "/crds/" in path for path in archive.files):
        return ()
    return (
        Diagnostic(
            code="MIG604",
            severity=Severity.INFO,
            summary=f"{component.id}: Helm installs the CRDs of the chart's crds/ folder and never upgrades them",
            remedy="apply the new CRDs by hand before a chart upgrade, or let the GitOps tool replace them",
            evidence=(listed(names),),
        ),
    )
