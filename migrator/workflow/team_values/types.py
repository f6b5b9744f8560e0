"""What the rooms of team_values hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.model import Json, KeyPath, RepoPath


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
            values=over(self.values, top.values),
            lines=top.lines,
            comments={**self.comments, **top.comments},
            is_named=top.is_named,
        )


def over(base: Mapping[str, Json], top: Mapping[str, Json]) -> dict[str, Json]:
    """One file of values over another, as helm reads them."""
    made = dict(base)
    for key, value in top.items():
        old = made.get(key)
        made[key] = over(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return made
