"""What goes out of one kustomization file when objects leave, and its text without that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from migrator.load import Kustomization, PatchRef
from migrator.model import Json, KeyPath, RepoPath
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.targets import generates, in_scope, inflates, is_subject, retags, scales, selects
from migrator.yamlio import (
    Dialect,
    Remove,
    Set,
    YamlError,
    edit,
    read_documents,
    read_value,
    remove_documents,
)

_CONTENT = (
    *("resources", "components", "configMapGenerator", "secretGenerator", "generators"),
    *("helmCharts", "helmChartInflationGenerator"),
)
_HEAD = frozenset({"apiVersion", "kind", "metadata"})
_NOTHING: Mapping[Entry, str] = MappingProxyType({})
_GIVEN_UP = {"resources": "bases", "images": "imageTags", "patchesStrategicMerge": "patches"}
"""Field -> the field whose entries kustomize moves behind its own."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """An entry of a kustomization, by field and position as `load` counts them."""

    field: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Why an entry goes, and (a patch with several documents) what stays of it."""

    entry: Entry
    causes: frozenset[str]
    """Components."""
    file: RepoPath | None = None
    """The patch file that the entry names."""
    documents: frozenset[int] = frozenset()
    """Only these documents of the patch go; empty is the whole entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What an entry, or one document of a patch, touches."""

    entry: Entry
    touched: tuple[Placed, ...]
    needs_one: bool
    """Kustomize fails where it touches nothing."""
    file: RepoPath | None = None
    document: int = -1

    @property
    def is_over(self) -> bool:
        """Whether it touches adopted objects and nothing else."""
        return bool(self.touched) and all(each.is_adopted for each in self.touched)

    @property
    def components(self) -> frozenset[str]:
        return frozenset(each.component for each in self.touched if each.component is not None)


def touches_of(held: Kustomization, objects: Sequence[Placed], view: RepositoryView) -> tuple[Touch, ...]:
    """What the entries of a kustomization touch; nothing where no adopted object passes through it.

    A patch that deletes an object touches what other roots make of the same manifest: it is in no build of its own.
    """
    met = in_scope(held, objects, view)
    files = view.scope(held)
    written = tuple(each for each in objects if each.written is not None and each.file in files)
    if not any(each.is_adopted for each in (*met, *written)):
        return ()
    return (*_entries(held, met, view), *_patches(held, met, written, view))


def every_touch(held: Kustomization, objects: Sequence[Placed], view: RepositoryView) -> tuple[Touch, ...]:
    """What the entries of a kustomization touch, whoever owns it."""
    files = view.scope(held)
    met = in_scope(held, objects, view)
    written = tuple(each for each in objects if each.written is not None and each.file in files)
    return (*_entries(held, met, view), *_patches(held, met, written, view))


def cuts_of(touches: Sequence[Touch]) -> tuple[Cut, ...]:
    """The entries that go: those that touched adopted objects and nothing else. What touches nothing stays as well."""
    grouped: dict[Entry, list[Touch]] = {}
    for touch in touches:
        grouped.setdefault(touch.entry, []).append(touch)
    found = []
    for entry, parts in grouped.items():
        gone = [part for part in parts if part.is_over]
        if gone:
            causes = frozenset(cause for part in gone for cause in part.components)
            documents = frozenset(part.document for part in gone) if len(gone) < len(parts) else frozenset[int]()
            found.append(Cut(entry=entry, causes=causes, file=gone[0].file, documents=documents))
    return tuple(found)


def _entries(held: Kustomization, met: Sequence[Placed], view: RepositoryView) -> Iterator[Touch]:
    roots = {each.root for each in met}
    images = [entry for root in sorted(roots) for other in view.reached(root) for entry in other.images]
    may_rename = any(view.may_rename(root) for root in roots)
    for index, replica in enumerate(held.replicas):
        touched = tuple(each for each in met if scales(replica, each))
        yield Touch(entry=Entry(field="replicas", index=index), touched=touched, needs_one=True)
    for index, image in enumerate(held.images):
        touched = tuple(each for each in met if retags(image, each, images))
        yield Touch(entry=Entry(field="images", index=index), touched=touched, needs_one=False)
    for chart in held.helm_charts:
        made = tuple(each for each in met if inflates(chart, each, held))
        yield Touch(entry=Entry(field="helmCharts", index=chart.index), touched=made, needs_one=False)
    for generator in held.generators:
        field = "configMapGenerator" if generator.kind == "ConfigMap" else "secretGenerator"
        touched = tuple(each for each in met if generates(generator, each, may_rename=may_rename))
        yield Touch(entry=Entry(field=field, index=generator.index), touched=touched, needs_one=False)


def _patches(
    held: Kustomization, met: Sequence[Placed], written: Sequence[Placed], view: RepositoryView
) -> Iterator[Touch]:
    # what a patch deletes of a chart's output is in no build: it goes with all that the chart makes
    inflated = tuple(each for each in met if each.resource.origin is not None and each.resource.origin.inflated)
    for patch in held.patches:
        entry = Entry(field=patch.field, index=patch.index)
        if patch.target is not None:
            target = patch.target
            deletes = all(_deletes(document) for _, document in patch_documents(patch, view)) and patch.kind == "merge"
            touched = tuple(each for each in (written if deletes else met) if selects(target, each))
            touched = touched or (inflated if deletes else ())
            needs_one = patch.field == "patchesJson6902"
            yield Touch(entry=entry, touched=touched, needs_one=needs_one, file=patch.file)
            continue
        for index, document in patch_documents(patch, view):
            touched = tuple(each for each in (written if _deletes(document) else met) if is_subject(document, each))
            touched = touched or (inflated if _deletes(document) else ())
            yield Touch(entry=entry, touched=touched, needs_one=True, file=patch.file, document=index)


def _deletes(document: Mapping[str, Json]) -> bool:
    return document.get("$patch") == "delete"


def patch_documents(patch: PatchRef, view: RepositoryView) -> tuple[tuple[int, Mapping[str, Json]], ...]:
    """Position and content of each document of a patch that is a mapping."""
    data: bytes | str = view.read(patch.file) if patch.file is not None else patch.inline or ""
    path = patch.file or RepoPath("")
    documents = read_documents(data, dialect=Dialect.KUSTOMIZE, path=path) if patch.kind else ()
    return tuple((each.index, each.value) for each in documents if isinstance(each.value, dict))


def references_to(held: Kustomization, gone: Collection[RepoPath]) -> tuple[Entry, ...]:
    """The entries that list files or folders which are no more."""
    listed = (("resources", held.resources), ("components", held.components), ("crds", held.crds))
    return tuple(
        Entry(field=field, index=index)
        for field, references in listed
        for index, reference in enumerate(references)
        if reference.path in gone
    )


def is_emptied(held: Kustomization, removed: Collection[Entry]) -> bool:
    """Whether nothing that renders is left; of a component, nothing at all."""
    idle = _HEAD | set(idle_fields(held, removed))
    fields = _CONTENT if held.kind != "Component" else tuple(name for name in held.fields if name not in idle)
    return bool(removed) and not any(_left(held.fields.get(name), name, removed) for name in fields)


def idle_fields(held: Kustomization, removed: Collection[Entry]) -> tuple[str, ...]:
    """Fields that mean nothing once the entries are gone: `helmGlobals` without a chart."""
    is_last = not _left(held.fields.get("helmCharts"), "helmCharts", removed)
    return ("helmGlobals",) if is_last and held.helm_charts and "helmGlobals" in held.fields else ()


def _left(value: Json, field: str, removed: Collection[Entry]) -> bool:
    if isinstance(value, list):
        return len(value) > sum(1 for entry in removed if entry.field == field)
    return bool(value)


def without(
    text: str,
    removed: Collection[Entry],
    inline: Sequence[Cut],
    path: RepoPath,
    *,
    renamed: Mapping[Entry, str] = _NOTHING,
    dropped: Collection[str] = (),
    emptied: bool = False,
) -> str:
    """The file's text without these entries; `inline` patches lose some of their documents.

    Where nothing that renders is left (`emptied`), the list of resources is there, and empty.
    `renamed` are entries that name something else now, `dropped` are fields that go as a whole. Errors as
    `yamlio.edit`.
    """
    value = read_value(text, dialect=Dialect.SIGS, path=path)
    written = value if isinstance(value, Mapping) else {}
    operations: list[Remove | Set] = [Remove(path=_place(written, entry)) for entry in sorted(removed)]
    operations += [Set(path=_place(written, entry), value=new) for entry, new in sorted(renamed.items())]
    operations += [Remove(path=(key,)) for name in sorted(dropped) if (key := _key(written, name)) is not None]
    for cut in inline:
        place = _place(written, cut.entry)
        held = _at(written, place)
        if isinstance(held, Mapping):
            place = (*place, next(key for key in held if str(key).lower() == "patch"))
            held = held[place[-1]]
        operations.append(Set(path=place, value=remove_documents(str(held), cut.documents)))
    with naming(path):
        return _emptied(text, operations, _key(written, "resources")) if emptied else edit(text, operations)


@contextmanager
def naming(path: RepoPath) -> Iterator[None]:
    """What an edit of the file cannot do is told with the file's name."""
    try:
        yield
    except YamlError as error:
        said = error.diagnostic
        raise YamlError.of(said.code, f"{path}: {said.summary}", span=said.span, remedy=said.remedy) from None


def _emptied(text: str, operations: Sequence[Remove | Set], key: str | None) -> str:
    """The text after the operations with an empty list of resources: where the list was, unless comments in it stay."""
    if key is None:
        return edit(text, [*operations, Set(path=("resources",), value=[])])
    others = [each for each in operations if each.path[0] != key]
    inside, behind = edit(text, [*others, Set(path=(key,), value=[])]), edit(text, operations)
    if inside.count("#") >= behind.count("#"):
        return inside
    is_there = key in (read_value(behind, dialect=Dialect.SIGS) or ())
    return behind if is_there else edit(behind, [Set(path=(key,), value=[])])


def _place(written: Mapping[str, Json], entry: Entry) -> KeyPath:
    """Where an entry stands in the file: fields match regardless of case, given-up fields come behind their heirs."""
    key = _key(written, entry.field)
    own = written[key] if key is not None else ()
    count = len(own) if isinstance(own, list) else 0
    if key is not None and entry.index < count:
        return (key, entry.index)
    old = _key(written, _GIVEN_UP.get(entry.field, ""))
    if old is None:
        raise KeyError(f"{entry.field}[{entry.index}]")
    return (old, entry.index - count)


def _key(written: Mapping[str, Json], field: str) -> str | None:
    """The last spelling of a field counts, as for Go's encoding/json."""
    return next((str(key) for key in reversed(list(written)) if str(key).lower() == field.lower()), None)


def _at(value: Json, path: KeyPath) -> Json:
    for key in path:
        value = value[key]
    return value
