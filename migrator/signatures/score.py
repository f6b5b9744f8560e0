"""How much each kind of evidence counts, and how evidence adds up to a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.signatures.types import Evidence

COMMON_PORTS = frozenset({80, 443, 3000, 4000, 5000, 8000, 8001, 8080, 8081, 8082, 8443, 8888, 9000, 9090, 9443})
"""Ports at which programs of every kind listen."""
NAMES = ("label", "called")
"""Kinds of evidence that say what a team calls something."""
_MOST_CALLED = 0.6
"""What names can say at most: a team may call its own program like a public one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weight of one fact of each kind when no other chart shares it; `rules/signatures/weights.yaml` says why."""

    chart_label: float = 0.99
    source_comment: float = 0.97
    release_url: float = 0.7
    release_file: float = 0.2
    crd: float = 0.8
    image: float = 0.75
    image_basename: float = 0.3
    beside: float = 0.3
    """What facts of a container count beside a first container that the chart does not run."""
    name_label: float = 0.45
    part_of_label: float = 0.45
    app_label: float = 0.35
    component_label: float = 0.08
    container: float = 0.2
    flag: float = 0.06
    port: float = 0.2
    common_port: float = 0.02
    called: float = 0.25
    name: float = 0.25
    fixed_name: float = 0.4
    sharing: float = 0.8
    """A fact that n charts share counts `weight / n ** sharing`."""
    foreign_label: float = -0.9
    """Of objects whose name label is none that the chart writes, times their share."""
    recognised: float = 0.5
    """The score below which a component stays an application."""

    def of_label(self, key: str) -> float:
        """The weight of one identity label."""
        match key:
            case "app.kubernetes.io/name":
                return self.name_label
            case "app.kubernetes.io/part-of":
                return self.part_of_label
            case "app" | "k8s-app":
                return self.app_label
            case _:
                return self.component_label

    def of_port(self, port: int) -> float:
        """The weight of one port of a service."""
        return self.common_port if port in COMMON_PORTS else self.port


def score(evidence: Iterable[Evidence]) -> float:
    """0 to 1: the facts taken as independent, each distinct fact once, what is only a name taken as one
    fact, and the definitions of one API group too.
    """
    found: dict[tuple[str, str], float] = {}
    for one in evidence:
        key = (one.kind, one.detail)
        found[key] = max(found.get(key, 0.0), min(one.weight, 1.0))
    doubt, unnamed = 1.0, 1.0
    defined: dict[str, float] = {}
    for (kind, detail), weight in found.items():
        if kind in NAMES:
            unnamed *= 1 - weight
        elif kind == "crd":
            group = detail.partition(".")[2]
            defined[group] = max(defined.get(group, 0.0), weight)
        else:
            doubt *= 1 - weight
    for weight in defined.values():
        doubt *= 1 - weight
    return 1 - doubt * max(unnamed, 1 - _MOST_CALLED)


def left_after(against: Iterable[Evidence]) -> float:
    """The share of a score, 0 to 1, that facts against it (of negative weight) leave."""
    left = 1.0
    for one in against:
        left *= 1 + max(one.weight, -1.0)
    return left
