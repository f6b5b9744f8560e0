"""Untaken branches that could produce the missing output, found by their place and by what they print."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from migrator.inference.assignments.wildcards import KEY
from migrator.inference.gaps.gaps import Gap
from migrator.inference.gaps.pairing import align
from migrator.templates.golang.yaml_tree import Node, blank_after, blank_before
from migrator.templates.output.documents import Document, make_document, turned, with_marks
from migrator.templates.provenance.value import MARK, Piece, Region, Value

MAX_REGIONS = 16
LEAST_SPELLED_OUT = 4
"""Letters of its own that a branch must print beside a value: more than `--` and `=` of any argument."""
_NAMED = re.compile(r"^\s*(?:- )?name:\s*")
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)


def words_of(gap: Gap) -> tuple[str, ...]:
    """Texts that a template which prints the missing content would contain, likeliest first."""
    if isinstance(gap.key, str):
        return (gap.key,)
    if isinstance(gap.target, str):
        head = gap.target.partition("=")[0]
        return (gap.target, head) if head else (gap.target,)
    if isinstance(gap.target, list):
        return tuple(word for item in gap.target for word in words_of(replace(gap, key=None, target=item))[:2])
    if isinstance(gap.target, dict):
        names = [str(gap.target[key]) for key in ("name", "mountPath", "key", "host", "port") if key in gap.target]
        return (*names, *(f"{key}:" for key in gap.target))
    return ()


def producers_of(gap: Gap, words: tuple[str, ...]) -> list[Region]:
    """Untaken branches in the container of a gap that could produce what is missing, those with its words first."""
    node = gap.node
    if node is None:
        return []
    ranked = []
    low, high = _place_in_order(gap, node)
    for order, (region, shown, _) in enumerate(_known_producers(gap, node)):
        rank = _rank(shown, words)
        if rank is not None:
            if _is_other_item(gap, shown, words, rank):
                rank = len(words) + 1
            goes_on = isinstance(gap.key, int) and not shown.lstrip().startswith(("-", MARK))
            alike = _alike(shown, gap.target) if rank and isinstance(gap.target, str) else 0
            if rank and rank < len(words) and isinstance(gap.target, str):
                alike = max(alike, len(words[rank]))
            astray = not low <= gap.document.place_of(region) <= high
            ranked.append((goes_on, min(rank, 1) if alike else rank, -alike, astray, region.depth, order, region))
    ranked.sort(key=lambda item: item[:6])
    return [item[6] for item in ranked[:MAX_REGIONS]]


def _place_in_order(gap: Gap, node: Node) -> tuple[int, int]:
    """Between which offsets a missing item has to be printed to stand where the target has it."""
    low, high = node.start, len(gap.document.text)
    if isinstance(gap.key, int) and isinstance(gap.whole, list) and node.items:
        pairs = [
            (left, right) for left, right in align(node.plain(), gap.whole) if left is not None and right is not None
        ]
        low = max([low, *(node.items[left].start for left, right in pairs if right < gap.key)])
        high = min([high, *(node.items[left].start for left, right in pairs if right > gap.key)])
    return low, high


def rivals_of(entry: Gap) -> list[Region]:
    """Untaken branches beside an entry that print its key as well: one of them may stand in its place."""
    node, key = entry.node, entry.key
    if node is None or not isinstance(key, str) or key not in node.entries:
        return []
    document, offsets = entry.document, entry.document.offsets
    first, last = node.keys[key].start, node.entries[key].end
    beside = [
        (bisect_left(offsets, blank_before(document.text, first)), bisect_right(offsets, first)),
        (bisect_left(offsets, last), bisect_right(offsets, blank_after(document.text, last))),
    ]
    found: dict[int, Region] = {}
    for low, high in beside:
        for piece in document.pieces[low:high]:
            region = piece.region
            if region is not None and region.path_condition.keyword != "quiet" and f"{key}:" in piece.text:
                found[id(region)] = region
    return list(found.values())[:MAX_REGIONS]


def later_ones(entry: Gap) -> list[Region]:
    """Untaken branches further down in a map that print the key of an entry once more: YAML takes the last one.

    Of a text that no value changes, that may be a branch whose keys values name.
    """
    node, key, document = entry.node, entry.key, entry.document
    if node is None or not isinstance(key, str) or key not in node.entries:
        return []
    named = f"|{MARK}(?::|$)" if is_fixed(document, node.entries[key]) else ""
    prints, last = re.compile(rf"^\s*(?:{re.escape(key)}:{named})", re.MULTILINE), node.entries[key].end
    found = [region for region, shown, _ in _known_producers(entry, node) if prints.search(shown)]
    return [region for region in found if document.place_of(region) >= last][:MAX_REGIONS]


def is_fixed(document: Document, node: Node) -> bool:
    """Whether a scalar is printed from no value."""
    sources = (piece.source for piece in document.under(node))
    return node.kind == "scalar" and not any(_is_of_values(source) for source in sources if source is not None)


def _is_of_values(source: Value) -> bool:
    return any(not str(path[0]).startswith("@") for path in source.taint if path)


def _is_other_item(gap: Gap, shown: str, words: tuple[str, ...], rank: int) -> bool:
    """Whether a branch prints an item with some of the missing one's fields, but not all."""
    if not isinstance(gap.target, dict) or not isinstance(gap.key, int) or rank >= len(words):
        return False
    return words[rank].endswith(":") and any(f"{key}:" not in shown for key in gap.target)


def is_spelled_out(gap: Gap) -> bool:
    """Whether an untaken branch spells out the missing text, a part of it or an item's name, and not just a value."""
    name = gap.target.get("name") if isinstance(gap.target, dict) else None
    if gap.node is None or not isinstance(gap.target if name is None else name, str):
        return False
    producers = _known_producers(gap, gap.node)
    if name is not None:
        named = (line for _, _, spelled in producers for line in spelled.splitlines())
        return any(_NAMED.sub("", line).strip("\"'") == name for line in named)
    lines = (line for _, shown, _ in producers for line in shown.splitlines())
    head, mark, _ = gap.target.partition("=")
    return any(head + mark in line or _alike(line, gap.target) >= LEAST_SPELLED_OUT for line in lines)


def spells_key(gap: Gap) -> bool:
    """Whether an untaken branch has the missing key in its own words, and not as one of a map of the values."""
    if gap.node is None:
        return False
    key = re.compile(rf"^\s*[\"']?{re.escape(str(gap.key))}[\"']?:", re.MULTILINE)
    return any(key.search(own) for _, _, own in _known_producers(gap, gap.node))


def _known_producers(gap: Gap, node: Node) -> list[tuple[Region, str, str]]:
    known = gap.document.speakers
    key = (id(node), gap.kind == "missing", gap.key if gap.key in node.entries else None)
    if key not in known:
        known[key] = _producers(gap.document, node, _taken(gap))
    return known[key]


def _alike(shown: str, target: str) -> int:
    """How many letters a line shares with the target, if they are equal apart from the values in the line."""
    best = 0
    for line in shown.splitlines() if MARK in shown else ():
        fixed = line.strip().removeprefix("- ").strip("\"'").split(MARK)
        if len(fixed) > 1 and re.fullmatch(".*".join(map(re.escape, fixed)), target, re.DOTALL):
            best = max(best, sum(map(len, fixed)))
    return best


def _producers(document: Document, node: Node, taken: list[tuple[int, int]]) -> list[tuple[Region, str, str]]:
    """The outermost untaken branches within a node that print text of their own, with all that they would print.

    Once more as the template spells it out, with a mark for each key of the values: a loop prints those for any entry.
    """
    inside: dict[int, Region] = {}
    text: dict[int, list[tuple[str, str]]] = {}
    prints: set[int] = set()
    for offset, piece in document.placed_around(node):
        region = piece.region
        if region is None or region.path_condition.keyword == "quiet" or _within(offset, taken):
            continue
        inside[id(region)] = region
        if piece.text.replace(MARK, "").strip():
            prints.add(id(region))
        while region is not None:
            text.setdefault(id(region), []).append((piece.text, MARK if _is_key(piece) else piece.text))
            region = region.parent
    # a branch inside another one that prints something itself is read through the outer one
    return [
        (region, _joined(shown for shown, _ in text[id(region)]), _joined(own for _, own in text[id(region)]))
        for region in inside.values()
        if not any(id(outer) in prints for outer in _outer(region))
    ]


def _joined(texts: Iterable[str]) -> str:
    return _COMMENT.sub("", "".join(texts))


def _is_key(piece: Piece) -> bool:
    """Whether it is a key of a map of the values."""
    return piece.source is not None and any(path[-2:-1] == (KEY,) for path in piece.source.direct)


def _taken(gap: Gap) -> list[tuple[int, int]]:
    """Where the other items or entries of a container are: a branch inside one of them prints no new one."""
    node = gap.node
    if gap.kind != "missing" or node is None:
        return []
    children = [(item, item) for item in node.items]
    children += [(key, node.entries[name]) for name, key in node.keys.items() if name != gap.key]
    text = gap.document.text
    return sorted((first.start, blank_before(text, last.end)) for first, last in children if last.end > last.start)


def _within(offset: int, taken: list[tuple[int, int]]) -> bool:
    """Whether an offset lies in one of some sorted ranges that do not overlap."""
    index = bisect_left(taken, (offset,)) - 1
    return index >= 0 and taken[index][0] < offset < taken[index][1]


def _outer(region: Region) -> Iterator[Region]:
    parent = region.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _rank(text: str, words: tuple[str, ...]) -> int | None:
    """0 for the likeliest word, more for others, then branches that print just a value; None for all others."""
    for index, word in enumerate(words):
        if word in text:
            return index
    if not text.strip().strip("-: ").replace(MARK, "").strip("-: \n\"'"):
        return len(words)
    return len(words) + 1 if not words or MARK in text else None


def marked(document: Document, region: Region, *, in_list: bool = False) -> Document:
    """The document with an untaken branch taken; a mark alone on its line becomes an entry, or an item of a list."""
    return with_marks(make_document(document.template, turned(document.pieces, [region])), in_list=in_list)


def marked_lines(document: Document, node: Node, key: str | int, region: Region) -> tuple[Document, Node] | None:
    """The lines of a scalar with an untaken branch taken, and the scalar in them; None if they are not YAML alone."""
    low, high = document.text.rfind("\n", 0, node.start) + 1, document.text.find("\n", node.end)
    lines = _between(document, low, high if high >= 0 else len(document.text))
    made = make_document(document.template, turned(lines, [region]))
    found = made.root
    if found is not None and found.kind == "list" and len(found.items) == 1:
        found = found.items[0]
    if found is not None and found.kind == "map" and isinstance(key, str):
        found = found.entries.get(key)
    return None if found is None or found.kind != "scalar" else (made, found)


def _between(document: Document, low: int, high: int) -> list[Piece]:
    """The pieces of a stretch of the text, untaken branches at its ends included."""
    found = []
    first = max(bisect_left(document.offsets, low) - 1, 0)
    for index in range(first, bisect_right(document.offsets, high)):
        piece, place = document.pieces[index], document.offsets[index]
        if piece.region is not None:
            if place >= low:
                found.append(piece)
            continue
        start, end = max(low - place, 0), min(high - place, len(piece.text))
        if end > start or (not piece.text and place >= low):
            found.append(piece.with_text(piece.text[start:end]))
    return found


def marked_fragment(document: Document, region: Region, *, in_list: bool = False) -> Document:
    """An untaken branch alone; a mark alone on its line becomes an entry, or an item of a list."""
    key = (id(region), in_list)
    if key not in document.fragments:
        document.fragments[key] = with_marks(document.fragment(region), in_list=in_list)
    return document.fragments[key]
