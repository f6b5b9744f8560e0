"""What differs between two renderings, what it does to a running cluster, and which named allowance admits it."""

from migrator.compare.describe import describe
from migrator.compare.difference import Comparison, compare, comparison
from migrator.compare.hooks import is_hook, is_test_hook
from migrator.compare.redaction import redact, salt_of
from migrator.compare.scopes import is_namespaced
from migrator.compare.stored import ALL, Equivalences
from migrator.compare.terms import Acceptance, Allowance, Scope, Terms, load_allowances, load_team_allowances, unmatched

__all__ = [
    "ALL",
    "Acceptance",
    "Allowance",
    "Comparison",
    "Equivalences",
    "Scope",
    "Terms",
    "compare",
    "comparison",
    "describe",
    "is_hook",
    "is_namespaced",
    "is_test_hook",
    "load_allowances",
    "load_team_allowances",
    "redact",
    "salt_of",
    "unmatched",
]
