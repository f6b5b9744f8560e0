"""What differs between two renderings, what it does to a running cluster, and which named allowance admits it."""

from migrator.compare.allowances import Allowance, Scope, apply_allowances, load_allowances
from migrator.compare.describe import describe
from migrator.compare.difference import compare
from migrator.compare.hooks import is_hook
from migrator.compare.redaction import redact, salt_of
from migrator.compare.scopes import is_namespaced
from migrator.compare.terms import Terms

__all__ = [
    "Allowance",
    "Scope",
    "Terms",
    "apply_allowances",
    "compare",
    "describe",
    "is_hook",
    "is_namespaced",
    "load_allowances",
    "redact",
    "salt_of",
]
