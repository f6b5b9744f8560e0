"""The charts that a run may use, each of the publisher that it is asked of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from migrator.charts import ChartLibrary
from migrator.signatures import load_versions

if TYPE_CHECKING:
    from migrator.workflow.steps.choices import Choices


def library_of(choices: Choices) -> ChartLibrary:
    """A library over the sources of a run, which knows the publishers of the version tables."""

    @cache
    def publishers(chart: str) -> Mapping[str, frozenset[str]]:
        table = load_versions([chart]).get(chart)
        known = table.publishers if table is not None else {}
        return {url: frozenset(one for each in apps.values() for one in each) for url, apps in known.items()}

    return ChartLibrary(choices.sources, choices.cache, publishers=publishers)
