"""The verdict: the helm binary renders the values files as they will be written, and the result is compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from migrator.charts.randomness import next_second, reads_clock
from migrator.compare import compare
from migrator.inference.state import is_test
from migrator.inference.types import InferenceRequest, SplitValues
from migrator.inference.written import values_files
from migrator.model import Difference, DifferenceKind, ResId, Resource
from migrator.yamlio import digest, dump

if TYPE_CHECKING:
    from migrator.engines import Cache, Tool

Rendered = tuple[Resource, ...]


def render(  # noqa: PLR0917 - everything that decides a render
    request: InferenceRequest,
    values: SplitValues,
    environment: str,
    setting: tuple[str, str, tuple[str, ...]],
    tool: Tool,
    cache: Cache,
    attempt: int = 0,
) -> Rendered:
    """What helm prints for one environment, tests left out. EngineError where helm refuses the values.

    Attempts are different runs of helm, also where one of them comes from the cache.
    """
    from migrator.engines import HelmRender, helm_template, rendered_resources

    release, namespace, api_versions = setting
    ref = request.chart.ref
    texts = values_files(values, environment, (ref.name, ref.version), below=ref.name if request.as_dependency else "")
    key = digest(
        {
            "what": "helm-template",
            "chart": request.chart.digest,
            "values": list(texts),
            "setting": [release, namespace, list(api_versions), request.kube_version],
            "engine": tool.version,
            "as_dependency": request.as_dependency,
            "attempt": attempt,
        }
    )
    stream = cache.get(key)
    if stream is None:
        if attempt and reads_clock(request.chart):
            next_second()
        with _deployed(request) as chart:
            asked = HelmRender(
                release=release,
                namespace=namespace,
                chart=chart,
                values=tuple(text.encode() for text in texts),
                kube_version=request.kube_version,
                api_versions=api_versions,
            )
            stream = helm_template(tool, asked)
        cache.put(key, stream)
    return rendered_resources(stream)


@contextmanager
def _deployed(request: InferenceRequest) -> Iterator[FilePath]:
    """The chart as it will be rendered: itself, or a bare umbrella around it."""
    if not request.as_dependency:
        yield request.chart.path
        return
    with TemporaryDirectory() as folder:
        ref = request.chart.ref
        home = FilePath(folder) / "umbrella"
        (home / "charts" / ref.name).mkdir(parents=True)
        dependency = {"name": ref.name, "version": ref.version, "repository": ref.repository}
        umbrella = {"apiVersion": "v2", "name": "umbrella", "version": "0.1.0", "dependencies": [dependency]}
        (home / "Chart.yaml").write_text(dump(umbrella))
        for path, data in request.chart.files.items():
            file = home / "charts" / ref.name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        yield home


def judge(
    request: InferenceRequest, environment: str, rendered: Rendered, namespace: str
) -> tuple[tuple[Difference, ...], tuple[ResId, ...]]:
    """What differs between target and render, and the targets that the chart does not make."""
    targets = tuple(target for target in request.targets[environment] if not is_test(target.body))
    found = compare(targets, rendered, release_namespace=namespace)
    companions = tuple(sorted(item.resource for item in found if item.kind is DifferenceKind.REMOVED and not item.path))
    gone = frozenset(companions)
    return tuple(item for item in found if item.resource not in gone), companions
