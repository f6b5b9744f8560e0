"""Objects that the chart makes under another name, and a patch gives the name that they have in the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrator.model import ResId, Resource
from migrator.plan.fit import Fit
from migrator.plan.json_patch import named
from migrator.plan.reasons import listed
from migrator.plan.types import PostRenderPatch
from migrator.signatures.features import WORKLOADS


def with_kept_names(each: Fit) -> Fit:
    """The fit of a release in which whatever the chart makes under another name has the name that it has now."""
    held = each.there.objects if each.there is not None else {}
    pairs = {
        difference.resource: difference.counterpart
        for difference in each.leaving
        if difference.counterpart is not None and _can_be_kept(held[difference.resource], difference.counterpart, each)
    }
    if not pairs:
        return each
    printed = {old: each.rendered[new] for old, new in pairs.items()}
    made = {old: _called(resource, old.name) for old, resource in printed.items()}
    gone = {old: held[old] for old in pairs}
    ids, news = {resource.id for resource in gone.values()}, set(pairs.values())
    return replace(
        each,
        targets=dict(sorted({**each.targets, **gone}.items())),
        rendered=dict(sorted({**{key: one for key, one in each.rendered.items() if key not in news}, **made}.items())),
        differences=(
            *(difference for difference in each.differences if difference.resource not in news),
            *each.differing(gone.values(), made.values()),
        ),
        companions=tuple(res_id for res_id in each.companions if res_id not in ids),
        leaving=tuple(difference for difference in each.leaving if difference.resource not in pairs),
        kept=printed,
        undone=tuple(difference for difference in each.leaving if difference.resource in pairs),
    )


def _can_be_kept(target: Resource, new: ResId, each: Fit) -> bool:
    """Not the name of a hook, nor one that kustomize keeps up to date, nor where another name is accepted."""
    if target.id in {*each.hooks, *each.left_out} or new in {*each.renamed.values(), *each.taken}:
        return False
    return target.origin is None or not target.origin.generated


def name_patches(kept: Mapping[ResId, Resource]) -> tuple[PostRenderPatch, ...]:
    """The patches that give objects the names that they have; further patches call them by these."""
    return tuple(
        PostRenderPatch(target=printed.id, version=printed.gvk.version, operations=named(key.name))
        for key, printed in sorted(kept.items(), key=lambda item: item[0])
    )


def told_names(fits: Mapping[str, Fit]) -> str:
    """`Deployment.apps web/a, which the chart calls b`, for each of them once; workloads first."""
    pairs = {(old.kind not in WORKLOADS, old, new.id.name) for each in fits.values() for old, new in each.kept.items()}
    return listed([f"{old}, which the chart calls {name}" for _, old, name in sorted(pairs)])


def _called(resource: Resource, name: str) -> Resource:
    metadata = resource.body["metadata"]
    body = {**resource.body, "metadata": {**metadata, "name": name}}
    return replace(resource, id=replace(resource.id, name=name), body=body)
