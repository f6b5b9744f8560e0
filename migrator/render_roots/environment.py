"""Which environment a root stands for."""

from __future__ import annotations

import itertools

from migrator.discover import Config
from migrator.model import RepoPath

DEFAULT_ENVIRONMENT = "default"

PARENTS = frozenset(
    {"overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "cluster", "stages"}
)
"""Folders that hold one folder for each environment."""
_NAMES = frozenset(
    (
        *("dev", "devel", "development", "test", "testing", "qa", "uat", "int", "integration", "sandbox", "preview"),
        *("ci", "local", "stage", "staging", "preprod", "pre-prod", "prod", "production", "live", "dr"),
    )
)


def environment_of(root: RepoPath, config: Config) -> str:
    """The environment of a root: as configured, else from its path, else `default`.

    In the path it is the name behind the first `overlays`, `environments`, `envs`, `clusters` or `stages`
    (`apps/api/overlays/prod` and `overlays/prod` are one environment), else the last part that is a usual name of an
    environment (`api/staging`).
    """
    configured = config.environment_of_root(root)
    if configured is not None:
        return configured
    parts = root.split("/")
    for parent, name in itertools.pairwise(parts):
        if parent.lower() in PARENTS:
            return name
    return next((part for part in reversed(parts) if part.lower() in _NAMES), DEFAULT_ENVIRONMENT)
