"""The one error of this room."""

from __future__ import annotations

from migrator.diagnostics import MigrateError


class YamlError(MigrateError):
    """YAML that Go would refuse (MIG101) or an edit cannot handle (MIG102); names file, line and column."""
