"""The stages of a change of hands, played before they are written, and once more by `verify`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.engines import export, file_history, is_ancestor, tree_digest
from migrator.lock import LOCK_PATH, Handover, Lock, load_lock, read_lock
from migrator.model import SourceSpan
from migrator.prove import Proof, RenderContext
from migrator.prove.handover import Commit, read_commit, replay
from migrator.rewrite import stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.protect import begun
from migrator.workflow.gitops.stages import Stage, unprotected

_REFUSED = "MIG668"
_BEFORE = "the commit before"
_NOW = "the work tree"


def played(root: Path, stages: Sequence[Stage], lock: Lock, context: RenderContext, proof: Proof) -> Diagnostics:
    """MIG668 for each harm that the stages would do; nothing where nothing deploys today what moves.

    What earlier stages have written is played before them, and what that does already is no harm of the new ones:
    people may have changed other things meanwhile.
    """
    if not stages or lock.handover is None or not lock.handover.owners:
        return ()
    root = root.resolve()  # beside `.` would be within it
    with beside(root) as folder, tempfile.TemporaryDirectory(prefix="migrate-base-") as exported:
        places: list[tuple[str, Path]] = [(_BEFORE, root)]
        earlier = load_lock(root)
        if earlier is not None and earlier.handover is not None:
            here = (earlier.handover.stages[earlier.handover.stage - 1], root)
            places = [*_earlier(root, earlier, folder, Path(exported).resolve()), here]
        written = len(places)
        for each in stages:
            place = folder / str(each.number) / root.name
            stage(root, each.edits, place)
            places.append((each.name, place))
        return replay(_commits(places, lock, context), context, proof, written=written)


def replayed(
    root: Path,
    base: str | None,
    lock: Lock | None,
    context: RenderContext,
    proof: Callable[[str], Proof],
    *,
    tree: Path | None = None,
) -> Diagnostics:
    """MIG668 for each harm of the stages from a commit to the work tree, by the last commit of each stage.

    MIG690 where the lock names another commit than the one before its first stage. Nothing where no change of hands
    lies between them. What came after the last stage gives up the way back. `proof` is asked for what differs since a
    commit; `tree` is another folder that stands for the work tree.
    """
    ref = base or (lock.begun_at if lock is not None else None)
    handover = lock.handover if lock is not None else None
    if lock is None or ref is None or handover is None or not handover.owners:
        return ()
    if odd := _odd_base(root, lock):
        return odd
    reached = _reached(root, ref)
    with tempfile.TemporaryDirectory(prefix="migrate-stages-") as name:
        folder = Path(name).resolve()
        if not _exported(root, ref, folder / "base"):
            return ()
        there = load_lock(folder / "base")
        begun = 0
        if (
            there is not None and there.handover is not None and there.begun_at == lock.begun_at
        ):  # not of an earlier one
            begun = there.handover.stage
        if begun >= len(handover.stages):
            return ()
        places = [(_BEFORE, folder / "base"), *_between(root, handover, begun, reached, folder)]
        is_finishing = handover.stage == len(handover.stages) and handover.stage in reached
        places.append((_NOW if is_finishing else handover.stages[handover.stage - 1], tree or root))
        return replay(_commits(places, lock, context), context, proof(ref), finish=int(is_finishing))


def _earlier(root: Path, lock: Lock, beside_it: Path, folder: Path) -> Sequence[tuple[str, Path]]:
    """What was before the first stage of a lock, and the commits by which the stages before its own were reached.

    Before the first one is the tree without it; nothing where git does not know all of the others.
    """
    if begun(lock):
        with suppress(MigrateError, UnicodeDecodeError):
            stage(root, unprotected(root, lock), beside_it / "0" / root.name)
            return ((_BEFORE, beside_it / "0" / root.name),)
    if lock.begun_at is None or lock.handover is None or begun(lock):
        return ()
    names, reached = (_BEFORE, *lock.handover.stages), {0: lock.begun_at, **_reached(root, lock.begun_at)}
    numbers = range(lock.handover.stage)
    known = [number in reached and _exported(root, reached[number], folder / str(number)) for number in numbers]
    return [(names[number], folder / str(number)) for number in numbers] if all(known) else ()


def is_refused(diagnostics: Diagnostics) -> bool:
    """Whether playing the stages has found harm among them."""
    return any(each.code == _REFUSED for each in diagnostics)


def _commits(places: Sequence[tuple[str, Path]], lock: Lock, context: RenderContext) -> Sequence[Commit]:
    return [
        read_commit(name, place, own or lock, context, is_before=own is None)
        for name, place in places
        for own in (load_lock(place),)
    ]


def _between(
    root: Path, handover: Handover, begun: int, reached: Mapping[int, str], folder: Path
) -> Iterator[tuple[str, Path]]:
    """The commits of the stages since one, each exported to the folder, as far as git knows them."""
    for number, title in enumerate(handover.stages[begun : handover.stage], start=begun + 1):
        is_there = number in reached and (number < handover.stage or number == len(handover.stages))
        if is_there and _exported(root, reached[number], folder / str(number)):
            yield title, folder / str(number)


def _reached_at(tree: Path, lock: Lock) -> int:
    """The stage of the lock's change of hands that another tree has reached; one before this counts for nothing."""
    there = load_lock(tree)
    is_same = there is not None and there.begun_at == lock.begun_at
    return there.handover.stage if is_same and there is not None and there.handover is not None else 0


def _odd_base(root: Path, lock: Lock) -> Diagnostics:
    """MIG690 unless the commit that the lock has stages begin at is the one that the lock of the first stage names."""
    base = lock.handover.base if lock.handover is not None else ""
    if not base:
        return ()
    first = None
    for _, data in _locks(root, base) if is_ancestor(root, base) else ():
        with suppress(MigrateError):
            first = first or read_lock(data)
    if first is not None and first.begun_at == base and first.tree == f"git:{tree_digest(root, base)}":
        return ()
    return (
        Diagnostic(
            code="MIG690",
            severity=Severity.ERROR,
            summary=f"the stages of this change of hands did not begin at the commit {base}, which the lock names as "
            "`handover.base`: what came before it would not be played",
            span=SourceSpan(path=LOCK_PATH),
            remedy="restore .migrate/lock.yaml from git, in a clone that has all commits since the first stage",
        ),
    )


def _reached(root: Path, since: str) -> Mapping[int, str]:
    """Stage -> the commit that counts for it: the last one, of the last stage the first."""
    found: dict[int, str] = {}
    for commit, data in _locks(root, since):
        with suppress(MigrateError):
            handover = read_lock(data).handover
            if handover is not None and (handover.stage < len(handover.stages) or handover.stage not in found):
                found[handover.stage] = commit
    return found


def _locks(root: Path, since: str) -> Iterator[tuple[str, bytes]]:
    with suppress(MigrateError):
        yield from file_history(root, since, LOCK_PATH)


def _exported(root: Path, ref: str, target: Path) -> bool:
    with suppress(MigrateError):
        export(root, ref, target)
        return True
    return False
