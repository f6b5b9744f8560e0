"""Which GitOps tool deploys a repository: that decides what a Helm hook is to the cluster (facts A4, F7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from migrator.discover import Config, Index
from migrator.gitops.deployed import foreign_repositories, reaches, written_folders
from migrator.model import RepoPath, Resource

ARGO_CD = "argocd"
"""It runs hooks by itself, whatever rendered them, and cannot leave them out (fact A4)."""
NONE = "none"
_KINDS = ("Application", "ApplicationSet")


def tool_of(config: Config, index: Index, resources: Iterable[Resource], roots: Collection[RepoPath]) -> str:
    """The tool of migrate.yaml; else `argocd` where an object of Argo CD is rendered, or deploys a root.

    Else `none` where migrate.yaml says that, and nothing where nobody says anything.
    """
    said = config.gitops.tool
    if said not in {None, NONE}:
        return str(said)
    if any(each.gvk.group == "argoproj.io" and each.gvk.kind in _KINDS for each in resources):
        return ARGO_CD
    written = [each for _, each in written_folders(index) if each.kind in _KINDS]
    foreign = foreign_repositories(index, ((each.repository, each.folder) for each in written))
    here = (each.folder for each in written if each.repository not in foreign)
    return ARGO_CD if any(reaches(folder, root) for folder in here for root in roots) else said or ""


def knows_hooks(tool: str, *, inflates: bool) -> bool:
    """Whether what applies a kustomize root takes objects that say so for hooks; to kubectl and Flux they are plain.

    `inflates`: a root that inflates charts is not for Flux (fact F2), so that Argo CD is taken for it where nobody says
    another.
    """
    return tool == ARGO_CD or (inflates and not tool)
