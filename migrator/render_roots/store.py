"""The built resources as bytes for the cache, and the key under which they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from migrator.discover import Index
from migrator.model import Json, Origin, RepoPath, Resource, resource_of

FORMAT = "build-3"


def cache_key(index: Index, root: RepoPath, files: Iterable[RepoPath], engine: str) -> str:
    """A digest of everything that decides the build: engine, format, the files and the links between them.

    Raises MigrateError MIG106 where a file cannot be read.
    """
    hashed = hashlib.sha256(f"{FORMAT}\n{engine}\n{root}\n".encode())
    for path in files:
        hashed.update(f"{path}\0{index.digest(path)}\n".encode("utf-8", "surrogateescape"))
    for link, target in index.links.items():
        hashed.update(f"{link}\0->{target}\n".encode("utf-8", "surrogateescape"))
    return f"{FORMAT}:{hashed.hexdigest()}"


def encode(resources: Sequence[Resource]) -> bytes:
    """Compact JSON; each origin is written once."""
    numbers: dict[Origin | None, int] = {}
    listed = [[numbers.setdefault(resource.origin, len(numbers)), resource.body] for resource in resources]
    origins = [_origin_to_json(origin) for origin in numbers]
    text = json.dumps({"origins": origins, "resources": listed}, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> tuple[Resource, ...]:
    """The resources that `encode` wrote; ValueError for anything else."""
    held = json.loads(data.decode("utf-8", "surrogatepass"))
    if not isinstance(held, dict) or not {"origins", "resources"} <= held.keys():
        raise ValueError("no stored build")
    origins = [_origin_of_json(item) for item in held["origins"]]
    return tuple(resource_of(body, origins[number]) for number, body in held["resources"])


def _origin_to_json(origin: Origin | None) -> Json:
    if origin is None:
        return None
    return [origin.path, origin.generated, origin.remote, list(origin.transformed_in)]


def _origin_of_json(item: Json) -> Origin | None:
    if item is None:
        return None
    path, generated, remote, transformed = item
    return Origin(
        path=RepoPath(path), generated=generated, remote=remote, transformed_in=tuple(map(RepoPath, transformed))
    )
