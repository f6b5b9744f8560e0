"""The built resources as bytes for the cache, and the key under which they are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrator.dataclass_json import from_json, to_json
from migrator.discover import Index
from migrator.model import NOTHING_LEFT_OUT, Json, LeftOut, Origin, RepoPath, Resource, resource_of

FORMAT = "build-6"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    origins: tuple[Origin | None, ...]
    """Each once."""
    resources: tuple[tuple[int, Mapping[str, Json]], ...]
    """The number of its origin, and the body of each resource."""
    left_out: LeftOut = NOTHING_LEFT_OUT


def cache_key(index: Index, root: RepoPath, files: Iterable[RepoPath], engine: str) -> str:
    """A digest of everything that decides the build: engine, format, the files and the links between them.

    Raises MigrateError MIG106 where a file cannot be read.
    """
    hashed = hashlib.sha256(f"{FORMAT}\n{engine}\n{root}\n".encode("utf-8", "surrogateescape"))
    for path in files:
        hashed.update(f"{path}\0{index.digest(path)}\n".encode("utf-8", "surrogateescape"))
    for link, target in index.links.items():
        hashed.update(f"{link}\0->{target}\n".encode("utf-8", "surrogateescape"))
    return f"{FORMAT}:{hashed.hexdigest()}"


def encode(resources: Sequence[Resource], left_out: LeftOut = NOTHING_LEFT_OUT) -> bytes:
    """Compact JSON of the resources, and of what they were built without."""
    numbers: dict[Origin | None, int] = {}
    listed = tuple((numbers.setdefault(each.origin, len(numbers)), each.body) for each in resources)
    return to_json(_Stored(origins=tuple(numbers), resources=listed, left_out=left_out))


def decode(data: bytes) -> tuple[tuple[Resource, ...], LeftOut]:
    """What `encode` wrote; ValueError for anything else."""
    held = from_json(_Stored, data)
    try:
        return tuple(resource_of(body, held.origins[number]) for number, body in held.resources), held.left_out
    except IndexError:
        raise ValueError("a resource of an origin that is not there") from None
