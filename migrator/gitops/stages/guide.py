"""Where the change of hands stands, what each stage does, how to check it, and the way back: for people."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.gitops.deployer import Tool
from migrator.lock import CLEAN_UP, LOCK_PATH, PROTECT, SWITCH, Handover, Lock, LockedDeployer, LockedOwner, load_lock
from migrator.model import RepoPath, SourceSpan

GUIDE_PATH = RepoPath(".migrate/handover.md")
"""The guide of the stage that a commit has reached, for whoever reads the repository."""
_DOES = {
    PROTECT: "Marks every object that will move, so that its owner leaves it alone, and takes from the owners what "
    "would delete or restore it. Nothing moves yet.",
    SWITCH: "The objects leave Kustomize, charts render them, and new objects of {tool} deploy the charts.",
    CLEAN_UP: "Old owners to which nothing is left to deploy leave the repository. They delete nothing with them.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageGuide:
    """One stage."""

    number: int
    name: str
    is_written: bool
    """Whether the repository has reached it."""
    does: str
    apply: tuple[str, ...]
    """What somebody has to do by hand once it is merged."""
    check: tuple[str, ...]
    """Commands that show whether it is applied."""
    back: tuple[str, ...]
    """What takes it back, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The whole change of hands."""

    tool: str
    stage: int
    stages: tuple[StageGuide, ...]
    next: str
    is_finished: bool = False
    """Whether the way back was given up."""
    problems: Diagnostics = ()
    """What in the tree contradicts the stages."""


def guide_of(root: Path) -> Guide:
    """The guide of a repository; MIG666 where no change of hands was begun, and what reading its lock raises."""
    lock = load_lock(root)
    if lock is None or lock.handover is None:
        raise not_begun()
    return locked_guide(lock, lock.handover)


def contradicted(guide: Guide, problems: Diagnostics) -> Guide:
    """The guide of a tree in which objects that deploy are not as the stages left them."""
    if not problems:
        return guide
    first = problems[0]
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    warning = f"Merge nothing before this is mended, and `migrate verify` ends with 0: {first.span}{more}. Then: "
    return replace(guide, problems=problems, next=f"{warning}{guide.next}")


def not_begun() -> MigrateError:
    """MIG666: the lock, if there is one, knows of no change of hands."""
    return MigrateError.of(
        "MIG666",
        "no change of hands was begun here",
        span=SourceSpan(path=LOCK_PATH),
        remedy="run `migrate apply --gitops argocd` or `--gitops flux`",
    )


def locked_guide(lock: Lock, handover: Handover) -> Guide:
    """The guide by what a lock says."""
    stages = tuple(
        StageGuide(
            number=number,
            name=name,
            is_written=number <= handover.stage,
            does=_DOES.get(name, name).format(tool=Tool(handover.tool).product),
            apply=tuple(_by_hand(name, handover)),
            check=tuple(_checks(name, lock, handover)),
            back=() if handover.is_finished else tuple(_back(name, lock, handover)),
        )
        for number, name in enumerate(handover.stages, start=1)
    )
    return Guide(
        tool=handover.tool, stage=handover.stage, stages=stages, next=_next(handover), is_finished=handover.is_finished
    )


def _next(handover: Handover) -> str:
    if handover.stage < len(handover.stages):
        following = f"stage {handover.stage + 1}, {handover.stages[handover.stage]}"
        return (
            "When `migrate verify` ends with 0, merge this stage. When every command under Check says that it is "
            f"applied, and not before, run `migrate apply --gitops {handover.tool}` for {following}."
        )
    if handover.is_finished:
        again = " Owners that were applied by hand are applied again, as under stage 1." if handover.owners else ""
        return (
            "The way back is given up here: owners prune and heal as configured, and nothing keeps objects that they "
            "lose. Merge it only when every command under Check of the last stage says that all is in sync and healthy."
            f"{again if handover.tool == 'argocd' else ''}"
        )
    return (
        "When `migrate verify` ends with 0, merge this stage, and see under Check that it is applied. The way back "
        "stays open until `migrate handover --finish`, which wants all in sync and healthy before it is merged."
    )


def _deployers(lock: Lock) -> Sequence[LockedDeployer]:
    return [each for _, held in sorted(lock.environments.items()) for each in held.deployed_by]


def _by_hand(stage: str, handover: Handover) -> Iterator[str]:
    """What no controller delivers."""
    if stage == PROTECT:
        yield from _owners(handover)
    if stage == SWITCH:
        note = "" if handover.tool == "argocd" else "   # in its cluster, unless something elsewhere delivers it"
        yield from (f"kubectl apply -f {_word(file)}{note}" for file in handover.roots)
    if stage == CLEAN_UP:
        for each in _leaving(handover):
            name, space = _word(each.name), _space(each, handover)
            told = f"flux delete kustomization {name} -n {space}"
            if handover.tool == "argocd":
                told = f"kubectl delete {_word(each.kind.lower())} {name} -n {space}"
            yield f"{told}   # where nothing that is deployed has taken it away"


def _owners(handover: Handover) -> Iterator[str]:
    """The old owners, as a commit has changed them, for those that were applied by hand."""
    for each in handover.owners if handover.tool == "argocd" else ():
        # what its file does not change needs nobody
        if each.before and not (each.is_leaving and handover.is_finished):
            yield f"kubectl apply -f {_word(each.file)}   # unless another Application delivers it"


def _leaving(handover: Handover) -> Sequence[LockedOwner]:
    return [each for each in handover.owners if each.is_leaving]


def _checks(stage: str, lock: Lock, handover: Handover) -> Iterator[str]:
    names: Sequence[LockedDeployer] = handover.owners if stage == PROTECT else _deployers(lock)
    for name in handover.elsewhere if stage != CLEAN_UP else ():
        yield f"# {_word(name)} is deployed by objects of another repository: see there that this stage is applied"
    if stage == PROTECT and handover.tool == "flux":
        yield "flux version   # 2.6 or later, or the one that `gitops.flux.version` in migrate.yaml says"
    if stage == CLEAN_UP:
        for owner in _leaving(handover):
            space = _space(owner, handover)
            yield f"kubectl get {_word(owner.kind.lower())} {_word(owner.name)} -n {space}   # is not there any more"
    for each in names:
        name, space = _word(each.name), _space(each, handover)
        if each.kind == "ApplicationSet":
            yield _policy(each.kind, name, space, ".spec.template")
        elif handover.tool == "argocd":
            other = "" if space == _word(handover.namespace) else f" --app-namespace {space}"
            yield f"argocd app get {name}{other}"
            yield _policy(each.kind, name, space) if stage == PROTECT else f"argocd app diff {name}{other}"
        elif each.kind == "HelmRelease":
            yield f"flux get helmreleases {name} -n {space}"
        else:
            yield f"flux get kustomizations {name} -n {space}"
    if stage != PROTECT and handover.tool == "flux":
        space = _word(handover.namespace)
        yield from (f"flux get kustomizations {_word(name)} -n {space}" for name in handover.releases)
        found = {
            (each.context.namespace, each.context.release) for held in lock.environments.values() for each in held.helm
        }
        yield from (f"helm status {_word(release)} -n {_word(space)}" for space, release in sorted(found))


def _space(deployer: LockedDeployer, handover: Handover) -> str:
    """The namespace in which an object lives, as a word."""
    own = deployer.namespace if isinstance(deployer, LockedOwner) else ""
    return _word(own or handover.namespace)


def _word(text: str) -> str:
    """A name or path as a word of a shell; what cannot be seen, which no name in a cluster has, as a question mark."""
    return shlex.quote("".join(each if each.isprintable() else "?" for each in text))


def _policy(kind: str, name: str, namespace: str, at: str = "") -> str:
    fields = f"{{{at}.spec.syncPolicy}} {{{at}.metadata.finalizers}}"
    return f"kubectl get {kind.lower()} {name} -n {namespace} -o jsonpath='{fields}'"


def _back(stage: str, lock: Lock, handover: Handover) -> Iterator[str]:
    yield "git revert COMMIT   # the commit of this stage, and merge that"
    if stage == PROTECT:
        yield from _owners(handover)
    if stage == CLEAN_UP:
        for each in _leaving(handover):
            yield f"kubectl apply -f {_word(each.file)}   # where nothing that is deployed brings it"
    if stage != SWITCH or not _deployers(lock):
        return
    if handover.tool == "argocd":
        yield "# wait until the old owners are in sync; then, where no root Application prunes them:"
        yield from (f"argocd app delete {_word(each.name)} --cascade=false" for each in _deployers(lock))
        roots = (file.rpartition("/")[2].rpartition(".")[0] for file in handover.roots)
        yield from (f"argocd app delete {_word(name)} --cascade=false   # it was applied by hand" for name in roots)
    else:
        yield "# wait until the old owners are ready; then, where the bootstrap does not prune:"
        by_hand = (each for each in _deployers(lock) if posixpath.dirname(each.file) in handover.roots)
        names = [*(each.name for each in by_hand if each.kind == "Kustomization"), *handover.releases]
        yield from (f"flux delete kustomization {_word(each)} -n {_word(handover.namespace)}" for each in names)
        released = (each for each in _deployers(lock) if each.kind == "HelmRelease")
        yield from (f"flux delete helmrelease {_word(each.name)} -n {_word(handover.namespace)}" for each in released)


def guide_markdown(guide: Guide) -> str:
    """The guide as a page."""
    lines = [f"# Change of hands to {Tool(guide.tool).product}", ""]
    lines += [f"Stage {guide.stage} of {len(guide.stages)} is written. {guide.next}", ""]
    for each in guide.stages:
        lines += [f"## {each.number}. {each.name}{'' if each.is_written else ' (not yet written)'}", "", each.does, ""]
        for title, commands in (("By hand", each.apply), ("Check", each.check), ("Back", each.back)):
            if commands:
                lines += [f"{title}:", "", "```sh", *dict.fromkeys(commands), "```", ""]
    return "\n".join(lines)
