"""What the stages of a handover change about deployers that roots render: worked out anew, never taken from the lock.

The lock says that there is a handover, and which releases and roots there are, all of which the proof covers itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from migrator.compare import compare
from migrator.compare.stored import Equivalences
from migrator.diagnostics import MigrateError
from migrator.gitops.agreement import disagreements
from migrator.gitops.deployer import Deployer, Policy, Source, Tool
from migrator.gitops.emit.flux import RELEASES
from migrator.gitops.emit.flux_objects import kustomization
from migrator.gitops.stages.finish import waiting
from migrator.gitops.stages.marks import PRUNE_DISABLED, SYNC_OPTIONS, mark_of
from migrator.gitops.stages.owners import loosened_body, owners_of, restored
from migrator.lock import SWITCH, Lock, LockedEnvironment, LockedOwner
from migrator.model import Json, KeyPath, RepoPath, ResId, Resource, mapping_of
from migrator.prove.identity import placed
from migrator.prove.rendered_parts import Owner, Part, Rendering
from migrator.yamlio import Dialect, YamlError, dump, read_documents, read_value, same

Wanted = Callable[[Deployer, Resource, Resource], Mapping[str, Json]]
"""Owner, its object before and after -> the object as a stage leaves it."""
_UNIT = Policy(automated=True, wait=True)
_RELEASES = Policy(automated=True, prune=True, cascade=True, wait=True)
_OF_RELEASES = frozenset({"HelmRelease", "HelmRepository", "OCIRepository", "ConfigMap"})


def made_by_handover(
    before: Mapping[str, Rendering],
    after: Mapping[str, Rendering],
    lock: Lock,
    tree: Path,
    *,
    rules: Equivalences,
    earlier: Lock | None = None,
) -> Mapping[str, frozenset[str]]:
    """Environment -> ids of the differences that are exactly what a stage writes; nothing without a handover.

    Old owners of what moves stop pruning and healing, and at the end do again what they did; new Kustomizations deploy
    what the lock has, and no more. `earlier` is the lock of the side before.
    """
    if lock.handover is None:
        return {}
    names = sorted(before.keys() & after.keys() & lock.environments.keys())
    roots = {root for name in names for root in _losing(before[name], after[name])}
    known = earlier.handover.owners if earlier is not None and earlier.handover is not None else ()
    found = {}
    for name in names:
        old, new = placed(before[name], after[name]), placed(after[name], before[name])
        owners: list[tuple[Deployer, Wanted]]
        if lock.handover.is_finished:
            owners = [(each, partial(_restored, known)) for each in _old_owners(before[name].deployers, known, roots)]
        else:
            owners = [(each, _loosened) for each in owners_of(before[name].deployers, roots)]
        found[name] = frozenset(
            (
                *_changed(old, new, owners, rules),
                *_new(old, new, lock, tree),
                *_marked(old, new, lock),
                *_unmarked(old, new, earlier),
                *_gone(old, new, before[name].deployers),
            )
        )
    return found


def _old_owners(
    deployers: Iterable[Deployer], known: Sequence[LockedOwner], roots: Iterable[RepoPath]
) -> Iterator[Deployer]:
    """The owners of what moves, or has moved before by the lock of that side."""
    deployers = tuple(deployers)
    moving = owners_of(deployers, roots)
    named = {(each.kind, each.name) for each in known}
    for each in deployers:
        one = each.made_by or each.id
        if each in moving or (one.kind, one.name) in named:
            yield each


def _loosened(owner: Deployer, old: Resource, _: Resource) -> Mapping[str, Json]:
    return loosened_body(old.body, owner)


def _restored(known: Sequence[LockedOwner], owner: Deployer, old: Resource, new: Resource) -> Mapping[str, Json]:
    """What an owner says once the handover is finished: as it was, and it may wait for the releases."""
    kind, name, text = old.id.kind, old.id.name, dump(dict(old.body))
    named = [each for each in known if (each.kind, each.name) == (kind, name)]
    inside = [each for each in named if each.file.startswith(f"{owner.root}/")]  # clusters may share a name
    for each in inside or named:
        text = restored(text, kind, name, each.before)
    depends_on = mapping_of(new.body.get("spec")).get("dependsOn")
    for one in depends_on if isinstance(depends_on, list) else ():
        needed = str(mapping_of(one).get("name"))
        if kind == "Kustomization" and f"{needed}-".startswith(f"{RELEASES}-"):
            text = waiting(text, kind, name, needed)
    return mapping_of(read_value(text, dialect=Dialect.SIGS))


def _losing(before: Rendering, after: Rendering) -> Iterator[RepoPath]:
    """Roots of which objects move to a release, or are marked because they will."""
    old, new = placed(before, after), placed(after, before)
    moved = {each.id for part in new.parts if part.owner is Owner.HELM for each in part.resources}
    now = {each.id: each for each in new.resources}
    for part in old.parts:
        told = (each.id in moved or _marks(each) != _marks(now.get(each.id, each)) for each in part.resources)
        if part.owner is Owner.KUSTOMIZE and any(told):
            yield part.path


def _marks(resource: Resource) -> tuple[Json, Json]:
    return _annotations(resource).get(SYNC_OPTIONS), _annotations(resource).get(PRUNE_DISABLED)


def _changed(
    before: Rendering, after: Rendering, owners: Iterable[tuple[Deployer, Wanted]], rules: Equivalences
) -> Iterator[str]:
    """Differences of old owners at places where they are as a stage leaves them."""
    now = {each.id: each for each in after.resources}
    for owner, wanted_of in owners:
        for part in before.parts:
            old = _object(owner, part)
            new = now.get(old.id) if old is not None else None
            if old is None or new is None:
                continue
            try:
                wanted = replace(old, body=wanted_of(owner, old, new))
            except MigrateError:
                continue
            other = {_outside_lists(each.path) for each in compare([wanted], [new], rules=rules)}
            for each in compare([old], [new], rules=rules):
                path = _outside_lists(each.path)
                if not any(path[: len(one)] == one or one[: len(path)] == path for one in other):
                    yield each.id


def _marked(before: Rendering, after: Rendering, lock: Lock) -> Iterator[str]:
    """Marks that come as the first stage writes them, while nothing has moved yet."""
    handover = lock.handover
    if handover is None or handover.following != SWITCH:
        return
    now = {each.id: each for each in after.resources}
    for old in before.resources:
        if (new := now.get(old.id)) is not None:
            name, text = mark_of(old, Tool(handover.tool))
            if _annotations(new).get(name) == text:
                yield _annotation_id(old, name)


def _unmarked(before: Rendering, after: Rendering, earlier: Lock | None) -> Iterator[str]:
    """Marks that go with the objects that bear them, where nothing but the first stage was there before."""
    handover = earlier.handover if earlier is not None else None
    if handover is None or handover.following != SWITCH:
        return
    there = {each.id: each for each in before.resources}
    for new in (each for part in after.parts if part.owner is Owner.HELM for each in part.resources):
        if (old := there.get(new.id)) is not None:
            name, text = mark_of(new, Tool(handover.tool))
            if _annotations(old).get(name) == text:
                yield _annotation_id(old, name)


def _annotations(resource: Resource) -> Mapping[str, Json]:
    return mapping_of(mapping_of(resource.body.get("metadata")).get("annotations"))


def _annotation_id(resource: Resource, name: str) -> str:
    of = resource.id
    kind = f"{of.kind}.{of.group}" if of.group else of.kind
    return f"{kind}/{of.namespace}/{of.name}#/metadata/annotations/{name.replace('/', '~1')}"


def _gone(before: Rendering, after: Rendering, deployers: Iterable[Deployer]) -> Iterator[str]:
    """Objects that deploy, and go when their folders render nothing any more."""
    there = {each.id for each in after.resources}
    filled = {part.path for part in after.parts if part.resources or part.problem is not None}
    roots = {part.path for part in before.parts}
    emptied = roots - filled
    owners = [each for each in deployers if each.root in roots]  # others may be called alike in another cluster
    busy = {each.made_by or each.id for each in owners if not _deploys_only(each, emptied)}
    for each in owners:
        gone = (_object(each, part) for part in before.parts if (each.made_by or each.id) not in busy)
        for old in (one for one in gone if one is not None and one.id not in there):
            yield f"{old.id.kind}.{old.id.group}/{old.id.namespace}/{old.id.name}#"


def _deploys_only(deployer: Deployer, folders: Collection[RepoPath]) -> bool:
    return bool(deployer.sources) and all(
        each.here and each.helm is None and RepoPath(each.path) in folders for each in deployer.sources
    )


def _object(owner: Deployer, part: Part) -> Resource | None:
    """The object of an owner among what a root renders, by its name as it is placed or as it is written."""
    wanted = owner.made_by or owner.id
    if part.owner is not Owner.KUSTOMIZE or part.path != owner.root:
        return None
    named = (each for each in part.resources if _named(each.id) == _named(wanted))
    return next((each for each in named if wanted.namespace in ("", each.own_namespace, each.id.namespace)), None)


def _named(res_id: ResId) -> tuple[str, str, str]:
    return res_id.group, res_id.kind, res_id.name


def _outside_lists(path: KeyPath) -> KeyPath:
    """The path to the outermost list on it: indexes of two comparisons are not those of one list."""
    return path[: next((at for at, key in enumerate(path) if isinstance(key, int)), len(path))]


def _new(before: Rendering, after: Rendering, lock: Lock, tree: Path) -> Iterator[str]:
    """Kustomizations that come, and are what is written for a root or for the releases of the lock."""
    locked = _deployed_from(after, lock)
    there = {each.id for each in before.resources}
    sources = {_source(each) for each in before.resources if _is_kustomization(each)}
    for each in after.resources:
        if each.id in there or not _is_kustomization(each) or _source(each) not in sources:
            continue
        wanted = _wanted(each, after.deployers, locked, tree)
        if wanted is not None and lock.handover is not None and lock.handover.is_finished:  # it may prune from now on
            prune = bool(mapping_of(each.body.get("spec")).get("prune"))
            wanted = replace(wanted, policy=replace(wanted.policy, prune=wanted.policy.prune or prune))
        if wanted is not None and same(dict(kustomization(wanted)), each.body):
            yield f"{each.id.kind}.{each.id.group}/{each.id.namespace}/{each.id.name}#"


def _deployed_from(rendering: Rendering, lock: Lock) -> LockedEnvironment:
    """What the lock has of an environment, and of those to which the roots of it deploy: it may be one of clusters."""
    own = lock.environments[rendering.environment]
    roots = {part.path for part in rendering.parts}
    names = {each.environment for each in rendering.deployers if each.root in roots} - {rendering.environment}
    others = [lock.environments[name] for name in sorted(names & lock.environments.keys())]
    return replace(
        own,
        helm=tuple(one for each in (own, *others) for one in each.helm),
        kustomize=tuple(one for each in (own, *others) for one in each.kustomize),
        namespaces={root: name for each in (*others, own) for root, name in each.namespaces.items()},
    )


def _is_kustomization(resource: Resource) -> bool:
    return (resource.gvk.group, resource.gvk.kind) == ("kustomize.toolkit.fluxcd.io", "Kustomization")


def _source(resource: Resource) -> str:
    return str(mapping_of(mapping_of(resource.body.get("spec")).get("sourceRef")).get("name"))


def _wanted(
    resource: Resource, deployers: Iterable[Deployer], locked: LockedEnvironment, tree: Path
) -> Deployer | None:
    """What a new Kustomization has to say for the folder that it names; None where it has no business there."""
    spec = mapping_of(resource.body.get("spec"))
    path = RepoPath(str(spec.get("path")).removeprefix("./") or ".")
    target, depends_on = str(spec.get("targetNamespace") or ""), spec.get("dependsOn")
    if path in locked.kustomize and target in ("", locked.namespaces.get(path, "")):
        policy = _UNIT
    elif not target and _deploys_releases(path, deployers, locked, tree):
        policy = _RELEASES
    else:
        return None
    return Deployer(
        tool=Tool.FLUX,
        id=replace(resource.id, namespace=resource.own_namespace),
        namespace=target,
        moves=bool(target),
        sources=(Source(repository="", ref=_source(resource), path=path),),
        policy=policy,
        depends_on=tuple(
            replace(resource.id, name=str(mapping_of(one).get("name")))
            for one in (depends_on if isinstance(depends_on, list) else ())
        ),
    )


def _deploys_releases(folder: RepoPath, deployers: Iterable[Deployer], locked: LockedEnvironment, tree: Path) -> bool:
    """Whether a folder holds releases of the environment as the lock has them, their sources, and nothing else."""
    inside = [
        each
        for each in deployers
        if each.id.kind == "HelmRelease" and each.span is not None and each.span.path.startswith(f"{folder}/")
    ]
    if not inside or not all(
        any(not list(disagreements(release, each, tree)) for release in locked.helm) for each in inside
    ):
        return False
    kinds: set[str] = set()
    for file in sorted((tree / folder).rglob("*.y*ml")):
        try:
            documents = () if file.is_symlink() else read_documents(file.read_bytes(), dialect=Dialect.SIGS)
        except (OSError, YamlError):
            return False
        kinds |= {str(mapping_of(each.value).get("kind")) for each in documents} or {""}
    return kinds <= _OF_RELEASES
