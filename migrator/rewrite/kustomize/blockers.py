"""What keeps a component in Kustomize although a chart renders it: it cannot be taken out of the files cleanly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrator.graph.texts import placed_names
from migrator.load import Kustomization
from migrator.model import Json, RepoPath, SourceSpan
from migrator.rewrite.automation.configuration.sops import is_encrypted
from migrator.rewrite.edits import FileEdit
from migrator.rewrite.kustomize.entries import Touch
from migrator.rewrite.kustomize.ownership import Place, Placed, written_objects
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import sources_of
from migrator.rewrite.kustomize.targets import generates, in_scope, inflates, selects

_ALONE = "separate it from what stays, then plan again"
_REMOTE = "include the base by its path if it is of this repository, else keep a copy of it here, then plan again"
FOLLOWED = frozenset({"Service", "ServiceAccount"})
"""Kinds whose namespace kustomize writes into what refers to them."""
_SET_ANYWAY = frozenset({"APIService", "CustomResourceDefinition"})
"""Kinds in which `namespace:` writes that of a Service whether the build has it or not (its field specs)."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Blocker:
    """Why one component has to stay, as a clause."""

    component: str
    reason: str
    span: SourceSpan | None = field(default=None, compare=False)
    """Where somebody would change something."""
    remedy: str = field(default=_ALONE, compare=False)
    code: str = field(default="MIG610", compare=False)
    objects: tuple[Placed, ...] = field(default=(), compare=False, repr=False)
    """What it is about, where nothing stands in the way once these objects stay: none for what is of the whole."""


def blockers_of_objects(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Objects whose text cannot be found, or is shared with objects that stay."""
    by_place: dict[Place, list[Placed]] = defaultdict(list)
    for each in objects:
        if each.written is not None:
            by_place[each.written.place].append(each)
    for each in objects:
        if each.component is not None and (reason := _place_problem(each, by_place, objects, view)):
            # what a chart makes for kustomize stays with all of the chart
            origin = each.resource.origin
            objects_alone = () if origin is not None and origin.inflated else (each,)
            remedy = _REMOTE if origin is not None and origin.remote else _ALONE
            yield Blocker(component=each.component, reason=reason, remedy=remedy, objects=objects_alone)
    yield from _split_lists(by_place, view)


def _place_problem(
    each: Placed, by_place: Mapping[Place, Sequence[Placed]], objects: Sequence[Placed], view: RepositoryView
) -> str:
    origin = each.resource.origin
    if origin is None:
        return f"kustomize does not say where {each} comes from"
    if origin.remote:
        return f"{each} comes from the remote base {origin.remote}"
    if origin.inflated:
        return _inflation_problem(each, objects, view)
    if origin.generated:
        return _generator_problem(each, objects, view)
    if each.written is None:
        return f"the document of {each} cannot be told from the others in {origin.path}"
    staying = [other for other in by_place[each.written.place] if not other.is_adopted]
    if staying:
        where = f"{staying[0].environment} ({staying[0].root})"
        return f"{each} leaves {each.written.place.file} in {each.environment}, but stays in {where}"
    return ""


def _generator_problem(each: Placed, objects: Sequence[Placed], view: RepositoryView) -> str:
    """A generated object leaves with the entries that make it, and these must make nothing else."""
    is_made = is_listed = False
    for held in view.reached(each.root):
        for generator in held.generators:
            if not generates(generator, each, may_rename=view.may_rename(each.root)):
                continue
            met = in_scope(held, objects, view)
            made = [other for other in met if generates(generator, other, may_rename=view.may_rename(other.root))]
            if each in made and not all(other.is_adopted for other in made):
                return f"the generator of {each} in {held.file} makes an object that stays"
            is_listed = is_listed or each in made
            is_made = is_made or (each in made and generator.behavior == "create")
    if not is_listed:
        return f"the generator of {each} is in no kustomization here"
    return "" if is_made else f"a generator takes the place of {each}, which a manifest holds"


def _inflation_problem(each: Placed, objects: Sequence[Placed], view: RepositoryView) -> str:
    """An object that a chart makes leaves with the entry of `helmCharts`, and that must make nothing else."""
    for held in view.reached(each.root):
        for entry in (entry for entry in held.helm_charts if inflates(entry, each, held)):
            met = in_scope(held, objects, view)
            stays = next((one for one in met if not one.is_adopted and inflates(entry, one, held)), None)
            if stays is not None:
                return f"the chart {entry.name} of helmCharts in {held.file} makes {stays} as well, which stays"
    return ""


def _split_lists(by_place: Mapping[Place, Sequence[Placed]], view: RepositoryView) -> Iterator[Blocker]:
    """A List leaves as a whole or not at all."""
    for place, found in sorted(by_place.items()):
        leaving = [each for each in found if each.component is not None]
        if place.item < 0 or not leaving:
            continue
        for other in written_objects(view, place.file):
            if other.place.document == place.document and not any(
                each.is_adopted for each in by_place.get(other.place, ())
            ):
                reason = f"{leaving[0]} is an item of a List in {place.file} that has to stay for others"
                yield from _for_each_component(leaving, reason)
                break


def blockers_of_references(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """What stays and needs what leaves: variables, replacements, and names that kustomize keeps in step."""
    yield from _followed_names(objects, view)
    for held in view.kustomizations.by_path.values():
        sources = tuple(sources_of(held, view))
        met = in_scope(held, objects, view) if sources else ()
        for source in sources:
            found = [each for each in met if selects(source.selector, each)]
            if found and all(each.component is not None for each in found):
                reason = f"{source.what} in {held.file} reads from {found[0]}"
                yield from _for_each_component(found, reason)


def _for_each_component(objects: Sequence[Placed], reason: str) -> Iterator[Blocker]:
    for component in sorted({str(each.component) for each in objects}):
        own = tuple(each for each in objects if each.component == component)
        yield Blocker(component=component, reason=reason, objects=own)


def blockers_of_touches(held: Kustomization, touches: Iterable[Touch]) -> Iterator[Blocker]:
    """Entries that have to stay for one root, and for which kustomize would fail in another, as all they touch left."""
    for touch in touches:
        if not touch.needs_one or touch.is_over:
            continue
        for root in sorted({each.root for each in touch.touched}):
            here = [each for each in touch.touched if each.root == root]
            if all(each.is_adopted for each in here):
                name = f"{touch.entry.field}[{touch.entry.index}]"
                reason = f"{name} in {held.file} is for {here[0]} and has to stay for other roots"
                yield from _for_each_component(here, reason)


def _followed_names(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Kustomize keeps references in step with the names and namespaces that it gives; to what has left it cannot."""
    renamed: dict[tuple[RepoPath, str], Placed] = {}
    moved: dict[tuple[RepoPath, str, str, str], Placed] = {}
    for each in objects:
        final = each.resource.id
        if each.is_adopted and is_renamed(each, view):
            renamed[each.root, final.name] = each
        is_moved = each.written is not None and each.written.namespace != each.resource.own_namespace
        if each.is_adopted and is_moved and final.kind in FOLLOWED:
            moved[each.root, final.kind, final.name, final.namespace] = each
    if not renamed and not moved:
        return
    for each in objects:
        if each.is_adopted:
            continue
        body = {key: value for key, value in each.resource.body.items() if key != "metadata"}
        found = {id(held): held for text in _texts(body) if (held := renamed.get((each.root, text))) is not None}
        is_free = not moved or each.resource.id.kind in _SET_ANYWAY
        for kind, name, namespace in () if is_free else placed_names(body):
            if (held := moved.get((each.root, kind, name, namespace))) is not None:
                found[id(held)] = held
        for held in found.values():
            reason = f"{each} refers to {held}, which kustomize renames or moves"
            yield Blocker(component=str(held.component), reason=reason, objects=(held,))


def is_renamed(placed: Placed, view: RepositoryView) -> bool:
    """Whether kustomize gives an object another name than it has where it is written."""
    final = placed.resource.id.name
    if placed.written is not None:
        return placed.written.name != final
    if placed.resource.origin is not None and placed.resource.origin.inflated:
        return view.may_rename(placed.root)
    return all(generator.name != final for held in view.reached(placed.root) for generator in held.generators)


def blockers_of_edits(edits: Iterable[FileEdit], objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Files that must not be edited."""
    data = frozenset(
        reference.path
        for held in view.kustomizations.by_path.values()
        for reference in (*held.inputs, *held.configurations)
        if reference.path is not None
    )
    manifests = frozenset(
        reference.path for held in view.kustomizations.by_path.values() for reference in held.resources
    )
    linked = frozenset(view.index.links.values())
    for edit in edits:
        reason = ""
        if view.index.resolve(edit.path) != edit.path:
            reason = f"{edit.path} is reached through a symbolic link"
        elif (submodule := view.index.submodule_of(edit.path)) is not None:
            reason = f"{edit.path} belongs to the submodule {submodule}, another repository"
        elif edit.path in linked and edit.after is None:
            reason = f"a symbolic link leads to {edit.path}"
        elif is_encrypted(edit.before or b""):
            reason = f"{edit.path} is encrypted by SOPS, and stays as it is"
        elif edit.path in data and edit.path in manifests:
            reason = f"{edit.path} is a manifest and the input of something else"
        if reason:
            written = tuple(
                each for each in objects if each.written is not None and each.written.place.file == edit.path
            )
            for component in edit.cause.split(", "):
                own = tuple(each for each in written if each.component == component)
                yield Blocker(component=component, reason=reason, objects=own)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from _texts(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _texts(child)
