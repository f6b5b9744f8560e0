"""Where the folders of a unit lie in the new tree."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping

from migrator.load import Kustomization
from migrator.model import RepoPath
from migrator.rewrite.layout import Layout
from migrator.rewrite.overlays.types import Cluster, NotDivided, Part, Unit


def unit_folder(unit: Unit, layout: Layout) -> RepoPath:
    """The folder of a unit; MIG632 for a name that cannot be one."""
    if unit.part is Part.INFRASTRUCTURE:
        return layout.infrastructure_folder(category=unit.group, component=unit.name)
    if unit.part is Part.PLATFORM:
        return layout.platform_folder(unit.name)
    return layout.application_folder(group=unit.group, application=unit.name)


def folders_of(kept: Collection[Kustomization], cluster: Cluster, folder: RepoPath) -> Mapping[RepoPath, RepoPath]:
    """Old folder -> new folder, for the kustomizations that a unit has; those that are below its folder stay."""
    moving = [held for held in kept if held.path != folder and not held.path.startswith(f"{folder}/")]
    beside = {posixpath.dirname(root) for root in cluster.roots}
    inner = [held for held in moving if held.path not in cluster.roots]
    layers = [held for held in inner if held.kind != "Component" and posixpath.dirname(held.path) in beside - {""}]
    bases = [held for held in inner if held.kind != "Component" and held not in layers]
    top = posixpath.commonpath([held.path for held in bases]) if bases else ""
    found = {held.path: held.path for held in kept}
    for held in moving:
        if held.path in cluster.roots:
            found[held.path] = _joined(folder, "overlays", cluster.roots[held.path])
        elif held.kind == "Component":
            found[held.path] = _joined(folder, "components", posixpath.basename(held.path))
        elif held in layers:
            found[held.path] = _joined(folder, "overlays", posixpath.basename(held.path))
        else:
            found[held.path] = _joined(folder, "base", posixpath.relpath(held.path, top or "."))
    if len(set(found.values())) < len(found):
        twice = sorted(path for path in found.values() if list(found.values()).count(path) > 1)
        raise NotDivided(f"several of its folders would become {twice[0]}")
    return found


def _joined(folder: RepoPath, *parts: str) -> RepoPath:
    return RepoPath(posixpath.normpath(posixpath.join(folder, *parts)))
