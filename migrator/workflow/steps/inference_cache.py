"""Answers of values inference as bytes for the cache, so that planning again asks nobody."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostics
from migrator.inference.types import Inference, InferenceRequest
from migrator.workflow.steps.dataclass_json import from_json, to_json

if TYPE_CHECKING:
    from migrator.engines import Toolchain

FORMAT = "answer-5"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    inference: Inference
    diagnostics: Diagnostics


def answer_key(request: InferenceRequest, tools: Toolchain, source: str) -> str:
    """A digest of everything that decides the answer; `source` is that of our own code."""
    asked = {
        **{each.name: getattr(request, each.name) for each in fields(request)},
        "engines": tools.engines,
        "chart": [request.chart.ref.name, request.chart.digest],
        "others": [chart.digest for chart in request.others],
        "targets": {name: [resource.body for resource in found] for name, found in request.targets.items()},
    }
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return f"{FORMAT}:{source}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def source_digest() -> str:
    """Hex digest of this package's source, so that no answer of another version is taken for ours."""
    hasher = hashlib.sha256()
    for path in sorted(Path(__file__).resolve().parents[2].rglob("*.py")):
        hasher.update(path.read_bytes())
    return hasher.hexdigest()[:32]


def encode(inference: Inference, diagnostics: Diagnostics) -> bytes:
    """Compact JSON."""
    document = to_json(_Answered(inference=inference, diagnostics=diagnostics))
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> tuple[Inference, Diagnostics]:
    """What `encode` wrote; ValueError, TypeError or KeyError for anything else."""
    found = from_json(_Answered, json.loads(data.decode("utf-8", "surrogatepass")))
    return found.inference, found.diagnostics
