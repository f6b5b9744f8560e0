"""The rules that keep a migrated repository honest: one owner per object, pinned charts, nothing left behind."""

from migrator.audit.engine import audit, is_finding
from migrator.audit.rules import RULES, Rule
from migrator.audit.texts import RuleText, load_texts
from migrator.audit.types import Finding, Subject, Umbrella
from migrator.audit.umbrellas import umbrellas_of

__all__ = [
    "RULES",
    "Finding",
    "Rule",
    "RuleText",
    "Subject",
    "Umbrella",
    "audit",
    "is_finding",
    "load_texts",
    "umbrellas_of",
]
