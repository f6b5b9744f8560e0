"""The files that a plan rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.load import Kustomizations
from migrator.model import RepoPath
from migrator.render_roots import Build


def inputs_of(builds: Sequence[Build], kustomizations: Kustomizations) -> Mapping[RepoPath, str]:
    """The digest of every file that a plan of these builds rests on."""
    files = {path for build in builds for path in kustomizations.closure(build.root)}
    index = kustomizations.index
    needed = {path for build in builds if build.is_built for path in kustomizations.closure(build.root)}
    # what cannot be read is not a file of the index, and its root says so
    return {path: index.digest(path) for path in sorted(files) if path in index.files or path in needed}
