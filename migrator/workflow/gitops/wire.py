"""The objects of a GitOps tool that deploy the new tree, added to the edits that make it."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from migrator.compare.scopes import placed_in, scopes_of
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import KUSTOMIZATION_NAMES
from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.emit.argocd import argocd_objects
from migrator.gitops.emit.chart_values import chart_values, yaml_of
from migrator.gitops.emit.expressible import buildable, check_deployable
from migrator.gitops.emit.flux import flux_objects
from migrator.gitops.emit.inflating import inflating_files
from migrator.gitops.emit.units import Unit, is_below, named
from migrator.gitops.emit.wiring import Wiring, handed_over, told_of_revisions, wiring_of
from migrator.gitops.emit.written import Written, texts
from migrator.gitops.stages.entries import entries_of, listing, source_names
from migrator.gitops.stages.owners import fields_before
from migrator.lock import CLEAN_UP, PROTECT, SWITCH, Handover, Lock, LockedDeployer, LockedOwner, LockedRelease
from migrator.model import Json, RepoPath, ResId, Resource, SourceSpan, mapping_of
from migrator.prove import RenderContext
from migrator.prove.closure import closure_of
from migrator.prove.render import render_release, render_root
from migrator.prove.rendered_parts import Part
from migrator.render_roots import WholeTree
from migrator.rewrite import FileEdit, Layout, changes, check_place, sealed
from migrator.workflow.gitops.earlier import files_before, release_folders, widened
from migrator.workflow.gitops.inflated import inflated_otherwise
from migrator.workflow.gitops.protect import begun, protected, rewritten
from migrator.workflow.gitops.unowned import left_alone, told_of_alone, told_of_unowned
from migrator.workflow.planned import ADOPTED, Planned
from migrator.workflow.steps.choices import NO_TOOL
from migrator.yamlio import same

_CAUSE = "gitops"
_UNPROTECTED = "MIG653"
_LIST = {"apiVersion", "kind", "resources"}
_PLATFORM = "platform/{part}"
"""Where the tool's objects lie with a layout that has no place for what belongs to no application."""
_STAGES = (PROTECT, SWITCH)
_OBJECTS = {Tool.ARGO_CD: argocd_objects, Tool.FLUX: flux_objects}


def needs_wiring(planned: Planned) -> bool:
    """Whether a tool was chosen for a repository that is migrated, and some part of it has nothing that deploys it."""
    lock = planned.baseline.lock
    return planned.baseline.choices.gitops != NO_TOOL and lock is not None and lock.handover is None


def wired(planned: Planned, tree: Path, context: RenderContext) -> Planned:
    """The plan's edits with the objects of the chosen tool, which are written into `tree`, the new tree, as well.

    Unchanged where no tool was chosen, and where a part of the tree does not render: the proof says why. MIG611 where
    a file is in the way.
    """
    choice, lock, index = planned.baseline.choices.gitops, planned.lock, planned.baseline.index
    if choice == NO_TOOL or lock is None:
        return planned
    tool = Tool(choice)
    protection = protected(planned, tool, context)
    if protection is not None and (stranger := _stranger(protection.owners, tool)):
        return replace(planned, plan=replace(planned.plan, diagnostics=(*planned.plan.diagnostics, stranger)))
    if protection is not None:
        edits = rewritten(planned, protection, tree)
        told = tuple(each for each in planned.plan.diagnostics if each.code != _UNPROTECTED)
        plan = replace(planned.plan, diagnostics=told)
        planned = replace(
            planned,
            plan=plan,
            edits=edits,
            protection=protection.edits,
            owners=protection.owners,
            elsewhere=protection.elsewhere,
        )
    wiring, notes = wiring_of(tool, planned.baseline.config.gitops, index)
    notes = (*notes, *told_of_unowned(planned))
    reading = planned.baseline.reading
    wiring = handed_over(wiring, planned.owners, reading.projects, is_elsewhere=bool(planned.elsewhere))
    notes = (*notes, *told_of_revisions(wiring, planned.owners))
    entries = entries_of(planned.owners, reading.deployers, reading.projects, index)
    released = release_folders(planned.baseline.lock)
    wiring = replace(wiring, entries=entries, sources=source_names(planned.owners, index), released=released)
    wiring = replace(wiring, taken=_taken(planned))
    return _wired(planned, tree, context, wiring, notes)


def _taken(planned: Planned) -> frozenset[tuple[str, str]]:
    """Kind and name of what deploys before any new object does; none where some of these are new ones."""
    lock, reading = planned.baseline.lock, planned.baseline.reading
    if lock is not None and any(held.deployed_by for held in lock.environments.values()):
        return frozenset()
    ids = [*(each.id for each in reading.deployers), *(each.id for each in reading.projects)]
    return frozenset((each.kind, each.name) for each in ids)


def _wired(planned: Planned, tree: Path, context: RenderContext, wiring: Wiring, notes: Diagnostics) -> Planned:
    lock, index = planned.lock, planned.baseline.index
    if lock is None:
        return planned
    sources = (source for each in planned.baseline.reading.deployers for source in each.sources)
    deployed = {root for source in sources for root in source.roots}
    deployed |= {each.root for each in planned.baseline.builds if each.environment in planned.elsewhere}
    units = tuple(units_of(lock, tree, replace(context, closure=closure_of(tree)), planned.layout, deployed))
    alone = left_alone(planned, units)
    units, told = tuple(each for each in units if each not in alone), told_of_alone(alone)
    notes = (*notes, *told)
    if not units:
        return replace(planned, plan=replace(planned.plan, diagnostics=(*planned.plan.diagnostics, *told)))
    folder = RepoPath(posixpath.normpath((planned.layout.platform or _PLATFORM).format(part=wiring.tool.value)))
    check_deployable(units, wiring.tool, enables_helm=planned.baseline.enables_helm)
    units, more = buildable(units, wiring.tool, enables_helm=planned.baseline.enables_helm)
    notes = (*notes, *more)
    units = named(units, planned.layout.grouping.common_folders)
    objects = _OBJECTS[wiring.tool](units, wiring, folder)
    known = {each for held in lock.environments.values() for by in held.deployed_by for each in _known(by)}
    earlier = planned.baseline.lock
    there = files_before(objects, earlier, planned.baseline.reading.projects, tree)
    files = texts(each for at, each in enumerate(objects) if at not in there)
    wider = [one for at, file in there.items() for one in widened(objects[at], file, tree)]
    edits = (*wider, *_edits(files, tree, known), *_listed(planned, list(files), wiring))
    for edit in edits:
        check_place(index.root, edit.path)
        place = tree / edit.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)  # it may be a hard link to the repository's own file
        place.write_bytes(edit.after or b"")
    new = {each.id for each in planned.plan.components if each.decision in ADOPTED}
    otherwise = inflated_otherwise(objects, tree, context, new)
    lock = _locked(lock, objects, wiring, planned, tuple(sorted({each.path for each in alone})))
    if earlier is not None and begun(earlier):  # what was there before the marks counts
        lock = replace(lock, commit=earlier.commit, tree=earlier.tree)
    listed = {each.path for each in edits}
    every = sealed((*(each for each in planned.edits if each.path not in listed), *edits), lock, index)
    plan = replace(planned.plan, changes=changes(every), diagnostics=(*planned.plan.diagnostics, *notes))
    return replace(planned, plan=plan, edits=every, lock=lock, deployed_otherwise=otherwise)


def _known(deployer: LockedDeployer) -> Iterator[RepoPath]:
    """The files of a deployer that an earlier run wrote."""
    yield deployer.file
    if deployer.component and deployer.root is not None:
        yield from inflating_files(deployer.root)


def _listed(planned: Planned, files: Sequence[RepoPath], wiring: Wiring) -> Iterator[FileEdit]:
    """Kustomizations of folders that are deployed already, with the new files in them."""
    earlier = {each.path: each for each in planned.edits}
    index = planned.baseline.index
    for path, data in listing(files, (one for held in wiring.entries.values() for one in held), index).items():
        if path not in earlier and data != index.read(path):
            yield FileEdit(path=path, before=index.read(path), after=data, cause=_CAUSE)


def units_of(
    lock: Lock, tree: Path, context: RenderContext, layout: Layout, deployed: Collection[RepoPath]
) -> Iterator[Unit]:
    """What is deployed on its own, each with the objects that it renders; without what something deploys today."""
    whole = WholeTree(tree)
    for environment, held in sorted(lock.environments.items()):
        for root in held.kustomize:
            if root in deployed:
                continue
            made = render_root(root, whole, context)
            for part in _parts(environment, made, whole, context):
                yield _kustomization(environment, part, held.namespaces.get(root, ""), layout)
        for release in held.helm:
            yield _release(environment, release, render_release(release, tree, context), tree)


def _kustomization(environment: str, part: Part, namespace: str, layout: Layout) -> Unit:
    places = (layout.infrastructure, layout.platform)
    return Unit(
        environment=environment,
        name="",
        path=part.path,
        namespace=namespace,
        objects=_placed(part.resources, namespace),
        is_infrastructure=any(is_below(part.path, pattern) for pattern in places),
        inflates=part.inflates,
    )


def _release(environment: str, release: LockedRelease, part: Part, tree: Path) -> Unit:
    folder = tree / release.path
    return Unit(
        environment=environment,
        name="",
        path=release.path,
        namespace=release.context.namespace,
        objects=_placed(part.resources, release.context.namespace),
        is_infrastructure=True,
        release=release,
        values=chart_values(release, tree),
        patches=_post_render(folder, release),
    )


def _placed(resources: Sequence[Resource], namespace: str) -> tuple[Resource, ...]:
    scopes = scopes_of(resources)
    return tuple(placed_in(each, namespace, scopes) for each in resources)


def _parts(environment: str, root: Part, tree: WholeTree, context: RenderContext) -> Sequence[Part]:
    """The kustomizations that a root lists and adds nothing to, where they render the same apart; else the root."""
    folder = tree.folder / root.path
    listed = next((mapping_of(yaml_of(folder / name)) for name in KUSTOMIZATION_NAMES if (folder / name).is_file()), {})
    names = listed.get("resources")
    if not isinstance(names, list) or set(listed) - _LIST or not all(isinstance(each, str) for each in names):
        return (root,)
    paths = [RepoPath(posixpath.normpath(posixpath.join(root.path, each))) for each in names]
    if not all(environment in path.split("/") and (tree.folder / path).is_dir() for path in paths):
        return (root,)
    parts = [render_root(path, tree, context) for path in paths]
    whole = {each.id: each.body for each in root.resources}
    apart = [each for part in parts for each in part.resources]
    is_same = len(whole) == len(apart) and all(same(whole.get(each.id), each.body) for each in apart)
    return [part for part in parts if part.resources] if is_same else (root,)


def _post_render(folder: Path, release: LockedRelease) -> Mapping[str, Json]:
    if release.post_render is None:
        return {}
    held = mapping_of(yaml_of(folder / release.post_render / "kustomization.yaml"))
    return {key: value for key, value in held.items() if key not in _LIST}


def _edits(files: Mapping[RepoPath, bytes], tree: Path, known: set[RepoPath]) -> Iterator[FileEdit]:
    """What is not there yet; a file that an earlier run wrote stays as people have made it since."""
    for path, data in files.items():
        place = tree / path
        if not place.exists():
            yield FileEdit(path=path, before=None, after=data, cause=_CAUSE)
        elif path not in known and (not place.is_file() or place.read_bytes() != data):
            raise MigrateError.of(
                "MIG611",
                f"{path} exists already with other content",
                span=SourceSpan(path=path),
                remedy="move it away, or choose another layout",
            )


def _locked(
    lock: Lock, objects: Sequence[Written], wiring: Wiring, planned: Planned, alone: tuple[RepoPath, ...]
) -> Lock:
    """The lock with what deploys each part of each environment, and what nothing does."""
    found = {
        name: {(each.kind, each.name): each for each in held.deployed_by} for name, held in lock.environments.items()
    }
    for each in objects:
        if each.unit is not None and each.deployer is not None:
            release = each.unit.release
            deployer = LockedDeployer(
                tool=wiring.tool.value,
                kind=each.deployer.id.kind,
                name=each.deployer.id.name,
                file=each.file,
                component=release.component if release is not None else "",
                root=each.inflated if release is not None else each.unit.path,
            )
            found[each.unit.environment].setdefault((deployer.kind, deployer.name), deployer)
    environments = {
        name: replace(held, deployed_by=tuple(sorted(found[name].values()))) for name, held in lock.environments.items()
    }
    handover = replace(_handover(lock, objects, wiring, planned), undeployed=alone)
    return replace(lock, environments=environments, handover=handover)


def _handover(lock: Lock, objects: Sequence[Written], wiring: Wiring, planned: Planned) -> Handover:
    """With the new deployers the switch is reached."""
    stages: tuple[str, ...] = _STAGES if wiring.is_handed_over else _STAGES[-1:]
    begun_before = planned.baseline.lock.handover if planned.baseline.lock is not None else None
    known = () if lock.handover is None else tuple(each for each in lock.handover.stages if each != CLEAN_UP)
    stages = known if len(known) > len(stages) else stages
    roots = tuple(dict.fromkeys(_by_hand(each, wiring.tool) for each in objects if each.is_by_hand))
    return Handover(
        tool=wiring.tool.value,
        stage=len(stages),
        stages=stages,
        namespace=wiring.namespace,
        owners=tuple(sorted(_owners(wiring, planned), key=lambda each: (each.file, each.kind, each.name))),
        roots=roots,
        releases=tuple(sorted(set(_delivering(objects)))),
        elsewhere=planned.elsewhere,
        base=begun_before.base if begun_before is not None and not begun_before.is_finished else "",
    )


def _delivering(objects: Sequence[Written]) -> Iterator[str]:
    """The names of the Kustomizations of Flux that deploy no part of an environment themselves: their releases."""
    for each in objects:
        if each.unit is None and each.deployer is not None and each.deployer.tool is Tool.FLUX:
            yield each.deployer.id.name


def _by_hand(written: Written, tool: Tool) -> RepoPath:
    """What somebody applies: the root Application, and for Flux the whole folder."""
    return written.file if tool is Tool.ARGO_CD else RepoPath(posixpath.dirname(written.file))


def _owners(wiring: Wiring, planned: Planned) -> Iterator[LockedOwner]:
    """The old owners with what they said before the first stage: by the lock where that one is done, else as it is."""
    index, lock = planned.baseline.index, planned.baseline.lock
    known = {}
    if lock is not None and lock.handover is not None and not lock.handover.is_finished:
        known = {(each.kind, each.name, each.file): each for each in lock.handover.owners}
    named: dict[tuple[ResId, RepoPath], set[str]] = defaultdict(set)
    for each in planned.owners:
        if each.span is not None:
            named[each.made_by or each.id, each.span.path].add(each.environment)
    for (one, file), environments in named.items():
        before = fields_before(index.read(file).decode(), one.kind, one.name)
        new = LockedOwner(
            tool=wiring.tool.value,
            kind=one.kind,
            name=one.name,
            file=file,
            before=before,
            namespace=one.namespace,
            environments=tuple(sorted(environments)),
        )
        yield known.pop((one.kind, one.name, file), new)
    yield from known.values()


def _stranger(owners: Sequence[Deployer], tool: Tool) -> Diagnostic | None:
    """MIG661 where another tool, or an object that no file holds, deploys what moves."""
    other = next((each for each in owners if each.tool is not tool or each.span is None), None)
    if other is None:
        return None
    return Diagnostic(
        code="MIG661",
        severity=Severity.WARNING,
        summary=f"{other.id.kind} {other.id.name} deploys today what moves, and {tool.value} was chosen: "
        "no GitOps objects are written",
        span=other.span,
        remedy=f"use --gitops {other.tool.value}",
    )
