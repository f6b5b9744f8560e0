"""Differences that nothing admits -> post-render patches that take them back, while that stays reasonable."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.compare import compare, is_hook
from migrator.model import Difference, DifferenceKind, Json, ResId, Resource
from migrator.plan.fit import Fit
from migrator.plan.json_patch import DELETE, apply_operations, operations, taken_back
from migrator.plan.types import PostRenderPatch
from migrator.yamlio import same

LARGEST_SHARE = 0.4
"""Of the rendered objects of an environment that patches may touch."""
ALWAYS_ALLOWED = 2
"""Objects that patches may touch however small the chart is."""
MOST_OPERATIONS = 400
"""Over all environments of a component."""
MOST_TEXT = 65536
"""Characters of the operations of one environment, as JSON."""
LARGEST_FIELDS = 0.2
"""Operations in proportion to the fields that the chart renders: beyond it the patches say more than the values."""
FEW_OPERATIONS = 12
"""Operations that are not too many however little the chart renders."""

_SECRET_KEYS = ("data", "stringData")
_DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """The patches of one environment; `blocking` differences that no patch may pin, and why."""

    patches: tuple[PostRenderPatch, ...] = ()
    blocking: tuple[Difference, ...] = ()
    why: str = ""

    @property
    def count(self) -> int:
        return sum(len(patch.operations) for patch in self.patches)


def pin(fit: Fit, open_differences: Sequence[Difference]) -> Pins:
    """The patches that keep an environment as it was, or what stands against them.

    Every patch is checked here: applied to what the chart renders it gives what was there.
    """
    grouped: dict[ResId, list[Difference]] = defaultdict(list)
    for difference in open_differences:
        grouped[difference.resource].append(difference)
    for res_id in fit.taken:
        grouped.setdefault(res_id, [])
    if not grouped:
        return Pins()
    every = tuple(open_differences)
    if problem := _unpatchable(fit):
        return Pins(blocking=every, why=problem)
    limit = max(ALWAYS_ALLOWED, int(LARGEST_SHARE * len(fit.rendered)))
    if len(grouped) > limit:
        return Pins(blocking=every, why=f"{len(grouped)} of {len(fit.rendered)} objects differ")
    patches: list[PostRenderPatch] = []
    blocking: list[Difference] = []
    reasons: list[str] = []
    for res_id, found in sorted(grouped.items()):
        patch, why = _patch(res_id, found, fit)
        if patch is None:
            blocking += found
            reasons.append(why)
        else:
            patches.append(patch)
    if not reasons and sum(len(json.dumps(each.operations)) for each in patches) > MOST_TEXT:
        return Pins(blocking=every, why="the differences are too large for patches")
    if not reasons and (why := _excess(patches, fit)):
        return Pins(blocking=every, why=why)
    return Pins(patches=tuple(patches), blocking=tuple(blocking), why=reasons[0] if reasons else "")


def _excess(patches: Sequence[PostRenderPatch], fit: Fit) -> str:
    """Why so many operations are no way to keep a release; empty where they are few beside what the chart renders."""
    count = sum(len(patch.operations) for patch in patches if patch.operations != (DELETE,))
    fields = sum(_leaves(each.body) for each in fit.rendered.values() if each.gvk.kind != _DEFINITION)
    if count <= max(FEW_OPERATIONS, LARGEST_FIELDS * fields):
        return ""
    return f"{count} patch operations on {fields} fields"


def _leaves(value: Json) -> int:
    if isinstance(value, Mapping):
        return sum(_leaves(each) for each in value.values()) or 1
    return (sum(_leaves(each) for each in value) or 1) if isinstance(value, list) else 1


def _patch(res_id: ResId, found: Sequence[Difference], fit: Fit) -> tuple[PostRenderPatch | None, str]:
    rendered = fit.rendered.get(res_id)
    if rendered is None:
        return None, f"{res_id} is not rendered"
    if not _is_alone(rendered, fit):
        return None, f"a patch cannot tell {res_id} from another object of the chart"
    if is_hook(rendered):
        return None, f"{res_id} is a Helm hook, and Helm's post-renderer never sees hooks"
    if res_id in fit.taken or any(not each.path and each.kind is DifferenceKind.ADDED for each in found):
        return PostRenderPatch(target=rendered.id, version=rendered.gvk.version, operations=(DELETE,)), ""
    if any(each.kind is DifferenceKind.HOOK for each in found):
        return None, f"{res_id} becomes or stops being a Helm hook"
    if rendered.gvk.kind == "Secret" and any(each.path[:1] and each.path[0] in _SECRET_KEYS for each in found):
        return None, f"the data of {res_id} would have to stand in a patch"
    before, after = fit.targets[res_id].body, rendered.body
    goal = taken_back(after, before, [each.path for each in found])
    steps = operations(after, goal)
    made = replace(rendered, body=goal)
    made = fit.shared.applied(made) if fit.shared is not None else made
    left = compare([fit.targets[res_id]], [made], release_namespace=res_id.namespace)
    if {each.id for each in left} & {each.id for each in found} or not same(apply_operations(after, steps), goal):
        return None, f"no patch expresses how {res_id} differs"
    return PostRenderPatch(target=rendered.id, version=rendered.gvk.version, operations=steps), ""


def _unpatchable(fit: Fit) -> str:
    """Why kustomize would refuse the chart's output as a whole."""
    if any(not each.id.name for each in fit.rendered.values()):
        return "the chart renders an object without a name, which kustomize refuses"
    ids = Counter((each.gvk, each.id) for each in fit.rendered.values())
    if ids and max(ids.values()) > 1:
        return "the chart renders an object twice, which kustomize refuses"
    return ""


def _is_alone(resource: Resource, fit: Fit) -> bool:
    """Whether a patch's target, which leaves out what is empty, means this object only."""
    wanted: Mapping[str, str] = {
        "group": resource.gvk.group,
        "version": resource.gvk.version,
        "kind": resource.gvk.kind,
        "namespace": resource.id.namespace,
        "name": resource.id.name,
    }
    met = [
        each
        for each in fit.rendered.values()
        if all(
            not text or text == found
            for text, found in zip(
                wanted.values(),
                (each.gvk.group, each.gvk.version, each.gvk.kind, each.id.namespace, each.id.name),
                strict=True,
            )
        )
    ]
    return len(met) == 1
