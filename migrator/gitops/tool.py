"""Which GitOps tool deploys a repository: that decides what a Helm hook is to the cluster (facts A4, F7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from migrator.discover import Config
from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.destinations import deploys
from migrator.model import RepoPath

ARGO_CD = Tool.ARGO_CD.value
"""It runs hooks by itself, whatever rendered them, and cannot leave them out (fact A4)."""
NONE = "none"


def tool_of(config: Config, deployers: Iterable[Deployer], roots: Collection[RepoPath]) -> str:
    """The tool of migrate.yaml; else `argocd` where an object of Argo CD is rendered, or deploys a root.

    Else `none` where migrate.yaml says that, and nothing where nobody says anything.
    """
    said = config.gitops.tool
    if said not in {None, NONE}:
        return str(said)
    of_argo_cd = (each for each in deployers if each.tool is Tool.ARGO_CD)
    is_there = any(each.root is not None or any(deploys(each, root) for root in roots) for each in of_argo_cd)
    return ARGO_CD if is_there else said or ""


def knows_hooks(tool: str, *, inflates: bool) -> bool:
    """Whether what applies a kustomize root takes objects that say so for hooks; to kubectl and Flux they are plain.

    `inflates`: a root that inflates charts is not for Flux (fact F2), so that Argo CD is taken for it where nobody says
    another.
    """
    return tool == ARGO_CD or (inflates and not tool)
