"""What rendering one template may cost: far more than any real chart takes, little enough to end soon.

The dearest template of the measured charts handles 8 MB of text in 42,000 nodes. One of a hundred thousand objects
takes two thirds of the room. Helm itself has no such bounds; it would run until the machine has no memory left.
"""

from __future__ import annotations

from migrator.templates.errors import StopError

ROOM = 128 << 20
"""Characters that a template may handle, everything that it costs counted in characters."""
UNTAKEN_ROOM = 20 << 20
"""The same for all branches of one template that are not taken: the dearest of the measured charts takes most of it."""
UNTAKEN_ROOM_OF_A_RUN = 64 << 20
"""The same for those of all templates; without it a chart whose library goes through all values takes minutes."""
NODE_COST = 50
"""What a node of the syntax tree costs, or an element of a list, or a piece of text."""
MAX_TEXT = 64 << 20
"""Characters of one text."""
MAX_ITEMS = 1 << 20
"""Elements of a list that a number alone makes."""
MAX_TREE = 4 << 20
"""Entries and elements of a tree that is looked at as a whole; the same map in two places counts twice."""
MAX_TPL_DEPTH = 32
"""Calls of `tpl` inside each other."""


class TooLargeError(StopError):
    """The template asks for more than a render may cost."""


def check_text(size: int, name: str) -> None:
    """Raise TooLargeError before a function makes a text of too many characters."""
    if size > MAX_TEXT:
        raise TooLargeError(f"{name} makes a text of {size} characters, more than a render may hold ({MAX_TEXT})")


def check_items(count: int, name: str) -> None:
    """Raise TooLargeError before a function makes a list of too many elements."""
    if count > MAX_ITEMS:
        raise TooLargeError(f"{name} makes a list of {count} elements, more than a render may hold ({MAX_ITEMS})")
