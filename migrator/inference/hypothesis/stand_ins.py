"""Workloads and their like under other names: the chart's, which would take the place of the target's.

Objects are paired by identity, so a workload of another name is one too many and one missing. Taken as that alone,
switching it off would look like an improvement, and nothing of it would be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from migrator.model import Json, ResId, Resource
from migrator.templates.output.documents import Document

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_OTHERS = frozenset({("", "Service"), ("", "PersistentVolumeClaim"), ("batch", "CronJob")})
"""Kinds of further objects that stand for each other: what of an application one would know again."""
MOST = 12
"""Workloads without counterpart, on either side, beyond which none is taken for another."""
NAME_SHARE = 0.5
"""Of the cost of a missing object: what a stand-in costs in any case, so that the right name is always nearer."""
NAME_COST = 100.0
"""Of a workload of another name besides: a cluster would start it anew, so it is worth the names of smaller objects."""
UNLIKE_COST = 100.0
"""Of a name besides that has no more than half of the right one's words: none is called after a role for its sake."""
NONE_COST = 202.0
"""Of a missing workload for which the chart prints none: a chart without the application is no answer."""
NOTHING_COST = 300.0
"""Of a render without any workload where the target has one, however much else of it goes with them."""
SIDECAR_COST = 15.0
"""Of a container too many, up to two: a copy of the main one beside the main one must not look like a gain."""


def stand_ins(
    targets: Sequence[Resource],
    missing: Sequence[int],
    extra: Sequence[Document],
    distance: Callable[[int, Document], float],
) -> Mapping[int, Document]:
    """Index of a missing object -> the nearest one of another name; for a workload those of its own kind first."""
    lacking = [index for index in missing if _family(targets[index].id)]
    free = [document for document in extra if document.id is not None and _family(document.id)]
    if not lacking or not free or max(len(lacking), len(free)) > MOST:
        return {}
    ranked = sorted(
        (targets[index].id.kind != document.id.kind, distance(index, document), index, place)
        for index in lacking
        for place, document in enumerate(free)
        if document.id is not None and _family(document.id) == _family(targets[index].id)
    )
    found: dict[int, Document] = {}
    taken: set[int] = set()
    for _, _, index, place in ranked:
        if index not in found and place not in taken:
            found[index] = free[place]
            taken.add(place)
    return found


def _family(res: ResId) -> str:
    """What may stand for each other; empty for kinds of which there are many in any release."""
    if is_workload(res):
        return "workload"
    return res.kind if (res.group, res.kind) in _OTHERS else ""


def is_workload(res: ResId) -> bool:
    """Whether it runs an application for good."""
    return res.group == "apps" and res.kind in WORKLOADS


def stand_in_cost(target: ResId, instead: ResId, missing: float, distance: float) -> float:
    """The cost of a target that a stand-in of some distance takes the place of: less than missing, more than named."""
    name = _name_cost(target.name, instead.name) if is_workload(target) else 0.0
    return NAME_SHARE * missing + (1 - NAME_SHARE) * distance + name


def _name_cost(wanted: str, now: str) -> float:
    """Of a workload's wrong name: less where it has most words of the right one, however many others."""
    words = set(wanted.split("-"))
    return NAME_COST + UNLIKE_COST * (2 * len(words.intersection(now.split("-"))) <= len(words))


def sidecars(target: Mapping[str, Json], printed: Mapping[str, Json]) -> int:
    """How many containers more a pod would run."""
    return max(_containers(printed) - _containers(target), 0)


def _containers(body: Mapping[str, Json]) -> int:
    pod: Json = body
    for key in ("spec", "template", "spec", "containers"):
        pod = pod.get(key) if isinstance(pod, Mapping) else None
    return len(pod) if isinstance(pod, list) else 0
