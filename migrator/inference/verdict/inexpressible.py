"""Places of objects that no value reaches: a template spells them out, the same whatever the values are.

Claimed only where the interpreter has looked at every branch: what is not proved to be fixed is only not found.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator

from migrator.inference.budget import LimitError, limited
from migrator.inference.hypothesis.compared_objects import Key, key_of
from migrator.inference.rendered_chart import chart_of
from migrator.inference.search.answer import Answer
from migrator.inference.types import InferenceRequest
from migrator.model import KeyPath
from migrator.templates.chart import Chart
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.interpreter.render import Interpreter, Run
from migrator.templates.output.documents import Document
from migrator.templates.output.split import split_documents, untaken_documents
from migrator.templates.provenance.randomness import is_generated
from migrator.templates.provenance.value import MARK, PathCondition, Piece

MOST_SECONDS = 5.0
"""Processor time to look at every branch."""
_ENTRY = re.compile(r" *([A-Za-z][\w./-]*):(?: |$)")
Place = tuple[Key, KeyPath]


def fixed_places(
    request: InferenceRequest, answer: Answer, environment: str, places: Iterable[Place]
) -> frozenset[Place]:
    """Those of the places, in objects that the chart prints, that are as they are under any values.

    Nothing is known where a render takes too long, where templates are not followed to their end, or where one changes
    the values that others see.
    """
    asked = sorted(set(places), key=repr)
    if not asked or answer.untrusted:
        return frozenset()
    chart = chart_of(request)
    try:
        with limited(time.process_time() + MOST_SECONDS):
            run = Interpreter(chart).run(answer.values[environment], answer.context.within(environment))
            if not run.complete or any(each.cut or each.mutated for each in run.templates.values()):
                return frozenset()
            documents = _only(run)
            lines = frozenset(_lines(chart))
            return frozenset(
                (key, path) for key, path in asked if key in documents and _is_fixed(documents[key], path, lines)
            )
    except LimitError:
        return frozenset()


def _lines(chart: Chart) -> Iterator[str]:
    for text in chart.templates.values():
        yield from (line.strip() for line in text.split("\n"))
    for sub in chart.charts:
        yield from _lines(sub)


def _only(run: Run) -> dict[Key, Document]:
    """The objects that one template alone can print: none where a template prints any object that values hold."""
    found: dict[Key, list[Document]] = {}
    for template in run.templates.values():
        if _prints_any_object(template.pieces):
            return {}
        for document in (*split_documents(template), *(untaken for _, untaken in untaken_documents(template))):
            if document.id is not None:
                found.setdefault(key_of(document.id), []).append(document)
    return {key: documents[0] for key, documents in found.items() if len(documents) == 1}


def _prints_any_object(pieces: Iterable[Piece]) -> bool:
    """Whether a value may stand at the margin, as a whole object would."""
    begun = ""
    for piece in pieces:
        is_first = not begun or (piece.text.strip() in ("apiVersion", "kind") and not begun.strip(" -"))
        if is_first and piece.source is not None and piece.source.taint:
            return True
        begun = (begun + piece.text).rpartition("\n")[2]
    return False


def _is_fixed(document: Document, path: KeyPath, lines: frozenset[str]) -> bool:
    """Whether the content of a place, or its absence, is fixed text of the template."""
    metadata, node = document.metadata, document.root
    if node is None or metadata is None:
        return False
    path_condition = document.path_condition_at(metadata)
    for key in path:
        if node.kind == "scalar" or not _is_closed(document, node, key, path_condition):
            return False
        child = node.entries.get(str(key)) if node.kind == "map" else _item(node, key)
        if child is None:
            return key == path[-1]
        last, node = node, child
    if node.kind != "scalar" or last.kind != "map" or node.start == node.end:  # what is empty may be filled
        return False
    start = document.text.rfind("\n", 0, node.start) + 1
    around = document.placed_around(node)
    return (
        document.text[start : node.end].strip() in lines
        and all(_is_text(piece, path_condition) for _, piece in around if piece.region is None)
        and all(text is not None for text in _untaken_lines(document, around))
    )


def _item(node: Node, key: str | int) -> Node | None:
    return node.items[key] if isinstance(key, int) and key < len(node.items) else None


def _is_closed(document: Document, node: Node, key: str | int, path_condition: PathCondition | None) -> bool:
    """Whether no value adds an entry of this name to a map, or anything to a list."""
    # the mark of a map's end stands before what follows it
    ends = {child.end: len(document.text[: child.end].rstrip()) for child in (*node.entries.values(), *node.items)}
    inner = [(child.start, ends[child.end]) for child in (*node.entries.values(), *node.items)]
    around = document.placed_around(node)
    for place, piece in around:
        within = any(start <= place and place + len(piece.text) <= end for start, end in inner)
        if piece.region is None and not within and not _is_text(piece, path_condition):
            return False
    column = node.start - document.text.rfind("\n", 0, node.start) - 1
    between = [(place, piece) for place, piece in around if not any(start < place < end for start, end in inner)]
    return all(_is_other(line, column, node, str(key)) for line in _untaken_lines(document, between))


def _is_other(line: str | None, column: int, node: Node, key: str) -> bool:
    """Whether a line of an untaken branch belongs to something else, or is an entry of another name."""
    if line is None:
        return False
    if len(line) - len(line.lstrip(" ")) != column:
        return True
    entry = _ENTRY.match(line)
    return node.kind == "map" and entry is not None and entry[1] not in (key, MARK)


def _untaken_lines(document: Document, around: Iterable[tuple[int, Piece]]) -> Iterator[str | None]:
    """The lines of untaken branches, each with its margin; None for one that goes on with a line that has begun."""
    untaken: dict[int, str] = {}
    for place, piece in around:
        if piece.region is not None:
            untaken[place] = untaken.get(place, "") + piece.text
    for place, text in untaken.items():
        begun = document.text[document.text.rfind("\n", 0, place) + 1 : place]
        first, *rest = text.split("\n")
        if first.strip():
            yield None if begun.strip(" -") else begun + first
        yield from (line for line in rest if line.strip())


def _is_text(piece: Piece, path_condition: PathCondition | None) -> bool:
    """Whether a piece is there whenever the object is, and always the same."""
    if piece.region is not None or (piece.source is not None and (piece.source.taint or is_generated(piece.source))):
        return False
    own = {id(each) for each in path_condition.chain()} if path_condition is not None else set()
    return all(
        id(each) in own or not each.condition.taint
        for each in (piece.path_condition.chain() if piece.path_condition else ())
    )
