"""Nodes and edges of the resource graph."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from migrator.model import ResId


class EdgeKind(Enum):
    """What one object has to do with another."""

    SELECTS = "selects"
    """By labels: Service, PodDisruptionBudget, NetworkPolicy, monitors -> workloads or services."""
    REFERS = "refers"
    """By name: configuration, secrets, accounts, volumes, backends, scale targets, webhooks."""
    BINDS = "binds"
    """RoleBinding -> role and accounts."""
    DEFINES = "defines"
    """CustomResourceDefinition -> its objects."""
    SHARES_ORIGIN = "shares_origin"
    """Both come from one file of the repository; symmetric."""


class Node(NamedTuple):
    """An object in an environment."""

    environment: str
    id: ResId

    def __str__(self) -> str:
        return f"{self.environment}: {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edge:
    """One object's relation to another, and the field that says so."""

    source: Node
    target: Node
    kind: str
    """Value of an EdgeKind."""
    via: str
