"""`migrate accept` of a component that is adopted: what its patches keep from changing may change from now on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from migrator.compare import Acceptance
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.lock import LOCK_PATH, Lock
from migrator.model import Difference, RepoPath, SourceSpan
from migrator.plan import Decision, PostRenderPatch
from migrator.plan.dropped import remaining_patches
from migrator.plan.groups import grouped, plural
from migrator.plan.review import ACCEPT
from migrator.prove import (
    Proof,
    Verdict,
    prove_lock,
    rendered_digest,
    with_proof,
)
from migrator.rewrite import FileEdit, beside, commit, post_render_yaml, stage
from migrator.workflow.deciding.entries import edit_of_entry
from migrator.workflow.deciding.next_command import next_window
from migrator.workflow.deciding.pinned import Pinned, all_rendered, pinned, pinned_releases, rendered_now
from migrator.workflow.planned import layout_of, sealed_whole, secrets_of_baseline
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.acceptance import terms_of
from migrator.workflow.steps.baseline import Baseline, read_baseline
from migrator.workflow.steps.render_context import render_context_of

if TYPE_CHECKING:
    from migrator.compare.secrets import Secrets

_SHOWN = 5
_Differences: TypeAlias = dict[str, tuple[Difference, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What patches no longer keep from changing, and what the rest still does."""

    entry: Acceptance
    component: str
    environments: tuple[str, ...]
    dropped: Mapping[str, tuple[Difference, ...]]
    """environment -> what changes with the next rollout."""
    left: Mapping[str, tuple[Difference, ...]]
    """environment -> what is pinned as before."""
    patches: Mapping[str, tuple[PostRenderPatch, ...]]
    """environment -> the patches for the rest."""
    edits: tuple[FileEdit, ...] = field(repr=False)
    next: str
    secrets: Secrets
    diagnostics: Diagnostics

    @property
    def decision(self) -> Decision:
        """What the component is now."""
        return _decision(self.patches)

    @property
    def reason(self) -> str:
        """What that rests on."""
        kept = [f"{plural(len(found), 'object')} in {name}" for name, found in sorted(self.patches.items()) if found]
        return f"patches keep {' and '.join(kept)} as they were" if kept else "no patch keeps anything of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """What remains of the patches of a component: files, and the lock that names them."""

    patches: Mapping[str, tuple[PostRenderPatch, ...]]
    edits: tuple[FileEdit, ...]
    lock: Lock


def drop(settings: Settings, lock: Lock, entry: Acceptance, run: Run) -> Dropped:
    """Drop the patches that keep what the entry is about, prove that exactly this changes, and write it.

    Raises MIG930 where no patch is about it, MIG712 where the tree is not the one that the lock was proved of, MIG935
    where not exactly this would change, and what reading, rendering and writing raise.
    """
    baseline = read_baseline(replace(settings, accept=(entry,)), run)
    terms, _ = terms_of(baseline.root, baseline.choices)
    with run.step("prove") as watch:
        context = render_context_of(baseline.choices, baseline.tools, watch)
        before = rendered_now(baseline, lock, context, terms)
        held = pinned(baseline, pinned_releases(lock, entry.component), before, context, terms)
        dropped, left = _parted(held, entry)
        following = next_window(settings, entry.component, left)
        if not dropped:
            raise _nothing(entry, left, following)
        rest = _rest(baseline, lock, entry.component, held, left)
        own = edit_of_entry(baseline.root, ACCEPT, entry)
        edits = (*rest.edits, *([own] if own is not None else []))
        with beside(baseline.root) as scratch:
            tree = scratch / baseline.root.name
            stage(baseline.root, edits, tree)
            proof = prove_lock(rest.lock, tree, before, context, terms=terms)
    _check(entry, lock, proof, dropped)
    edits = sealed_whole(edits, _proved(rest.lock, lock, proof, baseline), baseline.index)
    secrets = secrets_of_baseline(baseline, all_rendered(before, held.values()))
    with run.step("write"):
        commit(baseline.root, edits)
    return Dropped(
        entry=entry,
        component=entry.component,
        environments=tuple(held),
        dropped=dropped,
        left=left,
        patches=rest.patches,
        edits=edits,
        next=following,
        secrets=secrets,
        diagnostics=baseline.diagnostics,
    )


def _parted(held: Mapping[str, Pinned], entry: Acceptance) -> tuple[_Differences, _Differences]:
    """What the entry is about, and the rest, of the environments that have any."""
    dropped: _Differences = {}
    left: _Differences = {}
    for name, pin in held.items():
        for part, is_about in ((dropped, True), (left, False)):
            if found := tuple(each for each in pin.differences if _goes(each, entry) is is_about):
                part[name] = found
    return dropped, left


def _goes(difference: Difference, entry: Acceptance) -> bool:
    return difference.admitted and entry.covers(difference, entry.component)


def _rest(
    baseline: Baseline,
    lock: Lock,
    component: str,
    held: Mapping[str, Pinned],
    left: Mapping[str, tuple[Difference, ...]],
) -> _Rest:
    """The kustomizations for what is left; environments that shared one have their own where it is not the same."""
    patches = {
        name: (*pin.kustomization.naming, *remaining_patches(pin.rendered, pin.patched, left.get(name, ())))
        for name, pin in held.items()
    }
    sharing: dict[RepoPath, list[str]] = defaultdict(list)
    for name, pin in held.items():
        sharing[pin.kustomization.path].append(name)
    files: dict[RepoPath, bytes] = {}
    folders: dict[str, str | None] = {}
    for names in sharing.values():
        alike = all(patches[name] == patches[names[0]] for name in names)
        for together in [names] if alike else [[name] for name in names]:
            pin = held[together[0]]
            others = pin.kustomization.others
            is_empty = not patches[together[0]] and others.keys() <= {"resources"}
            own = pin.release.post_render if alike else layout_of(baseline).post_render_folder(together[0])
            folders |= dict.fromkeys(together, None if is_empty else own)
            if not is_empty:
                path = RepoPath(f"{pin.release.path}/{own}/{pin.kustomization.path.rsplit('/', 1)[1]}")
                files[path] = post_render_yaml(component, together, patches[together[0]], others).encode()
    old = {pin.kustomization.path: pin.kustomization.data for pin in held.values()}
    edits = [
        FileEdit(path=path, before=old.get(path), after=files.get(path), cause=component)
        for path in sorted(old.keys() | files.keys())
    ]
    return _Rest(patches=patches, edits=tuple(edits), lock=_with_folders(lock, component, folders, patches))


def _with_folders(
    lock: Lock,
    component: str,
    folders: Mapping[str, str | None],
    patches: Mapping[str, Sequence[PostRenderPatch]],
) -> Lock:
    environments = {
        name: replace(
            each,
            helm=tuple(
                replace(release, post_render=folders[name])
                if release.component == component and name in folders
                else release
                for release in each.helm
            ),
        )
        for name, each in lock.environments.items()
    }
    components = {
        name: replace(each, decision=_decision(patches).value) if name == component else each
        for name, each in lock.components.items()
    }
    return replace(lock, environments=environments, components=components)


def _decision(patches: Mapping[str, Sequence[PostRenderPatch]]) -> Decision:
    return Decision.ADOPT_WITH_PATCHES if any(patches.values()) else Decision.ADOPT


def _check(entry: Acceptance, lock: Lock, proof: Proof, dropped: Mapping[str, tuple[Difference, ...]]) -> None:
    """Raise where the lock was of another tree, or where not exactly what is dropped would change."""
    if rendered_digest({name: each.before_digest for name, each in proof.environments.items()}) != lock.proof_digest:
        raise MigrateError.of(
            "MIG712",
            "the tree no longer renders what the lock's proof was made of",
            span=SourceSpan(path=LOCK_PATH),
            remedy="if the change is meant, run `migrate apply --relock` first",
        )
    for name, each in proof.environments.items():
        wanted = {difference.id for difference in dropped.get(name, ())}
        changed = {found.difference.id for found in each.found}
        if not each.verdict.holds or changed != wanted:
            why = sorted(changed ^ wanted) or [reason.summary for reason in each.reasons]
            raise MigrateError.of(
                "MIG935",
                f"without the patches for {entry}, not exactly this would change in {name}: {'; '.join(why[:_SHOWN])}",
                span=SourceSpan(path=LOCK_PATH),
                remedy="accept what goes together in one entry; nothing was written",
            )


def _proved(new: Lock, old: Lock, proof: Proof, baseline: Baseline) -> Lock:
    """The lock with this proof; its baseline stays, and so does a verdict that was worse."""
    made = with_proof(replace(new, engines={**old.engines, **baseline.tools.engines}), proof)
    is_good = old.verdict in {str(each) for each in Verdict if each.holds}
    return made if is_good else replace(made, verdict=old.verdict)


def _nothing(entry: Acceptance, left: Mapping[str, Sequence[Difference]], following: str) -> MigrateError:
    groups = grouped({name: [replace(each, why="") for each in found] for name, found in left.items()})
    more = f" and {len(groups) - _SHOWN} more groups" if len(groups) > _SHOWN else ""
    pins = f"keep {'; '.join(map(str, groups[:_SHOWN]))}{more}" if groups else "change nothing"
    return MigrateError.of(
        "MIG930",
        f"{entry.component} is a release already, and {entry} is about nothing that its patches undo: they {pins}",
        remedy=f"go on with `{following}`",
    )
