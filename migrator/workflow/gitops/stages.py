"""The commits of a change of hands, in order: each is safe by itself, and leaves every live object alive and owned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import KUSTOMIZATION_NAMES, Index, discover, read_config
from migrator.engines import dirty_paths
from migrator.gitops.stages.guide import GUIDE_PATH, guide_markdown, locked_guide
from migrator.gitops.stages.marks import CAUSE, is_marks_file
from migrator.gitops.stages.owners import restored
from migrator.lock import Lock, load_lock
from migrator.model import RepoPath, SourceSpan, mapping_of
from migrator.prove import RenderContext, with_rendered
from migrator.rewrite import FileEdit, combined, stage
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.workflow.gitops.clean_up import CleanUp
from migrator.workflow.planned import Planned, sealed_whole
from migrator.workflow.settings import Settings
from migrator.yamlio import Dialect, Remove, YamlError, edit, read_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One commit of the change of hands."""

    number: int
    total: int
    name: str
    edits: tuple[FileEdit, ...] = field(repr=False)
    """Of the repository as it is now, those of the stages before included."""

    @property
    def trailer(self) -> str:
        """The last line of its commit message."""
        return f"Migrate-Stage: {self.number}/{self.total} {self.name}"


def stages_of(
    planned: Planned, lock: Lock, edits: Sequence[FileEdit], context: RenderContext, last: CleanUp | None = None
) -> tuple[Stage, ...]:
    """The stages that are left, where a tool was chosen; `edits` are those of the switch, and `last` comes after it."""
    if lock.handover is None:
        return ()
    index = planned.baseline.index
    found = [stage_of(lock, edits, index)]
    if planned.protection:
        before = _before(lock, planned, context)
        found.insert(0, stage_of(before, sealed_whole(planned.protection, before, index), index))
    if last is not None:
        every = combined(index.root, edits, last.edits)
        found.append(stage_of(last.lock, sealed_whole(every, last.lock, index), index))
    return tuple(found)


def stage_of(lock: Lock, edits: Sequence[FileEdit], index: Index) -> Stage:
    """The stage that a lock has reached, with its guide; the lock is among the edits."""
    names, number = (lock.handover.stages, lock.handover.stage) if lock.handover is not None else (("",), 1)
    return Stage(number=number, total=len(names), name=names[number - 1], edits=guided(edits, lock, index))


def guided(edits: Sequence[FileEdit], lock: Lock, index: Index) -> tuple[FileEdit, ...]:
    """The edits, and the guide of the stage in a file."""
    if lock.handover is None:
        return tuple(edits)
    place = index.root / GUIDE_PATH
    before = place.read_bytes() if place.is_file() else None
    after = guide_markdown(locked_guide(lock, lock.handover)).encode()
    guide = FileEdit(path=GUIDE_PATH, before=before, after=after, cause=CAUSE)
    return tuple(sorted((*edits, *([guide] if before != after else ())), key=lambda each: each.path))


def _before(lock: Lock, planned: Planned, context: RenderContext) -> Lock:
    """The lock of the first stage: everything renders as before but for the marks, and the handover is begun."""
    earlier = planned.baseline.lock
    if earlier is None:
        environments = {
            name: replace(each, kustomize=each.before, helm=(), deployed_by=())
            for name, each in lock.environments.items()
        }
        earlier = replace(lock, environments=environments, components={}, staying={}, rendered={})
    handover = None if lock.handover is None else replace(lock.handover, stage=1)
    earlier = replace(earlier, handover=handover)
    root = planned.baseline.root
    with beside(root) as folder:
        stage(root, planned.protection, folder / root.name)
        return with_rendered(earlier, folder / root.name, context, planned.baseline.choices.equivalences)


def written(stages: Sequence[Stage]) -> Diagnostics:
    """MIG665 where the stage in the work tree is one of several: what has to be before the next one."""
    first, total = stages[0], stages[0].total
    if total == 1:
        return ()
    if len(stages) > 1:
        remedy = (
            f"commit it with the line `{first.trailer}` and merge it; apply again for the next stage only when every "
            "owner reports that this one is applied"
        )
    else:
        remedy = f"commit it with the line `{first.trailer}`, and merge it only when the stage before is applied"
    summary = f"what is written is stage {first.number} of {total}, {first.name}"
    return (Diagnostic(code="MIG665", severity=Severity.WARNING, summary=summary, remedy=remedy),)


def following(root: Path) -> str:
    """The stage of a change of hands that the repository has not reached yet, while an earlier one is in it."""
    with suppress(MigrateError):
        lock = load_lock(root)
        return lock.handover.following if lock is not None and lock.handover is not None else ""
    return ""


@contextmanager
def without_marks(settings: Settings) -> Iterator[tuple[Settings, tuple[FileEdit, ...]]]:
    """The settings for a copy of the repository without the marks of the first stage, and the edits that take them out.

    MIG908 for changes that are not committed.
    """
    root = settings.root.resolve()
    index = discover(root, read_config(root))
    check_clean(index, settings)
    edits = tuple(_unmarking(index))
    with beside(root) as folder:
        copy = folder / root.name
        stage(root, edits, copy)
        if (root / ".git").exists():
            (copy / ".git").symlink_to(root / ".git")
        yield replace(settings, root=copy, allow_dirty=True), edits


def unprotected(root: Path, lock: Lock) -> tuple[FileEdit, ...]:
    """The edits that undo the first stage alone: what others have changed since then stays. MIG102 where that fails."""
    index = discover(root, read_config(root))
    edits = {each.path: each for each in _unmarking(index)}
    for owner in lock.handover.owners if lock.handover is not None else ():
        if owner.file in index.files:
            before = index.read(owner.file)
            known = edits.get(owner.file)
            text = (known.after if known is not None and known.after is not None else before).decode()
            after = restored(text, owner.kind, owner.name, owner.before).encode()
            edits[owner.file] = FileEdit(path=owner.file, before=before, after=after, cause=CAUSE)
    return tuple(each for each in edits.values() if each.before != each.after)


def check_clean(index: Index, settings: Settings, *, may_be_dirty: bool = True) -> None:
    """Nothing where git has everything, or settings ask for less; MIG908 for changes that are not committed."""
    dirty = dirty_paths(index.root) if index.git.is_repo else ()
    if dirty and not (settings.allow_dirty or settings.diff):
        raise MigrateError.of(
            "MIG908",
            f"git has changes that are not committed: {dirty[0]}",
            span=SourceSpan(path=dirty[0]),
            remedy="commit or stash them; or use --allow-dirty" if may_be_dirty else "commit or stash them",
        )


def _unmarking(index: Index) -> Iterator[FileEdit]:
    marks = {path for path in index.files if is_marks_file(path)}
    for path in sorted(marks):
        yield FileEdit(path=path, before=index.read(path), after=None, cause=CAUSE)
    for path in sorted({RepoPath(f"{_folder(each)}{name}") for each in marks for name in KUSTOMIZATION_NAMES}):
        if path in index.files:
            text = index.read(path).decode()
            after = _without_entries(text, path)
            yield FileEdit(path=path, before=text.encode(), after=after.encode(), cause=CAUSE)


def _folder(path: RepoPath) -> str:
    return f"{path.rpartition('/')[0]}/" if "/" in path else ""


def _without_entries(text: str, path: RepoPath) -> str:
    try:
        patches = mapping_of(read_value(text, dialect=Dialect.SIGS, path=path)).get("patches")
    except YamlError:
        return text
    found = [
        Remove(path=("patches", at))
        for at, each in enumerate(patches if isinstance(patches, list) else ())
        if is_marks_file(RepoPath(str(mapping_of(each).get("path") or "")))
    ]
    return edit(text, found) if found else text


def joined(root: Path, unmarking: Sequence[FileEdit], stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages of the repository itself, where they were made for its copy without marks."""
    return tuple(replace(each, edits=combined(root, unmarking, each.edits)) for each in stages)
