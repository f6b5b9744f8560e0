"""`.migrate/lock.yaml`: the recipe by which anyone renders every environment again."""

from migrator.lock.read import load_lock, read_lock
from migrator.lock.types import (
    CLEAN_UP,
    LOCK_PATH,
    PROTECT,
    SWITCH,
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
    "CLEAN_UP",
    "LOCK_PATH",
    "PROTECT",
    "SWITCH",
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
