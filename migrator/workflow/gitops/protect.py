"""The first stage where something deploys the repository today: nothing that moves is pruned, whoever is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.compare import compare
from migrator.compare.stored import Equivalences
from migrator.diagnostics import MigrateError
from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.stages.marks import CAUSE, mark_of, marking, unmarked
from migrator.gitops.stages.owners import files_of, loosened, loosened_body, owners_of
from migrator.lock import SWITCH, Lock
from migrator.model import Json, RepoPath, Resource, SourceSpan, is_name, mapping_of, resource_of
from migrator.prove import RenderContext
from migrator.prove.render import render_root
from migrator.prove.rendered_parts import Part
from migrator.render_roots import Build, WholeTree
from migrator.rewrite import FileEdit, stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.deployable import losing
from migrator.workflow.gitops.unowned import unowned
from migrator.workflow.planned import Planned
from migrator.yamlio import same


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What the old owners of moving objects are told before these move."""

    owners: tuple[Deployer, ...]
    edits: tuple[FileEdit, ...] = field(repr=False)
    """Of the repository as it is."""
    elsewhere: tuple[str, ...] = ()
    """Environments of which `migrate.yaml` says that objects of another repository deploy them, sorted."""


def begun(lock: Lock) -> bool:
    """Whether what moves is protected, and has not moved yet."""
    return lock.handover is not None and lock.handover.following == SWITCH


def protected(planned: Planned, tool: Tool, context: RenderContext) -> Protection | None:
    """The protection of what moves, rendered and found to change nothing else; None where nothing deploys it today.

    MIG664 where it cannot be written, or does not come out.
    """
    moving = losing(planned)
    owners = owners_of(planned.baseline.reading.deployers, moving)
    index, lock = planned.baseline.index, planned.baseline.lock
    for each in owners:
        one = each.made_by or each.id
        if not is_name(one.name) or (one.namespace and not is_name(one.namespace)):
            place = each.span.path if each.span is not None else each.root or RepoPath(".")
            raise _refused(f"{one.kind} {one.name!r} has a name that Kubernetes does not accept", place)
    if lock is not None and lock.handover is not None and begun(lock):  # it is in the repository already
        elsewhere = lock.handover.elsewhere
        return Protection(owners=owners, edits=(), elsewhere=elsewhere) if owners or elsewhere else None
    marked = {root for each in owners for root in moving if any(root in one.roots for one in each.sources)}
    unseen = unowned(planned, moving.keys() - marked, owners)
    elsewhere = tuple(sorted({each.environment for each in unseen}))
    marked |= {each.root for each in unseen}
    if not marked:
        return None
    edits: list[FileEdit] = []
    for root in sorted(marked):
        texts = {path: index.read(path) for path in index.below(root)}
        with _placed(root):
            edits += marking(root, texts, moving[root], tool)
    for path, held in files_of(owners).items():
        before = index.read(path)
        edits.append(FileEdit(path=path, before=before, after=loosened_file(before, held, path), cause=CAUSE))
    _check(planned, edits, {root: moving[root] for root in marked}, owners, context)
    changed = tuple(each for each in edits if each.before != each.after)
    return Protection(owners=owners, edits=changed, elsewhere=elsewhere)


def loosened_file(data: bytes, owners: Iterable[Deployer], path: RepoPath) -> bytes:
    """The file with its owners neither pruning nor healing; MIG664 where it cannot be edited."""
    with _placed(path):
        return loosened(data.decode(), owners).encode()


class _placed:  # noqa: N801 - used as a function
    """What goes wrong within, as an error of the stage with its place."""

    def __init__(self, path: RepoPath) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, MigrateError | UnicodeDecodeError | StopIteration):
            raise _refused(str(error), self._path) from None


def _refused(why: str, path: RepoPath) -> MigrateError:
    return MigrateError.of(
        "MIG664",
        f"what moves cannot be protected from who deploys it today: {why}",
        span=SourceSpan(path=path),
        remedy="bring that file into a form that can be edited, or leave its components in Kustomize with "
        "`components: {NAME: {decision: keep}}` in migrate.yaml",
    )


def _check(
    planned: Planned,
    edits: Sequence[FileEdit],
    moving: Mapping[RepoPath, Sequence[Resource]],
    owners: Sequence[Deployer],
    context: RenderContext,
) -> None:
    """Raise MIG664 unless the roots render what they did, the mark on all that moves, and owners that spare it."""
    tool = Tool(planned.baseline.choices.gitops)
    root, rules = planned.baseline.root, planned.baseline.choices.equivalences
    with beside(root) as folder:
        stage(root, edits, folder / root.name)
        whole = WholeTree(folder / root.name)
        for build in planned.baseline.builds:
            if build.root in moving:
                part = render_root(build.root, whole, replace(context, closure=None))
                for problem in _problems(build, moving[build.root], tool, part, rules):
                    raise _refused(problem, build.root)
        for each in owners:
            if each.root is not None and _is_as_before(
                each, render_root(each.root, whole, replace(context, closure=None))
            ):
                raise _out_of_reach(each, each.root)


def _is_as_before(owner: Deployer, part: Part) -> bool:
    """Whether a root goes on to render an owner that prunes, heals or takes its objects with it."""
    one = owner.made_by or owner.id
    bodies = (each.body for each in part.resources if (each.id.kind, each.id.name) == (one.kind, one.name))
    return any(not same(loosened_body(each, owner), each) for each in bodies)


def _out_of_reach(owner: Deployer, root: RepoPath) -> MigrateError:
    one = owner.made_by or owner.id
    file = owner.span.path if owner.span is not None else root
    return MigrateError.of(
        "MIG664",
        f"what moves cannot be protected from who deploys it today: the kustomization {root} makes {one.kind} "
        f"{one.name} of {file}, and renames or patches it, so that what that file says does not reach it",
        span=owner.span or SourceSpan(path=root),
        remedy=f"switch prune and self-heal of {one.name} off by a patch in {root}, without the finalizer of Argo CD; "
        "when that is merged and applied, apply again",
    )


def _problems(build: Build, moving: Sequence[Resource], tool: Tool, part: Part, rules: Equivalences) -> Iterator[str]:
    if part.problem is not None:
        yield part.problem.summary
    wanted = {(each.id.group, each.id.kind, each.own_namespace, each.id.name): each for each in moving}
    before = {(each.id.group, each.id.kind, each.own_namespace, each.id.name): each for each in build.resources}
    for each in part.resources:
        key = (each.id.group, each.id.kind, each.id.namespace, each.id.name)
        old = wanted.get(key)
        if old is not None:
            name, text = mark_of(old, tool)
            if _annotations(each.body).get(name) != text:
                yield f"{each.id} does not get its mark"
            bare = [resource_of(mapping_of(unmarked(one, tool))) for one in (replace(old, body=_own(old)), each)]
            if compare(bare[:1], bare[1:], rules=rules):  # a patch takes `resources: {}` away, which is the same
                yield f"{each.id} would change otherwise"
        elif key in before and not _is_deployer(each) and not same(each.body, _own(before[key])):
            yield f"{each.id} would change, and does not move"


def _own(resource: Resource) -> Json:
    if not resource.is_placed:
        return resource.body
    metadata = {key: value for key, value in resource.body["metadata"].items() if key != "namespace"}
    return {**resource.body, "metadata": metadata}


def _is_deployer(resource: Resource) -> bool:
    return resource.gvk.kind in ("Application", "ApplicationSet", "Kustomization")


def _annotations(body: Mapping[str, Json]) -> Mapping[str, Json]:
    return mapping_of(mapping_of(body.get("metadata")).get("annotations"))


def rewritten(planned: Planned, protection: Protection, tree: Path) -> tuple[FileEdit, ...]:
    """The plan's edits with the old owners as the protection has made them, in `tree`, the new tree, as well."""
    edits = {each.path: each for each in planned.edits}
    index = planned.baseline.index
    for path, held in files_of(protection.owners).items():
        earlier = edits.get(path)
        before = earlier.after if earlier is not None else index.read(path)
        if before is None:
            continue
        after = loosened_file(before, held, path)
        edits[path] = (
            replace(earlier, after=after)
            if earlier is not None
            else FileEdit(path=path, before=before, after=after, cause=CAUSE)
        )
        place = tree / path
        place.unlink()  # it is a hard link to the repository's own file
        place.write_bytes(after)
    return tuple(edits[path] for path in sorted(edits) if edits[path].before != edits[path].after)
