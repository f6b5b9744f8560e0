"""What decides what is deployed, and is not what it was at the base: no root renders it, so the proof only names it."""

from __future__ import annotations

from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import discover, read_config
from migrator.gitops.deploying import deploying_changed, deploying_of
from migrator.load import load
from migrator.lock import LOCK_PATH, Lock
from migrator.model import SourceSpan

DEPLOYS_OTHERWISE = "MIG715"
_SHOWN = 3


def deploying_since(base: Path, tree: Path, lock: Lock, older: Lock | None) -> Diagnostics:
    """MIG715 with each object that deploys and came, went or changed since the base.

    A note where a migration or a stage of it lies between; else a warning: a lock written anew hides it nowhere else.
    """
    changed = deploying_changed(_deploying(base, older or lock), _deploying(tree, lock))
    if not changed:
        return ()
    lines = tuple(f"{name} in {folder} {became}" for folder, name, became in changed)
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    is_moved = older is None or older.handover != lock.handover
    return (
        Diagnostic(
            code="MIG715",
            severity=Severity.INFO if is_moved else Severity.WARNING,
            summary=f"what deploys is not what it was at the base: {', '.join(lines[:_SHOWN])}{more}",
            span=SourceSpan(path=LOCK_PATH),
            remedy="read these files in the difference: no root renders them, so the verdict does not speak of them",
            evidence=lines,
        ),
    )


def _deploying(root: Path, lock: Lock) -> dict[str, dict[str, str]]:
    try:
        kustomizations, _ = load(discover(root, read_config(root)))
    except MigrateError:
        return {}
    return {folder: dict(held) for folder, held in deploying_of(kustomizations, lock).items()}
