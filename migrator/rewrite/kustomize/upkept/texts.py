"""Fields and values as people write them."""

from __future__ import annotations

from migrator.graph.texts import texts_of
from migrator.inference.types import SplitValues
from migrator.model import KeyPath


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
