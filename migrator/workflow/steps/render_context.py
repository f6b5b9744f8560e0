"""What renders a lock, by the choices of a run."""

from __future__ import annotations

from migrator.charts import ChartLibrary
from migrator.engines import Toolchain
from migrator.progress import Watch, uncounted
from migrator.prove import RenderContext
from migrator.workflow.steps.choices import Choices


def render_context_of(choices: Choices, tools: Toolchain, watch: Watch = uncounted) -> RenderContext:
    """What renders a lock, by the choices of the run."""
    return RenderContext(
        tools=tools,
        library=ChartLibrary(choices.sources, choices.cache),
        cache=choices.cache,
        network=not choices.sources.offline,
        watch=watch,
        remotes=choices.remotes,
        own_urls=choices.own_urls,
    )
