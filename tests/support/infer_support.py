"""Small charts of a test, and the values that are found for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from migrator.charts import load_archive
from migrator.charts.types import ChartArchive
from migrator.diagnostics import Diagnostics
from migrator.engines import Cache, HelmRender, Toolchain, find_helm, helm_template, rendered_resources
from migrator.inference import Inference, InferenceRequest, infer
from migrator.model import ReleaseContext, Resource
from migrator.yamlio import dump

CHART = "apiVersion: v2\nname: tiny\nversion: 1.0.0\nappVersion: '2.5'\n"


def archive_of(folder: Path, files: Mapping[str, str | bytes]) -> ChartArchive:
    """A chart named `tiny` of these files."""
    for path, text in {"Chart.yaml": CHART, **files}.items():
        file = folder / "tiny" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_archive(folder / "tiny")


def rendered(archive: ChartArchive, values: Mapping[str, object] | None = None) -> tuple[Resource, ...]:
    """What helm renders, without a look at the chart's schema."""
    request = HelmRender(
        context=ReleaseContext(release="shop", namespace="data", kube_version="1.32"),
        chart=archive.path,
        values=(dump(dict(values or {})).encode(),),
    )
    return rendered_resources(helm_template(find_helm(), request))


def inferred(
    archive: ChartArchive, target: Sequence[Resource], budget: float = 20.0, **given: object
) -> tuple[Inference, Diagnostics]:
    """What values inference says."""
    request = InferenceRequest(chart=archive, targets={"prod": tuple(target)}, budget=budget, **given)  # type: ignore[arg-type]
    return infer(request, tools=Toolchain(kustomize=None, helm=find_helm()), cache=Cache(None))
