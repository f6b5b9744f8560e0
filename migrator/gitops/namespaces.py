"""Where the objects of a root go that name no namespace, when no object of a GitOps tool says it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.classify import Component, ComponentKind
from migrator.classify.namespaces import DEFAULT, Likely, likely_namespace, looked_for
from migrator.compare.scopes import Scopes, is_namespaced
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.gitops.destinations import Destination
from migrator.model import RepoPath, ResId, SourceSpan
from migrator.render_roots import Build
from migrator.render_roots.placing import nowhere, placed_builds, scopes_of_builds


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A repository whose objects all have a namespace, as far as that can be told."""

    builds: tuple[Build, ...] = field(repr=False)
    components: tuple[Component, ...]
    diagnostics: Diagnostics = ()
    disputed: Mapping[str, str] = field(default_factory=dict)
    """Component id -> why nobody knows where its objects go."""


def settle_namespaces(
    builds: Sequence[Build],
    components: Sequence[Component],
    said: Mapping[RepoPath, Sequence[Destination]],
    given: Mapping[str, str],
    locked: Mapping[RepoPath, str],
) -> Settled:
    """Every object that names no namespace in the one that it most probably gets.

    That is what was taken for its root before (`locked`), what somebody has `given` for a component of the root, else
    what fits. Components stay where what is `said` of a root differs, or moves objects that name another one. Its
    diagnostics: MIG605 (taken for granted), MIG606 (objects of a GitOps tool disagree with each other or the root).
    """
    scopes = scopes_of_builds(builds)
    taken: dict[RepoPath, str] = {}
    disputed: dict[str, str] = {}
    notes: list[Diagnostic] = []
    for build in builds:
        free = frozenset(each.id for each in nowhere(build, scopes))
        reason, concerned = _dispute(build, said.get(build.root, ()), free, scopes)
        named = [each.id for each in components if _is_third_party(each) and (concerned or free) & _held(each, build)]
        if reason:
            disputed |= dict.fromkeys(named, reason)
            notes += [_disputed(build.root, reason)] if named else []
        if reason or not free:
            continue
        own = locked.get(build.root) or next((given[name] for name in named if name in given), "")
        likely = Likely(namespace=own) if own else _likely(build, components, scopes)
        taken[build.root] = likely.namespace
        notes += [_assumed(build.root, named, len(free), likely)] if named and not own else []
    placed = placed_builds(builds, taken)
    moved = _moved(components, builds, placed) if taken else tuple(components)
    return Settled(builds=placed, components=moved, diagnostics=tuple(notes), disputed=disputed)


def _is_third_party(component: Component) -> bool:
    return component.kind is ComponentKind.THIRD_PARTY


def _held(component: Component, build: Build) -> frozenset[ResId]:
    return frozenset(component.members.get(build.environment, ()))


def _likely(build: Build, components: Sequence[Component], scopes: Scopes) -> Likely:
    groups = (_held(each, build) for each in components)
    return likely_namespace(([each for each in build.resources if each.id in group] for group in groups), scopes)


def _moved(components: Sequence[Component], before: Sequence[Build], after: Sequence[Build]) -> tuple[Component, ...]:
    """The components with their members where they are now."""
    places: defaultdict[tuple[str, ResId], set[ResId]] = defaultdict(set)
    for old, new in zip(before, after, strict=True):
        for one, other in zip(old.resources, new.resources, strict=True):
            places[old.environment, one.id].add(other.id)
    return tuple(
        replace(
            each,
            members={
                name: tuple(sorted({there for one in members for there in places.get((name, one), {one})}))
                for name, members in each.members.items()
            },
        )
        for each in components
    )


def _dispute(
    build: Build, said: Sequence[Destination], free: frozenset[ResId], scopes: Scopes
) -> tuple[str, frozenset[ResId]]:
    """Why nobody knows where objects of a root are, and which; nothing where that is known."""
    if len(said) > 1:
        places = " and ".join(f"{each.namespace} ({each.by}, {each.span})" for each in said)
        return (f"objects of {build.root} that name no namespace go to {places}", free) if free else ("", free)
    moving = next((each for each in said if each.moves), None)
    if moving is None:
        return "", frozenset()
    local = [each for each in build.resources if is_namespaced(each, scopes)]
    other = {each.id for each in local if each.own_namespace not in ("", moving.namespace)}
    other |= {referring for referring, _, there in looked_for(build.resources, local) if there != moving.namespace}
    reason = f"{moving.by} ({moving.span}) brings objects of {build.root} into {moving.namespace} that name another one"
    return (reason, frozenset(other)) if other else ("", frozenset())


def _disputed(root: RepoPath, reason: str) -> Diagnostic:
    return Diagnostic(
        code="MIG606",
        severity=Severity.WARNING,
        summary=f"{reason}: what is rendered here is not what is there",
        span=SourceSpan(path=root),
        remedy="write `namespace:` into the kustomization, or give each namespace a root of its own",
    )


def _assumed(root: RepoPath, components: Sequence[str], count: int, likely: Likely) -> Diagnostic:
    why = likely.reason or f"nothing says otherwise, and kubectl puts them into {DEFAULT}"
    objects = "1 object" if count == 1 else f"{count} objects"
    return Diagnostic(
        code="MIG605",
        severity=Severity.INFO if likely.reason else Severity.WARNING,
        summary=f"{objects} of {root} without a namespace; taken to go to {likely.namespace}: {why}",
        span=SourceSpan(path=root),
        remedy=f"if they go elsewhere, say `components: {{{components[0]}: {{namespace: ...}}}}` in migrate.yaml, or "
        "`namespace:` in the kustomization",
        evidence=(f"of {', '.join(components)}",),
    )
