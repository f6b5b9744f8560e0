"""What a release renders with and without its patches -> the patches for what stays pinned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from migrator.model import Difference, DifferenceKind, KeyPath, ResId, Resource
from migrator.plan.json_patch import DELETE, operations, taken_back
from migrator.plan.types import PostRenderPatch


def remaining_patches(
    rendered: Mapping[ResId, Resource], patched: Mapping[ResId, Resource], pinned: Sequence[Difference]
) -> tuple[PostRenderPatch, ...]:
    """The patches that make of what the chart renders what was there, at the places of these differences alone.

    Objects are by their place in the cluster, and as the chart prints them. A difference of a whole object is one that
    the patches leave out.
    """
    places: dict[ResId, list[KeyPath]] = defaultdict(list)
    for difference in pinned:
        places[difference.resource].append(difference.path)
    found = []
    for res_id, paths in sorted(places.items()):
        made = rendered[res_id]
        steps = (DELETE,) if () in paths else operations(made.body, taken_back(made.body, patched[res_id].body, paths))
        found.append(PostRenderPatch(target=made.id, version=made.gvk.version, operations=steps))
    return tuple(found)


def is_of_patches(difference: Difference) -> bool:
    """Whether a patch can be why a release prints something else without it: patches bring no objects."""
    return bool(difference.path) or difference.kind is DifferenceKind.ADDED
