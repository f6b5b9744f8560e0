"""What derives from a Secret is shown as a salted digest; files that are written keep it.

A leaf is taken for secret when it equals a datum of a Secret (decoded or as it stands), or a text leaf of a datum
that is itself YAML or JSON, or when it holds a longer datum inside (a connection string). Rather too much than too
little: a redacted word costs a look into the file, a printed password costs a rotation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.compare.redaction import secret_data
from migrator.diagnostics import MigrateError
from migrator.yamlio import ABSENT

if TYPE_CHECKING:
    from migrator.inference.effects.value_effects import ExplainedValue
    from migrator.inference.types import Inference, Residual, SplitValues
    from migrator.model import Difference, Json, Resource
    from migrator.plan.types import ComponentPlan, Plan, PostRenderPatch
    from migrator.prove import Proof
    from migrator.rewrite.explanation import Explanation

_ORDINARY = frozenset({"", "true", "false", "null", "none", "yes", "no", "on", "off", "~"})
_SHORT_LEAF = 4
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_EMBEDDED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must not be shown, and the salt of the digests that stand for it."""

    salt: str
    whole: frozenset[str]
    """A leaf that equals one of these is secret."""
    embedded: tuple[str, ...]
    """A leaf that contains one of these is secret; longest first."""

    def redact(self, value: Json) -> Json:
        """The value with every secret leaf replaced by `<redacted sha256:xxxxxxxx>`."""
        if isinstance(value, Mapping):
            return {key: self.redact(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact(item) for item in value]
        if isinstance(value, str):
            return self.digest(value) if self.is_secret(value) else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.digest(str(value)) if len(str(value)) >= _SHORT_LEAF and str(value) in self.whole else value
        return value

    def redact_line(self, line: str) -> str:
        """A line of prose with quoted secret leaves, and longer ones anywhere, replaced."""
        shown = _QUOTED.sub(lambda found: f'"{self.digest(found[1])}"' if self.is_secret(found[1]) else found[0], line)
        for datum in self.embedded:
            shown = shown.replace(datum, self.digest(datum))
        return shown

    def is_secret(self, text: str) -> bool:
        return text in self.whole or text.strip() in self.whole or any(datum in text for datum in self.embedded)

    def digest(self, text: str) -> str:
        """Equal texts of one repository have equal digests, so that a reader sees what is the same."""
        return f"<redacted sha256:{hashlib.sha256(f'{self.salt}{chr(0)}{text}'.encode()).hexdigest()[:8]}>"


def secrets_of(resources: Iterable[Resource], salt: str) -> Secrets:
    """Everything that the Secrets among the resources hold; `salt` is the digest of the baseline tree."""
    whole: set[str] = set()
    embedded: set[str] = set()
    for resource in resources:
        for datum in secret_data(resource):
            whole |= {datum, datum.strip()}
            if _is_telling(datum):
                embedded.add(datum)
            whole |= set(_leaves(datum))
    return Secrets(
        salt=salt,
        whole=frozenset(text for text in whole if text.lower() not in _ORDINARY),
        embedded=tuple(sorted(embedded, key=lambda text: (-len(text), text))),
    )


def _is_telling(datum: str) -> bool:
    """Long and mixed enough that finding it inside another text is no accident."""
    text = datum.strip()
    return len(text) >= _EMBEDDED and not text.isalpha() and "\n" not in text


def _leaves(datum: str) -> Iterator[str]:
    """Text leaves of a datum that is a YAML or JSON document; its `key = value` lines otherwise."""
    from migrator.yamlio import Dialect, read_value

    if not any(mark in datum for mark in ":=\n{["):
        return
    try:
        value = read_value(datum, dialect=Dialect.SIGS)
    except MigrateError:
        value = None
    if isinstance(value, dict | list):
        yield from (leaf for leaf in _texts(value) if len(leaf) >= _SHORT_LEAF)
    for line in datum.splitlines():
        _, mark, right = line.partition("=")
        text = right.strip().strip("\"'")
        if mark and len(text) >= _SHORT_LEAF:
            yield text


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield str(value)


def redact_plan(plan: Plan, secrets: Secrets) -> Plan:
    """The plan as it may be shown."""
    return replace(plan, components=tuple(_component(component, secrets) for component in plan.components))


def redact_inference(inference: Inference, secrets: Secrets) -> Inference:
    """The inference as it may be shown."""
    return replace(
        inference,
        values=_values(inference.values, secrets),
        differences={name: redact_differences(found, secrets) for name, found in inference.differences.items()},
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
        differences={name: redact_differences(found, secrets) for name, found in component.differences.items()},
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
