"""A folder of a larger git repository whose other kustomizations include parts of it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.diagnostics import MigrateError
from migrator.discover import Config, Index, discover
from migrator.load.tree import Kustomizations, load
from migrator.model import RepoPath, SourceSpan


def refuse_if_included(index: Index) -> None:
    """Nothing for what stands alone; MIG109, with the right path, where kustomizations outside include what is inside.

    What is rewritten here would change what they build, and no proof would say so.
    """
    if not index.git.prefix:
        return
    folder = index.git.prefix.rstrip("/")
    top = index.root.resolve().parents[folder.count("/")]
    including = sorted(set(_including(load(discover(top, Config()))[0], folder)))
    if not including:
        return
    first = including[0]
    right = os.path.commonpath([folder, *including]) or "."
    raise MigrateError.of(
        "MIG109",
        f"{first} lies outside of {folder} and includes a part of it: what changes here changes that as well",
        span=SourceSpan(path=RepoPath(os.path.relpath(top / first, index.root))),
        remedy=f"name the folder that holds both: {os.path.relpath(top / right)}",
    )


def _including(kustomizations: Kustomizations, folder: str) -> Iterator[str]:
    """Folders outside whose kustomizations name something inside."""
    inside = f"{folder}/"
    for path, held in kustomizations.by_path.items():
        named = (each.path for each in held.references if each.path is not None)
        if not f"{path}/".startswith(inside) and any(f"{each}/".startswith(inside) for each in named):
            yield path
