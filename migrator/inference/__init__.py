"""Values inference: from what a repository renders back to the values of a chart (INFERENCE in the docs)."""

from __future__ import annotations

import hashlib
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.inference.types import Inference, InferenceRequest, Residual, ResidualClass, SplitValues

if TYPE_CHECKING:
    from migrator.engines import Cache, Toolchain
    from migrator.inference.solve import Answer

__all__ = ["Inference", "InferenceRequest", "Residual", "ResidualClass", "SplitValues", "infer"]


def infer(request: InferenceRequest, *, tools: Toolchain, cache: Cache) -> tuple[Inference, Diagnostics]:
    """The values with which the chart renders the targets, as far as the search got, judged by the helm binary.

    Raises MigrateError: MIG401 without a helm binary, MIG405 to MIG408 where helm refuses even the best values found,
    MIG414 and MIG504 where the chart asks for more than a render may cost.
    """
    from migrator.inference.caveats import caveats
    from migrator.inference.notes import as_by_hand
    from migrator.inference.residual import residual_of
    from migrator.inference.split import split_values
    from migrator.inference.verdict import judge, render

    if tools.helm is None:
        raise MigrateError.of(
            "MIG401", "no helm to judge the inferred values with", remedy="install helm, or set MIGRATE_HELM"
        )
    answer = _answer(request, cache)
    values = as_by_hand(split_values(answer.values), request, answer)
    setting = (answer.release, answer.namespace, answer.api_versions)
    rendered = {name: render(request, values, name, setting, tools.helm, cache) for name in sorted(request.targets)}
    judged = {name: judge(request, name, found, answer.namespace) for name, found in rendered.items()}
    again = {
        name: (rendered[name], render(request, values, name, setting, tools.helm, cache, attempt=1))
        for name, (differences, _) in judged.items()
        if differences
    }
    inference = Inference(
        release=answer.release,
        namespace=answer.namespace,
        values=values,
        rendered=rendered,
        differences={name: found for name, (found, _) in judged.items()},
        companions={name: companions for name, (_, companions) in judged.items() if companions},
        residual=residual_of(request, answer, judged, rendered, again),
        renders=answer.renders + len(rendered) + len(again),
        seconds=round(answer.seconds, 2),
        engine={"helm": tools.helm.version, "kubeVersion": request.kube_version},
        api_versions=answer.api_versions,
    )
    return inference, caveats(request, answer, inference)


def _answer(request: InferenceRequest, cache: Cache) -> Answer:
    from migrator.inference.solve import Answer, solve
    from migrator.yamlio import digest

    key = digest(
        {
            "what": "inference",
            "engine": _engine_digest(),
            "chart": request.chart.digest,
            "targets": {name: [dict(item.body) for item in items] for name, items in request.targets.items()},
            "setting": [request.release, request.namespace, request.kube_version, list(request.api_versions)],
            "budget": request.budget,
            "as_dependency": request.as_dependency,
        }
    )
    known = cache.get(key)
    if known is not None:
        return Answer.from_bytes(known)
    answer = solve(request)
    cache.put(key, answer.to_bytes())
    return answer


def _engine_digest() -> str:
    """Changes with the engine's own source, so that no answer of an older engine is taken from the cache."""
    home = FilePath(__file__).parent.parent
    sums = hashlib.sha256()
    for room in ("inference", "templates"):
        for file in sorted((home / room).rglob("*.py")):
            sums.update(file.read_bytes())
    return sums.hexdigest()
