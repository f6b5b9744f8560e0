"""The proof of a written tree: against renderings at hand (`apply`), or against a git base (`verify`)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from migrator.compare import Terms
from migrator.compare.stored import Equivalences
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.engines import Toolchain, export, remote_urls
from migrator.gitops.deploying_since import deploying_since
from migrator.lock import LOCK_PATH, Lock, load_lock
from migrator.model import LeftOut, RepoPath, ResId, SourceSpan
from migrator.prove.closure import closure_of
from migrator.prove.coverage import (
    chart_problems,
    config_of,
    moved_baseline,
    release_problems,
    root_problems,
    roots_rendered,
    with_all_roots,
    with_problems,
)
from migrator.prove.deployers import with_deployers
from migrator.prove.deployers_changed import made_by_handover
from migrator.prove.identity import companion_digests, part_digests, rendering_digest
from migrator.prove.proof import prove
from migrator.prove.render import RenderContext, render_lock, render_roots
from migrator.prove.rendered_parts import Rendering
from migrator.prove.types import Proof, Verdict, rendered_digest

RELEASE, COMPANIONS = ": release:", ": companions:"
"""How `changed_parts` names what Helm renders, and what kustomize adds to it."""


def prove_lock(
    lock: Lock,
    tree: Path,
    before: Mapping[str, Rendering],
    context: RenderContext,
    *,
    terms: Terms,
    members: Mapping[str, Mapping[str, Sequence[ResId]]] | None = None,
    earlier: Lock | None = None,
) -> Proof:
    """The proof that what the lock renders in `tree` is `before`; `earlier` is the lock of that side, if it has one.

    Releases whose chart calls a function of chance are rendered twice; where something differs, so are all the others.
    """
    return _prove(lock, tree, before, context, terms=terms, members=members, earlier=earlier)[0]


def verify(
    repository: Path,
    base: str | None,
    context: RenderContext,
    *,
    terms: Terms,
    lock: Lock | None = None,
    tree: Path | None = None,
) -> tuple[Proof, Diagnostics]:
    """The proof of the work tree against a git base, and whether the lock's own proof still speaks of this tree.

    `tree` is another folder that stands for the work tree. Without `base` the lock's baseline commit is taken. Where
    the base was migrated already (it has a lock itself), before is what its lock renders. Raises MIG710 (no base),
    MIG711 (no lock), MIG120 (git does not know it).
    """
    tree = tree or repository
    found = lock if lock is not None else _lock_of(tree)
    ref = base or _commit_of(found)
    own = sorted(remote_urls(repository).values())
    context = replace(context, own_urls=tuple(dict.fromkeys((*own, *context.own_urls))))
    with tempfile.TemporaryDirectory(prefix="migrate-base-") as directory:
        target = Path(directory).resolve() / "base"
        export(repository, ref, target)
        older = load_lock(target)
        proof, after = _against(found, older, tree, target, context=context, terms=terms)
        deploying = deploying_since(target, tree, found, older) if base is not None else ()
    complete = all(not rendering.problems for rendering in after.values())
    notes = (
        *changed_by_hand(found),
        *moved_baseline(repository, found, older if base is None else None),
        *_new_environments(proof),
        *deploying,
    )
    return proof, (*notes, *(agreement(proof, found, context.tools) if complete else ()))


def _lock_of(tree: Path) -> Lock:
    found = load_lock(tree)
    if found is None:
        raise MigrateError.of(
            "MIG711",
            "there is no .migrate/lock.yaml, so nothing says what to render",
            span=SourceSpan(path=LOCK_PATH),
            remedy="run `migrate apply` first",
        )
    return found


def _commit_of(lock: Lock) -> str:
    if lock.commit is None:
        raise MigrateError.of(
            "MIG710",
            "the lock names no baseline commit: the repository was migrated outside of git",
            span=SourceSpan(path=LOCK_PATH),
            remedy="name the commit before the migration: `migrate verify --base REF`; where git has "
            "none, nothing tells what was before",
        )
    return lock.commit


def _against(
    lock: Lock, older: Lock | None, tree: Path, base: Path, *, context: RenderContext, terms: Terms
) -> tuple[Proof, Mapping[str, Rendering]]:
    """The proof of a tree against a base, with what the lock leaves out of either."""
    config = config_of(base)
    locks = [each for each in (older, lock) if each is not None]
    before = _baseline(lock, older, base, context, terms.equivalences)
    before = with_all_roots(before, base, config, context, locks=locks)
    roots = roots_rendered(before)
    problems = (*release_problems(lock, tree), *chart_problems(lock, tree, base))

    def whole(renders: Mapping[str, Rendering]) -> Mapping[str, Rendering]:
        found = with_all_roots(renders, tree, config, context, locks=locks[::-1], earlier=roots)
        return with_problems(found, (*problems, *root_problems(found, tree, base, context, earlier=roots)))

    return _prove(lock, tree, before, context, terms=terms, earlier=older, whole=whole)


def with_proof(lock: Lock, proof: Proof) -> Lock:
    """The lock with what was proved: verdict, digests, and the allowances that each component needed.

    A component that was migrated earlier keeps those of its own day: it needs none against a tree that has it already.
    So the verdict is no better than its components' allowances.
    """
    components = {
        name: replace(each, allowances=tuple(sorted({*each.allowances, *proof.components[name].allowances})))
        if name in proof.components
        else each
        for name, each in lock.components.items()
    }
    is_allowed = any(each.allowances for each in components.values())
    return replace(
        lock,
        components=components,
        verdict=str(max(proof.verdict, Verdict.ALLOWED if is_allowed else Verdict.IDENTICAL)),
        proof_digest=proof.digest,
        rendered={name: each.parts for name, each in proof.environments.items()},
    )


def with_rendered(lock: Lock, tree: Path, context: RenderContext, rules: Equivalences) -> Lock:
    """The lock with the digests of what it renders in a tree, and the verdict that it had."""
    now = render_tree(lock, tree, context, rules)
    digest = rendered_digest({name: rendering_digest(each) for name, each in now.items()})
    return replace(lock, proof_digest=digest, rendered=all_part_digests(lock, now))


def render_tree(lock: Lock, tree: Path, context: RenderContext, rules: Equivalences) -> Mapping[str, Rendering]:
    """What every environment of a tree renders by its lock, with what its deployers do about it."""
    context = replace(context, closure=closure_of(tree))
    return with_deployers(render_lock(lock, tree, context), tree, lock, rules, context)


def agreement(proof: Proof, lock: Lock, tools: Toolchain) -> Diagnostics:
    """One warning if what the tree renders now is not what the lock's proof was made of."""
    parts = changed_parts(lock, {name: each.parts for name, each in proof.environments.items()})
    if proof.digest == lock.proof_digest or is_of_what_came(parts, lock, proof.record.left_out):
        return ()
    other = tuple(
        f"{name} {lock.engines[name]} then, {version} now"
        for name, version in sorted(tools.engines.items())
        if lock.engines.get(name, version) != version
    )
    return (
        Diagnostic(
            code="MIG712",
            severity=Severity.WARNING,
            summary="the tree no longer renders what the lock's proof was made of",
            span=SourceSpan(path=LOCK_PATH),
            remedy="if the change is meant, run `migrate apply --relock`; else find it with "
            "`migrate verify --base REF`",
            evidence=(
                f"{lock.proof_digest or 'no digest'} in the lock",
                f"{proof.digest} now",
                *parts,
                *other,
            ),
        ),
    )


def changed_by_hand(lock: Lock | None) -> Diagnostics:
    """One warning for a lock whose file says something else than was written there."""
    if lock is None or lock.is_as_written:
        return ()
    return (
        Diagnostic(
            code="MIG714",
            severity=Severity.WARNING,
            summary="the lock is not as migrate has written it: its checksum is another, or an older version left none",
            span=SourceSpan(path=LOCK_PATH),
            remedy="restore it from git; where it is right, run `migrate apply --relock`, which writes it anew",
        ),
    )


def all_part_digests(lock: Lock, now: Mapping[str, Rendering]) -> Mapping[str, Mapping[str, str]]:
    """Environment -> each root, each release, and the companions of each component -> digest, as the lock keeps it."""
    found = {}
    for name, rendering in now.items():
        companions = {key: each.companions[name] for key, each in lock.components.items() if name in each.companions}
        found[name] = {**part_digests(rendering), **companion_digests(rendering, companions)}
    return found


def changed_parts(lock: Lock, now: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """`prod: release:web/redis` for each part that renders something else than when it was proved.

    Nothing where the lock does not know its parts; it may be older than companions among them.
    """
    keys = {(name, key) for side in (lock.rendered, now) for name, parts in side.items() for key in parts}
    changed = ((name, key) for name, key in keys if lock.rendered.get(name, {}).get(key) != now.get(name, {}).get(key))
    return tuple(
        part
        for name, key in sorted(changed if lock.rendered else ())
        if COMPANIONS not in (part := f"{name}: {key}") or key in lock.rendered.get(name, {})
    )


def is_of_what_came(parts: Sequence[str], lock: Lock, now: Mapping[RepoPath, LeftOut]) -> bool:
    """Whether what changed is roots and nothing else that the lock was proved without something that is at hand now."""
    came = {root for root, held in lock.left_out.items() if now.get(root) != held}
    return bool(parts) and all(part.partition(": ")[2] in came for part in parts)


def changed_releases(lock: Lock, now: Mapping[str, Rendering]) -> tuple[str, ...]:
    """`prod: release:web/redis` for each release that renders something else than when it was proved.

    Nothing where something does not render: that has a message of its own.
    """
    if any(rendering.problems for rendering in now.values()):
        return ()
    return tuple(part for part in changed_parts(lock, all_part_digests(lock, now)) if RELEASE in part)


def _new_environments(proof: Proof) -> Iterator[Diagnostic]:
    for name, each in sorted(proof.environments.items()):
        if not each.before and each.verdict.holds:
            yield Diagnostic(
                code="MIG729",
                severity=Severity.INFO,
                summary=f"the environment {name} is new since the base: there is nothing to compare it with",
            )


def _baseline(
    lock: Lock, older: Lock | None, tree: Path, context: RenderContext, rules: Equivalences
) -> Mapping[str, Rendering]:
    """What every environment rendered at the base."""
    there = replace(context, closure=closure_of(tree))
    if older is not None:
        return with_deployers(render_lock(older, tree, there), tree, older, rules, there)
    return with_deployers(render_roots(lock, tree, there), tree, lock, rules, there)


def _prove(
    lock: Lock,
    tree: Path,
    before: Mapping[str, Rendering],
    context: RenderContext,
    *,
    terms: Terms,
    members: Mapping[str, Mapping[str, Sequence[ResId]]] | None = None,
    earlier: Lock | None = None,
    whole: Callable[[Mapping[str, Rendering]], Mapping[str, Rendering]] = lambda renders: renders,
) -> tuple[Proof, Mapping[str, Rendering]]:
    context = replace(context, closure=closure_of(tree))
    after = whole(with_deployers(render_lock(lock, tree, context), tree, lock, terms.equivalences, context))

    def judged() -> Proof:
        return prove(
            before,
            after,
            terms=terms,
            members=members,
            unhashed=lock.unhashed,
            new=frozenset(
                after.keys() - before.keys() - {key for key, each in lock.environments.items() if each.before}
            ),
            made_by_handover=made_by_handover(before, after, lock, tree, rules=terms.equivalences, earlier=earlier),
            engines=context.tools.engines,
            kube_version=str(lock.engines.get("kubeVersion") or ""),
        )

    proof = judged()
    differing = {name for name, each in proof.environments.items() if each.verdict is Verdict.DIFFERS}
    suspects = tuple(sorted(differing & lock.environments.keys()))
    if suspects:
        again = render_lock(lock, tree, context, environments=suspects, twice=True)
        after = whole(with_deployers({**after, **again}, tree, lock, terms.equivalences, context))
        proof = judged()
    parts = all_part_digests(lock, after)
    environments = {name: replace(each, parts=parts.get(name, {})) for name, each in proof.environments.items()}
    record = replace(proof.record, binaries=context.tools.binaries)
    return replace(proof, environments=environments, record=record), after
