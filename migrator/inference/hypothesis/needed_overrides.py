"""Overrides that cannot be removed: an object shows their value, or a branch is taken because of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.inference.assignments.values_tree import MISSING, Tree
from migrator.inference.inversion.scalars import scalar_text
from migrator.model import Json, KeyPath
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import PathCondition, Value, plain, truth


def needed_overrides(documents: Iterable[Document], tree: Tree) -> frozenset[KeyPath]:
    """Overrides whose defaults would print something else in these documents, and the maps and lists above them."""
    found: set[KeyPath] = set()
    asked: set[int] = set()
    for document in documents:
        for piece in document.real:
            if piece.source is not None:
                found.update(_printing(piece.source, tree))
            for path_condition in _new(piece.path_condition, asked) if piece.text.strip() else ():
                if path_condition.keyword in ("if", "with"):
                    found.update(_opening(path_condition.condition, path_condition.wanted, tree))
    return frozenset(path[:length] for path in found for length in range(1, len(path) + 1))


def _new(path_condition: PathCondition | None, asked: set[int]) -> Iterator[PathCondition]:
    while path_condition is not None and id(path_condition) not in asked:
        asked.add(id(path_condition))
        yield path_condition
        path_condition = path_condition.parent


def _printing(source: Value, tree: Tree) -> Iterator[KeyPath]:
    """The path of the value without which something else would be printed."""
    path = _place(source, tree)
    if path and all(_text(other) != _text(plain(source)) for other in _otherwise(source, path, tree)):
        yield path


def _opening(condition: Value, wanted: bool, tree: Tree) -> Iterator[KeyPath]:
    """The paths of the values without which a branch would not be taken."""
    if condition.op == ("and" if wanted else "or"):
        for part in condition.args:
            yield from _opening(part, wanted, tree)
    elif condition.op == "not":
        yield from _opening(condition.args[0], not wanted, tree)
    elif condition.op == "eq" and wanted and len(condition.args) == 2:
        for one, other in (condition.args, condition.args[::-1]):
            if not other.taint:
                yield from _printing(one, tree)
    elif path := _place(condition, tree):
        others = [False if other is MISSING else other for other in _otherwise(condition, path, tree)]
        if all(truth(Value(other)) != wanted for other in others):
            yield path


def _place(value: Value, tree: Tree) -> KeyPath:
    """The one path that a value comes from unchanged; empty where it is computed from others."""
    if value.op and value.op not in ("merge", "default") and not _is_plain_text(value):
        return ()
    # a library's value and that of the chart which is merged over it are one
    paths = {tree.above(path) for path in value.direct}
    return next(iter(paths)) if len(paths) == 1 else ()


def _otherwise(value: Value, path: KeyPath, tree: Tree) -> Iterator[Json]:
    """What the value might be if its path had its default."""
    yield tree.default(path)
    if value.op == "default":
        yield from (plain(other) for other in value.args[1:])


def _is_plain_text(source: Value) -> bool:
    """Whether a template in a value is none: it stays as it is."""
    return source.op == "tpl" and bool(source.args) and source.v == source.args[0].v


def _text(value: object) -> str | None:
    if value is MISSING:
        return None
    return repr(value) if isinstance(value, (dict, list)) else scalar_text(value)
