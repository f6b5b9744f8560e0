"""Volumes that are texts (PodSecurityPolicy) beside `images`: kustomize 5.8 looks in them for the images of volumes.

No text has an image, and an older kustomize leaves them alone. So in a copy they have another key while it builds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.engines.errors import EngineError
from migrator.engines.kustomize import IMAGE_VOLUMES, REMEDY_OF_IMAGE_VOLUMES, kustomize_build
from migrator.engines.tools import Tool
from migrator.model import Json, mapping_of
from migrator.yamlio import Dialect, dump, read_documents, same

_KEY = "volumes"
_ASIDE = "volumesOfTexts"
_MARK = ".volumes-of-texts"
"""A file in the copy that says that they have the other key there."""
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})


def build_copy(tool: Tool, copy: Path, directory: Path, *, network: bool, helm: Tool | None = None) -> bytes:
    """What kustomize prints for a directory of a copy, as one prints it that knows no images of volumes.

    Raises what `kustomize_build` raises. The copy may be changed.
    """

    def built() -> bytes:
        return kustomize_build(tool, directory, network=network, root=copy, helm=helm)

    try:
        printed = built()
    except EngineError as error:
        if IMAGE_VOLUMES not in error.cause.message or is_set_aside(copy) or not _set_aside(copy):
            raise
        try:
            printed = built()
        except EngineError:
            raise error from None
    return _put_back(printed) if is_set_aside(copy) else printed


def is_set_aside(copy: Path) -> bool:
    """Whether what is built of a copy is what another kustomize would build of the original."""
    return (copy / _MARK).exists()


def _set_aside(copy: Path) -> bool:
    """Give such volumes another key in all files; whether there are any."""
    for path in sorted(copy.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if (changed := _in_file(data)) != data:
                path.write_bytes(changed)
                (copy / _MARK).touch()
    return is_set_aside(copy)


def _in_file(data: bytes) -> bytes:
    if _KEY.encode() not in data:
        return data
    try:
        return _renamed(data, _KEY, _ASIDE)
    except MigrateError:  # kustomize says better what is wrong with it
        return data


def _put_back(printed: bytes) -> bytes:
    restored = _renamed(printed, _ASIDE, _KEY)
    left = [each.value for each in read_documents(restored, dialect=Dialect.SIGS) if _ASIDE in _spec(each.value)]
    if left:  # something else writes them as well, by a key that was not there
        diagnostic = Diagnostic(
            code="MIG219",
            severity=Severity.ERROR,
            summary="kustomize looks for images in volumes that are texts, and a patch is about these volumes",
            remedy=REMEDY_OF_IMAGE_VOLUMES,
        )
        raise EngineError(diagnostic)
    return restored


def _renamed(data: bytes, old: str, new: str) -> bytes:
    """The stream with another key for such volumes; as it is where there are none, or where both keys are."""
    values = [each.value for each in read_documents(data, dialect=Dialect.SIGS)]
    changed = [_with_key(each, old, new) for each in values]
    return data if same(values, changed) else "---\n".join(map(dump, changed)).encode()


def _with_key(value: Json, old: str, new: str) -> Json:
    spec = _spec(value)
    held = spec.get(old)
    if new in spec or not isinstance(held, list) or not any(isinstance(each, str) for each in held):
        return value
    return {**mapping_of(value), "spec": {new if key == old else key: each for key, each in spec.items()}}


def _spec(value: Json) -> Mapping[str, Json]:
    return mapping_of(mapping_of(value).get("spec"))
