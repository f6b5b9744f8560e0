"""What no chart made -> the team's own applications, by the folders that hold them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Sequence

from migrator.classify.nodes import Node, without_hash
from migrator.classify.object_links import Ties

_STRUCTURE = frozenset(
    {
        "",
        ".",
        "base",
        "bases",
        "overlay",
        "overlays",
        "environments",
        "environment",
        "envs",
        "env",
        "clusters",
        "cluster",
        "stages",
        "apps",
        "applications",
        "manifests",
        "kustomize",
        "resources",
        "components",
        "deploy",
        "k8s",
        "patches",
    }
)
"""Folder names that say how a repository is laid out, not what is in them."""


def applications(
    nodes: Sequence[Node], free: Iterable[int], ties: Ties, environments: Collection[str]
) -> dict[str, set[int]]:
    """Application id -> its objects, sorted by id.

    An application is the nearest folder with a name of its own. What lies in an environment's folder goes with the
    application that it is tied to or named like, else it is called after its file.
    """
    left = sorted(free)
    structure = _STRUCTURE | set(environments)
    found: dict[int, str] = {}
    for number in left:
        name = _folder(nodes[number], structure)
        if name:
            found[number] = name
    by_name = {without_hash(nodes[number].id.name): name for number, name in found.items()}
    pending = [number for number in left if number not in found]
    while pending:
        joined = {number: near for number in pending if (near := _tied(number, nodes, ties, found, by_name))}
        if not joined:
            break
        found |= joined
        pending = [number for number in pending if number not in joined]
    for number in pending:
        found[number] = _file(nodes[number])
    groups: dict[str, set[int]] = {}
    for number, name in sorted(found.items(), key=lambda pair: (pair[1], pair[0])):
        groups.setdefault(name, set()).add(number)
    return groups


def _folder(node: Node, structure: Collection[str]) -> str:
    if node.origin is None:
        return ""
    parts = posixpath.dirname(node.origin).split("/")
    return next((part for part in reversed(parts) if part.lower() not in structure), "")


def _file(node: Node) -> str:
    if node.origin is None:
        return node.id.namespace or node.id.kind.lower()
    stem = posixpath.splitext(posixpath.basename(node.origin))[0].lower()
    return stem if stem != "kustomization" else posixpath.basename(posixpath.dirname(node.origin)) or "root"


def _tied(number: int, nodes: Sequence[Node], ties: Ties, found: dict[int, str], by_name: dict[str, str]) -> str:
    held = sorted(
        ((strength, found[other]) for other, strength in ties.get(number, {}).items() if other in found), reverse=True
    )
    if held and held[0][0] >= 0.3:
        return held[0][1]
    if nodes[number].id.kind == "Namespace":
        return ""
    return by_name.get(without_hash(nodes[number].id.name), "")
