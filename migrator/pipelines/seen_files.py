"""The files that Renovate has to look at in a migrated repository."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from migrator.gitops.deployer import Deployer, Tool
from migrator.lock import Lock
from migrator.model import RepoPath
from migrator.pipelines.renovate import Wanted, wanted_of


def seen_by_renovate(lock: Lock, deployers: Sequence[Deployer], *, names_charts: bool) -> Wanted:
    """Values files of environments, HelmReleases, and Applications if these name public charts.

    `deployers` are the objects that are there beside those of the lock.
    """
    releases = [each for held in lock.environments.values() for each in held.helm]
    values = {RepoPath(f"{each.path}/{name}") for each in releases for name in each.values if name != "values.yaml"}
    flux: dict[RepoPath, RepoPath] = {}
    argocd: dict[RepoPath, RepoPath] = {}
    for each in deployers:
        if each.tool is Tool.FLUX and each.id.kind == "HelmRelease" and each.span is not None:
            flux[RepoPath(posixpath.dirname(each.span.path))] = each.span.path
    for environment, held in sorted(lock.environments.items()):
        for by in held.deployed_by:
            before, mark, _ = by.file.partition(f"/{environment}/")  # another environment lies beside it
            folder = RepoPath(before if mark else posixpath.dirname(by.file))
            if by.kind == "HelmRelease":
                flux[folder] = by.file
            elif by.component and names_charts:
                argocd[folder] = by.file
    return wanted_of(values, {"flux": flux, "argocd": argocd})
