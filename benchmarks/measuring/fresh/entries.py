"""The kinds of charts whose library knows only maps of named objects: values files show nothing, so they stand here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from measuring.fresh import words
from measuring.fresh.drawn import Leaf
from migrator.charts.types import ChartArchive
from migrator.model import Json
from migrator.yamlio import Dialect, read_value

MAPS = ("controllers", "persistence", "service", "ingress")
"""Keys by whose defaults, which are empty maps, such a library is known."""


def knows_entries(archive: ChartArchive) -> bool:
    """Whether the values of a subchart of the chart, or its own, are maps of named objects."""
    files = [data for name, data in archive.files.items() if name.endswith("values.yaml") and name.count("/") in {0, 2}]
    told = [value for data in files if isinstance(value := read_value(data, dialect=Dialect.SIGS), Mapping)]
    return any(all(isinstance(values.get(key), Mapping) for key in MAPS) for values in told)


def entries(rng: Random) -> Iterator[tuple[str, Leaf]]:
    """Kind, place and value; of the controller and the container `main`."""
    pod, container = ("defaultPodOptions",), ("controllers", "main", "containers", "main")
    image = {"repository": f"{rng.choice(words.REGISTRIES)}/{words.team(rng)}/agent", "tag": f"1.{rng.randrange(9)}.0"}
    known: tuple[tuple[str, tuple[str, ...], Json], ...] = (
        ("common-labels", ("global", "labels"), words.labels(rng)),
        ("common-annotations", ("global", "annotations"), words.annotations(rng)),
        ("pod-labels", (*pod, "labels"), words.labels(rng)),
        ("pod-annotations", ("controllers", "main", "pod", "annotations"), words.annotations(rng)),
        ("resources", (*container, "resources"), words.resources(rng)),
        ("sidecars", ("controllers", "main", "containers", "agent"), {"image": image, "args": ["--quiet"]}),
        (
            "init-containers",
            ("controllers", "main", "initContainers", "prepare"),
            {"image": image, "command": ["true"]},
        ),
        ("extra-volumes", ("persistence", "cache"), {"type": "emptyDir", "medium": "Memory", "sizeLimit": "64Mi"}),
        ("extra-env", (*container, "env"), words.env_map(rng)),
        ("probes", (*container, "probes", "liveness"), {"enabled": False}),
        ("tolerations", (*pod, "tolerations"), words.tolerations(rng)),
        ("image-registry", (*container, "image", "repository"), image["repository"]),
        ("service-account", ("serviceAccount", "main"), {"annotations": words.account_annotations(rng)}),
        ("persistence", ("persistence", "data"), _claim(rng)),
        ("ingress", ("ingress", "main"), _ingress(rng)),
        (
            "metrics",
            ("serviceMonitor", "main"),
            {"endpoints": [{"port": "http", "path": "/metrics"}]},
        ),
        ("configuration", ("configMaps", "main"), {"data": {"app.ini": words.config_text(rng)}}),
    )
    yield from ((kind, (path, value)) for kind, path, value in known)


def _claim(rng: Random) -> Json:
    mounts = [{"path": "/data"}]
    size, name = rng.choice(words.SIZES), rng.choice(words.CLASSES)
    claim = {"accessMode": "ReadWriteOnce", "size": size, "storageClass": name}
    return {"type": "persistentVolumeClaim", **claim, "globalMounts": mounts}


def _ingress(rng: Random) -> Json:
    paths = [{"path": "/", "service": {"identifier": "main", "port": "http"}}]
    return {"className": "internal", "hosts": [{"host": words.host(rng), "paths": paths}]}
