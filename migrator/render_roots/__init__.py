"""The objects that each root renders, with their origins, as the real kustomize builds them."""

from migrator.render_roots.build import build_all, roots_of
from migrator.render_roots.environment import DEFAULT_ENVIRONMENT, PARENTS, environment_of
from migrator.render_roots.inflation import Inflater
from migrator.render_roots.origin import BUILD_METADATA
from migrator.render_roots.remotes import Mapped, Remotes, mapped_to, own_remotes
from migrator.render_roots.staged_build import StagedBuild, WholeTree, build_staged
from migrator.render_roots.stand_ins import stood_in
from migrator.render_roots.types import BUILT, FAILED, Build, Renderer
from migrator.render_roots.written_objects import written_in

__all__ = [
    "BUILD_METADATA",
    "BUILT",
    "DEFAULT_ENVIRONMENT",
    "FAILED",
    "PARENTS",
    "Build",
    "Inflater",
    "Mapped",
    "Remotes",
    "Renderer",
    "StagedBuild",
    "WholeTree",
    "build_all",
    "build_staged",
    "environment_of",
    "mapped_to",
    "own_remotes",
    "roots_of",
    "stood_in",
    "written_in",
]
