"""What the charts room hands out: references, archives, and where charts can come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrator.model import Json


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ChartRef:
    """A chart by name and exact version; `repository` is its public URL (https:// or oci://), empty if unknown."""

    name: str
    version: str
    repository: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartArchive:
    """A chart whose bytes are at hand. Files are keyed by path below the chart's own folder (`templates/x.yaml`)."""

    ref: ChartRef
    digest: str
    """`sha256:` of the archive bytes, or of the sorted files for a directory."""
    path: Path
    """The archive or directory on disk."""
    metadata: Mapping[str, Json]
    """Chart.yaml."""
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def app_version(self) -> str:
        return str(self.metadata.get("appVersion") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartVersion:
    """One version of a chart that a source offers."""

    version: str
    app_version: str = ""
    deprecated: bool = False
    digest: str = ""
    """`sha256:` as the source states it; empty where it does not."""
    url: str = ""
    """Where the archive is: a URL, or the path of a mirror's file."""
    created: str = ""
    """The day of its publication, as the source states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSources:
    """Where charts may come from, in the order they are asked."""

    mirrors: tuple[Path, ...] = ()
    """Folders of `NAME-VERSION.tgz`, asked before the network whatever the repository URL."""
    url_mirrors: Mapping[str, str] = field(default_factory=dict)
    """Repository URL -> the URL or folder to use in its place."""
    offline: bool = False
