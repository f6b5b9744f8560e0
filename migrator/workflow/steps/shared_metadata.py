"""Values once more, where a kustomization puts labels or annotations on every object: of what is underneath them.

Many charts have values for annotations, each of some objects. Where one field of a kustomization says it of all, the
values are better off without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.compare import compare
from migrator.inference.assignments.values_tree import leaves
from migrator.model import Difference, Resource
from migrator.plan.common import Common, common_of, with_common
from migrator.plan.fit import Fit, fit, present
from migrator.workflow.steps.infer import Answer

if TYPE_CHECKING:
    from migrator.inference.types import Inference, InferenceRequest

Ask = Callable[[Sequence["InferenceRequest"]], Sequence[Answer]]


def with_underneath(requests: Sequence[InferenceRequest], answers: Sequence[Answer], ask: Ask) -> tuple[Answer, ...]:
    """The answers; those to what is underneath in the place of those that say with more values the same."""
    bare = {at: found for at, each in enumerate(requests) if (found := _underneath(each, answers[at])) is not None}
    second = dict(zip(bare, ask([request for request, _ in bare.values()]), strict=True)) if bare else {}
    return tuple(
        _better(requests[at], first, second[at], bare[at][1]) if at in second else first
        for at, first in enumerate(answers)
    )


def _underneath(request: InferenceRequest, answer: Answer) -> tuple[InferenceRequest, Mapping[str, Common]] | None:
    """The request without what stands on every object, where the chart does not make it of some."""
    found = answer.inference
    if found is None:
        return None
    common = {name: common_of(each, each.differences) for name, each in _fits(request, found).items()}
    if not any(each.fields for each in common.values()):
        return None
    chart = next(each for each in (request.chart, *request.others) if each.digest == found.chart_digest)
    targets = {name: tuple(map(common[name].stripped, each)) for name, each in request.targets.items()}
    return replace(request, chart=chart, others=(), targets=targets), common


def _better(request: InferenceRequest, first: Answer, second: Answer, common: Mapping[str, Common]) -> Answer:
    """The second answer, told of the real targets, where nothing more differs by it and it has fewer values."""
    one, other = first.inference, second.inference
    if one is None or other is None or _size(other) >= _size(one) or other.companions != one.companions:
        return first
    told = replace(other, differences=_differences(request, other))
    return replace(second, inference=told) if _left(request, told, common) <= _left(request, one, common) else first


def _fits(request: InferenceRequest, found: Inference) -> Mapping[str, Fit]:
    return {
        name: fit(name, frozenset(each.id for each in targets), found, present(targets), {})
        for name, targets in request.targets.items()
    }


def _left(request: InferenceRequest, found: Inference, common: Mapping[str, Common]) -> int:
    """How many places differ once every object has got what stands on all."""
    return sum(len(with_common(each, common[name]).differences) for name, each in _fits(request, found).items())


def _differences(request: InferenceRequest, found: Inference) -> Mapping[str, tuple[Difference, ...]]:
    def kept(name: str) -> list[Resource]:
        beside = set(found.companions.get(name, ()))
        return [each for each in request.targets[name] if each.id not in beside]

    return {
        name: tuple(compare(kept(name), found.rendered.get(name, ()), release_namespace=found.context.namespace))
        for name in request.targets
    }


def _size(found: Inference) -> int:
    return sum(len(leaves(each)) for each in (found.values.common, *found.values.environments.values()))
