"""Values inference for the components of a repository, in two worker processes, and for files given by hand."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Diagnostics, ExitCode, MigrateError, Severity
from migrator.model import RepoPath, Resource, SourceSpan
from migrator.workflow.choices import Choices, choose
from migrator.workflow.clock import Clock
from migrator.workflow.settings import Settings
from migrator.workflow.steps.inference_cache import answer_key, decode, encode, source_digest
from migrator.workflow.values_output import check_free, write_values

if TYPE_CHECKING:
    from migrator.charts.types import ChartArchive, ChartRef
    from migrator.engines import Cache, Toolchain
    from migrator.inference.types import Inference, InferenceRequest
    from migrator.report.redact import Secrets
    from migrator.rewrite.explanation import Explanation

WORKERS = 2
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a hole in the search raises; whatever else is wrong ends the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request; without an inference the diagnostics say why."""

    inference: Inference | None
    diagnostics: Diagnostics = ()


def infer_each(
    requests: Sequence[InferenceRequest], *, tools: Toolchain, cache: Cache, workers: int = WORKERS
) -> tuple[Answer, ...]:
    """The answers in the order of the requests; a request that fails does not stop the others.

    What was asked before, by the same code, comes from the cache. Workers start by `spawn`, as a Go runtime does not
    survive `fork` (FACTS D12). The largest request goes first, so that it does not begin when the other worker is done.
    """
    source = source_digest()
    keys = [answer_key(request, tools, source) for request in requests]
    known = {key: answer for key in keys if (answer := _stored(key, cache)) is not None}
    missing = [key for key in dict.fromkeys(keys) if key not in known]
    found = _infer_now([requests[keys.index(key)] for key in missing], tools, cache, workers)
    for key, answer in zip(missing, found, strict=True):
        known[key] = answer
        if answer.inference is not None:
            cache.put(key, encode(answer.inference, answer.diagnostics))
    return tuple(known[key] for key in keys)


def _stored(key: str, cache: Cache) -> Answer | None:
    data = cache.get(key)
    if data is None:
        return None
    try:
        inference, diagnostics = decode(data)
    except (ValueError, KeyError, TypeError):
        return None
    return Answer(inference=inference, diagnostics=diagnostics)


def _infer_now(
    requests: Sequence[InferenceRequest], tools: Toolchain, cache: Cache, workers: int
) -> tuple[Answer, ...]:
    if len(requests) <= 1 or workers <= 1:
        return tuple(_answer(request, tools, cache) for request in requests)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    order = sorted(range(len(requests)), key=lambda index: -_size(requests[index]))
    pool = ProcessPoolExecutor(
        max_workers=min(workers, len(requests)), mp_context=get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        running = {index: pool.submit(_answer, requests[index], tools, cache) for index in order}
        answers = tuple(running[index].result() for index in range(len(requests)))
    except BaseException:
        # on Ctrl-C nobody waits for a search that may last a minute
        _stop(pool)
        raise
    pool.shutdown()
    return answers


def _answer(request: InferenceRequest, tools: Toolchain, cache: Cache) -> Answer:
    from migrator.inference import infer

    try:
        inference, diagnostics = infer(request, tools=tools, cache=cache)
    except MigrateError as error:
        return Answer(inference=None, diagnostics=(error.diagnostic,))
    except _FAULTS as error:
        if os.environ.get("MIGRATE_DEBUG"):
            raise
        return Answer(inference=None, diagnostics=(_fault(request, error),))
    if inference.refusals:
        # nothing that helm refuses can be planned with
        return Answer(inference=None, diagnostics=tuple(each for each in diagnostics if each.code == "MIG510"))
    return Answer(inference=inference, diagnostics=diagnostics)


def _fault(request: InferenceRequest, error: Exception) -> Diagnostic:
    """One chart's templates met a hole in the search: its component stays, the others go on."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__', '?')}:{place.tb_lineno}" if place else "?"
    return Diagnostic(
        code="MIG502",
        severity=Severity.WARNING,
        summary=f"the search for the values of {request.chart.ref.name} failed: {type(error).__name__} in {where}",
        remedy="a fault of migrate: run again with MIGRATE_DEBUG=1 and report what it prints",
    )


def _size(request: InferenceRequest) -> int:
    return sum(len(target) for target in request.targets.values()) * max(1, len(request.chart.files))


def _leave_interrupts() -> None:
    """Ctrl-C reaches the whole process group; the parent decides what becomes of the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(pool: object) -> None:
    processes: Mapping[int, object] = getattr(pool, "_processes", None) or {}
    for process in list(processes.values()):
        process.terminate()  # type: ignore[attr-defined]
    pool.shutdown(wait=False, cancel_futures=True)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What `migrate infer` is asked."""

    chart: str
    files: tuple[str, ...]
    repository: str = ""
    namespace: str | None = None
    release: str | None = None
    budget: float = 60.0
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
        """3 when the chart does not render the target."""
        return ExitCode.DONE if self.inference.identical else ExitCode.UNPROVED


def infer_files(target: Target, settings: Settings, clock: Clock) -> Inferred:
    """The values with which the chart renders the target files.

    Raises what the chart library and the YAML reader raise, MIG904 for a target that cannot be read or is named
    twice, MIG905 for a chart reference without a version, and MIG915 for a values file that is there already.
    """
    from migrator.discover import Config
    from migrator.engines import find_helm, find_kustomize
    from migrator.engines.tools import Toolchain
    from migrator.inference.types import InferenceRequest
    from migrator.report.redact import secrets_of

    if target.output is not None:
        check_free(target.output, map(_environment, target.files), force=target.force)
    choices = choose(settings, Config())
    with clock.step("read"):
        targets = _targets(target.files)
        tools = Toolchain(kustomize=find_kustomize(), helm=find_helm())
        archive = archive_of(target.chart, target.repository, choices)
    with clock.step("infer"):
        request = InferenceRequest(
            chart=archive,
            targets=targets,
            release=target.release,
            namespace=target.namespace,
            kube_version=choices.kube_version,
            kube_is_given=choices.kube_is_given,
            api_versions=choices.api_versions,
            budget=target.budget,
        )
        inference, diagnostics = _once(request, tools, choices.cache)
    resources = [resource for found in targets.values() for resource in found]
    inferred = Inferred(
        inference=inference,
        diagnostics=diagnostics,
        secrets=secrets_of(resources, salt=archive.digest),
        chart=target.chart,
        ref=archive.ref,
        budget=target.budget,
        written=write_values(inference, archive.ref, target.output) if target.output is not None else (),
    )
    if target.explain is None:
        return inferred
    from migrator.workflow.explain import explain_inference

    with clock.step("explain"):
        files = {name: (RepoPath(file), Path(file).read_bytes()) for name, file in map(_named, target.files)}
        return replace(inferred, explanation=explain_inference(request, inference, files, target.explain))


def _once(request: InferenceRequest, tools: Toolchain, cache: Cache) -> tuple[Inference, Diagnostics]:
    """The answer to a request, from the cache where the same code was asked the same before."""
    key = answer_key(request, tools, source_digest())
    known = _stored(key, cache)
    if known is not None and known.inference is not None:
        return known.inference, known.diagnostics
    from migrator.inference import infer

    inference, diagnostics = infer(request, tools=tools, cache=cache)
    cache.put(key, encode(inference, diagnostics))
    return inference, diagnostics


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


def archive_of(chart: str, repository: str, choices: Choices) -> ChartArchive:
    """The chart that a person names: a folder, an archive, or NAME:VERSION (MIG905 if it is none of these)."""
    from migrator.charts import ChartLibrary, load_archive
    from migrator.charts.types import ChartRef

    path = Path(chart)
    if path.exists():
        return load_archive(path)
    name, mark, version = chart.rpartition(":")
    if not mark or "/" in version or not name:
        raise MigrateError.of(
            "MIG905",
            f"no chart at {chart}",
            remedy="name a chart folder, an archive, or NAME:VERSION with --chart-mirror or --repository",
        )
    registry, slash, last = name.rpartition("/")
    ref = ChartRef(name=last, version=version, repository=registry if slash else repository)
    return ChartLibrary(choices.sources, choices.cache).fetch(ref)
