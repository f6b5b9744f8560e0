"""Remote bases that are at hand: in a folder that somebody names, or in this repository itself."""

from migrator.render_roots.remotes.mapped import Found, Mapped, Remotes, mapped_to, own_remotes
from migrator.render_roots.remotes.supply import Supply, remedy_for, shown_remote

__all__ = ["Found", "Mapped", "Remotes", "Supply", "mapped_to", "own_remotes", "remedy_for", "shown_remote"]
