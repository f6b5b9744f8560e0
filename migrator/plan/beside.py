"""Objects that could stay in Kustomize beside the release that would render them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from migrator.model import ResId

Beside: TypeAlias = Mapping[str, Mapping[str, frozenset[ResId]]]
"""Component -> environment -> objects."""


def joined(first: Beside, second: Beside) -> Beside:
    """All objects of both."""
    return {
        component: {
            name: first.get(component, {}).get(name, frozenset()) | second.get(component, {}).get(name, frozenset())
            for name in sorted({*first.get(component, {}), *second.get(component, {})})
        }
        for component in sorted({*first, *second})
    }
