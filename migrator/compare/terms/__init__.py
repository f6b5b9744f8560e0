"""What may differ: named allowances up to an impact, and what a person has accepted or refused."""

from migrator.compare.terms.acceptance import Acceptance, unmatched
from migrator.compare.terms.allowances import Allowance, Scope, load_allowances, load_team_allowances
from migrator.compare.terms.terms import Terms

__all__ = ["Acceptance", "Allowance", "Scope", "Terms", "load_allowances", "load_team_allowances", "unmatched"]
