"""What a full plan needs of charts."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.charts.types import ChartRef
from migrator.diagnostics import Diagnostics, ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededChart:
    """One archive, and whether it is there."""

    ref: ChartRef
    components: tuple[str, ...]
    others: tuple[str, ...] = ()
    """Versions of which any is as good."""
    digest: str = ""
    """`sha256:` of the archive, as its repository or the archive itself says; empty where neither is known."""
    is_at_hand: bool = False
    is_wrong: bool = False
    """A file of its name is there and is another archive: it is never written over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededCharts:
    """Every archive that a full plan needs, by name and version."""

    charts: tuple[NeededChart, ...]
    diagnostics: Diagnostics = ()
    fetched: tuple[str, ...] | None = None
    """The files that were written; None where nothing was to be fetched."""

    @property
    def is_complete(self) -> bool:
        """Whether every archive is at hand."""
        return all(each.is_at_hand for each in self.charts)

    @property
    def exit_code(self) -> int:
        """1 where an archive that was to be fetched could not be, or one that is there is another."""
        is_short = self.fetched is not None and not self.is_complete
        return ExitCode.ERROR if is_short or any(each.is_wrong for each in self.charts) else ExitCode.DONE
