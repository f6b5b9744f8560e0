"""Helm charts: where they come from, which versions there are, and what is in an archive."""

from migrator.charts.archive import load_archive
from migrator.charts.library import ChartLibrary
from migrator.charts.types import ChartArchive, ChartRef, ChartSources, ChartVersion
from migrator.charts.versions import VersionError, is_same_version, parse_version, satisfies, sort_key

__all__ = [
    "ChartArchive",
    "ChartLibrary",
    "ChartRef",
    "ChartSources",
    "ChartVersion",
    "VersionError",
    "is_same_version",
    "load_archive",
    "parse_version",
    "satisfies",
    "sort_key",
]
