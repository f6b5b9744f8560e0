"""Images that markers of Flux's image automation follow, and where: their tags need a line in the values."""

from __future__ import annotations

from migrator.inference.types import FollowedImage
from migrator.model import RepoPath
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.umbrella.image_markers import markers_of


def followed_images(view: RepositoryView) -> tuple[FollowedImage, ...]:
    """The image of every marker that follows a tag, with the environments that its file is part of."""
    files: dict[RepoPath, set[str]] = {}
    for build in view.builds:
        for path in view.files(build.root) if build.is_built else ():
            files.setdefault(path, set()).add(build.environment)
    found = [
        FollowedImage(image=f"{marker.name}:{marker.tag}", environments=tuple(sorted(environments)))
        for path, environments in sorted(files.items())
        if view.index.is_file(path)
        for marker in markers_of(view.read(path), path)
        if marker.name and marker.tag
    ]
    return tuple(dict.fromkeys(found))
