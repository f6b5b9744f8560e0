"""The files of a repository, its git state and its `migrate.yaml`."""

from migrator.discover.config import (
    CONFIG_PATH,
    Application,
    ComponentOverride,
    Config,
    parse_config,
    read_config,
)
from migrator.discover.gitops import ArgoCd, DeployedEnvironment, Flux, GitOps
from migrator.discover.index import KUSTOMIZATION_NAMES, FileEntry, GitState, Index, discover
from migrator.discover.special_files import refuse_special_files

__all__ = [
    "CONFIG_PATH",
    "KUSTOMIZATION_NAMES",
    "Application",
    "ArgoCd",
    "ComponentOverride",
    "Config",
    "DeployedEnvironment",
    "FileEntry",
    "Flux",
    "GitOps",
    "GitState",
    "Index",
    "discover",
    "parse_config",
    "read_config",
    "refuse_special_files",
]
