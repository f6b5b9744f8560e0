"""Other names for entries of maps: what an entry makes need not show how it is called, another place may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.inference.assignments.values_tree import MISSING, Edits, Tree, value_at
from migrator.inference.assignments.wildcards import KEY
from migrator.inference.gaps.gaps import Gap
from migrator.inference.gaps.scalar_content import content_pieces
from migrator.model import KeyPath
from migrator.templates.provenance.value import ELEMENT


def renamed(tree: Tree, entry: KeyPath, name: str) -> Edits:
    """The assignment under which an entry that was set has another name; none where that is taken, or a default."""
    place = entry[:-1]
    entries = value_at(tree.overrides, place)
    taken = tree.effective((*place, name)) is not MISSING or tree.default(entry) is not MISSING
    if not isinstance(entries, Mapping) or entry[-1] not in entries or taken:
        return ()
    return ((place, {name if key == entry[-1] else key: item for key, item in entries.items()}),)


def other_names(gap: Gap, tree: Tree) -> Iterator[Edits]:
    """Assignments under which an entry has the name that the target shows where its own is printed."""
    if gap.node is None or not isinstance(gap.target, str):
        return
    pieces = [piece for piece in content_pieces(gap.document, gap.node) if piece.region is None]
    for at, piece in enumerate(pieces):
        before, after = ("".join(p.text for p in part) for part in (pieces[:at], pieces[at + 1 :]))
        name = gap.target.removeprefix(before).removesuffix(after)
        if piece.source is None or f"{before}{name}{after}" != gap.target or not name:
            continue
        for path in piece.source.direct:
            if path[-2:-1] == (KEY,) and not {KEY, ELEMENT} & {*path[:-2], path[-1]} and (path[-1] == piece.text):
                yield renamed(tree, (*path[:-2], path[-1]), name)
