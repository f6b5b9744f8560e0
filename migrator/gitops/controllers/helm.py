"""What Helm does with releases, told by Flux' helm-controller or by a pipeline.

Sources: helm, `pkg/action` (install.go, upgrade.go, uninstall.go, hooks.go, validate.go, resource_policy.go),
`pkg/kube/client.go`; helm-controller, `internal/reconcile` (atomic_release.go, state.go), `internal/action`
(facts H1 to H7, C1, C2, F4, F6, F7, F9 and F13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.compare.hooks import HOOK
from migrator.gitops.controllers.cluster import Cluster, Memory, Release, spec_of
from migrator.gitops.controllers.manifest import (
    ANNOTATION,
    KEEP,
    MANAGED_BY,
    RELEASE_NAME,
    RELEASE_NAMESPACE,
    Address,
    Manifest,
    is_definition,
)
from migrator.gitops.controllers.world import Manifests, World
from migrator.model import Json

_HOOK = f"{ANNOTATION}{HOOK}"
_HOOK_DELETE = f"{ANNOTATION}helm.sh/hook-delete-policy"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a HelmRelease says."""

    storage: str
    name: str
    namespace: str
    spec: Mapping[str, Json]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.storage, self.name, self.namespace

    def of(self, action: str, option: str) -> Json:
        """An option of an action, as `install.crds`."""
        return (self.spec.get(action) or {}).get(option)


def _told(address: Address, body: Mapping[str, Json]) -> _Told:
    """With the names that are taken where none are written (fact H7)."""
    spec = spec_of(body)
    target = str(spec.get("targetNamespace") or "")
    namespace = target or str(spec.get("namespace") or address.id.namespace)
    default = f"{target}-{address.id.name}" if target else address.id.name
    storage = str(spec.get("storageNamespace") or spec.get("namespace") or address.id.namespace)
    return _Told(storage=storage, name=str(spec.get("releaseName") or default), namespace=namespace, spec=spec)


def reconcile(world: World, cluster: Cluster, address: Address, position: int, *, healthy: bool) -> None:
    """One reconciliation: nothing, an install, an upgrade, or what remediation says after one that failed."""
    live, memory = cluster.live[address], cluster.of(address)
    told = _told(address, live.manifest.body)
    if told.spec.get("suspend") is True:
        return
    found = world.manifests(live, position) if _dependencies(cluster, address, told) else None
    is_known = found is not None and memory.chart[1] >= 0 and memory.chart[0] == found.version
    if is_known and is_packaged(live.manifest):
        found = world.manifests(live, memory.chart[1])
    elif found is not None:
        memory = replace(memory, chart=(found.version, position))
    if found is None:
        cluster.remember(address, replace(memory, ok=False))
        return
    if memory.release is not None and memory.release != told.key:
        cluster.step(f"HelmRelease {address.id.name} is named anew and uninstalls {memory.release[1]}")
        _uninstall(world, cluster, address, _End(memory.release, told, "H5"))
        memory = Memory(chart=memory.chart)
    _release(world, cluster, address, (told, found, memory), position, healthy=healthy)


def is_packaged(deployer: Manifest) -> bool:
    """Whether its chart is packaged from a GitRepository, for each version once (fact F9)."""
    chart = (spec_of(deployer.body).get("chart") or {}).get("spec") or {}
    kind = (chart.get("sourceRef") or {}).get("kind")
    return kind == "GitRepository" and chart.get("reconcileStrategy") != "Revision"


def _release(
    world: World,
    cluster: Cluster,
    address: Address,
    what: tuple[_Told, Manifests, Memory],
    position: int,
    *,
    healthy: bool,
) -> None:
    told, found, memory = what
    stored = cluster.releases.get((address.cluster, told.storage, told.name))
    attempt = (
        cluster.live[address].manifest.content,
        *(f"{each.address}{each.content}{_text(each)}" for each in found.objects),
    )
    if memory.attempted == attempt and (memory.ok or _is_out_of_retries(told, memory)):
        if memory.ok:
            _correct_drift(cluster, address, told, found.objects)
            cluster.remember(address, replace(memory, position=position))
        return
    action = "install" if stored is None else "upgrade"
    failures = memory.failures if memory.attempted == attempt else 0
    cluster.step(f"HelmRelease {address.id.name}: {action} at {world.history.commits[world.path[position]]}")
    done = _act(world, cluster, address, (told, found), stored) and (healthy or told.of(action, "disableWait") is True)
    key = (address.cluster, told.storage, told.name)
    if not done and key in cluster.releases:
        cluster.releases[key] = replace(cluster.releases[key], failed=True)
    known = replace(memory, attempted=attempt, ok=done, position=position if done else memory.position)
    failed = 0 if done else failures + 1
    cluster.remember(address, replace(known, release=told.key, action=action, failures=failed))
    if not done:
        _remediate(world, cluster, address, told, action)


def _text(manifest: Manifest) -> str:
    return str(sorted(manifest.marks.items()))


def _is_out_of_retries(told: _Told, memory: Memory) -> bool:
    if (told.of(memory.action, "strategy") or {}).get("name") == "RetryOnFailure":
        return False
    retries = int((told.of(memory.action, "remediation") or {}).get("retries") or 0)
    return 0 <= retries < memory.failures


def _remediate(world: World, cluster: Cluster, address: Address, told: _Told, action: str) -> None:
    """Uninstalls after an install that failed, if there are retries (fact H6); an upgrade is rolled back by default."""
    remediation = told.of(action, "remediation") or {}
    retries = int(remediation.get("retries") or 0)
    last = bool(remediation.get("remediateLastFailure", action == "upgrade" and retries > 0))
    if (told.of(action, "strategy") or {}).get("name") == "RetryOnFailure" or (retries == 0 and not last):
        return
    if action == "install" or remediation.get("strategy") == "uninstall":
        cluster.step(f"HelmRelease {address.id.name}: remediation uninstalls {told.name}")
        _uninstall(world, cluster, address, _End(told.key, told, "H6"))


def _act(
    world: World, cluster: Cluster, address: Address, what: tuple[_Told, Manifests], stored: Release | None
) -> bool:
    """Installs or upgrades; whether all was taken."""
    told, (found, definitions, _) = what
    action = "install" if stored is None else "upgrade"
    hooks = [each for each in found if each.marks.get(_HOOK)]
    objects = [each for each in found if not each.marks.get(_HOOK)]
    if not _takes(world, address, told, action) and _meets_others(cluster, told, objects):
        return False
    _apply_definitions(cluster, address, told.of(action, "crds") or "Create", definitions)
    runs = told.of(action, "disableHooks") is not True
    if runs:
        _run_hooks(world, cluster, address, hooks, f"pre-{action}")
    applied = [_apply(cluster, address, told, each) for each in objects]
    if stored is not None:
        _drop(world, cluster, address, stored, objects)
    kept = frozenset(each.address for each in objects if _keeps(each.marks))
    kept |= stored.kept if stored is not None else frozenset()
    cluster.releases[address.cluster, told.storage, told.name] = Release(tuple(objects), tuple(hooks), kept=kept)
    if runs and all(applied):
        _run_hooks(world, cluster, address, hooks, f"post-{action}")
    return all(applied)


def _keeps(marks: Mapping[str, str]) -> bool:
    return marks.get(KEEP, "").strip().lower() == "keep"


def _marks(told: _Told) -> Mapping[str, str]:
    return {MANAGED_BY: "Helm", RELEASE_NAME: told.name, RELEASE_NAMESPACE: told.namespace}


def _apply(cluster: Cluster, address: Address, told: _Told, each: Manifest) -> bool:
    manager = f"helm {told.storage}/{told.name}"
    return cluster.apply(each, address, manager, _marks(told), shared=True)


def _takes(world: World, address: Address, told: _Told, action: str) -> bool:
    """Whether live objects of others may become the release's without its marks (facts H2, H3)."""
    if address.id.kind == "HelmRelease":
        return world.history.takes_ownership and told.of(action, "disableTakeOwnership") is not True
    return told.spec.get("takeOwnership") is True


def _meets_others(cluster: Cluster, told: _Told, objects: Iterable[Manifest]) -> bool:
    """Whether one of the objects is there and does not carry the marks of the release (fact H1)."""
    marks = _marks(told)
    found = (live for each in objects if (live := cluster.live.get(each.address)) is not None)
    return any(live.marks.get(key) != value for live in found for key, value in marks.items())


def _apply_definitions(cluster: Cluster, address: Address, policy: str, definitions: Iterable[Manifest]) -> None:
    """What lies in `crds/`: never upgraded unless that is said (facts C1, F9)."""
    for each in definitions:
        if policy == "CreateReplace" or (policy == "Create" and each.address not in cluster.live):
            cluster.apply(each, address, "helm-controller crds", {}, shared=True)


def _run_hooks(world: World, cluster: Cluster, address: Address, hooks: Sequence[Manifest], event: str) -> None:
    """Deletes what has the name of a hook before it makes it, whoever owns that (fact F7)."""
    for each in hooks:
        if event not in {name.strip() for name in each.marks[_HOOK].split(",")}:
            continue
        if "before-hook-creation" in each.marks.get(_HOOK_DELETE, "before-hook-creation"):
            world.remove(cluster, each.address, address, "F7", "a hook of its name is run, which deletes it first")
        cluster.apply(each, None, "helm hook", {})


def _drop(world: World, cluster: Cluster, address: Address, stored: Release, objects: Sequence[Manifest]) -> None:
    """An upgrade deletes what the release no longer has, by the mark of the live object (facts C2, F6)."""
    named = {each.address for each in objects}
    for each in stored.manifests:
        live = cluster.live.get(each.address)
        if each.address not in named and live is not None and not _keeps(live.marks):
            rule = "C2" if is_definition(each.address) else "F6"
            world.remove(cluster, each.address, address, rule, "the release no longer has it, and upgrades")


def _correct_drift(cluster: Cluster, address: Address, told: _Told, objects: Iterable[Manifest]) -> None:
    if (told.spec.get("driftDetection") or {}).get("mode") == "enabled":
        for each in objects:
            if not each.marks.get(_HOOK):
                _apply(cluster, address, told, each)


@dataclass(frozen=True, slots=True)
class _End:
    """An uninstall: of which release, told by what, and the rule that it follows from."""

    key: tuple[str, str, str]
    told: _Told
    rule: str


def _uninstall(world: World, cluster: Cluster, address: Address, end: _End) -> None:
    """Deletes by name all that the stored manifest has without `keep`, whoever owns it by now (facts F4, F6)."""
    stored = cluster.releases.pop((address.cluster, *end.key[:2]), None)
    if stored is None:
        return
    runs = end.told.of("uninstall", "disableHooks") is not True
    if runs:
        _run_hooks(world, cluster, address, stored.hooks, "pre-delete")
    for each in stored.manifests:
        if not _keeps(each.marks):
            early = end.rule == "F4" and each.address in stored.kept
            words = f"release {end.key[1]} is uninstalled, and what Helm has stored of it has no keep"
            world.remove(cluster, each.address, address, "F6" if early else end.rule, words)
    if runs:
        _run_hooks(world, cluster, address, stored.hooks, "post-delete")
    cluster.version += 1


def delete(world: World, cluster: Cluster, address: Address) -> None:
    """A HelmRelease that goes uninstalls its release, unless it is suspended; a pipeline does so only when told."""
    memory, live = cluster.of(address), cluster.live[address]
    told = _told(address, live.manifest.body)
    is_silent = address.id.kind == "Release" and told.spec.get("uninstall") is not True
    if memory.release is not None and told.spec.get("suspend") is not True and not is_silent:
        cluster.step(f"HelmRelease {address.id.name} is deleted and uninstalls {memory.release[1]}")
        plain = replace(told, spec={}) if address.id.kind == "Release" else told
        _uninstall(world, cluster, address, _End(memory.release, plain, "F4"))


def _dependencies(cluster: Cluster, address: Address, told: _Told) -> bool:
    for each in told.spec.get("dependsOn") or ():
        of = replace(address.id, namespace=str(each.get("namespace") or address.id.namespace), name=str(each["name"]))
        if not cluster.of(Address(address.cluster, of)).ok:
            return False
    return True
