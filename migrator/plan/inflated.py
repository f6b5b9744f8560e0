"""Components that kustomize inflates from a chart already: that part of the repository is a hybrid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.classify.types import Component
from migrator.load import Kustomizations
from migrator.model import RepoPath
from migrator.render_roots import Build


def inflated_by(
    components: Sequence[Component], builds: Sequence[Build], held: Kustomizations
) -> Mapping[str, RepoPath]:
    """Component id -> the kustomization file whose `helmCharts` make all of its objects."""
    files = {each.file for each in held.by_path.values() if each.helm_charts}
    made = {
        (build.environment, resource.id): resource.origin.path
        for build in builds
        for resource in build.resources
        if resource.origin is not None and resource.origin.generated and resource.origin.path in files
    }
    found = {}
    for component in components if made else ():
        objects = [(name, member) for name, members in component.members.items() for member in members]
        if objects and all(each in made for each in objects):
            found[component.id] = made[objects[0]]
    return found
