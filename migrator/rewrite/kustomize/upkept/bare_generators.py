"""Generators that give no hashes any more, as a release names what they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath, mapping_of
from migrator.plan.renames.unhashed import NamedGenerator, unhashed
from migrator.plan.types import Plan
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.kustomize.blockers import Blocker, blockers_of_edits
from migrator.rewrite.kustomize.ownership import ADOPTED, Placed
from migrator.rewrite.kustomize.removal import Removal, encoded
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.yamlio import Dialect, Set, decode, edit, read_value

_OPTIONS, _BARE = "options", "disableNameSuffixHash"


def without_given_hashes(plan: Plan, view: RepositoryView) -> RepositoryView:
    """The repository as it renders without the hashes that adopted components take away; itself where none does."""
    given = list(_given(plan))
    if not given:
        return view
    builds, _ = unhashed(view.builds, given)
    return RepositoryView(kustomizations=view.kustomizations, builds=builds, deployed=view.deployed)


def with_bare_generators(removal: Removal, plan: Plan, objects: Sequence[Placed], view: RepositoryView) -> Removal:
    """The edits with the option that takes the hashes away, of every entry that is still there."""
    causes = _causes(plan)
    edits = {each.path: each for each in removal.edits}
    blockers = list(removal.blockers)
    for path, named in sorted(_by_file(_given(plan)).items()):
        cause = ", ".join(sorted({name for each in named for name in causes[each.field, each.index, path]}))
        try:
            found = _edited(path, named, cause, edits.get(path), view)
        except MigrateError as error:
            blockers += [Blocker(component=name, reason=error.diagnostic.summary) for name in cause.split(", ")]
            continue
        if found is not None and found != edits.get(path):
            blockers += blockers_of_edits([replace(found, cause=cause)], objects, view)
            edits[path] = found
    return Removal(edits=tuple(edits[path] for path in sorted(edits)), blockers=tuple(sorted(blockers)))


def _given(plan: Plan) -> Iterator[NamedGenerator]:
    for component in plan.components:
        if component.decision in ADOPTED:
            yield from component.unhashed


def _causes(plan: Plan) -> Mapping[tuple[str, int, RepoPath], set[str]]:
    causes: dict[tuple[str, int, RepoPath], set[str]] = defaultdict(set)
    for component in plan.components:
        for each in component.unhashed if component.decision in ADOPTED else ():
            causes[each.field, each.index, each.span.path].add(component.id)
    return causes


def _by_file(given: Iterator[NamedGenerator]) -> Mapping[RepoPath, list[NamedGenerator]]:
    found: dict[RepoPath, dict[tuple[str, int], NamedGenerator]] = defaultdict(dict)
    for each in given:
        found[each.span.path][each.field, each.index] = each
    return {path: list(held.values()) for path, held in found.items()}


def _edited(
    path: RepoPath, named: Sequence[NamedGenerator], cause: str, earlier: FileEdit | None, view: RepositoryView
) -> FileEdit | None:
    data = view.read(path)
    after = earlier.after if earlier is not None else data
    if after is None:
        return earlier
    text, was = decode(after, path), _value(decode(data, path), path)
    now = _value(text, path)
    steps = []
    for each in named:
        entry = was[each.field][each.index]
        left = [index for index, held in enumerate(now.get(each.field) or []) if held == entry]
        steps += [Set(path=(each.field, left[0], _OPTIONS, _BARE), value=True)] if left else []
    if not steps:
        return earlier
    cause = ", ".join(sorted({*cause.split(", "), *(earlier.cause.split(", ") if earlier is not None else ())}))
    return FileEdit(path=path, before=data, after=encoded(edit(text, steps), data), cause=cause)


def _value(text: str, path: RepoPath) -> Mapping[str, Json]:
    return mapping_of(read_value(text, dialect=Dialect.KUSTOMIZE, path=path))
