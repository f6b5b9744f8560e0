"""What may differ: allowances up to an impact, and single differences by name."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.compare.allowances import Allowance
from migrator.model import Difference, Impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is admitted: allowances up to an impact, and single differences by name."""

    allowances: tuple[Allowance, ...] = ()
    accepted: tuple[str, ...] = ()
    """Ids of differences that a person approved, whatever their impact."""
    max_impact: Impact = Impact.METADATA

    def admits(self, difference: Difference) -> bool:
        """Whether a difference that knows its allowance may happen: approved by name, or within the impact."""
        if difference.id in self.accepted:
            return True
        return difference.allowance is not None and difference.impact <= self.max_impact and not difference.privilege
