"""Values that stand in an object, and names of releases."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from migrator.model import Json, mapping_of
from migrator.yamlio import Dialect, YamlError, read_value

_LIMIT = 53
_HASH = 12


def values_of(held: Json) -> Mapping[str, Json]:
    """Values as a map: they are one, or the text of one; nothing where the text is not YAML."""
    if isinstance(held, str):
        try:
            return mapping_of(read_value(held, dialect=Dialect.SIGS))
        except YamlError:
            return {}
    return mapping_of(held)


def release_name(name: str, target_namespace: str, said: str) -> str:
    """The name of a release of Flux: what is said, else `[targetNamespace-]name`, shortened with a hash (fact H7).

    helm-controller, `api/v2/helmrelease_types.go` (GetReleaseName) and `internal/release/name.go` (ShortenName).
    """
    whole = said or (f"{target_namespace}-{name}" if target_namespace else name)
    if len(whole) <= _LIMIT:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_HASH]
    return f"{whole[: _LIMIT - _HASH - 1]}-{digest}"
