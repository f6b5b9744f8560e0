"""Which objects belong together, which chart they were rendered from, and how sure that is."""

from migrator.classify.committed import Dependency, dependencies
from migrator.classify.components import classify
from migrator.classify.nodes import source_hints
from migrator.classify.object_evidence import Account, Considered, account
from migrator.classify.types import ChartCandidate, Component, ComponentKind, Evidence, SourceHint
from migrator.classify.upstream import header_hints

__all__ = [
    "Account",
    "ChartCandidate",
    "Component",
    "ComponentKind",
    "Considered",
    "Dependency",
    "Evidence",
    "SourceHint",
    "account",
    "classify",
    "dependencies",
    "header_hints",
    "source_hints",
]
