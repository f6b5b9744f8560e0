"""What Argo CD does: sync of Applications, the cascade of their finalizer, ApplicationSets.

Sources: argo-cd, `controller/appcontroller.go` (autoSync, shouldBeDeleted), `controller/state.go`; gitops-engine,
`pkg/sync/sync_context.go` (facts A1 to A4, A8 to A10, A12 to A14).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from migrator.compare.hooks import HOOK
from migrator.gitops.controllers.cluster import Cluster, Live, Memory, What, spec_of
from migrator.gitops.controllers.manifest import (
    ANNOTATION,
    FINALIZER,
    KEEP,
    LABEL,
    Address,
    Manifest,
    has_option,
    is_definition,
)
from migrator.gitops.controllers.projects import is_refused
from migrator.gitops.controllers.world import World

TRACKING = f"{ANNOTATION}argocd.argoproj.io/tracking-id"
INSTANCE = f"{LABEL}app.kubernetes.io/instance"
CASCADE = f"{FINALIZER}resources-finalizer.argocd.argoproj.io"
_WAVE = f"{ANNOTATION}argocd.argoproj.io/sync-wave"
_OWN_HOOK = f"{ANNOTATION}argocd.argoproj.io/hook"
_HELM_HOOK = f"{ANNOTATION}{HOOK}"
_CLIENT = "kubectl-client-side-apply"
_IGNORED = frozenset({"test", "test-success", "test-failure", "pre-rollback", "post-rollback", "crd-install"})


@dataclass(frozen=True, slots=True)
class _Options:
    automated: bool
    prune: bool
    self_heal: bool
    allow_empty: bool
    names: frozenset[str]
    """Sync options, as `ServerSideApply=true`."""
    sources: str
    """By which an attempt to sync is known again."""


@lru_cache(maxsize=1024)
def _options(manifest: Manifest) -> _Options:
    spec = spec_of(manifest.body)
    policy = spec.get("syncPolicy") or {}
    automated = policy.get("automated")
    told = automated if isinstance(automated, Mapping) else {}
    on = automated is not None and told.get("enabled") is not False
    return _Options(
        automated=on,
        prune=on and told.get("prune") is True,
        self_heal=on and told.get("selfHeal") is True,
        allow_empty=told.get("allowEmpty") is True,
        names=frozenset(str(each) for each in policy.get("syncOptions") or ()),
        sources=repr((spec.get("source"), spec.get("sources"))),
    )


def owner(world: World, marks: Mapping[str, str]) -> str:
    """The Application that an object is tracked by."""
    if world.history.label_tracking:
        return marks.get(INSTANCE, "")
    return marks.get(TRACKING, "").partition(":")[0]


def tracking(world: World, app: Address, manifest: Manifest) -> Mapping[str, str]:
    """The mark by which an Application knows an object again."""
    return _tracking(app, manifest, world.history.label_tracking)


@lru_cache(maxsize=16384)
def _tracking(app: Address, manifest: Manifest, by_label: bool) -> Mapping[str, str]:
    if by_label:
        return {INSTANCE: app.id.name}
    of = manifest.id
    return {TRACKING: f"{app.id.name}:{of.group}/{of.kind}:{of.namespace}/{of.name}"}


def is_hook(marks: Mapping[str, str]) -> bool:
    """Whether Argo CD runs the object as a hook instead of keeping it (fact A4)."""
    return bool(marks.get(_OWN_HOOK) or marks.get(_HELM_HOOK)) and marks.get(_OWN_HOOK) != "Skip"


def sync(world: World, cluster: Cluster, app: Address, position: int, *, healthy: bool) -> None:
    """One look of the controller at an Application at a commit, and the sync if there is to be one."""
    live = cluster.live[app]
    options, memory = _options(live.manifest), cluster.of(app)
    found = world.manifests(live, position)
    if found is None or is_kept_out(world, cluster, app, position):
        cluster.remember(app, replace(memory, ok=False))
        return
    targets = (*found.definitions, *found.objects)
    wanted = [each for each in targets if not is_hook(each.marks)]
    stale = _stale(world, cluster, app, wanted)
    changed = [each for each in wanted if _differs(cluster, each, tracking(world, app, each))]
    attempt = (str(position), options.sources)
    done = memory.attempted == attempt and memory.ok
    if not changed and not stale:
        if not done:
            _finished(cluster, app, attempt, position, healthy=healthy)
        return
    if done and not options.self_heal:
        return
    if not changed and not options.prune:
        return
    if options.prune and not options.allow_empty and not wanted:
        return
    cluster.step(f"Application {app.id.name} syncs {world.history.commits[world.path[position]]}")
    hooks = [each for each in targets if is_hook(each.marks)] if not done else []
    before = world.manifests(live, position - 1) if position else None
    still = {each.address for each in before.objects} if before is not None else set(stale)
    left = [each for each in stale if each not in still]
    if _run(world, cluster, app, _Sync(options, wanted, stale, hooks, left), healthy=healthy):
        _finished(cluster, app, attempt, position, healthy=healthy)
    else:
        cluster.remember(app, Memory(attempted=attempt, ok=False, position=memory.position))


def is_kept_out(world: World, cluster: Cluster, app: Address, position: int) -> bool:
    """Whether it is an Application that its project refuses (fact A14)."""
    return app.id.kind == "Application" and is_refused(cluster, app, world.asks(cluster.live[app], position))


def _finished(cluster: Cluster, app: Address, attempt: tuple[str, ...], position: int, *, healthy: bool) -> None:
    cluster.remember(app, Memory(attempted=attempt, ok=True, position=position if healthy else -1))


def _stale(world: World, cluster: Cluster, app: Address, wanted: Sequence[Manifest]) -> list[Address]:
    named = {each.address for each in wanted}
    return [
        address
        for address, each in cluster.live.items()
        if address not in named and address != app and owner(world, each.marks) == app.id.name
        if not is_hook(each.marks)
    ]


def _differs(cluster: Cluster, wanted: Manifest, marks: Mapping[str, str]) -> bool:
    live = cluster.live.get(wanted.address)
    if live is None or live.manifest.content != wanted.content:
        return True
    own = {**wanted.marks, **marks}
    if not own.items() <= live.marks.items():
        return True
    return any(key in live.marks for key in live.applied.get(_CLIENT, frozenset()) - own.keys())


@dataclass(frozen=True, slots=True)
class _Sync:
    options: _Options
    wanted: Sequence[Manifest]
    stale: Sequence[Address]
    hooks: Sequence[Manifest]
    left: Collection[Address] = ()
    """What had left before this commit already (fact A9)."""


def _run(world: World, cluster: Cluster, app: Address, what: _Sync, *, healthy: bool) -> bool:
    """Wave by wave: what has left is pruned before others are applied (fact A8)."""
    names = what.options.names
    if "FailOnSharedResource=true" in names and _shares(world, cluster, app, what.wanted):
        return False
    _run_hooks(cluster, app, what.hooks)
    waves = sorted(
        {_wave(each.marks) for each in what.wanted} | {_wave(cluster.live[each].marks) for each in what.stale}
    )
    pruned = sorted({_wave(cluster.live[each].marks) for each in what.stale})
    turned = dict(zip(pruned, reversed(pruned), strict=True))
    last = "PruneLast=true" in names
    server = "ServerSideApply=true" in names
    for wave in waves:
        if not last:
            _prune(world, cluster, app, [each for each in what.stale if _turned(cluster, each, turned) == wave], what)
        applied = [_apply(world, cluster, app, each, server) for each in what.wanted if _wave(each.marks) == wave]
        if not all(applied) or (not healthy and wave != waves[-1]):
            return False
    if last:
        _prune(world, cluster, app, what.stale, what)
    return True


def _turned(cluster: Cluster, address: Address, turned: Mapping[int, int]) -> int | None:
    live = cluster.live.get(address)
    return turned.get(_wave(live.marks)) if live is not None else None


def _wave(marks: Mapping[str, str]) -> int:
    text = marks.get(_WAVE, "0")
    return int(text) if text.lstrip("-").isdigit() else 0


def _shares(world: World, cluster: Cluster, app: Address, wanted: Iterable[Manifest]) -> bool:
    found = (cluster.live.get(each.address) for each in wanted)
    return any(owner(world, each.marks) not in {"", app.id.name} for each in found if each is not None)


def _apply(world: World, cluster: Cluster, app: Address, each: Manifest, server: bool) -> bool:
    marks = tracking(world, app, each)
    server = server or has_option(each.marks, "ServerSideApply=true")
    if world.history.label_tracking and each.marks.get(INSTANCE, app.id.name) != app.id.name:
        _mislabelled(cluster, app, each)
    manager = "argocd-controller" if server else _CLIENT
    before = cluster.live.get(each.address)
    taken = cluster.apply(each, app, manager, marks, shared=server)
    if taken and before is not None and owner(world, before.marks) != app.id.name:
        cluster.see(each.address, each.content, str(app))
    return taken


def _mislabelled(cluster: Cluster, app: Address, each: Manifest) -> None:
    """The label of tracking takes the place of the one that a chart gives, by which others may select (fact A1)."""
    spec = spec_of(cluster.live[app].manifest.body)
    sources = [spec.get("source") or {}, *(spec.get("sources") or ())]
    if app not in cluster.guarded and any("helm" in source or "chart" in source for source in sources):
        said = each.marks[INSTANCE]
        words = f"the chart labels it {said}, tracking by label makes that {app.id.name}"
        cluster.report(What.STUCK, "A1", each.address, app, words)


def _prune(world: World, cluster: Cluster, app: Address, stale: Iterable[Address], what: _Sync) -> None:
    if not what.options.prune:
        return
    for address in stale:
        live = cluster.live.get(address)
        if (
            live is not None
            and not has_option(live.marks, "Prune=false")
            and not has_option(live.marks, "Prune=confirm")
        ):
            rule = "A9" if address in what.left else _rule_of_prune(live)
            world.remove(cluster, address, app, rule, "it has left the sources and is pruned")


def _rule_of_prune(live: Live) -> str:
    return "A8" if live.marks.get(KEEP) or has_option(live.marks, "Delete=false") else "A2"


def _run_hooks(cluster: Cluster, app: Address, hooks: Iterable[Manifest]) -> None:
    """Hooks are made anew by each sync, unless a policy says otherwise; one that was a plain object is lost by that."""
    for each in hooks:
        if set(each.marks.get(_HELM_HOOK, "").split(",")) <= _IGNORED and _HELM_HOOK in each.marks:
            continue
        live = cluster.live.get(each.address)
        if live is not None and is_hook(live.marks):
            continue  # ran before, and runs again by each sync as it did
        if live is not None:
            cluster.delete(each.address, app, "A4", "it has become a hook, which is deleted before it is made")
        cluster.apply(each, None, _CLIENT, {})


def delete(world: World, cluster: Cluster, app: Address) -> None:
    """The cascade of an Application that is deleted (facts A2, A9)."""
    live = cluster.live[app]
    if not any(key.startswith(CASCADE) for key in live.marks):
        return
    cluster.step(f"Application {app.id.name} is deleted with what it tracks")
    for address, each in list(cluster.live.items()):
        if owner(world, each.marks) != app.id.name or address == app or is_definition(address):
            continue
        if not has_option(each.marks, "Delete=false") and each.marks.get(KEEP) != "keep":
            rule = "A2" if app in cluster.guarded else "A10"
            world.remove(cluster, address, app, rule, f"Application {app.id.name} is deleted and has the finalizer")


def generate(world: World, cluster: Cluster, app_set: Address, position: int) -> None:
    """The Applications of an ApplicationSet."""
    live = cluster.live[app_set]
    found = world.manifests(live, position)
    if found is None:
        cluster.remember(app_set, replace(cluster.of(app_set), ok=False))
        return
    manager = f"applicationset {app_set.id.namespace}/{app_set.id.name}"
    keeps = (spec_of(live.manifest.body).get("syncPolicy") or {}).get("preserveResourcesOnDeletion") is True
    for each in found.objects:
        has_own = any(key.startswith(FINALIZER) for key in each.marks)
        cluster.apply(each, app_set, manager, {} if keeps or has_own else {CASCADE: ""})
    named = {each.address for each in found.objects}
    for address in [key for key, each in cluster.live.items() if manager in each.applied and key not in named]:
        world.remove(cluster, address, app_set, "A2", f"ApplicationSet {app_set.id.name} no longer generates it")
    cluster.remember(app_set, Memory(ok=True, position=position))


def delete_set(world: World, cluster: Cluster, app_set: Address) -> None:
    """With an ApplicationSet the API server deletes its Applications."""
    manager = f"applicationset {app_set.id.namespace}/{app_set.id.name}"
    for address in [key for key, each in cluster.live.items() if manager in each.applied]:
        world.remove(cluster, address, app_set, "A2", f"ApplicationSet {app_set.id.name} is deleted")
