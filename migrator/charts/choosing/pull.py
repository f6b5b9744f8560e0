"""How a person gets a chart by hand."""

from __future__ import annotations

import shlex

from migrator.charts.access import without_login
from migrator.charts.types import ChartRef


def helm_pull(ref: ChartRef, destination: str = "DIR") -> str:
    """The `helm pull` that puts a chart's archive into a folder; no login is part of it."""
    url, _ = without_login(ref.repository)
    place = (
        [f"{url.rstrip('/')}/{ref.name}"] if url.startswith("oci://") else [ref.name, *(["--repo", url] if url else [])]
    )
    return shlex.join(["helm", "pull", *place, "--version", ref.version, "--destination", destination])
