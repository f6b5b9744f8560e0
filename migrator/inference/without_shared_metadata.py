"""The search once more without the labels and annotations that a kustomization puts on every object.

Many charts have values for annotations, each of some objects. Where one field of a kustomization says it of all, the
values are better off without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from migrator.compare.identity.pairs import pairs
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.inference.assignments.values_tree import leaves
from migrator.inference.internal_errors import FAULTS, fault
from migrator.inference.shared_metadata import SharedMetadata, shared_metadata
from migrator.inference.types import Inference, InferenceRequest
from migrator.inference.verdict.judge import compared
from migrator.model import Difference, ResId

Found = tuple[Inference, Diagnostics]


def without_shared_metadata(
    request: InferenceRequest, first: Found, infer: Callable[[InferenceRequest], Found]
) -> Found:
    """The first answer, or the one to what is underneath: told of the real targets, and of fewer values.

    The second one is taken where no more differs by it once every object has got what stands on all.
    """
    shared = _shared(request, first[0])
    if first[0].refusals or not any(each.fields for each in shared.values()):
        return first
    asked = _underneath(request, first[0], shared)
    try:
        second, notes = infer(asked)
    except MigrateError:
        return first
    except FAULTS as error:
        return first[0], (*first[1], fault(asked, error))
    if second.refusals or _size(second) >= _size(first[0]) or second.companions != first[0].companions:
        return first
    if _left(request, second, shared) > _left(request, first[0], shared):
        return first
    return replace(second, differences=_differences(request, second)), notes


def _shared(request: InferenceRequest, found: Inference) -> Mapping[str, SharedMetadata]:
    """Environment -> what stands on every object, where the chart does not make it of some."""
    return {
        name: shared_metadata(
            [
                (pair.before, pair.after)
                for pair in pairs(request.targets[name], rendered, found.context.within(name).namespace)
                if pair.before is not None and pair.after is not None and not _is_space(pair.id)
            ],
            [each.path for each in found.differences[name] if not _is_space(each.resource)],
        )
        for name, rendered in found.rendered.items()
    }


def _is_space(res_id: ResId) -> bool:
    """Whether it is a namespace, which must outlive any release and so belongs to none (fact C4)."""
    return (res_id.group, res_id.kind) == ("", "Namespace")


def _underneath(request: InferenceRequest, found: Inference, shared: Mapping[str, SharedMetadata]) -> InferenceRequest:
    """The request for the chart that was found and the targets without what stands on every object."""
    chart = next(each for each in (request.chart, *request.others) if each.digest == found.chart_digest)
    targets = {name: tuple(map(shared[name].stripped, each)) for name, each in request.targets.items()}
    return replace(request, chart=chart, others=(), targets=targets, include_crds=found.options.include_crds)


def _left(request: InferenceRequest, found: Inference, shared: Mapping[str, SharedMetadata]) -> int:
    """How many places differ once every object has got what stands on all."""
    given = {name: tuple(map(shared[name].applied, each)) for name, each in found.rendered.items()}
    return sum(map(len, _differences(request, replace(found, rendered=given)).values()))


def _differences(request: InferenceRequest, found: Inference) -> Mapping[str, tuple[Difference, ...]]:
    """Environment -> the real targets against what helm renders, companions left out."""
    return {name: compared(request, name, rendered, found.context)[0] for name, rendered in found.rendered.items()}


def _size(found: Inference) -> int:
    return sum(len(leaves(each)) for each in (found.values.common, *found.values.environments.values()))
