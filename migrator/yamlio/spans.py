"""Where the nodes of a document stand, for messages that point at a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.model import Path, RepoPath, SourceSpan
from migrator.yamlio.reader import decode

_NO_PATH = RepoPath("")


def spans(data: bytes | str, path: RepoPath = _NO_PATH) -> Mapping[Path, SourceSpan]:
    """Line and column of every node of the first document by its path; a key's value counts as where the key stands.

    What an alias repeats is listed once, at its anchor. Empty for text that does not parse.
    """
    import yaml

    try:
        root = next(iter(yaml.compose_all(decode(data, path).removeprefix("\ufeff"), Loader=yaml.CSafeLoader)), None)
    except yaml.YAMLError:
        return {}
    found: dict[Path, SourceSpan] = {}
    seen: set[int] = set()
    pending: list[tuple[Path, Any, Any]] = [((), root, root)] if root is not None else []
    while pending:
        place, mark_of, node = pending.pop()
        mark = mark_of.start_mark
        found[place] = SourceSpan(path=path, line=mark.line + 1, column=mark.column + 1)
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            pending += [((*place, str(key.value)), key, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            pending += [((*place, index), item, item) for index, item in enumerate(node.value)]
    return found
