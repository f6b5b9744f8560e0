"""What a proof admits that reaches a running cluster: every format lists it, with who admitted it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.model import Impact
from migrator.prove.types import Found, Proof

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Differences of one environment that one allowance, or one decision of a person, admits."""

    environment: str
    by: str
    """`allowance pods (.migrate/rules/allowances/pods.yaml)`, `accepted in migrate.yaml`."""
    found: tuple[Found, ...]
    """The worst first."""

    @property
    def impact(self) -> Impact:
        return self.found[0].difference.impact

    @property
    def lines(self) -> tuple[str, ...]:
        """Each difference with its impact."""
        found = [each.difference for each in self.found]
        return tuple(f"{each.impact} {each.id} {each.kind.value}" for each in found)

    @property
    def few(self) -> str:
        """The worst of them on one line."""
        more = f" and {len(self.found) - _SHOWN} more" if len(self.found) > _SHOWN else ""
        return "; ".join(self.lines[:_SHOWN]) + more

    def __str__(self) -> str:
        count = len(self.found)
        what = f"{count} differences up to {self.impact}" if count > 1 else f"a difference of impact {self.impact}"
        return f"{self.environment}: {what} admitted by {self.by}"


def admitted_above_metadata(proof: Proof) -> tuple[Admitted, ...]:
    """What is admitted with a greater impact than `metadata`, the worst of each environment first."""
    return tuple(each for name in sorted(proof.environments) for each in _of(proof, name))


def _of(proof: Proof, name: str) -> Iterator[Admitted]:
    found: dict[str, list[Found]] = defaultdict(list)
    for each in proof.environments[name].found:
        if each.admitted and (each.difference.impact > Impact.METADATA or each.difference.privilege):
            found[each.reason].append(each)
    ranked = {
        by: tuple(sorted(held, key=lambda each: (-each.difference.impact, each.difference.id)))
        for by, held in found.items()
    }
    for by, held in sorted(ranked.items(), key=lambda entry: (-entry[1][0].difference.impact, entry[0])):
        yield Admitted(environment=name, by=by, found=held)
