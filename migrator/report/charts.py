"""The archives that a plan needs, for readers: text, the ready `helm pull` lines, JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from migrator.charts.choosing.needed import NeededChart, NeededCharts
from migrator.charts.choosing.pull import helm_pull
from migrator.model import Json
from migrator.report.json import FORMAT_VERSION, diagnostic_document, dumps
from migrator.report.terminal import console

_SHOWN = 5


def show_charts(needed: NeededCharts, stream: IO[str], output_format: str = "text") -> None:
    """Write what is needed of each archive and how many are there: `text`, `json`, or the `helm` calls for the rest."""
    if output_format == "json":
        stream.write(dumps(charts_document(needed)))
    elif output_format == "helm":
        _show_pulls(needed, stream)
    else:
        _show_text(needed, stream)


def _show_text(needed: NeededCharts, stream: IO[str]) -> None:
    out = console(stream)
    for each in needed.charts:
        ref = each.ref
        state = "at hand" if each.is_at_hand else "missing"
        out.print(f"{state}  {ref.name} {ref.version}  {ref.repository or '(no repository known)'}")
        out.print(f"         for {', '.join(each.components)}")
        if each.digest:
            out.print(f"         {each.digest}")
        if each.others and not each.is_at_hand:
            shown = ", ".join(each.others[:_SHOWN]) + (", ..." if len(each.others) > _SHOWN else "")
            out.print(f"         as good would be {shown}")
    count = sum(each.is_at_hand for each in needed.charts)
    if needed.fetched:
        out.print(f"Fetched: {', '.join(needed.fetched)}")
    out.print(f"{count} of {len(needed.charts)} archives are at hand.")
    if count < len(needed.charts):
        out.print(
            "next  migrate charts --fetch DIR where there is a network (or the lines of --format helm)", style="bold"
        )
        out.print("      migrate plan --chart-mirror DIR afterwards, with or without --offline")


def _show_pulls(needed: NeededCharts, stream: IO[str]) -> None:
    """Write a `helm pull` for each archive that is not at hand and whose repository is known."""
    for each in missing(needed.charts):
        users, ref = ", ".join(each.components), each.ref
        line = helm_pull(ref, ".") if ref.repository else f"# {ref.name} {ref.version}: no repository is known;"
        console(stream).print(f"{line}  # for {users}")


def missing(charts: Iterable[NeededChart]) -> list[NeededChart]:
    """Those that are not at hand."""
    return [each for each in charts if not each.is_at_hand]


def charts_document(needed: NeededCharts) -> dict[str, Json]:
    """The JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "complete": needed.is_complete,
        "charts": [
            {
                "name": each.ref.name,
                "version": each.ref.version,
                "repository": each.ref.repository,
                "digest": each.digest,
                "components": list(each.components),
                "at_hand": each.is_at_hand,
                "alternatives": list(each.others),
                "pull": helm_pull(each.ref) if each.ref.repository else "",
            }
            for each in needed.charts
        ],
        "fetched": list(needed.fetched or ()),
        "diagnostics": [diagnostic_document(each) for each in needed.diagnostics],
    }
