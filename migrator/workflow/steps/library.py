"""The charts that a run may use, each of the publisher that it is asked of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from migrator.charts import ChartLibrary
from migrator.charts.choosing.nearest import numbers
from migrator.signatures import VersionTable
from migrator.signatures.versions import load_versions, version_folders

if TYPE_CHECKING:
    from migrator.workflow.steps.baseline import Baseline


def library_of(baseline: Baseline) -> ChartLibrary:
    """A library over the sources of a run, which knows the publishers of the version tables, and how old these are."""
    folders = version_folders(baseline.root)

    @cache
    def table_of(chart: str) -> VersionTable | None:
        return load_versions([chart], folders).get(chart)

    def publishers(chart: str) -> Mapping[str, frozenset[str]]:
        table = table_of(chart)
        known = table.publishers if table is not None else {}
        return {url: frozenset(one for each in apps.values() for one in each) for url, apps in known.items()}

    def aged(chart: str, app_version: str) -> str:
        table = table_of(chart)
        known = max(map(numbers, table.app_versions()), default=()) if table is not None else ()
        return table.until or "an unknown day" if table is not None and numbers(app_version) > known else ""

    choices = baseline.choices
    return ChartLibrary(choices.sources, choices.cache, publishers=publishers, aged=aged)
