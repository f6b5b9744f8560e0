"""The objects that each root renders, with their origins, as the real kustomize builds them."""

from migrator.render_roots.build import build_all, roots_of
from migrator.render_roots.environment import DEFAULT_ENVIRONMENT, PARENTS, environment_of
from migrator.render_roots.inflation import Inflater
from migrator.render_roots.origin import BUILD_METADATA
from migrator.render_roots.stand_ins import build_with_stand_ins, stood_in
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
    "Renderer",
    "build_all",
    "build_with_stand_ins",
    "environment_of",
    "roots_of",
    "stood_in",
    "written_in",
]
