"""Diagnostics beside an answer: the budget ended the search, values hold secrets, helm refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from migrator.charts.schema import outside_references
from migrator.compare.redaction import secret_data
from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.inference.assignments.values_tree import value_at
from migrator.inference.hypothesis.compared_objects import Key, key_of
from migrator.inference.internal_errors import faults_within
from migrator.inference.types import Inference, InferenceRequest, dotted
from migrator.inference.verdict.residual import pinning
from migrator.inference.verdict.secret_pins import secret_values

if TYPE_CHECKING:
    from migrator.inference.search.answer import Answer


def caveats(request: InferenceRequest, answer: Answer, inference: Inference) -> Diagnostics:
    """What is said beside an answer.

    MIG501 or MIG505 where the search ended early, MIG502 where parts of it failed, MIG503 where values hold secrets,
    MIG506 for templates that helm had to print, MIG507 for another version of Kubernetes, MIG508 where the chart's
    schema refuses values, MIG509 where it cannot be asked, MIG510 where helm refuses the values.
    """
    return (
        *_refusals(request, inference),
        *_late(request, answer, inference),
        *_faults(request, answer, inference),
        *_secrets(request, answer),
        *_untrusted(request, answer),
        *_kubernetes(request, answer),
        *_schema(request, answer),
    )


def _refusals(request: InferenceRequest, inference: Inference) -> Iterator[Diagnostic]:
    reasons: dict[str, list[str]] = {}
    for environment, reason in sorted(inference.refusals.items()):
        reasons.setdefault(reason, []).append(environment)
    for reason, environments in reasons.items():
        where = f" of {', '.join(environments)}" if len(request.targets) > 1 else ""
        yield Diagnostic(
            code="MIG510",
            severity=Severity.WARNING,
            summary=f"helm refuses even the best values{where}: {reason}",
            remedy="set by hand what it asks for; what differs is told of the templates that do render",
        )


def _late(request: InferenceRequest, answer: Answer, inference: Inference) -> Iterator[Diagnostic]:
    if answer.late and not inference.equivalent:
        yield Diagnostic(
            code="MIG501",
            severity=Severity.INFO,
            summary=f"the search for values of {request.chart.ref.name} stopped at its budget of {request.budget:g} s",
            remedy="give it longer with --budget",
        )
    elif answer.is_cut and not inference.equivalent:
        yield Diagnostic(
            code="MIG501",
            severity=Severity.INFO,
            summary=f"the templates of {request.chart.ref.name} might print more than the search could look at",
            remedy="set by hand what still differs, in the values file or by a patch",
        )
    if answer.out_of_memory and not inference.equivalent:
        yield Diagnostic(
            code="MIG505",
            severity=Severity.INFO,
            summary=f"the search for values of {request.chart.ref.name} stopped as it needed too much memory",
            remedy="split the target, or name values of your own for what the chart prints in such numbers",
        )


def _faults(request: InferenceRequest, answer: Answer, inference: Inference) -> Iterator[Diagnostic]:
    if answer.faults and not inference.equivalent:
        yield faults_within(request, answer.faults)


def _secrets(request: InferenceRequest, answer: Answer) -> Iterator[Diagnostic]:
    paths: dict[str, None] = {}
    instead: dict[str, None] = {}
    for environment, overrides in sorted(answer.values.items()):
        held = secret_values(overrides, request.targets[environment])
        if not held:
            continue
        paths.update((dotted(path), None) for path in held)
        texts = {str(value_at(overrides, path)) for path in held}
        pins = pinning(request, answer, environment, pinned=True)
        for key in _holding(request, environment, texts):
            instead.update((dotted(path), None) for path in pins.replacements(key))
    if paths:
        advice = f"name a Secret of your own: {' or '.join(instead)}" if instead else "encrypt the values file"
        yield Diagnostic(
            code="MIG503",
            severity=Severity.WARNING,
            summary=f"values of {request.chart.ref.name} hold what stands in Secrets now: {', '.join(paths)}",
            remedy=advice,
        )


def _holding(request: InferenceRequest, environment: str, texts: set[str]) -> list[Key]:
    return [key_of(target.id) for target in request.targets[environment] if texts.intersection(secret_data(target))]


def _untrusted(request: InferenceRequest, answer: Answer) -> Iterator[Diagnostic]:
    if answer.untrusted:
        yield Diagnostic(
            code="MIG506",
            severity=Severity.INFO,
            summary=f"helm itself had to render templates of {request.chart.ref.name} during the search",
            remedy="a fault of migrate: fewer of their values are found; report the chart and the templates",
            evidence=answer.untrusted,
        )


def _kubernetes(request: InferenceRequest, answer: Answer) -> Iterator[Diagnostic]:
    found = answer.context.kube_version
    if found != request.kube_version:
        name = request.chart.ref.name
        yield Diagnostic(
            code="MIG507",
            severity=Severity.INFO,
            summary=f"the objects of {name} are those of Kubernetes {found}, not {request.kube_version}",
            remedy="Argo CD and Flux render for the version of the cluster: say which that is with --kube-version",
        )


def _schema(request: InferenceRequest, answer: Answer) -> Iterator[Diagnostic]:
    name = request.chart.ref.name
    if answer.refused:
        yield Diagnostic(
            code="MIG508",
            severity=Severity.WARNING,
            summary=f"the schema of {name} refuses values that were found: {'; '.join(answer.refused)}",
            remedy="they are written as the type that it wants, or left out; compare what differs now",
        )
    outside = outside_references(request.chart.files)
    if outside:
        yield Diagnostic(
            code="MIG509",
            severity=Severity.INFO,
            summary=f"the values of {name} were not checked by its schema, which refers to {outside[0]}",
            remedy="nothing is fetched for a schema; run helm template once where the network is allowed",
        )
