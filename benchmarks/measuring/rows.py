"""What is kept of every measurement: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from measuring.process import Cost
from migrator.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How the values of a case came about that nobody runs."""

    refusals: int = 0
    """Renders that helm refused while they were drawn."""
    dropped: int = 0
    """Values that were drawn and that helm refuses or that change nothing."""
    causes: tuple[str, ...] = ()
    """For each of the first differences the values of the case that it hangs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case. `perfect`: every object equal, nothing else rendered, and no residual left."""

    name: str
    deterministic: bool = True
    error: str = ""
    equal: int = 0
    total: int = 0
    extra: int = 0
    tests_equal: int = 0
    tests_total: int = 0
    claimed: bool = False
    """Whether the product says `identical`."""
    confirmed: bool = False
    """Whether the helm binary renders the target from the values files (random places masked where there are any)."""
    perfect: bool = False
    refused_by_schema: bool = False
    values_set: int = 0
    useless: tuple[str, ...] = ()
    minimal: int = 0
    cold: Cost | None = None
    warm: Cost | None = None
    """A near target of the same chart, with the cache that the case left."""
    again: Cost | None = None
    """The same target once more."""
    near: str = ""
    """Of the near target: `perfect`, `differs`, `false` or `failed`; empty where none was measured."""
    renders: int = 0
    late: bool = False
    residual: Mapping[str, int] = field(default_factory=dict)
    different: tuple[str, ...] = ()
    release: str = ""
    namespace: str = ""
    values: str = ""
    """The values file."""
    drawn: Drawn | None = None

    @property
    def false_claim(self) -> bool:
        return self.claimed and not self.confirmed

    @property
    def observable(self) -> int:
        return self.values_set - len(self.useless)

    @property
    def ratio(self) -> float:
        """Values set for each that has an effect; 1 where none is set."""
        if not self.values_set:
            return 1.0
        return self.values_set / self.observable if self.observable else float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRow:
    """Values of several environments: a pair of cases, or a component of a planned repository."""

    name: str
    error: str = ""
    equal: int = 0
    total: int = 0
    claimed: bool = False
    confirmed: bool = False
    twice: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()
    values_set: int = 0
    """In all files together."""
    cold: Cost | None = None
    note: str = ""

    @property
    def false_claim(self) -> bool:
        return self.claimed and not self.confirmed


Row = CaseRow | SplitRow


def to_line(row: Row) -> str:
    """The row as one line of JSON."""
    kind = "case" if isinstance(row, CaseRow) else "split"
    return json.dumps({"row": kind, **asdict(row)}, ensure_ascii=False)


def read_rows(files: Iterable[Path]) -> tuple[Row, ...]:
    """The rows of earlier runs, by name; of several with one name the last."""
    found: dict[str, Row] = {}
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = _row(json.loads(line))
            found[row.name] = row
    return tuple(found[name] for name in sorted(found))


def _row(told: dict[str, Json]) -> Row:
    kind = CaseRow if told.pop("row") == "case" else SplitRow
    for key in ("cold", "warm", "again"):
        if told.get(key):
            told[key] = Cost(**told[key])
    if drawn := told.get("drawn"):
        told["drawn"] = Drawn(**{**drawn, "causes": tuple(drawn["causes"])})
    listed = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return kind(**{**told, **listed})
