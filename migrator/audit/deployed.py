"""Rules about what deploys what: parts without a deployer, with two, with one that says other things than the lock."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.audit.types import Finding, Subject
from migrator.diagnostics import MigrateError
from migrator.gitops.agreement import disagreements
from migrator.gitops.deployer import Deployer, Source, Tool
from migrator.gitops.fields import SAID, field_span
from migrator.gitops.inflated import chart_sources
from migrator.gitops.stages.owners import astray, is_self_deployed
from migrator.lock import LOCK_PATH, LockedOwner, LockedRelease
from migrator.model import Json, RepoPath, SourceSpan

_GITOPS = ("argoproj.io", "fluxcd.io")
_PLAIN = {"apiVersion", "kind", "resources"}


def _of(environment: str, subject: Subject) -> Sequence[Deployer]:
    """The deployers of an environment: those that the lock names for it, and those that it names for no other one."""
    named = {
        (each.kind, each.name, each.file): name
        for name, locked in sorted(subject.lock.environments.items() if subject.lock is not None else ())
        for each in locked.deployed_by
    }
    return [each for each in subject.deployers if named.get(_key(each), each.environment) in ("", environment)]


def _key(deployer: Deployer) -> tuple[str, str, RepoPath]:
    return deployer.id.kind, deployer.id.name, deployer.span.path if deployer.span is not None else RepoPath("")


def deployed_by_nothing(subject: Subject) -> Iterator[Finding]:
    """Roots and releases of the lock that nothing deploys, in environments of which something deploys another part."""
    every = [(each, one) for each in subject.deployers for one in each.sources if one.here and one.path]
    folders = {RepoPath(one.path) for _, one in every if one.helm is None}
    # a folder without kustomization is all that lies below it (Flux documentation, Generating a kustomization.yaml)
    whole = {RepoPath(one.path) for each, one in every if each.tool is Tool.FLUX and one.path in folders}
    whole -= subject.kustomizations.by_path.keys()
    is_unknown = any(each.unknown for each in subject.deployers)  # one of them may deploy it
    handover = subject.lock.handover if subject.lock is not None else None
    alone = handover.undeployed if handover is not None else ()
    for name, locked in sorted(subject.lock.environments.items() if subject.lock is not None else ()):
        there = _of(name, subject)
        parts = {*locked.kustomize, *locked.before, *(each.path for each in locked.helm)}
        here = [one.path for each in there for one in each.sources if one.here and one.path]
        if not any(one in parts or _is_below(one, parts) for one in here):
            continue
        for root in locked.kustomize if name not in _elsewhere(subject) else ():
            is_deployed = _is_below(root, whole) or _is_deployed(root, folders, subject)
            if not is_deployed and not _is_of_deployers(root, name, subject):
                yield _nothing(name, f"the kustomization {root}", root, is_note=is_unknown or root in alone)
        for release in locked.helm:
            if not any(_deploys(each, release, subject) for each in there):
                words = f"release {release.context.release} in namespace {release.context.namespace}"
                yield _nothing(name, words, release.path, is_note=is_unknown or release.path in alone)


def _elsewhere(subject: Subject) -> set[str]:
    """Environments whose roots objects of another repository deploy, as the handover takes it or somebody says."""
    said = {name for name, each in subject.gitops.environments.items() if each.deployed_elsewhere}
    handover = subject.lock.handover if subject.lock is not None else None
    return said | set(handover.elsewhere if handover is not None else ())


def _nothing(environment: str, part: str, path: RepoPath, *, is_note: bool) -> Finding:
    words = {"part": part, "environment": environment}
    return Finding(code="MIG816", span=SourceSpan(path=path), words=words, is_note=is_note)


def _is_below(folder: str, parts: Iterable[RepoPath]) -> bool:
    return any(each == "." or folder.startswith(f"{each}/") for each in parts)


def _is_deployed(root: RepoPath, folders: set[RepoPath], subject: Subject) -> bool:
    """Whether a folder is deployed, or one that lists it, or all that it lists where it adds nothing."""
    if root in folders:
        return True
    above = {folder for folder in folders if root in _listed(folder, subject)}
    if above:
        return True
    held = _kustomization(root, subject)
    listed = _listed(root, subject)
    return bool(listed) and not set(held) - _PLAIN and all(_is_deployed(each, folders, subject) for each in listed)


def _listed(root: RepoPath, subject: Subject) -> tuple[RepoPath, ...]:
    """What the kustomization of a folder lists."""
    names = _kustomization(root, subject).get("resources")
    texts = [each for each in (names if isinstance(names, list) else ()) if isinstance(each, str)]
    return tuple(RepoPath(posixpath.normpath(posixpath.join(root, each))) for each in texts)


def _kustomization(root: RepoPath, subject: Subject) -> Mapping[str, Json]:
    held = subject.kustomizations.by_path.get(root)
    return held.fields if held is not None else {}


def _is_of_deployers(root: RepoPath, environment: str, subject: Subject) -> bool:
    """Whether a root renders nothing but what deploys: somebody applies that by hand."""
    rendering = subject.renders.get(environment)
    parts = [each for each in (rendering.parts if rendering is not None else ()) if each.path == root]
    groups = [resource.gvk.group for part in parts for resource in part.resources]
    return all(group.endswith(_GITOPS) for group in groups)


def _deploys(deployer: Deployer, release: LockedRelease, subject: Subject) -> bool:
    """Whether an object deploys the chart of a release, whatever it says of it otherwise."""
    for each in chart_sources(deployer, subject.index.root):
        if each.helm is not None and each.helm.release_name == release.context.release:
            namespace = each.helm.namespace or deployer.namespace
            is_chart = each.chart == release.name if each.chart else each.here and each.path == release.path
            if is_chart and namespace in ("", release.context.namespace):
                return True
    return False


def deployed_twice(subject: Subject) -> Iterator[Finding]:
    """Folders and releases that two objects deploy to one place."""
    found: dict[tuple[str, object], dict[tuple[str, str, str], Deployer]] = defaultdict(dict)
    environments = {
        id(each): name for name in (subject.lock.environments if subject.lock else ()) for each in _of(name, subject)
    }
    for each in subject.deployers:
        environment = environments.get(id(each), each.environment)
        for source in each.sources if not each.unknown else ():
            if (source.here and source.path) or source.chart:
                place = _place(each, source, is_known=id(each) in environments)
                found[environment, place].setdefault((each.id.kind, each.id.namespace, each.id.name), each)
    told = set()
    for (environment, _), held in found.items():
        objects = [held[key] for key in sorted(held)]
        source = objects[0].sources[0]
        words = {
            "path": source.chart or source.path,
            "owners": " and ".join(f"{each.id.kind} {each.id.name}" for each in objects),
            "environment": f" in {environment}" if environment else "",
        }
        if len(objects) > 1 and tuple(words.values()) not in told:
            told.add(tuple(words.values()))
            yield Finding(code="MIG817", span=objects[-1].span, words=words)


def _place(deployer: Deployer, source: Source, *, is_known: bool) -> tuple[object, ...]:
    """What two deployers of an environment share that bring the same objects to the same place."""
    where: tuple[object, ...] = (deployer.tool, deployer.cluster)
    # Flux deploys to where it lies itself; and of what no environment is known there may be one in each cluster
    if not (is_known if deployer.tool is Tool.ARGO_CD else deployer.cluster):
        where = (*where, deployer.root, deployer.delivered_by)
    if source.helm is not None:
        namespace = source.helm.namespace or deployer.namespace
        return (*where, source.chart or source.path, namespace, source.helm.release_name)
    fields = source.kustomize.fields if source.kustomize is not None else {}
    renames = tuple(str(fields.get(key) or "") for key in ("namePrefix", "nameSuffix", "namespace"))
    return (*where, source.path, deployer.namespace, source.include, source.exclude, renames)


def release_disagrees(subject: Subject) -> Iterator[Finding]:
    """Objects that deploy a chart of the lock otherwise than the lock renders it, and those that it names in vain."""
    for name, locked in sorted(subject.lock.environments.items() if subject.lock is not None else ()):
        for held in locked.deployed_by:
            if all(_key(each) != (held.kind, held.name, held.file) for each in subject.deployers):
                words = {"object": f"{held.kind} {held.name}", "release": held.component or str(held.root)}
                problem = "it is not in the file that the lock names"
                yield Finding(
                    code="MIG818",
                    span=SourceSpan(path=held.file),
                    words={**words, "environment": name, "problem": problem},
                )
        named = {(each.kind, each.name, each.file): each.component for each in locked.deployed_by if each.component}
        for each in _of(name, subject):
            yield from _disagreeing(each, name, named.get(_key(each), ""), subject)


def _disagreeing(deployer: Deployer, environment: str, component: str, subject: Subject) -> Iterator[Finding]:
    """The one finding about an object that deploys a release of the lock, or the component that the lock says."""
    releases = subject.lock.environments[environment].helm if subject.lock is not None else ()
    paths = {one.path for one in deployer.sources if one.here and one.helm is not None}
    about = [each for each in releases if (each.component == component if component else each.path in paths)]
    differing = {each.order: list(disagreements(each, deployer, subject.index.root)) for each in about}
    if not differing or not all(differing.values()):
        return
    order, problems = min(differing.items(), key=lambda item: (len(item[1]), item[0]))
    yield Finding(
        code="MIG818",
        span=_field(deployer.span, problems[0], subject),
        words={
            "object": f"{deployer.id.kind} {deployer.id.name}",
            "release": order[2],
            "environment": environment,
            "problem": "; ".join(f"{what}: {said or 'none'}, the lock has {wanted}" for what, said, wanted in problems),
        },
    )


def _field(span: SourceSpan | None, problem: tuple[str, str, str], subject: Subject) -> SourceSpan | None:
    """The place of what an object says otherwise."""
    if span is None or span.path not in subject.index.files:
        return span
    what, said, wanted = problem
    other = [each for each in said.split(", ") if each not in wanted.split(", ")]
    return field_span(subject.index.read(span.path), span, SAID.get(what, ()), next(iter(other), said))


def policy_looser(subject: Subject) -> Iterator[Finding]:
    """Objects that act by themselves in an environment for which the configuration says that they do not.

    What delivers nothing but such objects is none of them.
    """
    delivering = {each.delivered_by for each in subject.deployers}
    for name, said in sorted(subject.gitops.environments.items()):
        locked = subject.lock.environments.get(name) if subject.lock is not None else None
        for each in _of(name, subject) if said.automated is False else ():
            roots = {one.path for one in each.sources if one.here and one.path and one.helm is None}
            is_part = locked is not None and any(one in (*locked.kustomize, *locked.before) for one in roots)
            if roots and each.id in delivering and not is_part:
                continue
            if does := _does(each, is_of_roots=bool(roots)):
                words = {"object": f"{each.id.kind} {each.id.name}", "does": does, "environment": name}
                yield Finding(code="MIG819", span=each.span, words=words)


def _does(deployer: Deployer, *, is_of_roots: bool) -> str:
    if deployer.tool is Tool.ARGO_CD:
        return "syncs by itself" if deployer.policy.automated else ""
    # a Kustomization always acts by itself; the careful one does not prune
    return "prunes" if is_of_roots and deployer.policy.prune else ""


def owner_gone(subject: Subject) -> Iterator[Finding]:
    """Old owners of what changes hands that are not in their files any more."""
    for owner in _owners_at_hand(subject):
        yield from _astray(owner, subject, is_loosened=False)


def owner_astray(subject: Subject) -> Iterator[Finding]:
    """The same, and those that prune or heal again, or delete what they have, before the last stage."""
    handover = subject.lock.handover if subject.lock is not None else None
    is_last = handover is None or handover.stage == len(handover.stages)
    pruning = {_key(each) for each in subject.deployers if each.tool is Tool.FLUX and is_self_deployed(each)}
    for owner in _owners_at_hand(subject):
        is_pruning = (owner.kind, owner.name, owner.file) in pruning
        yield from _astray(owner, subject, is_loosened=not is_last and not is_pruning)


def _owners_at_hand(subject: Subject) -> Sequence[LockedOwner]:
    """The old owners that have to be there until the handover is finished."""
    handover = subject.lock.handover if subject.lock is not None else None
    if handover is None or handover.is_finished:
        return ()
    is_last = handover.stage == len(handover.stages)
    return [each for each in handover.owners if not (each.is_leaving and is_last)]


def _astray(owner: LockedOwner, subject: Subject, *, is_loosened: bool) -> Iterator[Finding]:
    found: tuple[str, SourceSpan] | None = "its file is gone", SourceSpan(path=owner.file)
    if owner.file in subject.index.files:
        try:
            found = astray(subject.index.read(owner.file).decode(), owner, is_loosened=is_loosened)
        except (MigrateError, UnicodeDecodeError):
            found = "its file cannot be read", SourceSpan(path=owner.file)
    if found is None and is_loosened and not owner.before:  # a kustomization may have made it of that file
        made = (each for each in subject.deployers if each.root is not None and _is_made(each, owner))
        acts = next(filter(None, map(_does_again, made)), "")
        found = (f"{acts} again", SourceSpan(path=owner.file)) if acts else None
    if found is not None:
        words = {"object": f"{owner.kind} {owner.name}", "problem": found[0], "file": str(owner.file)}
        yield Finding(code="MIG822", span=found[1], words=words)


def _is_made(deployer: Deployer, owner: LockedOwner) -> bool:
    one = deployer.made_by or deployer.id
    place = deployer.span.path if deployer.span is not None else None
    return (one.kind, one.name, place) == (owner.kind, owner.name, owner.file)


def _does_again(deployer: Deployer) -> str:
    policy = deployer.policy
    if policy.prune or policy.cascade:
        return "it prunes" if policy.prune else "it takes its objects with it"
    return "it heals" if policy.self_heal else ""


def handover_unfinished(subject: Subject) -> Iterator[Finding]:
    """A change of hands of which a stage is missing; a note where only `--finish` is."""
    handover = subject.lock.handover if subject.lock is not None else None
    if handover is None:
        return
    finding = Finding(code="MIG820", span=SourceSpan(path=LOCK_PATH))
    if handover.stage < len(handover.stages):
        done = f"stage {handover.stage} of {len(handover.stages)}, {handover.stages[handover.stage - 1]}, is the last"
        yield replace(finding, words={"done": f"{done} that is written"})
    elif handover.owners and not handover.is_finished:
        yield replace(finding, words={"done": "old owners neither prune nor heal until it is finished"}, is_note=True)
