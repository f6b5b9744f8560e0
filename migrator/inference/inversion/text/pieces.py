"""A text that is printed in pieces: one of its values changes, or all do, or another branch prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice, product

from migrator.inference.assignments.values_tree import Edits, combined
from migrator.inference.inversion.inverse_functions import from_text
from migrator.inference.inversion.protocol import MAX_DEPTH, Inversion
from migrator.inference.inversion.text.printed_maps import invert_maps
from migrator.model import Json
from migrator.templates.golang.fmt import to_text
from migrator.templates.output.documents import realised, turned
from migrator.templates.provenance.value import MARK, Piece, Region, Value, text_of, truth

MAX_PIECES = 1500
"""A text of more pieces is not read through other branches: each attempt reads all of it."""
MAX_TURNS = 2
"""Branches turned together to explain one text."""
MAX_REGIONS = 16
MAX_TOGETHER = 3
"""Ways to set several variables together."""
MAX_MATCH = 20_000_000
"""Steps of matching one text against all its variables."""


class Texts:
    """Reads texts of one line backwards, and of those of many lines what one value explains."""

    def __init__(self, inversion: Inversion) -> None:
        self._inversion = inversion

    def invert_text(
        self,
        pieces: Iterable[Piece],
        target: str,
        depth: int = 0,
        *,
        typed: Json = None,
        turns: int = 0,
        by_lines: bool = True,
    ) -> Iterator[Edits]:
        """Assignments that make pieces print a text: one variable first, then all, then with a path condition turned.

        `typed` is the scalar as YAML reads it, where one value alone stands under it. `by_lines` where a text of many
        lines has not been read as such yet.
        """
        listed = list(pieces)
        if depth > MAX_DEPTH:
            return
        shown = [piece for piece in listed if piece.region is None]
        real = [piece for piece in shown if piece.text or (piece.source is not None and _is_empty(piece.source))]
        now = "".join(piece.text for piece in real)
        if now == target:
            yield ()
            return
        if "\n" in now.strip() or "\n" in target.strip():
            if by_lines:
                yield from self._inversion.invert_lines(listed, target)
            yield from invert_maps(shown, target)
            yield from self._one_variable(real, target, depth, typed)
            return
        yield from self._one_variable(real, target, depth, typed)
        for run in _runs(real):
            if _plausible(run, target):
                yield from self._all_variables(run, target, depth)
        silent = [piece for piece in listed if piece.region is None and (piece.text or _is_silent(piece))]
        if len(silent) > len(real):
            yield from self._one_variable(silent, target, depth, typed, silent=True)
        if turns < MAX_TURNS and len(listed) < MAX_PIECES:
            yield from self._turned_choices(real, target, depth, turns)
            yield from self._turned_text(listed, target, depth, turns)

    def _one_variable(
        self, real: list[Piece], target: str, depth: int, typed: Json, *, silent: bool = False
    ) -> Iterator[Edits]:
        places = list(accumulate((len(piece.text) for piece in real), initial=0))
        now = "".join([piece.text for piece in real])
        alike, alike_behind = _alike(now, target), _alike(now[::-1], target[::-1])
        for start, end, source in _variables(real):
            before, after = places[start], places[-1] - places[end]
            if silent and places[start] < places[end]:
                continue
            if before > alike or after > alike_behind or before + after > len(target):
                continue
            middle = target[before : len(target) - after]
            if source.op != "join" and _is_several(real[start], middle):
                continue
            for mark in "\"'":
                if source.v == f"{mark}{now[before : places[end]]}{mark}":  # the value brings its quotes along
                    middle = f"{mark}{middle}{mark}"
            alone = not before and not after
            if alone and typed is not None and not isinstance(typed, str) and not _reads_as(source.v, typed):
                yield from islice(self._inversion.invert(source, typed, depth=depth + 1), 4)
            yield from islice(self._inversion.invert(source, middle, loose=True, depth=depth + 1), 4)

    def _all_variables(self, real: list[Piece], target: str, depth: int) -> Iterator[Edits]:
        sources = [piece for piece in real if _is_variable(piece)]
        if not 2 <= len(sources) <= 6 or _ways(real, target) * len(target) > MAX_MATCH:
            return
        shares = [shared for greedy in ("?", "") if (shared := _shared_out(real, target, greedy)) is not None]
        # of two ways to share a text among values the one that leaves more of them as they are
        for shared in sorted(shares, key=lambda each: -_likeness(each)):
            changed = [(source, text) for source, now, text in shared if text != now]
            found = (self._inversion.invert(source, text, loose=True, depth=depth + 1) for source, text in changed)
            yield from islice(_together([list(islice(each, 2)) for each in found]), MAX_TOGETHER)

    def _turned_choices(self, real: list[Piece], target: str, depth: int, turns: int) -> Iterator[Edits]:
        """Values of one text that one condition chooses, all of them as the other branch leaves them."""
        run = _as_wholes(real)
        conditions = {id(condition): condition for piece in run if (condition := _chosen_by(piece)) is not None}
        for condition in conditions.values():
            variant = [each for piece in run for each in _other_arm(piece, condition)]
            for edits in islice(self.invert_text(variant, target, depth + 1, turns=turns + 1), 2):
                wanted = not truth(condition)
                for more in islice(self._inversion.satisfy(condition, wanted, bound=edits, depth=depth + 1), 2):
                    joined = combined(edits, more)
                    if joined:
                        yield joined

    def _turned_text(self, pieces: list[Piece], target: str, depth: int, turns: int) -> Iterator[Edits]:
        """With one untaken branch taken in the place of what is printed, those around a branch before it."""
        for region in islice(_regions(pieces), MAX_REGIONS):
            variant = turned(pieces, [region])
            if text_of(variant) == text_of(pieces):
                continue
            for edits in islice(self.invert_text(variant, target, depth + 1, turns=turns + 1), 2):
                for path_condition in islice(self._inversion.open_region(region, edits, depth + 1), 2):
                    joined = combined(edits, path_condition)
                    if joined:
                        yield joined


def _shared_out(real: list[Piece], target: str, greedy: str) -> list[tuple[Value, str, str]] | None:
    """The values of some pieces, each with its text now and in a target; None where their fixed text is missing."""
    pattern = ""
    seen: dict[int, int] = {}
    for piece in real:
        if piece.source is None or not _is_variable(piece):
            pattern += re.escape(piece.text)
        elif id(piece.source) in seen:
            pattern += f"(?P=g{seen[id(piece.source)]})"
        else:
            seen[id(piece.source)] = len(seen)
            pattern += f"(?P<g{len(seen) - 1}>.*{greedy})"
    match = re.fullmatch(pattern, target, re.DOTALL)
    if match is None:
        return None
    texts = ((piece.source, "" if piece.text == MARK else piece.text) for piece in real if _is_variable(piece))
    return [(source, now, match[f"g{seen[id(source)]}"]) for source, now in texts if source is not None]


def _likeness(shared: list[tuple[Value, str, str]]) -> int:
    """How many characters of values stay at their ends."""
    return sum(
        len(now) if now == text else max(_alike(now, text), _alike(now[::-1], text[::-1])) for _, now, text in shared
    )


def _together(groups: Sequence[Sequence[Edits]]) -> Iterator[Edits]:
    """One assignment of each group: the likeliest of all, then with one or more of the others."""
    ranked = sorted(product(*(enumerate(group) for group in groups)), key=lambda each: sum(rank for rank, _ in each))
    yield from filter(None, (combined(*(edits for _, edits in each)) for each in ranked))


def _regions(pieces: list[Piece]) -> Iterator[Region]:
    """The untaken branches of a text, those that a branch lies in before it."""
    seen: set[int] = set()
    for piece in pieces:
        inside: list[Region] = []
        region = piece.region
        while region is not None and id(region) not in seen:
            seen.add(id(region))
            inside.append(region)
            region = region.parent
        yield from (region for region in reversed(inside) if region.path_condition.keyword != "quiet")


def _is_silent(piece: Piece) -> bool:
    """Whether it is a value that prints nothing now."""
    return piece.region is None and not piece.text and piece.source is not None and bool(piece.source.direct)


def _as_wholes(real: list[Piece]) -> list[Piece]:
    """The pieces with those together that are one value which could have been another text altogether."""
    made: list[Piece] = []
    at = 0
    while at < len(real):
        piece, end = real[at], at + 1
        if piece.wholes:
            whole = piece.wholes[0]
            while end < len(real) and any(whole is other for other in real[end].wholes):
                end += 1
            text = "".join(each.text for each in real[at:end])
            piece = Piece(text, whole, piece.path_condition, piece.region)
        made.append(piece)
        at = end
    return made


def _runs(real: list[Piece]) -> Iterator[list[Piece]]:
    """The pieces, then those with wholes together; each first with choices between `:` and `@` as they are."""
    for run in (real, _as_wholes(real)) if any(piece.wholes for piece in real) else (real,):
        kept = [Piece(p.text, None, p.path_condition, p.region) if _is_of_texts(p.source) else p for p in run]
        if any(one is not other for one, other in zip(run, kept, strict=True)):
            yield kept
        yield run


def _is_of_texts(source: Value | None) -> bool:
    return source is not None and source.op == "choice" and not any(map(_can_change, source.args[1:3]))


def _chosen_by(piece: Piece) -> Value | None:
    """The condition that chooses what a piece shows, where one does."""
    return piece.source.args[0] if piece.source is not None and piece.source.op == "choice" else None


def _other_arm(piece: Piece, condition: Value) -> Sequence[Piece]:
    """A piece as it would be if a condition that chooses it turned; itself where another one does, or none."""
    if piece.source is None or _chosen_by(piece) is not condition:
        return (piece,)
    _, yes, no, _now = piece.source.args
    other = realised(no if truth(condition) else yes)
    if other.pieces:
        return [each for each in other.pieces if each.region is None]
    text = MARK if other.v in (None, "") else to_text(other.v)
    return (Piece(text, other, piece.path_condition, None),)


def _ways(real: list[Piece], target: str) -> int:
    """In how many ways values can share a text at most: the texts between them stand in few places."""
    found, between = 1, ""
    for piece in real[1:] if real and _is_variable(real[0]) else real:
        if not _is_variable(piece):
            between += piece.text
            continue
        found *= target.count(between) + 1 if between else len(target) + 1
        between = ""
    return found


def _is_variable(piece: Piece) -> bool:
    return piece.source is not None and _can_change(piece.source)


def _plausible(real: list[Piece], target: str) -> bool:
    """Whether the fixed text of the pieces occurs in the target, in order."""
    place = 0
    for piece in real:
        if not _is_variable(piece):
            found = target.find(piece.text, place)
            if found < 0:
                return False
            place = found + len(piece.text)
    return True


def _reads_as(now: Json, typed: Json) -> bool:
    """Whether the present value is a text that YAML reads as this type: then it stays a text."""
    return isinstance(now, str) and type(from_text(now, typed)) is type(typed)


def _alike(one: str, other: str) -> int:
    """How many characters two texts have in common from the start."""
    differs = (place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(differs, min(len(one), len(other)))


def _variables(real: list[Piece]) -> Iterator[tuple[int, int, Value]]:
    """Runs of pieces that come from one value: composed values with a choice first, then single ones."""
    seen: set[int] = set()
    for start, piece in enumerate(real):
        for whole in piece.wholes:
            if id(whole) not in seen:
                seen.add(id(whole))
                end = start
                while end < len(real) and any(whole is other for other in real[end].wholes):
                    end += 1
                yield start, end, whole
    at = 0
    while at < len(real):
        source, end = real[at].source, at + 1
        while end < len(real) and source is not None and real[end].source is source:
            end += 1
        if source is not None and _can_change(source):
            yield at, end, source
        at = end


def _is_several(piece: Piece, text: str) -> bool:
    """Whether a text holds the separator of the joined list whose item a piece is: it would be two of them."""
    joins = [whole.args[0].v for whole in piece.wholes if whole.op == "join" and not _is_spelled_out(whole.args[1])]
    return any(isinstance(separator, str) and separator and separator in text for separator in joins)


def _is_spelled_out(listed: Value) -> bool:
    """Whether a template names the items of a list one by one: each is a value of its own, whatever it holds."""
    inner = listed.args[0] if listed.op == "compact" else listed
    return not (inner.op or inner.direct)


def _is_empty(source: Value) -> bool:
    """Whether a value prints nothing now, and might print a text."""
    return _can_change(source) and not isinstance(source.v, (dict, list))


def _can_change(source: Value) -> bool:
    return bool(source.direct or source.op)
