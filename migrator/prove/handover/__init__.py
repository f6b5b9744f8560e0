"""The commits of a change of hands, rendered with the real engines and played before the model of the controllers."""

from migrator.prove.handover.commit import Commit, read_commit
from migrator.prove.handover.emptied import emptied
from migrator.prove.handover.replay import replay

__all__ = ["Commit", "emptied", "read_commit", "replay"]
