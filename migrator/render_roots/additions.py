"""What a deployer adds to the kustomization of a root: the build is of the file with it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.model import Json, RepoPath, mapping_of
from migrator.yamlio import Dialect, dump, read_value

_REPLACED = ("namespace", "namePrefix", "nameSuffix")
_BY_NAME = ("images", "replicas")
_LISTED = ("components", "labels", "patches", "patchesStrategicMerge", "patchesJson6902")
_MAPPED = ("commonAnnotations",)
FIELDS = frozenset({*_REPLACED, *_BY_NAME, *_LISTED, *_MAPPED})
"""The fields that can be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What is added to one root, as text: two that say the same are equal."""

    text: str
    """The fields of a kustomization, as JSON with sorted keys."""

    @classmethod
    def of(cls, fields: Mapping[str, Json]) -> Addition:
        return cls(text=json.dumps(fields, sort_keys=True))

    @property
    def fields(self) -> Mapping[str, Json]:
        return mapping_of(json.loads(self.text))

    @property
    def components(self) -> tuple[str, ...]:
        """Folders that it adds, as seen from the root."""
        held = self.fields.get("components")
        return tuple(map(str, held)) if isinstance(held, list) else ()


def added_folders(root: RepoPath, addition: Addition | None) -> tuple[RepoPath, ...]:
    """The folders of the components that are added to a root."""
    names = addition.components if addition is not None else ()
    return tuple(RepoPath(posixpath.normpath(posixpath.join(root, each))) for each in names)


def add(stage: Path, file: RepoPath, addition: Addition) -> None:
    """Add to the kustomization file of a root in a staged copy."""
    place = stage / file
    place.write_bytes(with_addition(place.read_bytes(), file, addition))


def with_addition(data: bytes, path: RepoPath, addition: Addition) -> bytes:
    """The kustomization file with what is added, as both tools edit it before they build.

    A namespace, a prefix, a suffix and an image or a count of the same name take the place of the file's own; patches,
    components and labels come behind them. Argo CD, `util/kustomize/kustomize.go`; fluxcd/pkg,
    `kustomize/kustomize_generator.go`.
    """
    value = read_value(data, dialect=Dialect.SIGS, path=path)
    fields: dict[str, Json] = dict(value) if isinstance(value, dict) else {}
    spelled = {key.lower(): key for key in fields}
    for name, held in addition.fields.items():
        key = spelled.get(name.lower(), name)
        fields[key] = _joined(name, fields.get(key), held)
    return dump(fields).encode()


def _joined(name: str, own: Json, more: Json) -> Json:
    if name in _MAPPED:
        return {**mapping_of(own), **mapping_of(more)}
    if name in _REPLACED:
        return more
    listed = list(own) if isinstance(own, list) else []
    if name in _BY_NAME:
        names = {mapping_of(each).get("name") for each in more}
        return [*(each for each in listed if mapping_of(each).get("name") not in names), *more]
    return [*listed, *_written(name, more)]


def _written(name: str, more: Sequence[Json]) -> list[Json]:
    """Patches as a kustomization has them: where Flux holds them as objects, it writes their JSON."""
    if name == "patchesStrategicMerge":
        return [each if isinstance(each, str) else json.dumps(each) for each in more]
    if name == "patchesJson6902":
        return [{**mapping_of(each), "patch": _text(mapping_of(each).get("patch"))} for each in more]
    return list(more)


def _text(patch: Json) -> Json:
    return patch if isinstance(patch, str) else json.dumps(patch)
