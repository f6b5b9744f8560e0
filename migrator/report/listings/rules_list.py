"""`migrate rules list`: signatures and release manifests, one a line."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.report.visible import visible
from migrator.signatures import Signature
from migrator.signatures.manifests import Manifest


def rules_text(signatures: Iterable[Signature], manifests: Iterable[Manifest]) -> str:
    """A line for each: name, category, where its chart is from, and the file that says so."""
    rows = [(one.chart, one.category, one.repository, str(one.source)) for one in signatures]
    rows += [
        (one.product, "manifest", f"chart {one.chart}" if one.chart else "no public chart", str(one.source))
        for one in manifests
    ]
    width = max((len(chart) for chart, *_ in rows), default=0)
    lines = (f"{name:<{width}}  {category:<12}  {url}  {source}" for name, category, url, source in rows)
    return "".join(f"{visible(line)}\n" for line in lines)
