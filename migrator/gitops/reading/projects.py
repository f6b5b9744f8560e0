"""AppProjects of Argo CD (Argo CD documentation, Projects)."""

from __future__ import annotations

from migrator.gitops.deployer import Project
from migrator.gitops.reading.objects import Found
from migrator.model import Json, mapping_of


def read_project(found: Found) -> Project:
    """What a project allows; kinds in namespaces are all allowed unless a list of them is there."""
    spec = found.spec
    return Project(
        id=found.id,
        repositories=tuple(map(str, _listed(spec.get("sourceRepos")))),
        destinations=tuple(
            (str(each.get("server") or each.get("name") or ""), str(each.get("namespace") or ""))
            for each in map(mapping_of, _listed(spec.get("destinations")))
        ),
        cluster_kinds=_kinds(spec.get("clusterResourceWhitelist")),
        namespaced_kinds=_kinds(spec["namespaceResourceWhitelist"]) if spec.get("namespaceResourceWhitelist") else None,
        root=found.root,
        span=found.span,
    )


def _kinds(value: Json) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(each.get("group") or ""), str(each.get("kind") or "")) for each in map(mapping_of, _listed(value))
    )


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
