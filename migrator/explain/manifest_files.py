"""Where places of objects stand in files of manifests that somebody named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.explain.literal_places import at, met
from migrator.explain.origins import Source
from migrator.model import Json, KeyPath, RepoPath, ResId, SourceSpan, resource_of
from migrator.yamlio import ABSENT, Dialect, read_documents, spans


class ManifestFiles:
    """Where places are in files of manifests, one per environment."""

    def __init__(self, files: Mapping[str, tuple[RepoPath, bytes]]) -> None:
        self._files = files
        self._objects: dict[str, tuple[_Written, ...]] = {}

    def of(self, environment: str, res_id: ResId, path: KeyPath) -> Source | None:
        """The line of the deepest key on the path that the file has."""
        file, data = self._files[environment]
        if environment not in self._objects:
            self._objects[environment] = tuple(_objects(data, file))
        for each in self._objects[environment]:
            if _is_one(resource_of(each.body).id, res_id):
                kind = "absent" if at(each.body, path) is ABSENT else "manifest"
                place = (*each.above, *met(each.body, path, each.body))
                while place and place not in each.spans:
                    place = place[:-1]
                return Source(span=each.spans.get(place, SourceSpan(path=file)), kind=kind)
        return None


@dataclass(frozen=True, slots=True)
class _Written:
    """An object of a file, the path to it in its document, and the places of all keys of that."""

    body: Mapping[str, Json]
    above: KeyPath
    spans: Mapping[KeyPath, SourceSpan]


def _objects(data: bytes, file: RepoPath) -> Iterator[_Written]:
    for document in read_documents(data, dialect=Dialect.SIGS):
        body = document.value
        items = body.get("items") if isinstance(body, Mapping) else None
        known = spans(data, file, document=document)
        if isinstance(items, list) and str(body.get("kind") or "").endswith("List"):
            listed = ((index, item) for index, item in enumerate(items) if isinstance(item, Mapping))
            yield from (_Written(item, ("items", index), known) for index, item in listed)
        elif isinstance(body, Mapping):
            yield _Written(body, (), known)


def _is_one(written: ResId, other: ResId) -> bool:
    is_named = (written.group, written.kind, written.name) == (other.group, other.kind, other.name)
    return is_named and (written.namespace == other.namespace or not (written.namespace and other.namespace))
