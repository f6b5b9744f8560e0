"""Numbers that say how often something is printed: `range until N`, or `range` over the number itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.evaluator import Evaluator
from migrator.inference.hypothesis.state import State
from migrator.inference.inversion.inverter import invert
from migrator.templates.golang.yaml_tree import Node
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import PathCondition, Piece, Value, plain

MOST = 1000
"""Larger numbers do not count repetitions."""


def fewer(path_condition: PathCondition) -> Iterator[Edits]:
    """Numbers under which a loop stops before one of its elements."""
    number = _number(path_condition)
    if number is not None and isinstance(path_condition.element, int):
        yield from islice(invert(number, path_condition.element), 2)


def more_objects(evaluator: Evaluator, state: State) -> Iterator[Edits]:
    """Numbers under which loops print as many objects of a kind as the target has."""
    lacking = Counter((evaluator.targets[i].id.group, evaluator.targets[i].id.kind) for i in evaluator.missing(state))
    printed: dict[int, tuple[Value, Counter[tuple[str, str]]]] = {}
    for documents in state.documents.values():
        for document in documents:
            kind = (document.id.group, document.id.kind) if document.id is not None else ("", "")
            for path_condition in _path_conditions(document) if lacking[kind] else ():
                number = _number(path_condition)
                if number is not None:
                    printed.setdefault(id(path_condition.condition), (number, Counter()))[1][kind] += 1
    for number, kinds in printed.values():
        for kind, count in kinds.items():
            yield from _grown(number, count, lacking[kind])


def more_items(gap: Gap) -> Iterator[Edits]:
    """Numbers under which a list has as many items more as it lacks."""
    counts = Counter[int]()
    numbers: dict[int, Value] = {}
    for path_condition in (path_condition for item in _items(gap) for path_condition in _chain(gap.document, item)):
        number = _number(path_condition)
        if number is not None:
            counts[id(path_condition.condition)] += 1
            numbers[id(path_condition.condition)] = number
    for key, count in counts.items():
        yield from _grown(numbers[key], count, len(gap.siblings) or 1)


def as_often(gap: Gap) -> Iterator[Edits]:
    """Numbers under which a text repeats a part as often as the target does."""
    if gap.node is None or not isinstance(gap.now, str) or not isinstance(gap.target, str):
        return
    parts: dict[int, tuple[Value, list[Piece]]] = {}
    for piece in gap.document.under(gap.node):
        for path_condition in piece.path_condition.chain() if piece.path_condition is not None else ():
            number = _number(path_condition)
            if number is not None and piece.region is None:
                parts.setdefault(id(path_condition.condition), (number, []))[1].append(piece)
    for number, pieces in parts.values():
        now = plain(number)
        sign = max((piece.text.strip() for piece in pieces), key=len)
        inside = "".join(piece.text for piece in pieces).count(sign) if sign else 0
        each, rest = divmod(inside, now) if isinstance(now, int) and now > 0 else (0, 1)
        more = gap.target.count(sign) - gap.now.count(sign) if each and not rest else 0
        if more and more % each == 0 and isinstance(now, int):
            yield from islice(invert(number, now + more // each), 2)


def _grown(number: Value, printed: int, lacking: int) -> Iterator[Edits]:
    now = plain(number)
    each, rest = divmod(printed, now) if isinstance(now, int) and now > 0 else (0, 1)
    if each and not rest and lacking % each == 0 and isinstance(now, int):
        yield from islice(invert(number, now + lacking // each), 2)


def _number(path_condition: PathCondition) -> Value | None:
    """What says how often a loop runs."""
    condition = path_condition.condition
    if path_condition.keyword != "range" or not isinstance(path_condition.element, int):
        return None
    number = condition
    if condition.op == "until" and len(condition.args) == 1:
        number = condition.args[0]
    elif condition.op == "untilStep" and [plain(arg) for arg in condition.args[::2]] == [0, 1]:
        number = condition.args[1]
    now = plain(number)
    counts = isinstance(now, int) and not isinstance(now, bool) and 0 <= now <= MOST
    return number if counts else None


def _path_conditions(document: Document) -> list[PathCondition]:
    first = next((piece for piece in document.real if piece.text.strip()), None)
    return first.path_condition.chain() if first is not None and first.path_condition is not None else []


def _items(gap: Gap) -> list[Node]:
    return gap.node.items if gap.node is not None and isinstance(gap.key, int) else []


def _chain(document: Document, node: Node) -> list[PathCondition]:
    path_condition = document.path_condition_at(node)
    return path_condition.chain() if path_condition is not None else []
