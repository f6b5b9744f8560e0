"""What the rooms of team_values hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.model import Json, KeyPath, RepoPath, laid_over


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamValues:
    """Values of one chart in a file of the repository."""

    path: RepoPath
    values: Mapping[str, Json] = field(repr=False)
    lines: Mapping[KeyPath, int] = field(default_factory=dict, repr=False)
    """Path of a value -> its line in the file."""
    comments: Mapping[KeyPath, str] = field(default_factory=dict, repr=False)
    """Path of a value -> the comment that stands with it, in lines."""
    is_named: bool = False
    """Whether the file, or one beside it, names the chart: then values that do not fit are worth a word."""

    def under(self, top: TeamValues) -> TeamValues:
        """The two as helm reads them, `top` over these."""
        return TeamValues(
            path=top.path,
            values=laid_over(self.values, top.values),
            lines=top.lines,
            comments={**self.comments, **top.comments},
            is_named=top.is_named,
        )
