"""`.migrate/lock.yaml`: the recipe by which anyone renders every environment again."""

from migrator.lock.read import load_lock, read_lock
from migrator.lock.types import (
    LOCK_PATH,
    Handover,
    Lock,
    LockedComponent,
    LockedDeployer,
    LockedEnvironment,
    LockedOwner,
    LockedRelease,
)
from migrator.lock.write import dump_lock

__all__ = [
    "LOCK_PATH",
    "Handover",
    "Lock",
    "LockedComponent",
    "LockedDeployer",
    "LockedEnvironment",
    "LockedOwner",
    "LockedRelease",
    "dump_lock",
    "load_lock",
    "read_lock",
]
