"""The resources of every environment -> components, each with evidence and confidence."""

from migrator.classify.components import classify
from migrator.classify.nodes import source_hints
from migrator.classify.types import ChartCandidate, Component, ComponentKind, Evidence, SourceHint

__all__ = ["ChartCandidate", "Component", "ComponentKind", "Evidence", "SourceHint", "classify", "source_hints"]
