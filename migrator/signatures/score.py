"""How much each kind of evidence counts, and how evidence adds up to a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.signatures.types import Evidence


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
    name_label: float = 0.45
    part_of_label: float = 0.45
    app_label: float = 0.35
    component_label: float = 0.08
    container: float = 0.2
    flag: float = 0.06
    port: float = 0.05
    name: float = 0.25
    fixed_name: float = 0.4
    sharing: float = 0.8
    """A fact that n charts share counts `weight / n ** sharing`."""
    beside: float = 0.3
    """What facts of a container count beside a first container that the chart does not run."""
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


def score(evidence: Iterable[Evidence]) -> float:
    """0 to 1: the facts taken as independent, each distinct fact once; negative weights take away in proportion."""
    positive: dict[tuple[str, str], float] = {}
    negative = 1.0
    for one in evidence:
        if one.weight < 0:
            negative *= 1 + max(one.weight, -1.0)
        else:
            key = (one.kind, one.detail)
            positive[key] = max(positive.get(key, 0.0), min(one.weight, 1.0))
    doubt = 1.0
    for weight in positive.values():
        doubt *= 1 - weight
    return (1 - doubt) * negative
