"""Values of each environment -> what all share, and what each adds (lists whole, fact D4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.inference.types import SplitValues
from migrator.model import Json, laid_over
from migrator.yamlio import same


def split_values(values: Mapping[str, Mapping[str, Json]]) -> SplitValues:
    """The common part and the rest; merged again as Helm merges files they give each environment its own values."""
    names = sorted(values)
    if not names:
        return SplitValues()
    common = _shared([values[name] for name in names])
    rest = {name: _without(values[name], common) for name in names}
    return SplitValues(common=common, environments={name: tree for name, tree in rest.items() if tree})


def _shared(trees: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    first, *others = trees
    found: dict[str, Json] = {}
    for key, value in first.items():
        if not all(key in other for other in others):
            continue
        siblings = [other[key] for other in others]
        if all(same(value, sibling) for sibling in siblings):
            found[key] = value
        elif isinstance(value, Mapping) and value and all(isinstance(item, Mapping) and item for item in siblings):
            inner = _shared([value, *siblings])
            if inner:
                found[key] = inner
    return found


def _without(tree: Mapping[str, Json], common: Mapping[str, Json]) -> dict[str, Json]:
    rest: dict[str, Json] = {}
    for key, value in tree.items():
        if key not in common:
            rest[key] = value
        elif isinstance(value, Mapping) and isinstance(common[key], Mapping) and not same(value, common[key]):
            inner = _without(value, common[key])
            if inner:
                rest[key] = inner
    return rest


def effective(values: SplitValues, environment: str) -> dict[str, Json]:
    """The values of one environment: its file over the common one."""
    return laid_over(values.common, values.environments.get(environment, {}))
