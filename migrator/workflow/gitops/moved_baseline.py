"""The baseline of a lock follows what others changed on purpose while objects change hands.

The stages are proved against the tree as it is, so a meant change is no harm; but `verify` would report it against the
commit before the first stage for ever. What the stages do is played from that commit in any case.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrator.compare import Terms
from migrator.engines import dirty_paths, head_commit, tree_digest
from migrator.lock import Lock
from migrator.prove import RenderContext, verify


def rebased(lock: Lock, root: Path, tree: Path, context: RenderContext, terms: Terms) -> Lock:
    """The lock of `tree` with HEAD as its baseline, which renders the same; itself where its own baseline does.

    Itself as well where HEAD does not, or git has changes that are not committed.
    """

    def holds(ref: str) -> bool:
        return verify(root, ref, context, terms=terms, lock=lock, tree=tree)[0].verdict.holds

    head = head_commit(root)
    if head is None or (lock.commit is not None and holds(lock.commit)) or dirty_paths(root) or not holds(head):
        return lock
    handover = lock.handover and replace(lock.handover, base=lock.begun_at or "")
    return replace(lock, commit=head, tree=f"git:{tree_digest(root, head)}", handover=handover)
