"""What a deployer is told beside the values: whether the objects of `crds/` and the hooks belong to the release."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.compare import is_hook
from migrator.inference.hypothesis.compared_objects import key_of
from migrator.inference.types import InferenceRequest, ReleaseOptions
from migrator.model import Difference, Impact, ResId, Resource

Rendered = Mapping[str, tuple[Resource, ...]]


def release_options(
    request: InferenceRequest,
    rendered: Rendered,
    differences: Mapping[str, tuple[Difference, ...]],
    of_crds: Mapping[str, frozenset[ResId]],
) -> ReleaseOptions:
    """The options under which the release takes over no more than the targets have, the same in every environment.

    The objects of `crds/` belong to it where every environment has all of them as the chart has them: no patch could
    change them. Hooks do where every one of them is a hook in the target as well: helm deletes a plain object that
    becomes one (fact F7). `rendered` and `differences` are those without any option.
    """
    crds = _why_without_crds(request, differences, of_crds)
    hooks = _why_without_hooks(request, rendered) if request.can_skip_hooks else ""
    return ReleaseOptions(
        include_crds=not crds, hooks="skip" if hooks else "run", reasons=tuple(filter(None, (crds, hooks)))
    )


def _why_without_crds(
    request: InferenceRequest,
    differences: Mapping[str, tuple[Difference, ...]],
    of_crds: Mapping[str, frozenset[ResId]],
) -> str:
    differ = any(
        each.resource in found and each.impact > Impact.NONE
        for name, found in of_crds.items()
        for each in differences[name]
    )
    is_included = not differ if request.include_crds is None else request.include_crds
    own = {key_of(each) for found in of_crds.values() for each in found}
    if is_included or not own:
        return ""
    held = {key_of(each.id) for targets in request.targets.values() for each in targets} & own
    if not held:
        return (
            f"includeCRDs: false: nothing of the chart's crds/ is here ({_counted(len(own), 'object')}); "
            "whoever installs it goes on doing so"
        )
    if len(held) < len(own):
        return (
            f"includeCRDs: false: a part of the chart's crds/ is here ({len(held)} of {_counted(len(own), 'object')}); "
            "it stays in Kustomize, which goes on upgrading it"
        )
    return (
        "includeCRDs: false: the CRDs here are not as the chart's crds/ has them; "
        "they stay in Kustomize, which goes on upgrading them"
    )


def _why_without_hooks(request: InferenceRequest, rendered: Rendered) -> str:
    hooks, absent, plain = set(), set(), set()
    for name, found in rendered.items():
        targets = {key_of(each.id): request.knows_hooks and is_hook(each) for each in request.targets[name]}
        own = {key_of(each.id) for each in found if is_hook(each)}
        hooks |= own
        absent |= own - targets.keys()
        plain |= {key for key in own & targets.keys() if not targets[key]}
    if not absent and not plain:
        return ""
    if plain:
        return (
            f"hooks: skip: plain objects here would become hooks of the chart ({len(plain)} of {len(hooks)}), "
            "and Helm would delete them; they stay in Kustomize"
        )
    if absent == hooks:
        return f"hooks: skip: none of the chart's hooks is here ({len(hooks)})"
    return f"hooks: skip: {len(absent)} of the chart's {len(hooks)} hooks are not here; the others stay in Kustomize"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
