"""Values that objects show as they are: without one of them its object would not be what it is."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.inference.edits import MISSING, Tree
from migrator.inference.unify import scalar_text
from migrator.model import Path
from migrator.templates.documents import Document
from migrator.templates.value import Value, plain


def shown_overrides(documents: Iterable[Document], tree: Tree) -> frozenset[Path]:
    """Overrides, and the lists above them, whose default would print another text in these documents."""
    found: set[Path] = set()
    for document in documents:
        for piece in document.real:
            source = piece.source
            if source is None or (source.op and not _is_plain_text(source)):
                continue
            # what lies beneath another map of values is the same value
            paths = {tree.above(path) for path in source.direct}
            if len(paths) != 1 or paths & found:
                continue
            [path] = paths
            default = tree.default(path)
            if default is MISSING or _text(default) != _text(plain(source)):
                found.update(path[:length] for length in range(1, len(path) + 1))
    return frozenset(found)


def _is_plain_text(source: Value) -> bool:
    """Whether a template in a value is none: it stays as it is."""
    return source.op == "tpl" and bool(source.args) and source.v == source.args[0].v


def _text(value: object) -> str:
    return repr(value) if isinstance(value, (dict, list)) else scalar_text(value)
