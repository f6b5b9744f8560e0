"""Results as they may be shown: what derives from a Secret is a salted digest; files that are written keep it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.yamlio import ABSENT

if TYPE_CHECKING:
    from migrator.compare.secrets import Secrets
    from migrator.explain import Explanation
    from migrator.inference.effects.value_effects import ExplainedValue
    from migrator.inference.types import Inference, Residual, SplitValues
    from migrator.model import Difference, Json
    from migrator.plan.types import ComponentPlan, Plan, PostRenderPatch
    from migrator.prove import Proof


def redact_plan(plan: Plan, secrets: Secrets) -> Plan:
    """The plan as it may be shown."""
    pinned = tuple(replace(each, differences=_redacted(each.differences, secrets)) for each in plan.pinned)
    return replace(plan, components=tuple(_component(each, secrets) for each in plan.components), pinned=pinned)


def redact_inference(inference: Inference, secrets: Secrets) -> Inference:
    """The inference as it may be shown."""
    return replace(
        inference,
        values=_values(inference.values, secrets),
        differences=_redacted(inference.differences, secrets),
        refusals={name: secrets.redact_line(reason) for name, reason in inference.refusals.items()},
    )


def redact_explanation(explanation: Explanation, secrets: Secrets) -> Explanation:
    """The explanation as it may be shown: for data of a Secret, what was tried for it is no less secret."""
    return replace(
        explanation,
        values=tuple((_explained(value, secrets), origins) for value, origins in explanation.values),
        residual=tuple((_tried(residual, secrets), source) for residual, source in explanation.residual),
    )


def _explained(value: ExplainedValue, secrets: Secrets) -> ExplainedValue:
    return replace(
        value,
        values={name: secrets.redact(held) for name, held in value.values.items()},
        default=value.default if value.default is ABSENT else secrets.redact(value.default),
        refusals={name: secrets.redact_line(reason) for name, reason in value.refusals.items()},
    )


def _tried(residual: Residual, secrets: Secrets) -> Residual:
    is_secret = residual.resource.kind == "Secret" and not residual.resource.group

    def shown(value: Json) -> Json:
        return _every_leaf(value, secrets) if is_secret else secrets.redact(value)

    tried = (
        replace(each, values=tuple((path, shown(value)) for path, value in each.values)) for each in residual.tried
    )
    return replace(residual, tried=tuple(tried))


def redact_proof(proof: Proof, secrets: Secrets) -> Proof:
    """The proof as it may be shown: its explanations speak of values outside of Secrets, too."""
    environments = {
        name: replace(
            each,
            found=tuple(
                replace(found, explanation=tuple(secrets.redact_line(line) for line in found.explanation))
                for found in each.found
            ),
        )
        for name, each in proof.environments.items()
    }
    return replace(proof, environments=environments)


def _component(component: ComponentPlan, secrets: Secrets) -> ComponentPlan:
    return replace(
        component,
        values=_values(component.values, secrets),
        differences=_redacted(component.differences, secrets),
        undone=_redacted(component.undone, secrets),
        blocked_by=redact_differences(component.blocked_by, secrets),
        patches={
            name: tuple(_patch(patch, secrets) for patch in patches) for name, patches in component.patches.items()
        },
        transforms={name: secrets.redact(fields) for name, fields in component.transforms.items()},
    )


def _values(values: SplitValues, secrets: Secrets) -> SplitValues:
    return replace(
        values,
        common=secrets.redact(values.common),
        environments={name: secrets.redact(part) for name, part in values.environments.items()},
    )


def _redacted(differences: Mapping[str, Iterable[Difference]], secrets: Secrets) -> dict[str, tuple[Difference, ...]]:
    return {name: redact_differences(found, secrets) for name, found in differences.items()}


def redact_differences(differences: Iterable[Difference], secrets: Secrets) -> tuple[Difference, ...]:
    """The differences as they may be shown: of a Secret's data nothing is left but digests."""
    return tuple(
        replace(
            difference,
            before=_side(difference, difference.before, secrets),
            after=_side(difference, difference.after, secrets),
        )
        for difference in differences
    )


def _side(difference: Difference, value: Json, secrets: Secrets) -> Json:
    if difference.resource.kind != "Secret" or difference.resource.group:
        return secrets.redact(value)
    if difference.path[:1] in (("data",), ("stringData",)):
        return _every_leaf(value, secrets)
    if not difference.path and isinstance(value, Mapping):
        return {
            key: _every_leaf(item, secrets) if key in ("data", "stringData") else secrets.redact(item)
            for key, item in value.items()
        }
    return secrets.redact(value)


def _every_leaf(value: Json, secrets: Secrets) -> Json:
    if isinstance(value, Mapping):
        return {key: _every_leaf(item, secrets) for key, item in value.items()}
    return secrets.digest(value) if isinstance(value, str) else value


def _patch(patch: PostRenderPatch, secrets: Secrets) -> PostRenderPatch:
    whole = patch.target.kind == "Secret" and not patch.target.group

    def shown(operation: Mapping[str, Json]) -> Mapping[str, Json]:
        if "value" not in operation:
            return operation
        hides = whole and str(operation.get("path", "")).startswith(("/data", "/stringData"))
        value = _every_leaf(operation["value"], secrets) if hides else secrets.redact(operation["value"])
        return {**operation, "value": value}

    return replace(patch, operations=tuple(shown(operation) for operation in patch.operations))
