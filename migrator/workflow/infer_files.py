"""`migrate infer`: the values with which a chart renders files given by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.compare.scopes import placed_in, scopes_of
from migrator.compare.secrets import secrets_of
from migrator.compare.stored import RELEASE_NAMESPACE
from migrator.compare.stored.dump import Dump, without_cluster
from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.discover import Config
from migrator.engines import Toolchain, find_helm, find_kustomize
from migrator.model import RepoPath, Resource, SourceSpan
from migrator.workflow.run import Run
from migrator.workflow.settings import Settings
from migrator.workflow.steps.choices import Choices, choose
from migrator.workflow.steps.infer import infer_once
from migrator.workflow.steps.resolve import archive_of
from migrator.workflow.values_output import check_free, write_values

if TYPE_CHECKING:
    from migrator.charts.types import ChartRef
    from migrator.compare.secrets import Secrets
    from migrator.explain import Explanation
    from migrator.inference.types import Inference, InferenceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What `migrate infer` is asked."""

    chart: str
    files: tuple[str, ...]
    repository: str = ""
    namespace: str | None = None
    release: str | None = None
    holds_objects: bool = True
    """Whether lists such as `extraObjects` may hold what no template of the chart makes."""
    explain: str | None = None
    """What is to be explained: a values path, everything (empty), or nothing (None)."""
    output: Path | None = None
    """The folder that the values files are written to."""
    force: bool = False
    """Whether values files that are there may be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """What `migrate infer` found."""

    inference: Inference
    diagnostics: Diagnostics
    secrets: Secrets = field(repr=False)
    chart: str
    """As it was asked for."""
    ref: ChartRef
    budget: float
    explanation: Explanation | None = None
    written: tuple[Path, ...] = ()
    """The values files."""

    @property
    def exit_code(self) -> int:
        """3 when a cluster would hold something else of what the chart renders than of the target."""
        return ExitCode.DONE if self.inference.equivalent else ExitCode.UNPROVED


def infer_files(target: Target, settings: Settings, run: Run) -> Inferred:
    """The values with which the chart renders the target files.

    Raises what the chart library and the YAML reader raise, MIG904 for a target that cannot be read or is named
    twice, MIG905 for a chart reference without a version, and MIG915 for a values file that is there already.
    """
    if target.output is not None:
        check_free(target.output, map(_environment, target.files), force=target.force)
    choices = choose(settings, Config())
    with run.step("read"):
        tools = Toolchain(kustomize=find_kustomize(), helm=find_helm())
        dumps = {name: without_cluster(found) for name, found in _targets(target.files).items()}
        found = {name: each.resources for name, each in dumps.items()}
        request = _request(target, found, choices)
    with run.step("infer"):
        inference, diagnostics = infer_once(request, tools, choices.cache)
        if _is_elsewhere(request, inference):
            placed = _request(replace(target, namespace=inference.context.namespace), found, choices)
            again = infer_once(placed, tools, choices.cache)
            if again[0].equivalent:
                request, (inference, diagnostics) = placed, again
    inferred = Inferred(
        inference=inference,
        diagnostics=(*_set_aside(dumps), *diagnostics),
        secrets=secrets_of((each for found in request.targets.values() for each in found), salt=request.chart.digest),
        chart=target.chart,
        ref=request.chart.ref,
        budget=choices.budget,
        written=write_values(inference, request.chart.ref, target.output) if target.output is not None else (),
    )
    if target.explain is None:
        return inferred
    from migrator.explain import explain_inference

    with run.step("explain"):
        files = {name: (RepoPath(file), Path(file).read_bytes()) for name, file in map(_named, target.files)}
        return replace(inferred, explanation=explain_inference(request, inference, files, target.explain))


def _request(target: Target, found: Mapping[str, Sequence[Resource]], choices: Choices) -> InferenceRequest:
    from migrator.inference.types import InferenceRequest

    if RELEASE_NAMESPACE in choices.equivalences:
        found = {name: _placed(each, target.namespace) for name, each in found.items()}
    return InferenceRequest(
        chart=archive_of(target.chart, target.repository, choices),
        targets={name: tuple(each) for name, each in found.items()},
        release=target.release,
        namespace=target.namespace,
        holds_objects=target.holds_objects,
        kube_version=choices.kube_version,
        kube_is_given=choices.kube_is_given,
        api_versions=choices.api_versions,
        budget=choices.budget,
        equivalences=choices.equivalences,
    )


def _is_elsewhere(request: InferenceRequest, inference: Inference) -> bool:
    """Whether objects that name no namespace were taken for those of another one than that of the release found."""
    placed = (each for found in request.targets.values() for each in found if each.is_placed)
    return (
        request.namespace is None
        and not inference.equivalent
        and any(each.id.namespace != inference.context.namespace for each in placed)
    )


def _set_aside(dumps: Mapping[str, Dump]) -> Diagnostics:
    """What a cluster added to the targets, and is no target."""
    return tuple(
        Diagnostic(
            code="MIG924",
            severity=Severity.INFO,
            summary=f"the target{'' if name == 'default' else f' of {name}'} was read out of a cluster: what that "
            f"added is set aside ({_count(sum(dump.fields.values()), 'field')}, {_count(len(dump.made), 'object')})",
            evidence=(
                *(f"{field} of {_count(count, 'object')}" for field, count in dump.fields.items()),
                *(f"{each}, which the cluster made by itself" for each in dump.made),
            ),
        )
        for name, dump in sorted(dumps.items())
        if dump.fields or dump.made
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _placed(found: Sequence[Resource], namespace: str | None) -> tuple[Resource, ...]:
    """The objects with those that name no namespace in this one, else in the one that they most probably get."""
    from migrator.classify.namespaces import likely_namespace

    scopes = scopes_of(found)
    given = namespace or likely_namespace([found], scopes).namespace
    return tuple(placed_in(each, given, scopes) for each in found)


def _targets(texts: Sequence[str]) -> dict[str, tuple[Resource, ...]]:
    found: dict[str, tuple[Resource, ...]] = {}
    for text in texts:
        environment, file = _named(text)
        if environment in found:
            raise MigrateError.of(
                "MIG904",
                f"two targets for the environment {environment}",
                remedy="give each its own name: --target dev=dev.yaml --target prod=prod.yaml",
            )
        found[environment] = _read_target(file)
    return found


def _environment(text: str) -> str:
    return _named(text)[0]


def _named(text: str) -> tuple[str, str]:
    name, mark, file = text.partition("=")
    return (name, file) if mark and name and "/" not in name else ("default", text)


def _read_target(file: str) -> tuple[Resource, ...]:
    from migrator.engines import rendered_resources

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise MigrateError.of(
            "MIG904", f"cannot read the target {file}: {error.strerror}", remedy="name a file of manifests"
        ) from None
    try:
        resources = rendered_resources(data)
    except MigrateError as error:
        raise MigrateError(_in_file(error.diagnostic, file)) from None
    if not resources:
        raise MigrateError.of("MIG904", f"the target {file} holds no object", remedy="name a file of manifests")
    return resources


def _in_file(diagnostic: Diagnostic, file: str) -> Diagnostic:
    """The diagnostic, at its line of the file."""
    span = diagnostic.span or SourceSpan(path=RepoPath(file))
    remedy = diagnostic.remedy or "name a file of Kubernetes manifests"
    if diagnostic.code == "MIG408":  # said of a chart's output, which a target is only meant to be
        summary = "the target holds a document that is not a Kubernetes object"
        diagnostic = replace(diagnostic, code="MIG904", summary=summary)
        remedy = "name a file of whole manifests, each with apiVersion, kind and metadata"
    return replace(diagnostic, span=replace(span, path=RepoPath(file)), remedy=remedy)
