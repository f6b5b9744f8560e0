"""The verdict: the helm binary renders the values files as they will be written, and the result is compared."""

from __future__ import annotations


from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from migrator.compare import compare
from migrator.inference.types import InferenceRequest, SplitValues
from migrator.model import Difference, DifferenceKind, ResId, Resource
from migrator.yamlio import digest, dump

if TYPE_CHECKING:
    from migrator.engines import Cache, Tool

Rendered = tuple[Resource, ...]


def render(
    request: InferenceRequest,
    values: SplitValues,
    environment: str,
    setting: tuple[str, str, tuple[str, ...]],
    tool: Tool,
    cache: Cache,
) -> Rendered:
    """What helm prints for one environment, tests left out. EngineError where helm refuses the values."""
    from migrator.engines import HelmRender, helm_template, rendered_resources

    release, namespace, api_versions = setting
    files = values_files(values, environment)
    key = digest(
        {
            "what": "helm-template",
            "chart": request.chart.digest,
            "values": [text.decode() for text in files],
            "setting": [release, namespace, list(api_versions), request.kube_version],
            "engine": tool.version,
        }
    )
    stream = cache.get(key)
    if stream is None:
        chart: FilePath = request.chart.path
        stream = helm_template(
            tool,
            HelmRender(
                release=release,
                namespace=namespace,
                chart=chart,
                values=files,
                kube_version=request.kube_version,
                api_versions=api_versions,
            ),
        )
        cache.put(key, stream)
    return rendered_resources(stream)


def values_files(values: SplitValues, environment: str) -> tuple[bytes, ...]:
    """The values files of an environment, in order."""
    own = values.environments.get(environment)
    files = [values.common, own] if own else [values.common]
    return tuple(dump(dict(tree)).encode() for tree in files)


def judge(
    request: InferenceRequest, environment: str, rendered: Rendered, namespace: str
) -> tuple[tuple[Difference, ...], tuple[ResId, ...]]:
    """What differs between target and render, and the targets that the chart does not make."""
    found = compare(request.targets[environment], rendered, release_namespace=namespace)
    companions = tuple(
        sorted(item.resource for item in found if item.kind is DifferenceKind.REMOVED and not item.path)
    )
    gone = frozenset(companions)
    return tuple(item for item in found if item.resource not in gone), companions


