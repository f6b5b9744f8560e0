"""What a patch is for that touches no object of any build: it deletes one in every environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrator.load import Kustomization, Selector
from migrator.model import Gvk, Json
from migrator.rewrite.kustomize.entries import Touch, patch_documents
from migrator.rewrite.kustomize.ownership import written_objects
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.targets import anchored
from migrator.rewrite.overlays.types import Atom


def unseen(held: Kustomization, touch: Touch, names: Mapping[Atom, str], view: RepositoryView) -> frozenset[str]:
    """The units of the written objects that a patch names, among those that pass through its kustomization."""
    wanted = tuple(_wanted(held, touch, view))
    if not wanted:
        return frozenset()
    files = view.scope(held)
    return frozenset(
        name
        for atom, name in names.items()
        if not atom.field and atom.file in files
        for each in written_objects(view, atom.file)
        if each.place.document == atom.index and any(_means(selector, each.gvk, each.name) for selector in wanted)
    )


def _wanted(held: Kustomization, touch: Touch, view: RepositoryView) -> Iterator[Selector]:
    for patch in held.patches:
        if (patch.field, patch.index) != (touch.entry.field, touch.entry.index):
            continue
        if patch.target is not None:
            yield from [patch.target] if patch.target.name or patch.target.kind else []
            continue
        for index, document in patch_documents(patch, view):
            if index == touch.document:
                yield _exact(document)


def _exact(document: Mapping[str, Json]) -> Selector:
    gvk = Gvk.of(str(document.get("apiVersion") or ""), str(document.get("kind") or ""))
    metadata = document.get("metadata")
    name = str(metadata.get("name") or "") if isinstance(metadata, Mapping) else ""
    return Selector(group=re.escape(gvk.group), kind=re.escape(gvk.kind), name=re.escape(name))


def _means(selector: Selector, gvk: Gvk, name: str) -> bool:
    pairs = ((selector.group, gvk.group), (selector.kind, gvk.kind), (selector.name, name))
    return all(anchored(wanted, found) for wanted, found in pairs)
