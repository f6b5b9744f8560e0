"""The engine as a library: what the commands do, as functions that print nothing, exit nowhere, and return values.

    import migrator

    planned = migrator.plan("repository", migrator.Options(offline=True))

Every function raises MigrateError where the command of the same name ends with an error; its `diagnostic` has code,
place and remedy. `progress` is called with what happens meanwhile (see `migrator.progress`). Values of Secrets stand in
the results in clear; `document` gives what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from migrator.diagnostics import MigrateError
from migrator.progress import Progress, unwatched
from migrator.workflow.run import Run
from migrator.workflow.settings import Options, Settings

if TYPE_CHECKING:
    from migrator.charts.choosing.needed import NeededCharts
    from migrator.gitops.stages.guide import Guide
    from migrator.model import Json
    from migrator.plan import ComponentPlan
    from migrator.plan.review import Entry, Session
    from migrator.workflow.apply import Applied
    from migrator.workflow.audit import Audited
    from migrator.workflow.deciding.accept import Accepted
    from migrator.workflow.deciding.drop import Dropped
    from migrator.workflow.explain import Accounted, Explained
    from migrator.workflow.gitops.finish import Finished
    from migrator.workflow.graph import Graphed
    from migrator.workflow.infer_files import Inferred
    from migrator.workflow.planned import Planned
    from migrator.workflow.relock import Relocked
    from migrator.workflow.rules.refresh import Refreshed
    from migrator.workflow.rules.signatures import Listed, Tested
    from migrator.workflow.verify import Verified

    Result: TypeAlias = (
        Planned
        | Accepted
        | Dropped
        | Applied
        | Relocked
        | Verified
        | Audited
        | Inferred
        | Explained
        | Accounted
        | Graphed
        | Listed
        | NeededCharts
    )

__all__ = [
    "MigrateError",
    "Options",
    "Progress",
    "accept",
    "apply",
    "attest",
    "audit",
    "charts",
    "check_rules",
    "decide",
    "decided",
    "document",
    "explain",
    "explain_object",
    "finish",
    "graph",
    "infer",
    "learn_rule",
    "list_rules",
    "plan",
    "refresh_rules",
    "relock",
    "review",
    "save_plan",
    "show_rule",
    "verify",
]

Folder: TypeAlias = str | PathLike[str]
_DEFAULT = Options()


def plan(repository: Folder, options: Options = _DEFAULT, *, progress: Progress = unwatched) -> Planned:
    """What would move to Helm, with which values, and what would change; nothing is written but the cache.

    The plan is `planned.plan`, a frozen value: `components` with decision, chart, values per environment and
    differences, `changes` of files, `diagnostics`. The edits of files are `planned.edits`.
    """
    from migrator.workflow.deciding.pinned import with_pinned
    from migrator.workflow.gitops.foreseen import foreseen
    from migrator.workflow.plan import plan_repository

    settings, run = Settings.of(repository, options), Run(progress)
    return with_pinned(foreseen(plan_repository(settings, run), run), settings, run)


def save_plan(planned: Planned, options: Options, file: Folder) -> None:
    """Leave a plan in a file for a later `apply`; it holds the values, secrets among them, readable by its owner."""
    from migrator.workflow.plan_file import save_plan as save

    save(planned, options, Path(file))


def accept(
    repository: Folder,
    component: str,
    options: Options = _DEFAULT,
    *,
    reason: str,
    up_to: str | None = None,
    only: Sequence[str] = (),
    privilege: bool = False,
    progress: Progress = unwatched,
) -> Accepted | Dropped:
    """Write into `migrate.yaml` what may differ in a component; `accepted.component` is what it comes to.

    Of a component that is adopted the post-render patches are dropped that undo it: that is `Dropped`.

    `up_to` is the gravest impact, `only` are ids of differences or patterns of ids, `privilege` admits what widens one.
    """
    from migrator.compare import Acceptance
    from migrator.model import Impact
    from migrator.workflow.deciding.accept import accept as accept_entry

    entry = Acceptance(
        component=component,
        up_to=None if up_to is None else Impact.parse(up_to),
        only=tuple(only),
        privilege=privilege,
        reason=reason,
    )
    return accept_entry(Settings.of(repository, options), entry, Run(progress))


def review(planned: Planned, component: str = "") -> Session:
    """What stands against the adoption of a component of a plan, or of all, as questions; values of Secrets hidden.

    `session.after(line)` is the session once a person has said `y`, `n`, ...; `decide` writes what its `write` holds.
    """
    from migrator.plan.review import session_of
    from migrator.report.redact import redact_plan

    return session_of(redact_plan(planned.plan, planned.secrets), component)


def decide(repository: Folder, entry: Entry) -> None:
    """Write an entry of `accept` or `refuse` into `migrate.yaml`; comments stay."""
    from migrator.workflow.deciding.entries import write_entry

    write_entry(Path(repository), entry.key, entry.what)


def decided(
    repository: Folder, session: Session, options: Options = _DEFAULT, *, progress: Progress = unwatched
) -> tuple[tuple[ComponentPlan, ...], tuple[str, ...]]:
    """What the components come to that a review decided something about, and the commands that go on from it."""
    from migrator.workflow.deciding.accept import decided as outcome

    return outcome(Settings.of(repository, options), session.decided, session.left, Run(progress))


def apply(
    repository: Folder,
    options: Options = _DEFAULT,
    *,
    saved_plan: Folder | None = None,
    branch: str | None = None,
    diff: bool = False,
    allow_dirty: bool = False,
    progress: Progress = unwatched,
) -> Applied:
    """Rewrite the repository, all or nothing and only as far as the proof reaches.

    `saved_plan` is carried out instead of planning. With `branch` the result becomes commits of a new branch, and the
    work tree stays as it is; with `diff` nothing is written, and `applied.edits` says what would be. `applied.proof` is
    the comparison of all environments, None where there was nothing to do.
    """
    from migrator.workflow.apply import apply_repository

    settings = Settings.of(
        repository,
        options,
        plan=None if saved_plan is None else Path(saved_plan),
        branch=branch,
        diff=diff,
        writes=not diff,
        allow_dirty=allow_dirty,
    )
    return apply_repository(settings, Run(progress))


def relock(
    repository: Folder, options: Options = _DEFAULT, *, diff: bool = False, progress: Progress = unwatched
) -> Relocked:
    """Let `.migrate/lock.yaml` follow a tree that was changed on purpose, once the change is compared."""
    from migrator.workflow.relock import relock_repository

    return relock_repository(Settings.of(repository, options, diff=diff, writes=not diff), Run(progress))


def verify(
    repository: Folder, options: Options = _DEFAULT, *, base: str | None = None, progress: Progress = unwatched
) -> Verified:
    """The proof once more: what every environment renders at the git reference `base` (the lock's own) and now."""
    from migrator.workflow.verify import verify_repository

    return verify_repository(Settings.of(repository, options), base, Run(progress))


def attest(repository: Folder, verified: Verified, file: Folder, *, base: str | None = None) -> None:
    """Write what was verified against `base` as an in-toto Statement that anybody can make again from a clone."""
    from migrator.workflow.attestation import attest as write

    write(Path(repository).resolve(), verified.proof, verified.diagnostics, base, Path(file))


def audit(repository: Folder, options: Options = _DEFAULT, *, progress: Progress = unwatched) -> Audited:
    """What the audit rules find in the repository as it is now."""
    from migrator.workflow.audit import audit_repository

    return audit_repository(Settings.of(repository, options), Run(progress))


def infer(
    chart: str,
    targets: Mapping[str, Folder] | Sequence[Folder],
    options: Options = _DEFAULT,
    *,
    chart_repository: str = "",
    release: str | None = None,
    namespace: str | None = None,
    holds_objects: bool = True,
    explain: str | None = None,
    output: Folder | None = None,
    force: bool = False,
    progress: Progress = unwatched,
) -> Inferred:
    """The values with which a chart (a folder, an archive, NAME:VERSION) renders the target files.

    `targets` is one file of manifests, or one for each environment by its name. `explain` names a values path to
    explain, or all with an empty text. Without `holds_objects` what no template of the chart makes stays beside the
    release, instead of in a list such as `extraObjects`. `output` is a folder that the values files are written to.
    """
    from migrator.workflow.infer_files import Target, infer_files

    files = [f"{name}={file}" for name, file in targets.items()] if isinstance(targets, Mapping) else map(str, targets)
    target = Target(
        chart=chart,
        files=tuple(files),
        repository=chart_repository,
        namespace=namespace,
        release=release,
        holds_objects=holds_objects,
        explain=explain,
        output=None if output is None else Path(output),
        force=force,
    )
    return infer_files(target, Settings.of(Path(), options), Run(progress))


def explain(
    repository: Folder,
    component: str,
    place: str = "",
    options: Options = _DEFAULT,
    *,
    progress: Progress = unwatched,
) -> Explained:
    """For the values of a component which objects they shape and where they came from; `place` is one value's path."""
    from migrator.workflow.explain import explain_repository

    return explain_repository(Settings.of(repository, options), component, place, Run(progress))


def explain_object(
    repository: Folder, kind_and_name: str, options: Options = _DEFAULT, *, progress: Progress = unwatched
) -> Accounted:
    """Why the object `KIND/[NAMESPACE/]NAME` belongs to a chart or stays in Kustomize."""
    from migrator.workflow.explain import account_for

    return account_for(Settings.of(repository, options), kind_and_name, Run(progress))


def graph(
    repository: Folder,
    options: Options = _DEFAULT,
    *,
    environments: Sequence[str] = (),
    progress: Progress = unwatched,
) -> Graphed:
    """The objects of the environments (all where none is named), their components, and what binds them."""
    from migrator.workflow.graph import graph_repository

    return graph_repository(Settings.of(repository, options), tuple(environments), Run(progress))


def handover(repository: Folder, options: Options = _DEFAULT, *, progress: Progress = unwatched) -> Guide:
    """Where the change of hands stands, what comes next, how to check each stage, and the way back from it."""
    from migrator.workflow.gitops.standing import guide_repository

    return guide_repository(Settings.of(repository, options), Run(progress))


def finish(repository: Folder, options: Options = _DEFAULT, *, progress: Progress = unwatched) -> Finished:
    """Give up the way back of a change of hands: owners prune and heal again, once the result is proved."""
    from migrator.workflow.gitops.finish import finish_repository

    return finish_repository(Settings.of(repository, options, writes=True), Run(progress))


def charts(
    repository: Folder, options: Options = _DEFAULT, *, fetch: Folder | None = None, progress: Progress = unwatched
) -> NeededCharts:
    """The chart archives that a full plan needs, and whether each is at hand; `fetch` is a mirror's folder to fill."""
    from migrator.workflow.charts import needed_charts

    return needed_charts(Settings.of(repository, options), None if fetch is None else Path(fetch), Run(progress))


def list_rules(repository: Folder = ".") -> Listed:
    """The signatures and release manifests that hold for the repository: ours, and those of its team."""
    from migrator.workflow.rules.signatures import listed_rules

    return listed_rules(Path(repository))


def check_rules(repository: Folder = ".") -> Tested:
    """The cases of the signatures, ours and the team's, tried out."""
    from migrator.workflow.rules.signatures import tested_rules

    return tested_rules(Path(repository))


def show_rule(chart: str, repository: Folder = ".") -> str:
    """The signature of a chart and the release manifests that correspond to it, as YAML."""
    from migrator.workflow.rules.signatures import signature_text

    return signature_text(Path(repository), chart)


def refresh_rules(
    repository: Folder = ".",
    options: Options = _DEFAULT,
    *,
    charts: Sequence[str] = (),
    is_own: bool = False,
    progress: Progress = unwatched,
) -> Refreshed:
    """The version tables of the charts (all where none is named) from their publishers' indexes; nothing is written."""
    from migrator.workflow.rules.refresh import refreshed_rules

    return refreshed_rules(Settings.of(repository, options), charts, is_own=is_own, run=Run(progress))


def learn_rule(
    chart: str,
    options: Options = _DEFAULT,
    *,
    chart_repository: str = "",
    category: str = "core",
    values: Sequence[Folder] = (),
) -> str:
    """The signature of a chart, as YAML, learned from what helm renders of it with its defaults and `values`."""
    from migrator.workflow.rules.signatures import learned_text

    files = tuple(map(Path, values))
    settings = Settings.of(Path(), options)
    return learned_text(chart, settings, repository=chart_repository, category=category, values=files)


def document(result: Result) -> dict[str, Json]:
    """The JSON document of a result, as `--format json` prints it (docs/schema): values of Secrets are digests."""
    from migrator.documents import document_of

    return document_of(result)
