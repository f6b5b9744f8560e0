"""Whether the kustomizations that inflate charts for Argo CD render what the releases of the lock do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from migrator.compare import compare
from migrator.gitops.deployer import Tool
from migrator.gitops.emit.expressible import undeployable
from migrator.gitops.emit.units import Unit
from migrator.gitops.emit.written import Written
from migrator.model import Resource
from migrator.prove import RenderContext
from migrator.prove.render import render_root
from migrator.render_roots import WholeTree


def inflated_otherwise(
    objects: Iterable[Written], tree: Path, context: RenderContext, new: Collection[str]
) -> Mapping[str, str]:
    """Component of the new ones -> what its kustomization in the tree renders else than its release.

    Kustomize builds it as Argo CD does, with the versions of Kubernetes that it names itself. It takes no two objects
    of one name, reads YAML otherwise than Helm, and helm checks values by the chart's schema. MIG662 for a component
    of an earlier migration, which cannot go back.
    """
    whole, found = WholeTree(tree), dict[str, str]()
    for each in objects:
        unit = each.unit
        if each.inflated is None or unit is None or unit.release is None:
            continue
        part = render_root(each.inflated, whole, context)
        why = part.problem.summary if part.problem is not None else _unlike(unit, part.resources)
        if why and unit.release.component not in new:
            raise undeployable(unit, f"inflated by kustomize, {why}", Tool.ARGO_CD)
        if why:
            found.setdefault(unit.release.component, f"inflated by kustomize for Argo CD in {unit.environment}, {why}")
    return found


def _unlike(unit: Unit, resources: Sequence[Resource]) -> str:
    """What differs first, and how much else does."""
    found = compare(unit.objects, resources, release_namespace=unit.namespace)
    return f"it differs at {found[0].id}{f' and {len(found) - 1} more places' if found[1:] else ''}" if found else ""
