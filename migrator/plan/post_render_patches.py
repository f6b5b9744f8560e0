"""Differences that nothing admits -> post-render patches that undo them, while the chart says more than those.

Hooks are objects like any other here: a release has them only where Argo CD deploys it, where kustomize patches what
helm prints, hooks among it. Helm's own post-renderer never sees a hook, but such a release is installed without hooks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.model import Difference, DifferenceKind, Json, ResId, Resource
from migrator.plan.fit import Fit
from migrator.plan.json_patch import DELETE, apply_operations, operations, overwritten, taken_back
from migrator.plan.renames.fits import lost_needs
from migrator.plan.renames.kept_names import name_patches
from migrator.plan.types import PostRenderPatch
from migrator.signatures.features import WORKLOADS
from migrator.yamlio import same

MOST_TEXT = 65536
"""Characters of the operations of one environment, as JSON."""
FEW_LINES = 12
"""Lines of patches that are not too many however little the chart renders."""

_SECRET_KEYS = ("data", "stringData")
_DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """The patches of one environment; `blocking` differences that no patch may pin, and why."""

    patches: tuple[PostRenderPatch, ...] = ()
    blocking: tuple[Difference, ...] = ()
    why: str = ""
    better_beside: Mapping[ResId, str] = field(default_factory=dict)
    """Objects that the release could do without, and why they had better stay in Kustomize than be patched."""

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
    if not grouped and not fit.kept:
        return Pins()
    every = tuple(open_differences)
    if lost := lost_needs(fit, every):
        return Pins(blocking=lost, why="what comes under another name cannot do without")
    if problem := _unpatchable(fit):
        return Pins(blocking=(*every, *fit.undone), why=problem)
    patches: list[PostRenderPatch] = []
    blocking: list[Difference] = []
    reasons: dict[ResId, str] = {}
    for res_id, found in sorted(grouped.items()):
        patch, why = _patch(res_id, found, fit)
        if patch is None:
            blocking += found
            reasons[res_id] = why
        else:
            patches.append(patch)
    if not reasons and sum(len(json.dumps(each.operations)) for each in patches) > MOST_TEXT:
        why = "the differences are too large for patches"
        return Pins(blocking=every, why=why, better_beside=_mostly_patched(patches, fit))
    if not reasons and (why := _excess(patches, fit)):
        return Pins(blocking=every, why=why, better_beside=_mostly_patched(patches, fit))
    return Pins(
        patches=(*name_patches(fit.kept), *patches),
        blocking=tuple(blocking),
        why=next(iter(reasons.values()), ""),
        better_beside={res_id: why for res_id, why in reasons.items() if _can_do_without(res_id, fit)},
    )


def _can_do_without(res_id: ResId, fit: Fit) -> bool:
    """Whether a patch could take the object out of the release, so that its manifest stays: not of what runs."""
    return res_id.kind not in WORKLOADS and res_id in fit.targets and not _undeletable(res_id, fit)


def _mostly_patched(patches: Sequence[PostRenderPatch], fit: Fit) -> Mapping[ResId, str]:
    """Objects of which patches would say more than the chart does."""
    keys = {resource.id: key for key, resource in fit.rendered.items()}
    found = {}
    for patch in patches:
        if patch.operations == (DELETE,):
            continue
        body = fit.rendered[keys[patch.target]].body
        kept = _lines(body) - sum(map(_lines, overwritten(body, patch.operations)))
        if sum(map(_said, patch.operations)) > kept and _can_do_without(keys[patch.target], fit):
            found[keys[patch.target]] = "patches would say more of it than the chart"
    return found


def _excess(patches: Sequence[PostRenderPatch], fit: Fit) -> str:
    """Why patches are no way to keep a release: they say more than what the chart renders and they leave alone."""
    made = {resource.id: resource for resource in fit.rendered.values()}
    said = sum(_said(operation) for patch in patches for operation in patch.operations) + len(fit.kept)
    kept = sum(_lines(each.body) for each in made.values() if each.gvk.kind != _DEFINITION)
    for patch in patches:
        if made[patch.target].gvk.kind != _DEFINITION:
            gone = [made[patch.target].body] if patch.operations == (DELETE,) else None
            kept -= sum(map(_lines, gone or overwritten(made[patch.target].body, patch.operations)))
    return "" if said <= max(FEW_LINES, kept) else f"patches would say {said} lines, the chart no more than {kept}"


def _said(operation: Mapping[str, Json]) -> int:
    return _lines(operation["value"]) if "value" in operation else 1


def _lines(value: Json) -> int:
    """The lines that a value takes, maps and lists not counted by themselves: those of its texts and other scalars."""
    if isinstance(value, Mapping):
        return sum(map(_lines, value.values())) or 1
    if isinstance(value, list):
        return sum(map(_lines, value)) or 1
    return value.strip().count("\n") + 1 if isinstance(value, str) else 1


def _patch(res_id: ResId, found: Sequence[Difference], fit: Fit) -> tuple[PostRenderPatch | None, str]:
    if why := _undeletable(res_id, fit):
        return None, why
    rendered = fit.rendered[res_id]
    if res_id in fit.taken or any(not each.path and each.kind is DifferenceKind.ADDED for each in found):
        return PostRenderPatch(target=rendered.id, version=rendered.gvk.version, operations=(DELETE,)), ""
    if rendered.gvk.kind == "Secret" and any(each.path[:1] and each.path[0] in _SECRET_KEYS for each in found):
        return None, f"the data of {res_id} would have to stand in a patch"
    before, after = fit.targets[res_id].body, rendered.body
    goal = taken_back(after, before, [each.path for each in found])
    steps = operations(after, goal)
    made = replace(rendered, body=goal)
    made = fit.shared.applied(made) if fit.shared is not None else made
    left = fit.differing([fit.targets[res_id]], [made])
    if {each.id for each in left} & {each.id for each in found} or not same(apply_operations(after, steps), goal):
        return None, f"no patch expresses how {res_id} differs"
    return PostRenderPatch(target=rendered.id, version=rendered.gvk.version, operations=steps), ""


def _undeletable(res_id: ResId, fit: Fit) -> str:
    """Why no patch reaches what the chart renders of an object; empty where one does."""
    rendered = fit.rendered.get(res_id)
    if rendered is None:
        return f"{res_id} is not rendered"
    return _unreached(rendered, fit.rendered.values())


def _unreached(resource: Resource, among: Collection[Resource]) -> str:
    return "" if _is_alone(resource, among) else f"a patch cannot tell {resource.id} from another object of the chart"


def _unpatchable(fit: Fit) -> str:
    """Why kustomize would refuse the chart's output as a whole."""
    if any(not each.id.name for each in fit.rendered.values()):
        return "the chart renders an object without a name, which kustomize refuses"
    printed = {**fit.rendered, **fit.kept}.values()
    return next(filter(None, (_unreached(each, printed) for each in fit.kept.values())), "")


def _is_alone(resource: Resource, among: Iterable[Resource]) -> bool:
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
        for each in among
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
