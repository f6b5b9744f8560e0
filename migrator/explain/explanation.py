"""The explanation of a component of a plan, or of what was inferred for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrator.charts.types import ChartArchive, ChartRef
from migrator.diagnostics import MigrateError
from migrator.explain.manifest_files import ManifestFiles
from migrator.explain.origins import Origins
from migrator.explain.values import Residuals, Values, Whence, explained
from migrator.inference.effects.value_effects import Subject
from migrator.inference.types import Inference, InferenceRequest, Residual
from migrator.model import ReleaseContext, RepoPath
from migrator.plan import ComponentPlan
from migrator.rewrite import RepositoryView
from migrator.signatures import Upstream

_NAMED = 8
"""Values that a message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why the values of a chart are what they are."""

    component: str
    """Empty for files given by hand."""
    decision: str
    chart: ChartRef
    context: ReleaseContext
    environments: tuple[str, ...]
    values: Values
    residual: Residuals
    upstream: Upstream | None = None
    """The release manifest that its objects come from."""
    commit: str = ""
    """Where the repository is a hybrid already: the commit before, of which this is told."""


def explain_component(part: ComponentPlan, archive: ChartArchive, view: RepositoryView, asked: str = "") -> Explanation:
    """Why the values of a planned release are what they are, and why what they do not express is as it is.

    `archive` is the chart of the plan. `asked` is a value or a difference as `explained` takes it, empty for all of
    them; MIG914 where nothing is called so.
    """
    targets = {name: part.members[name] for name in part.environments}
    subject = Subject(chart=archive, values=part.values, targets=targets, setting=part.context, as_dependency=True)
    values, residual = _answers(subject, part.residual, Origins(view), asked)
    return Explanation(
        component=part.id,
        decision=part.decision.value,
        chart=archive.ref,
        context=part.context,
        environments=part.environments,
        values=values,
        residual=residual,
        upstream=part.upstream,
    )


def explain_inference(
    request: InferenceRequest, inference: Inference, files: Mapping[str, tuple[RepoPath, bytes]], asked: str = ""
) -> Explanation:
    """Why the values that were inferred for files (by environment) are what they are.

    `asked` is as for `explain_component`; MIG914 where nothing is called so.
    """
    targets = {name: tuple(each.id for each in request.targets[name]) for name in sorted(request.targets)}
    subject = Subject(
        chart=request.chart,
        values=inference.values,
        targets=targets,
        setting=inference.context,
        as_dependency=request.as_dependency,
    )
    values, residual = _answers(subject, inference.residual, ManifestFiles(files), asked)
    return Explanation(
        component="",
        decision="",
        chart=request.chart.ref,
        context=inference.context,
        environments=tuple(targets),
        values=values,
        residual=residual,
    )


def _answers(subject: Subject, residual: Sequence[Residual], whence: Whence, asked: str) -> tuple[Values, Residuals]:
    found = explained(subject, residual, whence, asked)
    if asked and not any(found):
        parts = (subject.values.common, *subject.values.environments.values())
        tops = list(dict.fromkeys(key for part in parts for key in part))
        listed = ", ".join(tops[:_NAMED]) + (f" and {len(tops) - _NAMED} more" if len(tops) > _NAMED else "")
        raise MigrateError.of(
            "MIG914",
            f"no value and no residual is called {asked!r}; there are values below {listed or 'nothing'}",
            remedy="name a value as `image.tag`, or a difference by the id that `migrate plan` shows",
        )
    return found
