"""Where the rules that ship with the tool lie."""

from __future__ import annotations

from pathlib import Path

from migrator.diagnostics import MigrateError


def rules_directory() -> Path:
    """`migrator/_rules` of an installed wheel, else `rules/` beside the package in a checkout.

    Raises MigrateError (MIG190) where neither is there: the installation is broken.
    """
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "_rules", package.parent / "rules"):
        if candidate.is_dir():
            return candidate
    raise MigrateError.of(
        "MIG190",
        f"no rules beside the package in {package}",
        remedy="install the package again, or run from a checkout",
    )
