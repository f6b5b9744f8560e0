"""Values inference from end to end: search, verdict of helm, and another search where the interpreter was wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.inference.types import Inference, InferenceRequest

if TYPE_CHECKING:
    from migrator.engines import Cache, Tool, Toolchain


def infer(request: InferenceRequest, *, tools: Toolchain, cache: Cache) -> tuple[Inference, Diagnostics]:
    """The values with which the chart renders the targets, as far as the search got, judged by the helm binary.

    Raises MigrateError: MIG401 without a helm binary, MIG405 to MIG408 where helm refuses the chart and no value helps,
    MIG414 and MIG504 where the chart asks for more than a render may cost.
    """
    from migrator.inference.followed_tags import with_followed_tags
    from migrator.inference.search.chart_versions import best_of
    from migrator.inference.verdict.judge import Judge
    from migrator.inference.without_shared_metadata import without_shared_metadata

    if tools.helm is None:
        raise MigrateError.of(
            "MIG401", "no helm to judge the inferred values with", remedy="install helm, or set MIGRATE_HELM"
        )
    helm = tools.helm

    def ask(one: InferenceRequest) -> tuple[Inference, Diagnostics]:
        return best_of(one, lambda each: _infer(each, helm, cache))

    found, notes = ask(request)
    if request.has_post_render:
        found, notes = without_shared_metadata(request, (found, notes), ask)
    if request.followed:
        chart = next(each for each in (request.chart, *request.others) if each.digest == found.chart_digest)
        judge = Judge(replace(request, chart=chart, others=()), helm, cache, found.options)
        found = with_followed_tags(judge, found)
    return found, notes


def _infer(request: InferenceRequest, helm: Tool, cache: Cache) -> tuple[Inference, Diagnostics]:
    from migrator.inference.trusted_search import answer_to, reconsidered
    from migrator.inference.verdict.diagnostics import caveats
    from migrator.inference.verdict.judge import Judge, judged
    from migrator.inference.verdict.left_out import left_out_of
    from migrator.inference.verdict.residual import residual_of

    judge = Judge(request, helm, cache)
    answer, verdict = judged(judge, answer_to(judge))
    if verdict.open_keys and not verdict.refusals:
        other = reconsidered(judge, answer, verdict.values, verdict.open_keys)
        if other is not None and (found := judged(judge, other))[1].rank < verdict.rank:
            answer, verdict = found
    rendered, left_out = verdict.rendered, left_out_of(request, answer, verdict)
    judge = replace(judge, options=verdict.options)
    again = {
        name: (rendered[name], judge.once_more(verdict.values, name, answer.context.within(name), rendered[name]))
        for name in verdict.open_keys
        if name not in verdict.refusals
    }
    inference = Inference(
        context=answer.context,
        values=verdict.values,
        rendered=rendered,
        differences=verdict.differences,
        companions=verdict.companions,
        written_differently=verdict.written_differently,
        options=verdict.options,
        left_out=left_out,
        refusals={name: error.diagnostic.summary for name, error in verdict.refusals.items()},
        residual=residual_of(request, answer, verdict, again, left_out),
        renders=answer.renders + len(rendered) + len(again),
        seconds=round(answer.seconds, 2),
        engine={"helm": helm.version, "kubeVersion": answer.context.kube_version},
        chart_digest=request.chart.digest,
    )
    return inference, caveats(request, answer, inference)
