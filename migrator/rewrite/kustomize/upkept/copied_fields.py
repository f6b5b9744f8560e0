"""Fields that variables and replacements fill in from an object that stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from migrator.compare.generated_names import name_without_hash
from migrator.diagnostics import MigrateError
from migrator.graph.texts import texts_of
from migrator.load import Kustomization
from migrator.model import Json, SourceSpan
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import NAME, VARIABLE, Source, mappings, selector_of, sources_of
from migrator.rewrite.kustomize.targets import in_scope, selects
from migrator.rewrite.kustomize.upkept.texts import field_of

_STABLE = (NAME, "metadata.namespace")


def blockers_of_copied_fields(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Objects that would leave and hold what kustomize copies from one that stays.

    A name or a namespace that has no hash is as constant as the object itself, and may be copied.
    """
    for held in view.kustomizations.by_path.values():
        sources = tuple(sources_of(held, view))
        met = in_scope(held, objects, view) if sources else ()
        for source in sources:
            found = [each for each in met if selects(source.selector, each)]
            if not found or any(each.is_adopted for each in found):
                continue
            if source.field in _STABLE and not any(name_without_hash(each.resource) for each in found):
                continue
            for leaving, place in _filled(source, met, view):
                yield _blocker(leaving, place, source, found[0], held)


def _filled(source: Source, met: Iterable[Placed], view: RepositoryView) -> Iterator[tuple[Placed, str]]:
    """What leaves and is filled in, and the field."""
    variable = f"$({source.what.removeprefix(VARIABLE)})" if source.what.startswith(VARIABLE) else ""
    for each in met:
        if not each.is_adopted:
            continue
        if variable:
            yield from ((each, place) for place in _holding(variable, each, view))
        for target in mappings(source.targets):
            if _is_target(target, each):
                fields = target.get("fieldPaths")
                yield each, str(fields[0]) if isinstance(fields, list) and fields else NAME


def _holding(variable: str, placed: Placed, view: RepositoryView) -> Iterator[str]:
    """The fields of a manifest that hold a variable, and the patches of it that do."""
    if placed.written is not None:
        yield from (field_of(path) for path, text in texts_of(placed.written.body) if variable in text)
    for held in view.reached(placed.root):
        for patch in held.patches:
            if patch.touches(placed.resource):
                text = patch.inline or ""
                with suppress(MigrateError):
                    text += view.read(patch.file).decode("utf-8", "replace") if patch.file is not None else ""
                if variable in text:
                    yield f"{patch.field}[{patch.index}] in {held.file}"


def _is_target(target: Mapping[str, Json], each: Placed) -> bool:
    selected, rejected = target.get("select"), target.get("reject")
    return (
        isinstance(selected, Mapping)
        and selects(selector_of(selected), each)
        and not any(selects(selector_of(one), each) for one in mappings(rejected))
    )


def _blocker(leaving: Placed, place: str, source: Source, staying: Placed, held: Kustomization) -> Blocker:
    return Blocker(
        component=str(leaving.component),
        reason=(
            f"{source.what} in {held.file} fills {place} of {leaving} from {source.field} of {staying}, which stays, "
            "and a release would not follow it"
        ),
        span=SourceSpan(path=held.file),
        objects=(leaving,),
        remedy=f"write the value into {place} of the manifest instead of {source.what}, then plan again",
    )
