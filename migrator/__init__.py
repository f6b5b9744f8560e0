"""Move all-Kustomize GitOps repositories to a Helm + Kustomize hybrid, with proof: `migrator.api` as a library."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from migrator.version import __version__

if TYPE_CHECKING:
    from migrator.api import (
        MigrateError,
        Options,
        Progress,
        accept,
        apply,
        attest,
        audit,
        charts,
        check_rules,
        decide,
        decided,
        document,
        explain,
        explain_object,
        graph,
        infer,
        learn_rule,
        list_rules,
        plan,
        refresh_rules,
        relock,
        review,
        save_plan,
        show_rule,
        verify,
    )

__all__ = [
    "MigrateError",
    "Options",
    "Progress",
    "__version__",
    "accept",
    "apply",
    "attest",
    "audit",
    "charts",
    "check_rules",
    "decide",
    "decided",
    "document",
    "explain",
    "explain_object",
    "graph",
    "infer",
    "learn_rule",
    "list_rules",
    "plan",
    "refresh_rules",
    "relock",
    "review",
    "save_plan",
    "show_rule",
    "verify",
]


def __getattr__(name: str) -> Any:
    """The functions of the api, imported when they are first asked for: the command line starts without them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from migrator import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """What completion offers: the names of the library."""
    return sorted(__all__)


class _Library(ModuleType):
    """The package as a library: `migrator.plan` stays the function when the room `migrator.plan` is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        # importing a room binds its name here; rooms are reached by `from migrator.plan import ...`
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Library
