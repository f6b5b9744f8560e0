"""Controllers that make pods anew when what they read changes, told by annotations (fact S6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from migrator.model import ResId, Resource, mapping_of

_AUTO = "reloader.stakater.com/auto"


def restarting(workload: Resource | None, read: Collection[ResId]) -> str:
    """The annotation by which a workload is made anew when one of these objects changes; empty where none says so."""
    given = dict(_annotations(workload.body)) if workload is not None else {}
    if given.get(_AUTO) == "false":
        return ""
    kinds = sorted({each.kind.lower() for each in read})
    for key in (_AUTO, *(f"{kind}.{_AUTO}" for kind in kinds)):
        if given.get(key) == "true":
            return key
    for each in sorted(read):
        key = f"{each.kind.lower()}.reloader.stakater.com/reload"
        if each.name in (name.strip() for name in given.get(key, "").split(",")):
            return key
    return ""


def _annotations(body: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Those of the workload and of its pods, the workload's own last: it wins."""
    template = mapping_of(mapping_of(body.get("spec")).get("template"))
    for holder in (template, body):
        for key, text in mapping_of(mapping_of(holder.get("metadata")).get("annotations")).items():
            yield str(key), str(text)
