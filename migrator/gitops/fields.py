"""The place of a field in the file of an object that deploys: what is wrong with the object is there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from migrator.diagnostics import MigrateError
from migrator.model import Json, KeyPath, SourceSpan
from migrator.yamlio import Dialect, read_documents, spans

Leaf: TypeAlias = tuple[KeyPath, Json]
READ: Collection[str] = ("path", "valueFiles", "valuesFiles", "chart")
"""The fields that name folders and files."""
SAID: Mapping[str, Collection[str]] = {
    "release name": ("releaseName",),
    "namespace": ("targetNamespace", "namespace"),
    "definitions": ("skipCrds", "crds"),
    "hooks": ("disableHooks",),
    "path": ("path", "chart"),
    "chart": ("chart",),
    "version": ("version", "targetRevision"),
    "repository": ("repoURL", "url", "sourceRef"),
    "parameters": ("parameters",),
    "value files": ("valueFiles", "valuesFiles"),
    "values": ("values", "valuesObject", "valuesFrom"),
    "post-renderers": ("postRenderers",),
}
"""What may be said otherwise of a release -> the fields that say it."""
_ABOVE = re.compile(r"(?:\$[^/]+/|\.{1,2}/|/)*")


def field_span(data: bytes, span: SourceSpan, keys: Collection[str], text: str = "") -> SourceSpan:
    """The place of the first field of the object at `span` that has one of the keys, and holds the text if it can.

    The place of the object where there is none.
    """
    try:
        held = [each for each in read_documents(data, dialect=Dialect.SIGS, path=span.path) if each.line <= span.line]
    except MigrateError:
        return span
    if not held:
        return span
    places = spans(data, span.path, document=held[-1])
    found = [(path, value) for path, value in _fields(held[-1].value, ()) if path in places and _key(path) in keys]
    said = [path for path, value in found if isinstance(value, str) and _means(value, text)]
    return next((places[path] for path in (*said, *(path for path, _ in found))), span)


def _fields(value: Json, here: KeyPath) -> Iterator[Leaf]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        path = (*here, key)
        yield path, each
        yield from _fields(each, path)


def _key(path: KeyPath) -> str:
    return next((key for key in reversed(path) if isinstance(key, str)), "")


def _means(value: str, text: str) -> bool:
    """Whether a path as it is written may be one from the top of the repository."""
    path = posixpath.normpath(_ABOVE.sub("", value, count=1)) if value else ""
    return bool(path and text) and (path == text or text.endswith(f"/{path}"))
