"""The texts of an object, each with the field that holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.inference.types import SplitValues
from migrator.model import Json, KeyPath


def texts_of(value: Json, at: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text below a value and its path; a key that is looked at like a text has the path of its value."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            path = (*at, str(key))
            yield path, str(key)
            yield from texts_of(child, path)
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value):
            yield from texts_of(child, (*at, number))


def field_of(path: KeyPath) -> str:
    """`spec.containers[0].image`."""
    text = ""
    for each in path:
        text += f"[{each}]" if isinstance(each, int) else f".{each}" if text else str(each)
    return text


def value_with(text: str, values: SplitValues) -> str:
    """The value of a chart that would hold a text, as `the value a.b`; empty where none does."""
    for held in (values.common, *(values.environments[name] for name in sorted(values.environments))):
        for path, found in texts_of(held):
            if text in found:
                return f"the value {field_of(path)}"
    return ""
