"""One value of each kind that a family of charts shares (those over one library chart), alone and in pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from measuring.fresh.charts import Chart, newest
from measuring.fresh.documented import Documented, Place
from measuring.fresh.drawn import Batch, Leaf
from measuring.fresh.entries import entries, knows_entries
from measuring.fresh.natural import natural
from migrator.charts.types import ChartArchive
from migrator.yamlio import Dialect, read_value

TRIES = 4
"""Places of a kind that are tried, the shallowest first."""
_LIBRARY = re.compile(r"charts/[^/]+/Chart\.yaml")
KINDS: tuple[tuple[str, str], ...] = (
    ("common-labels", r"(common|global|extra|custom)\.?labels$"),
    ("common-annotations", r"(common|global|extra|custom)\.?annotations$"),
    ("pod-labels", r"pod\w*\.?labels$"),
    ("pod-annotations", r"pod\w*\.?annotations$"),
    ("resources", r"(^|\.)resources$"),
    ("resources-preset", r"resourcesPreset$"),
    ("sidecars", r"(sidecars|extraContainers|additionalContainers)$"),
    ("init-containers", r"initContainers$"),
    ("extra-volumes", r"(extraVolumes|additionalVolumes|(^|\.)volumes)$"),
    ("extra-env", r"(extraEnvVars|extraEnv|(^|\.)env)$"),
    ("extra-deploy", r"(extraDeploy|extraObjects|rawResources)$"),
    ("probes", r"(liveness|readiness)\w*\.\w*(seconds|threshold)$"),
    ("affinity-presets", r"podAntiAffinityPreset$"),
    ("tolerations", r"tolerations$"),
    ("image-registry", r"(imageRegistry|image\.registry)$"),
    ("image-digest", r"image\.digest$"),
    ("service-account", r"serviceAccount\.(name|annotations|create)$"),
    ("network-policy", r"networkPolicy\.(enabled|allowExternal|allowExternalEgress)$"),
    ("persistence", r"(persistence|persistentVolume|storage)\.(size|storageClass|storageClassName|enabled)$"),
    ("ingress", r"ingress\.(enabled|main\.enabled)$"),
    ("metrics", r"(metrics|serviceMonitor|exporter)\.enabled$"),
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One kind, or two, and the ways to change them, first choice first."""

    name: str
    batches: tuple[Batch, ...]


def has_library(archive: ChartArchive) -> bool:
    """Whether a chart rests on a library chart."""
    charts = [data for name, data in archive.files.items() if _LIBRARY.fullmatch(name)]
    return any((read_value(data, dialect=Dialect.SIGS) or {}).get("type") == "library" for data in charts)


def members(charts: tuple[Chart, ...]) -> tuple[Chart, ...]:
    """The newest charts that have subcharts at all."""
    return tuple(chart for chart in newest(charts) if chart.subcharts)


def changes_of(rng: Random, chart: Documented, archive: ChartArchive) -> Iterator[Changed]:
    """Each kind that the chart documents alone, then as many pairs of them."""
    known = {name: found for name, pattern in KINDS if (found := tuple(_leaves(rng, chart, pattern)))}
    if knows_entries(archive):
        known = {name: (leaf,) for name, leaf in entries(rng)}
    for name, found in known.items():
        yield Changed(name, tuple((leaf,) for leaf in found))
    names = list(known)
    for first in names:
        second = rng.choice([name for name in names if name != first] or names)
        pairs = [(one, two) for one in known[first] for two in known[second] if one[0] != two[0]]
        yield Changed(f"{first}+{second}", tuple(pairs[:TRIES]))


def _leaves(rng: Random, chart: Documented, pattern: str) -> Iterator[Leaf]:
    found = [place for place in chart.places if re.search(pattern, ".".join(place.path), re.IGNORECASE)]
    found.sort(key=lambda place: (len(place.path), place.path))
    for place in found[:TRIES]:
        value = natural(rng, _bare(place), chart.app_version)
        if value is not None:
            yield place.path, value


def _bare(place: Place) -> Place:
    """The place without examples: the kind says what it holds."""
    return Place(path=place.path, default=place.default, choices=place.choices, kinds=place.kinds)
