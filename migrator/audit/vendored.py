"""MIG802: recognised infrastructure that is vendored as plain manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrator.audit.places import place_of
from migrator.audit.types import Finding, Subject
from migrator.classify import Component, ComponentKind
from migrator.diagnostics import MigrateError
from migrator.lock import SWITCH
from migrator.model import ResId
from migrator.signatures.manifests import header_of

CONFIDENT = 0.5
"""Score of a component from which on a vendored copy is a finding and no note."""

_RUNS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"})
_INSTALLS = _RUNS | {"CustomResourceDefinition", "APIService", "ValidatingWebhookConfiguration"}
_ADOPTED = frozenset({"adopt", "adopt-with-patches"})
_MOVE = "run `migrate plan --only {component}` and adopt it as a release"
_REMOVE = "take it out of Kustomize if the release has it, or let the chart make it"


def vendored(subject: Subject) -> Iterator[Finding]:
    """Recognised infrastructure in kustomize builds: still, though it was adopted, or again."""
    for component in sorted(subject.components, key=lambda each: each.id):
        adopted = _is_adopted(component, subject)
        members = _telling(component, subject, adopted=adopted)
        environments = [name for name, ids in members.items() if ids]
        if component.kind is not ComponentKind.THIRD_PARTY or not environments:
            continue
        note = _why_a_note(component, subject, members)
        if note:
            reason = note
        elif adopted:
            reason = "although a release of the lock owns the component"
        else:
            reason = "and no release of the lock owns it"
        first = members[environments[0]][0]
        yield Finding(
            code="MIG802",
            span=place_of(subject, environments[0], first),
            words={
                "component": component.id,
                "chart": _chart_of(component),
                "environments": ", ".join(environments),
                "reason": reason,
                "fix": (_REMOVE if adopted else _MOVE).format(component=component.id),
            },
            evidence=tuple(str(res_id) for res_id in members[environments[0]]),
            is_note=bool(note) or (not adopted and component.confidence < CONFIDENT),
        )


def _is_adopted(component: Component, subject: Subject) -> bool:
    locked = subject.lock.components.get(component.id) if subject.lock else None
    return locked is not None and locked.decision in _ADOPTED


def _telling(component: Component, subject: Subject, *, adopted: bool) -> Mapping[str, Sequence[ResId]]:
    """Environment -> the objects that tell; what the lock knows as companions of a release does not."""
    locked = subject.lock.components.get(component.id) if subject.lock else None
    companions = locked.companions if locked is not None else {}
    # what stays of an adopted component is mostly companions: dashboards, issuers, CRDs on purpose
    kinds = _RUNS if adopted else _INSTALLS
    return {
        name: sorted(each for each in ids if each.kind in kinds and str(each) not in companions.get(name, ()))
        for name, ids in sorted(component.members.items())
    }


def _why_a_note(component: Component, subject: Subject, members: Mapping[str, Sequence[ResId]]) -> str:
    """Why nothing has to be mended; empty where something has."""
    if component.id in subject.kept:
        return "as decided in migrate.yaml (keep)"
    if _is_bootstrapped(component, subject, members):
        return "as its own bootstrap wrote it"
    if subject.lock is None:
        return "and was not migrated yet"
    locked = subject.lock.components.get(component.id)
    handover = subject.lock.handover
    if locked is None and handover is not None and SWITCH in handover.stages[handover.stage :]:
        return "as nothing moves before a later stage of the handover"
    decision = locked.decision if locked is not None else subject.lock.staying.get(component.id)
    if decision is None or decision in _ADOPTED:
        return ""
    if decision == "propose":
        return "a proposal since the repository was migrated"
    return f"as it was left when the repository was migrated ({decision})"


def _is_bootstrapped(component: Component, subject: Subject, members: Mapping[str, Sequence[ResId]]) -> bool:
    """Whether the files of all these objects say that a controller's own bootstrap wrote them."""
    patterns = component.upstream.manifest.bootstrap if component.upstream is not None else ()
    if not patterns:
        return False
    wanted = {(name, res_id) for name, ids in members.items() for res_id in ids}
    files = {
        resource.origin.path if resource.origin is not None else None
        for build in subject.builds
        for resource in build.resources
        if (build.environment, resource.id) in wanted
    }
    for file in files:
        try:
            lines = header_of(subject.index.read(file)) if file is not None else ()
        except MigrateError:
            return False
        if not any(pattern.fullmatch(line.lstrip("#").strip()) for pattern in patterns for line in lines):
            return False
    return bool(files)


def _chart_of(component: Component) -> str:
    if not component.candidates:
        return component.id
    best = component.candidates[0]
    return f"{best.chart} {best.versions[0]}" if best.versions else best.chart
