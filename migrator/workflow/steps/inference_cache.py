"""Answers of values inference in the cache, so that planning again asks nobody: the only place where they are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.dataclass_json import from_json, to_json
from migrator.diagnostics import Diagnostics
from migrator.inference.types import Inference, InferenceRequest
from migrator.yamlio import rules_directory

if TYPE_CHECKING:
    from migrator.charts import ChartArchive
    from migrator.engines import Cache, Toolchain


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request; without an inference the diagnostics say why."""

    inference: Inference | None
    diagnostics: Diagnostics = ()


def answer_key(request: InferenceRequest, tools: Toolchain, source: str) -> str:
    """A digest of everything that decides the answer; `source` is that of our own code.

    Every field of the request is in it: charts by the digest of their bytes, targets by their bodies.
    """
    asked = {each.name: getattr(request, each.name) for each in fields(request)}
    asked |= {
        "chart": _told(request.chart),
        "others": [_told(chart) for chart in request.others],
        "equivalences": sorted(request.equivalences),
        "targets": [(name, [each.body for each in found]) for name, found in request.targets.items()],
    }
    return f"answer:{hashlib.sha256(to_json([source, tools.engines, asked])).hexdigest()}"


def source_digest() -> str:
    """Hex digest of this package's source and of what it knows of Kubernetes, so that no answer of another version is
    taken for ours.
    """
    hasher = hashlib.sha256()
    source, knowledge = Path(__file__).resolve().parents[2].rglob("*.py"), rules_directory() / "kubernetes"
    for path in (*sorted(source), *sorted(knowledge.glob("*.yaml"))):
        hasher.update(path.read_bytes())
    return hasher.hexdigest()


def stored(key: str, cache: Cache) -> Answer | None:
    """What `keep` put there; None for nothing, or for something else."""
    data = cache.get(key)
    if data is None:
        return None
    try:
        return from_json(Answer, data)
    except ValueError:
        return None


def keep(key: str, answer: Answer, cache: Cache) -> None:
    """Put an answer under its key."""
    cache.put(key, to_json(answer))


def _told(chart: ChartArchive) -> tuple[str, ...]:
    return chart.digest, chart.ref.name, chart.ref.version, chart.ref.repository
