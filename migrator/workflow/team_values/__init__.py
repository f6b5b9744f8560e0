"""Values that a team keeps beside what it rendered with them: the first candidate of the search for values."""

from migrator.workflow.team_values.find import team_values
from migrator.workflow.team_values.keep import unfitting, with_comments
from migrator.workflow.team_values.types import TeamValues

__all__ = ["TeamValues", "team_values", "unfitting", "with_comments"]
