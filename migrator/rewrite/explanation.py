"""Values and residuals of an answer, each with the files that show where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from migrator.charts.types import ChartRef
from migrator.inference.effects.value_effects import ExplainedValue, Subject, explain_values
from migrator.inference.types import Residual, dotted
from migrator.model import Json, KeyPath, ReleaseContext, RepoPath, ResId, SourceSpan, resource_of
from migrator.rewrite.kustomize.literal_places import at, met
from migrator.rewrite.kustomize.origins import Source
from migrator.signatures import Upstream
from migrator.yamlio import ABSENT, Dialect, read_documents, spans

MOST = 400
"""Places of one value whose origins are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file of the repository that shows what a value says."""

    source: Source
    """The first place in it."""
    places: int
    """How many lines of it show the value."""
    environments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why the values of a chart are what they are."""

    component: str
    """Empty for files given by hand."""
    decision: str
    chart: ChartRef
    context: ReleaseContext
    environments: tuple[str, ...]
    values: tuple[tuple[ExplainedValue, tuple[Origin, ...]], ...]
    residual: tuple[tuple[Residual, Source | None], ...]
    upstream: Upstream | None = None
    """The release manifest that its objects come from."""
    commit: str = ""
    """Where the repository is a hybrid already: the commit before, of which this is told."""


class Whence(Protocol):
    """Who knows where a place of an object came from."""

    def of(self, environment: str, res_id: ResId, path: KeyPath) -> Source | None:
        """The place of a file that shows it."""
        ...


def explained(
    subject: Subject, residual: Sequence[Residual], whence: Whence, asked: str = ""
) -> tuple[tuple[tuple[ExplainedValue, tuple[Origin, ...]], ...], tuple[tuple[Residual, Source | None], ...]]:
    """The values and residuals that somebody asks for, each with its origin; with no question, all of them.

    `asked` is a values path (`image.tag`, a map or list with all that is in it, `/image/tag`), or the id of a
    difference as reports show it (`Kind.group/namespace/name#/path`), whole or its beginning.
    """
    values = explain_values(subject, _is_asked(asked))
    told = tuple((value, _origins(value, whence)) for value in values)
    open_ones = [each for each in residual if not asked or _id(each).startswith(asked)]
    return told, tuple(
        (each, whence.of(each.environment, each.resource, each.target_path or each.path)) for each in open_ones
    )


def _is_asked(text: str) -> Callable[[KeyPath], bool]:
    if text.startswith("/"):
        keys = [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]
        return lambda path: all(str(mine) == key for mine, key in zip(path, keys, strict=False))
    wanted = text.replace("\\.", ".").replace('"', "").replace("[", ".").replace("]", "")
    return lambda path: _is_within(wanted, ".".join(map(str, path))) or _is_within(dotted(path), text)


def _is_within(one: str, other: str) -> bool:
    """Whether one dotted path is the other, or above or below it."""
    return not one or one == other or other.startswith(f"{one}.") or one.startswith(f"{other}.")


def _id(residual: Residual) -> str:
    """As `Difference.id`."""
    res = residual.resource
    kind = f"{res.kind}.{res.group}" if res.group else res.kind
    pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in residual.path)
    return f"{kind}/{res.namespace}/{res.name}#{pointer}"


def _origins(value: ExplainedValue, whence: Whence) -> tuple[Origin, ...]:
    """Files that show what the value sets; where it only takes away, those that do without."""
    positive = [effect for effect in value.effects if effect.change != "removes"]
    found: dict[tuple[str, str], list[tuple[Source, str]]] = {}
    for effect in (positive or value.effects)[:MOST]:
        source = whence.of(effect.environment, effect.resource, effect.path)
        if source is not None:
            found.setdefault((source.kind, str(source.span.path)), []).append((source, effect.environment))
    origins = [
        Origin(
            source=min(source for source, _ in met_there),
            places=len({source.span for source, _ in met_there}),
            environments=tuple(sorted({environment for _, environment in met_there})),
        )
        for met_there in found.values()
    ]
    return tuple(sorted(origins, key=lambda origin: (-origin.places, origin.source)))


class Files:
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
