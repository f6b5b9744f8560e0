"""A plan and the repository -> the edits that carry it out, and the lock that records the result."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import Index
from migrator.load import Kustomizations
from migrator.lock import LOCK_PATH, Lock, LockedEnvironment, dump_lock, load_lock
from migrator.model import LeftOut, RepoPath, ResId, SourceSpan
from migrator.plan import ComponentPlan, Decision, Plan
from migrator.plan.beside import Beside
from migrator.plan.failed import files_of_failed
from migrator.progress import Watch, uncounted
from migrator.render_roots import Build
from migrator.render_roots.placing import namespace_given
from migrator.rewrite.automation.followed_edits import with_automation
from migrator.rewrite.edits import FileEdit, changes
from migrator.rewrite.kustomize.beside import could_stay
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.case_conflicts import Spellings
from migrator.rewrite.kustomize.orphaned_comments import lost_comments
from migrator.rewrite.kustomize.ownership import ADOPTED, Placed, place
from migrator.rewrite.kustomize.removal import remove_adopted
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.upkept.bare_generators import with_bare_generators, without_given_hashes
from migrator.rewrite.kustomize.upkept.every_kind import blockers_of_upkeep
from migrator.rewrite.layout import Layout
from migrator.rewrite.locked import locked_component
from migrator.rewrite.transaction.preflight import check_place
from migrator.rewrite.umbrella.chart_files import Umbrella, umbrella
from migrator.rewrite.umbrella.image_markers import with_markers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """One attempt at all edits."""

    edits: tuple[FileEdit, ...]
    umbrellas: Mapping[str, Umbrella]
    blockers: tuple[Blocker, ...]
    diagnostics: Diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """A plan, carried out in memory."""

    plan: Plan
    """With its file changes, and without the components that cannot be taken out of the files cleanly."""
    edits: tuple[FileEdit, ...] = field(repr=False)
    """By path, the lock among them; none where nothing is left to adopt."""
    charts: Mapping[str, RepoPath]
    """Component id -> the folder of the chart that takes its objects over."""
    lock: Lock
    """Its verdict is still open: `sealed` writes the proof's into the edits."""
    diagnostics: Diagnostics
    beside: Beside
    """What could stay in Kustomize so that its component need not, of those that cannot be taken out."""


def rewrite(
    plan: Plan,
    view: RepositoryView,
    layout: Layout,
    engines: Mapping[str, str] | None = None,
    watch: Watch = uncounted,
) -> Rewriting:
    """What becomes of the files. An earlier lock is kept and added to; `engines` are the versions that it names.

    A component that cannot be taken out becomes a proposal that says what stands in the way, and the diagnostics say it
    too: MIG610 (shared or unclear text), MIG611 (a file of the layout exists already), MIG612 (its chart has no known
    repository), MIG614 (it holds what is kept up to date from outside). Raises MIG601 and MIG602 for a lock that cannot
    be read.
    """
    found, draft, notes, beside = _settled(plan, view, layout, watch)
    existing = load_lock(view.index.root)
    lock = _lock(found, draft.umbrellas, view, existing, engines)
    edits = sealed(draft.edits, lock, view.index) if draft.umbrellas else ()
    return Rewriting(
        plan=replace(found, changes=changes(edits)),
        edits=edits,
        charts={name: made.folder for name, made in draft.umbrellas.items()},
        lock=lock if draft.umbrellas else existing or lock,
        diagnostics=notes,
        beside=beside,
    )


def sealed(edits: Sequence[FileEdit], lock: Lock, index: Index) -> tuple[FileEdit, ...]:
    """The edits with this lock in place of the one that they had."""
    path = index.root / LOCK_PATH
    before = path.read_bytes() if path.is_file() else None
    edit = FileEdit(path=LOCK_PATH, before=before, after=dump_lock(lock).encode(), cause="lock")
    return tuple(sorted((*(each for each in edits if each.path != LOCK_PATH), edit), key=lambda each: each.path))


def _settled(
    plan: Plan, view: RepositoryView, layout: Layout, watch: Watch
) -> tuple[Plan, _Draft, Diagnostics, Beside]:
    unbuilt = files_of_failed(view.builds, view.kustomizations)
    notes: list[Diagnostic] = []
    beside: dict[str, Mapping[str, frozenset[ResId]]] = {}
    while True:
        draft = _draft(plan, view, layout, unbuilt, watch)
        notes += draft.diagnostics
        if not draft.blockers:
            break
        plan = _demoted(plan, draft.blockers)
        beside |= could_stay(draft.blockers)
        notes += [_note(blocker) for blocker in _first_reasons(draft.blockers)]
    notes += lost_comments(draft.edits)
    followed, more = with_automation(draft.edits, view.index, rendered_files(view.builds, view.kustomizations))
    draft = replace(draft, edits=followed)
    notes += more
    return plan, draft, tuple(dict.fromkeys(notes)), beside


def rendered_files(builds: Sequence[Build], kustomizations: Kustomizations) -> frozenset[RepoPath]:
    """Every file that a build rests on."""
    return frozenset(path for build in builds for path in kustomizations.closure(build.root))


def _draft(
    plan: Plan, before: RepositoryView, layout: Layout, unbuilt: Mapping[RepoPath, RepoPath], watch: Watch
) -> _Draft:
    view = without_given_hashes(plan, before)
    objects = place(plan, view)
    removal = with_bare_generators(remove_adopted(objects, view), plan, objects, view)
    values = {each.id: each.values for each in plan.components}
    blockers = [*removal.blockers, *blockers_of_upkeep(objects, view, values)]
    for edit in removal.edits:
        if edit.path in unbuilt:
            reason = f"{edit.path} is also part of {unbuilt[edit.path]}, which does not build"
            blockers += [Blocker(component=cause, reason=reason) for cause in edit.cause.split(", ")]
    made: dict[str, Umbrella] = {}
    notes: list[Diagnostic] = []
    created: list[FileEdit] = []
    adopted = {each.id: each for each in plan.components if each.decision in ADOPTED}
    for component in adopted.values():
        try:
            made[component.id] = _umbrella(component, objects, layout)
        except MigrateError as error:
            blockers.append(Blocker(component=component.id, reason=error.diagnostic.summary))
            notes.append(replace(error.diagnostic, severity=Severity.WARNING))  # it stays, the others go on
    followed = {each.id: each.followed for each in adopted.values()}
    marked, lost = with_markers(made, removal.edits, lambda path: _environments(path, view), followed)
    blockers += lost
    for number, (name, found) in enumerate(marked.items()):
        watch(number, len(marked), (name,))
        try:
            created += _created(found, adopted[name], view, removal.edits)
        except MigrateError as error:
            blockers.append(Blocker(component=name, reason=error.diagnostic.summary))
            notes.append(replace(error.diagnostic, severity=Severity.WARNING))  # it stays, the others go on
            del made[name]
            continue
        made[name] = found
        if (chart := adopted[name].chart) is not None and not chart.repository:
            notes.append(_without_repository(adopted[name]))
    edits = tuple(sorted((*removal.edits, *created), key=lambda edit: edit.path))
    return _Draft(edits=edits, umbrellas=made, blockers=tuple(sorted(blockers)), diagnostics=tuple(notes))


def _environments(path: RepoPath, view: RepositoryView) -> frozenset[str]:
    """The environments that a file is part of."""
    return frozenset(build.environment for build in view.builds if path in view.files(build.root))


def _umbrella(component: ComponentPlan, objects: Iterable[Placed], layout: Layout) -> Umbrella:
    files = sorted({each.file for each in objects if each.component == component.id and each.file is not None})
    folder = RepoPath(posixpath.commonpath([posixpath.dirname(file) or "." for file in files]) if files else ".")
    at = layout.chart_folder(category=component.category, component=component.id, folder=RepoPath(folder or "."))
    return umbrella(component, layout, at)


def _created(
    found: Umbrella, component: ComponentPlan, view: RepositoryView, removals: Sequence[FileEdit]
) -> Iterator[FileEdit]:
    removed = {edit.path: edit for edit in removals}
    spellings = view.once("spellings", lambda: Spellings(view.index.files))
    for path, data in found.files.items():
        if path in removed or view.index.is_directory(path):
            raise _in_the_way(path)
        if (twin := spellings.twin(path)) is not None:
            raise _in_the_way(twin, f"{path} and {twin} would be one where the file system ignores case")
        if view.index.resolve(path) != path:
            raise _in_the_way(path)
        try:
            check_place(view.index.root, path)
        except MigrateError as error:
            raise _in_the_way(path, f"{error.diagnostic.span}: {error.diagnostic.summary}") from None
        place_of = view.index.root / path
        held = place_of.read_bytes() if place_of.is_file() else None
        if held is None:
            yield FileEdit(path=path, before=None, after=data, cause=component.id)
        elif held != data:
            raise _in_the_way(path)


def _in_the_way(path: RepoPath, why: str = "") -> MigrateError:
    return MigrateError.of(
        "MIG611",
        why or f"{path} exists already with other content",
        span=SourceSpan(path=path),
        remedy="move it away, or choose another layout",
    )


def _first_reasons(blockers: Sequence[Blocker]) -> tuple[Blocker, ...]:
    first: dict[str, Blocker] = {}
    for blocker in blockers:
        first.setdefault(blocker.component, blocker)
    return tuple(first[name] for name in sorted(first))


def _demoted(plan: Plan, blockers: Sequence[Blocker]) -> Plan:
    reasons: dict[str, dict[str, Blocker]] = defaultdict(dict)
    for blocker in blockers:
        reasons[blocker.component].setdefault(blocker.reason, blocker)

    def demoted(component: ComponentPlan) -> ComponentPlan:
        found = reasons.get(component.id)
        if not found:
            return component
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        first = next(iter(found.values()))
        but = " it cannot be taken out of the Kustomize part:" if first.code == "MIG610" else ""
        reason = f"a chart renders it, but{but} {first.reason}{more}; {first.remedy}"
        return replace(component, decision=Decision.PROPOSE, reason=reason)

    return replace(plan, components=tuple(demoted(component) for component in plan.components))


def _note(blocker: Blocker) -> Diagnostic:
    return Diagnostic(
        code=blocker.code,
        severity=Severity.WARNING,
        summary=f"{blocker.component} stays in Kustomize: {blocker.reason}",
        span=blocker.span,
        remedy=blocker.remedy,
    )


def _without_repository(component: ComponentPlan) -> Diagnostic:
    chart = f"{component.chart.name} {component.chart.version}" if component.chart is not None else component.id
    return Diagnostic(
        code="MIG612",
        severity=Severity.WARNING,
        summary=f"no repository is known for the chart {chart}: the deployer cannot fetch it",
        remedy=f"name it under components.{component.id}.repository in migrate.yaml",
    )


def _lock(
    plan: Plan,
    umbrellas: Mapping[str, Umbrella],
    view: RepositoryView,
    existing: Lock | None,
    engines: Mapping[str, str] | None,
) -> Lock:
    roots: dict[str, list[RepoPath]] = defaultdict(list)
    given: dict[str, dict[RepoPath, str]] = defaultdict(dict)
    left_out: dict[str, dict[RepoPath, LeftOut]] = defaultdict(dict)
    for build in view.builds:
        if build.is_built:
            roots[build.environment].append(build.root)
        if namespace := namespace_given(build):
            given[build.environment][build.root] = namespace
        if build.left_out:
            left_out[build.environment][build.root] = build.left_out
    earlier = existing.environments if existing is not None else {}
    engines = dict(engines if engines is not None else existing.engines if existing is not None else {})
    kube_version = engines.get("kubeVersion", "")
    environments = dict(earlier)
    for environment, paths in sorted(roots.items()):
        before = tuple(sorted(paths))
        kept = earlier[environment].helm if environment in earlier else ()
        new = tuple(made.releases[environment] for made in umbrellas.values() if environment in made.releases)
        helm = tuple(
            replace(each, context=replace(each.context, kube_version=kube_version))
            for each in sorted(
                (*kept, *new), key=lambda each: (each.component, each.context.namespace, each.context.release)
            )
        )
        known = {**(earlier[environment].namespaces if environment in earlier else {}), **given[environment]}
        environments[environment] = LockedEnvironment(
            before=before,
            kustomize=before,
            helm=helm,
            namespaces=known,
            left_out=left_out[environment],
            deployed_by=earlier[environment].deployed_by if environment in earlier else (),
        )
    components = dict(existing.components) if existing is not None else {}
    bare = without_given_hashes(plan, view)
    components |= {each.id: locked_component(each, bare.builds) for each in plan.components if each.id in umbrellas}
    staying = dict(existing.staying) if existing is not None else {}
    staying |= {each.id: each.decision.value for each in plan.components if each.category}
    return Lock(
        commit=view.index.git.commit,
        tree=_tree_digest(view),
        engines=engines,
        environments=environments,
        components=components,
        staying={name: decision for name, decision in staying.items() if name not in components},
        handover=existing.handover if existing is not None else None,
        verdict="unproved",
        proof_digest="",
    )


def _tree_digest(view: RepositoryView) -> str:
    """The tree of the baseline: git's, else `sha256:` over path and content of every file that what builds rests on."""
    if view.index.git.tree is not None:
        return f"git:{view.index.git.tree}"
    files = {path for build in view.builds if build.is_built for path in view.files(build.root)}
    listed = [[path, view.index.digest(path)] for path in sorted(files)]
    return "sha256:" + hashlib.sha256(json.dumps(listed).encode()).hexdigest()
