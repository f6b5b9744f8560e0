"""The image tags that a chart's default values name."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.types import ChartArchive
from migrator.model import Json, RepoPath


def tags_of(archive: ChartArchive) -> frozenset[str]:
    """Every `tag:` of values.yaml, and the tag of every `image: NAME:TAG`; none where it is no YAML."""
    from migrator.yamlio import Dialect, YamlError, read_value

    try:
        values = read_value(archive.files.get("values.yaml", b""), dialect=Dialect.SIGS, path=RepoPath("values.yaml"))
    except YamlError:
        return frozenset()
    return frozenset(_tags(values))


def _tags(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _tags(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, (dict, list)):
                yield from _tags(each)
            elif key.lower().endswith("tag") and each:
                yield str(each)
            elif key.lower().endswith("image") and isinstance(each, str):
                yield each.rpartition(":")[2]
