"""The images that an object names, wherever it does."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.model import Json, Resource


def images_of(resource: Resource) -> Iterator[str]:
    """Every text of an object that stands under the key `image`."""
    yield from _under(dict(resource.body))


def _under(value: Json) -> Iterator[str]:
    for key, child in value.items() if isinstance(value, dict) else ():
        if key == "image" and isinstance(child, str):
            yield child
        yield from _under(child)
    for child in value if isinstance(value, list) else ():
        yield from _under(child)
