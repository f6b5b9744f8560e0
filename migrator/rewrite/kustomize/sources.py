"""What variables and replacements read from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.load import Kustomization, Selector
from migrator.model import Json
from migrator.rewrite.kustomize.repository_view import RepositoryView

VARIABLE = "the variable "
"""How a variable is called, before its name."""
NAME = "metadata.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a variable or a replacement reads from."""

    what: str
    """How the variable or the replacement is called."""
    selector: Selector
    field: str
    """Of the object, with dots."""
    targets: Json = None
    """A replacement's `targets`."""


def sources_of(
    held: Kustomization, view: RepositoryView, *, only: Mapping[str, Json] | None = None
) -> Iterator[Source]:
    """What each variable and replacement reads from; `only` is one entry of the two fields, by default all are told."""
    for variable in mappings(held.fields.get("vars")):
        target = variable.get("objref")
        if isinstance(target, Mapping) and (only is None or variable is only):
            field = _text(variable.get("fieldref"), "fieldpath")
            yield Source(what=f"{VARIABLE}{variable.get('name')}", selector=_exact(target), field=field)
    for replacement in mappings(held.fields.get("replacements")):
        for each in _replacements(replacement, held, view) if only is None or replacement is only else ():
            source = each.get("source")
            if isinstance(source, Mapping):
                field = _text(source, "fieldpath")
                yield Source(what="a replacement", selector=_exact(source), field=field, targets=each.get("targets"))


def _text(holder: Json, key: str) -> str:
    """A field of this name however it is spelled, as kustomize reads it."""
    held = {str(name).lower(): value for name, value in holder.items()} if isinstance(holder, Mapping) else {}
    return str(held.get(key) or NAME)


def _replacements(entry: Mapping[str, Json], held: Kustomization, view: RepositoryView) -> Iterator[Mapping[str, Json]]:
    yield entry
    if not isinstance(entry.get("path"), str):
        return
    for reference in held.inputs:
        if reference.field == "replacements" and reference.text == entry["path"] and reference.path is not None:
            try:
                documents = view.documents(reference.path)
            except MigrateError:
                return
            for document in documents:
                yield from mappings(document.value if isinstance(document.value, list) else [document.value])


def _exact(target: Mapping[str, Json]) -> Selector:
    version = str(target.get("apiVersion") or "")
    group = str(target.get("group") or version.rpartition("/")[0])
    texts = {key: re.escape(str(target.get(key) or "")) for key in ("kind", "name", "namespace")}
    return Selector(group=re.escape(group), **texts)


def selector_of(select: Mapping[str, Json]) -> Selector:
    """What a `select` or a `reject` of a replacement means."""
    texts = {key: str(select.get(key) or "") for key in ("group", "version", "kind", "name", "namespace")}
    return Selector(
        **texts,
        labels=str(select.get("labelSelector") or ""),
        annotations=str(select.get("annotationSelector") or ""),
    )


def mappings(value: Json) -> Iterator[Mapping[str, Json]]:
    """The mappings of a list, none where it is not a list."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
