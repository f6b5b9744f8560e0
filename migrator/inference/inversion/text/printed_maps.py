"""Maps that a text holds as YAML (`toYaml`), where the text around them is no YAML: read back entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate, takewhile
from textwrap import dedent

from migrator.inference.assignments.values_tree import Edit, Edits
from migrator.model import Json, KeyPath
from migrator.templates.provenance.value import Piece, plain
from migrator.yamlio import Dialect, YamlError, read_value, same


def invert_maps(pieces: list[Piece], target: str) -> Iterator[Edits]:
    """Assignments under which one map in a text has the entries that the target has in its place."""
    places = list(accumulate((len(piece.text) for piece in pieces), initial=0))
    now = "".join([piece.text for piece in pieces])
    for start, piece in enumerate(pieces):
        source, before = piece.source, places[start]
        if source is None or piece.text or not isinstance(source.v, Mapping) or not source.v or not source.direct:
            continue
        margin = now[:before].rpartition("\n")[2]
        if margin.strip() or not target.startswith(now[:before]):
            continue
        base = source.direct[0]
        stop = _stop(pieces[_end(pieces, start, base) :], target, before)
        held, wanted = plain(source), _read(margin + target[before:stop]) if stop > before else None
        if isinstance(held, Mapping) and isinstance(wanted, Mapping):
            edits = tuple(_changes(base, held, wanted))
            if edits:
                yield edits


def _end(pieces: list[Piece], start: int, base: KeyPath) -> int:
    """Where the map ends: behind the last piece in a row that one of its values prints."""
    end = start + 1
    for at in range(start + 1, len(pieces)):
        source = pieces[at].source
        if source is not None:
            if not any(path[: len(base)] == base for path in source.direct):
                break
            end = at + 1
    return end


def _stop(behind: list[Piece], target: str, before: int) -> int:
    """Where a map ends in the target: before the line of fixed text that follows it; -1 where there is none."""
    fixed = "".join(piece.text for piece in takewhile(lambda piece: piece.source is None or not piece.text, behind))
    line = re.match(r"\s*[^\n]+", fixed)
    if line is not None and line[0].strip():
        return target.find(line[0], before)
    return -1 if any(piece.text.strip() for piece in behind) else len(target)


def _read(text: str) -> Json:
    try:
        return read_value(dedent(text).encode(), dialect=Dialect.SIGS)
    except YamlError:
        return None


def _changes(base: KeyPath, held: Mapping[str, Json], wanted: Mapping[str, Json]) -> Iterator[Edit]:
    for key in (*held, *(key for key in wanted if key not in held)):
        one, other = held.get(key), wanted.get(key)
        if key not in wanted:
            yield (*base, key), None
        elif isinstance(one, Mapping) and isinstance(other, Mapping) and one and other:
            yield from _changes((*base, key), one, other)
        elif key not in held or not same(one, other):
            yield (*base, key), other
