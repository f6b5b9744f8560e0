"""Numbers that say how often something is printed: `range until N`, or `range` over the number itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.evaluator import Bench, State
from migrator.inference.inversion.expressions import invert
from migrator.templates.output.documents import Document
from migrator.templates.output.tree import Node
from migrator.templates.provenance.value import Gate, Value, plain

MOST = 1000
"""Nothing is printed more often than that."""


def fewer(gate: Gate) -> Iterator[Edits]:
    """Numbers under which a loop stops before one of its elements."""
    number = _number(gate)
    if number is not None and isinstance(gate.element, int):
        yield from islice(invert(number, gate.element), 2)


def more_objects(bench: Bench, state: State) -> Iterator[Edits]:
    """Numbers under which loops print as many objects of a kind as the target has."""
    lacking = Counter((bench.targets[i].id.group, bench.targets[i].id.kind) for i in bench.missing(state))
    printed: dict[int, tuple[Value, Counter[tuple[str, str]]]] = {}
    for documents in state.documents.values():
        for document in documents:
            kind = (document.id.group, document.id.kind) if document.id is not None else ("", "")
            for gate in _gates(document) if lacking[kind] else ():
                number = _number(gate)
                if number is not None:
                    printed.setdefault(id(gate.condition), (number, Counter()))[1][kind] += 1
    for number, kinds in printed.values():
        for kind, count in kinds.items():
            yield from _grown(number, count, lacking[kind])


def more_items(gap: Gap) -> Iterator[Edits]:
    """Numbers under which a list has as many items more as it lacks."""
    counts = Counter[int]()
    numbers: dict[int, Value] = {}
    for gate in (gate for item in _items(gap) for gate in _chain(gap.document, item)):
        number = _number(gate)
        if number is not None:
            counts[id(gate.condition)] += 1
            numbers[id(gate.condition)] = number
    for key, count in counts.items():
        yield from _grown(numbers[key], count, len(gap.siblings) or 1)


def _grown(number: Value, printed: int, lacking: int) -> Iterator[Edits]:
    now = plain(number)
    each, rest = divmod(printed, now) if isinstance(now, int) and now > 0 else (0, 1)
    if each and not rest and lacking % each == 0 and isinstance(now, int):
        yield from islice(invert(number, now + lacking // each), 2)


def _number(gate: Gate) -> Value | None:
    """What says how often a loop runs."""
    condition = gate.condition
    if gate.keyword != "range" or not isinstance(gate.element, int):
        return None
    number = condition
    if condition.op == "until" and len(condition.args) == 1:
        number = condition.args[0]
    elif condition.op == "untilStep" and [plain(arg) for arg in condition.args[::2]] == [0, 1]:
        number = condition.args[1]
    now = plain(number)
    counts = isinstance(now, int) and not isinstance(now, bool) and 0 <= now <= MOST
    return number if counts else None


def _gates(document: Document) -> list[Gate]:
    first = next((piece for piece in document.real if piece.text.strip()), None)
    return first.gate.chain() if first is not None and first.gate is not None else []


def _items(gap: Gap) -> list[Node]:
    return gap.node.items if gap.node is not None and isinstance(gap.key, int) else []


def _chain(document: Document, node: Node) -> list[Gate]:
    gate = document.gate_at(node)
    return gate.chain() if gate is not None else []
