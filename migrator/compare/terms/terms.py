"""What may differ: allowances up to an impact, and what a person has accepted or refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from migrator.compare.stored import ALL, Equivalences
from migrator.compare.terms.acceptance import Acceptance
from migrator.compare.terms.allowances import Allowance
from migrator.model import Difference, Impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is admitted. A refusal is above everything, an acceptance above what allowances say."""

    allowances: tuple[Allowance, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    refused: tuple[Acceptance, ...] = ()
    max_impact: Impact = Impact.METADATA
    """As far as allowances reach."""
    made_by_handover: frozenset[str] = frozenset()
    """Ids of differences that the stages of a handover themselves make, each found to be what they write."""
    equivalences: Equivalences = ALL
    """By which two ways of writing are the same to a cluster."""

    def judged(self, differences: Iterable[Difference], component: str = "") -> tuple[Difference, ...]:
        """The differences of a component, each with the first allowance (by id) for it, and whether it may be."""
        ordered = sorted(self.allowances, key=lambda each: each.id)
        return tuple(self._judged(each, ordered, component) for each in differences)

    def stale(self, differences: Iterable[Difference]) -> tuple[str, ...]:
        """Ids of the allowances that admit none of the differences."""
        found = tuple(differences)
        return tuple(sorted(each.id for each in self.allowances if not any(map(each.admits, found))))

    def is_named(self, difference: Difference) -> bool:
        """Whether a person has accepted this very difference, letter by letter."""
        return any(entry.names(difference) for entry in self.accepted)

    def _judged(self, difference: Difference, ordered: Iterable[Allowance], component: str) -> Difference:
        allowance = next((each.id for each in ordered if each.admits(difference)), None)
        may_be, why = self._verdict(replace(difference, allowance=allowance), component)
        return replace(difference, allowance=allowance, admitted=may_be, why=why)

    def _verdict(self, difference: Difference, component: str) -> tuple[bool, str]:
        """Whether a difference that knows its allowance may be, and why."""
        refusal = next((each for each in self.refused if each.covers(difference, component)), None)
        if refusal is not None:
            return False, "refused in migrate.yaml"
        if any(each.covers(difference, component) for each in self.accepted):
            return True, "accepted by name" if self.is_named(difference) else "accepted in migrate.yaml"
        if difference.id in self.made_by_handover:
            return True, "the handover itself"
        if difference.allowance is None:
            return False, "no allowance admits it"
        if difference.impact > self.max_impact:
            told = f"{difference.allowance} admits it, but its impact {difference.impact} is above {self.max_impact}"
            return False, told
        file = next((each.file for each in self.allowances if each.id == difference.allowance), "")
        return True, f"allowance {difference.allowance}" + (f" ({file})" if file else "")
