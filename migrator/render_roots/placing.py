"""The objects of a root that name no namespace, in the one that its deployer gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrator.compare.scopes import Scopes, is_namespaced, placed_in, scopes_of
from migrator.model import RepoPath, Resource
from migrator.render_roots.types import Build


def placed_builds(builds: Sequence[Build], namespaces: Mapping[RepoPath, str]) -> tuple[Build, ...]:
    """The builds with every object that names no namespace in that of its root; the same where that is not known."""
    if not namespaces:
        return tuple(builds)
    scopes = scopes_of_builds(builds)
    return tuple(placed_build(build, namespaces.get(build.root, ""), scopes) for build in builds)


def placed_build(build: Build, namespace: str, scopes: Scopes) -> Build:
    """One build, in the same way."""
    return replace(build, resources=tuple(placed_in(each, namespace, scopes) for each in build.resources))


def scopes_of_builds(builds: Sequence[Build]) -> Scopes:
    """What the definitions in all builds say of the scope of kinds."""
    return scopes_of(each for build in builds for each in build.resources)


def namespace_given(build: Build) -> str:
    """The namespace that the objects of a build were placed in; empty where none was."""
    return next((each.id.namespace for each in build.resources if each.is_placed), "")


def nowhere(build: Build, scopes: Scopes) -> tuple[Resource, ...]:
    """The objects of a build of which nobody has said where they go."""
    return tuple(each for each in build.resources if not each.id.namespace and is_namespaced(each, scopes))
