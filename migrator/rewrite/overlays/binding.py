"""What ties units together: names that kustomize keeps in step, variables, replacements, shared documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrator.graph import EdgeKind, Node
from migrator.load import Kustomization, Selector
from migrator.model import Json
from migrator.rewrite.kustomize.entries import every_touch
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.sources import VARIABLE, mappings, selector_of, sources_of
from migrator.rewrite.kustomize.targets import in_scope, selects
from migrator.rewrite.overlays.atoms import atom_of
from migrator.rewrite.overlays.kept_together import Ties
from migrator.rewrite.overlays.types import Atom, Scene

_NAMED = (EdgeKind.REFERS, EdgeKind.BINDS)


def tie_all(ties: Ties, scene: Scene, names: Mapping[Atom, str]) -> None:
    """Tie the units of a cluster that could not be rendered apart."""
    for one, other, reason in _followed(scene, names):
        ties.tie((one, other), reason)
    patched = tuple(_patched(scene, names)) if any(held.fields.get("vars") for held in scene.cluster.held) else ()
    for held in scene.cluster.held:
        met = in_scope(held, scene.objects, scene.view)
        for found, reason in _sources(held, met, names, scene.view, patched):
            ties.tie(found, reason)


def _followed(scene: Scene, names: Mapping[Atom, str]) -> Iterator[tuple[str, str, str]]:
    """References to objects of another unit whose name kustomize gives: a hash, a prefix, a suffix."""
    placed = {Node(each.environment, each.resource.id): each for each in scene.objects}
    for node, each in sorted(placed.items()):
        own = names[atom_of(each, scene.view)]
        for target in scene.graph.targets(node, _NAMED):
            other = placed.get(target)
            if other is None or not is_renamed(other, scene.view):
                continue
            name = names[atom_of(other, scene.view)]
            if name != own:
                yield own, name, f"{each} refers to {other}, to which kustomize gives its name"


def _patched(scene: Scene, names: Mapping[Atom, str]) -> Iterator[tuple[str, frozenset[str]]]:
    """The text of every patch, and the units that it touches."""
    for held in scene.cluster.held:
        patches = {(patch.field, patch.index): patch for patch in held.patches}
        for touch in every_touch(held, scene.objects, scene.view):
            patch = patches.get((touch.entry.field, touch.entry.index))
            if patch is not None:
                data = scene.view.read(patch.file) if patch.file is not None else (patch.inline or "").encode()
                units = frozenset(names[atom_of(each, scene.view)] for each in touch.touched)
                yield data.decode("utf-8", "replace"), units


def is_renamed(placed: Placed, view: RepositoryView) -> bool:
    """Whether kustomize gives an object a name that its manifest or generator does not have."""
    final = placed.resource.id.name
    if placed.written is not None:
        return placed.written.name != final
    return all(generator.name != final for held in view.reached(placed.root) for generator in held.generators)


def _sources(
    held: Kustomization,
    met: Sequence[Placed],
    names: Mapping[Atom, str],
    view: RepositoryView,
    patched: Sequence[tuple[str, frozenset[str]]],
) -> Iterator[tuple[frozenset[str], str]]:
    """The units that a variable or a replacement reads from and writes to."""
    for source in sources_of(held, view):
        selectors = (source.selector, *_targets(source.targets))
        touched = {names[atom_of(each, view)] for each in met if any(selects(one, each) for one in selectors)}
        if source.what.startswith(VARIABLE):
            mark = f"$({source.what.removeprefix(VARIABLE)})"
            bodies = ((each, each.written.body if each.written is not None else {}) for each in met)
            touched |= {names[atom_of(each, view)] for each, body in bodies if _holds(body, mark)}
            touched |= {name for text, units in patched if mark in text for name in units}
        yield frozenset(touched), f"{source.what} in {held.file} carries a value from one to the other"


def _targets(targets: Json) -> Iterator[Selector]:
    for target in mappings(targets):
        select = target.get("select")
        if isinstance(select, Mapping):
            yield selector_of(select)


def _holds(value: Json, mark: str) -> bool:
    if isinstance(value, str):
        return mark in value
    if isinstance(value, Mapping):
        return any(_holds(child, mark) for child in value.values())
    return isinstance(value, list | tuple) and any(_holds(child, mark) for child in value)


def entry_owners(
    held: Kustomization, met: Sequence[Placed], names: Mapping[Atom, str], view: RepositoryView
) -> Mapping[tuple[str, int], frozenset[str]]:
    """(`vars` or `replacements`, position) -> the units that the entry is for; they are tied, so one afterwards."""
    found: dict[tuple[str, int], frozenset[str]] = {}
    for field in ("vars", "replacements"):
        entries = held.fields.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            touched: set[str] = set()
            for source in sources_of(held, view, only=entry):
                touched |= {names[atom_of(each, view)] for each in met if selects(source.selector, each)}
            found[field, index] = frozenset(touched)
    return found
