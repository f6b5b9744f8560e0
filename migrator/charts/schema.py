"""What the schemas of a chart refer to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from migrator.model import Json

SCHEMA = "values.schema.json"


def outside_references(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """References of a chart's schemas, its subcharts' included, that lead out of them: helm would fetch those."""
    found: dict[str, None] = {}
    for path, data in sorted(files.items()):
        if path.rsplit("/", 1)[-1] == SCHEMA:
            try:
                found.update((each, None) for each in _references(json.loads(data)))
            except (ValueError, RecursionError):
                continue  # helm says what is wrong with it
    return tuple(found)


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "$ref" and isinstance(item, str):
                if not item.startswith("#"):
                    yield item
            else:
                yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)
