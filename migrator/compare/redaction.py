"""Secret values as salted digests: equal values look equal, and nobody can read or guess them without the salt."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping

from migrator.model import Json, KeyPath, ResId, Resource
from migrator.yamlio import ABSENT, canonical, digest

_DATA = ("data", "stringData")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def salt_of(resources: Iterable[Resource]) -> str:
    """A salt that nobody knows who does not know every secret among the resources; the same for the same input."""
    data = [
        [str(resource.id), [resource.body.get(field) for field in _DATA]]
        for resource in resources
        if resource.gvk.kind == "Secret"
    ]
    return digest(sorted(data, key=lambda pair: str(pair[0])))


def secret_data(resource: Resource) -> Iterator[str]:
    """Every datum of a core Secret, as it stands and decoded; nothing for any other object."""
    if not is_secret(resource.id):
        return
    for plain in _texts(resource.body.get("stringData")):
        yield plain
        yield base64.b64encode(plain.encode("utf-8", "surrogatepass")).decode()
    for encoded in _texts(resource.body.get("data")):
        yield encoded
        try:
            yield base64.b64decode("".join(encoded.split()), validate=True).decode()
        except (binascii.Error, ValueError):
            continue


def _texts(held: Json) -> Iterator[str]:
    return (str(value) for value in held.values() if value is not None) if isinstance(held, Mapping) else iter(())


def redact(value: Json, kind: str, *, path: KeyPath = (), salt: str) -> Json:
    """The value as it may be shown: what lies at `path` of an object of this kind, secrets as salted digests.

    Only Secrets hold secrets here: their data, and the copy of themselves that kubectl leaves in an annotation.
    """
    if kind != "Secret" or value is ABSENT:
        return value
    if path[:1] and path[0] in _DATA:
        return _hidden(value, salt)
    if path[:3] == ("metadata", "annotations", _LAST_APPLIED):
        return _hidden(value, salt)
    if isinstance(value, Mapping) and path in {(), ("metadata",), ("metadata", "annotations")}:
        return {key: redact(child, kind, path=(*path, key), salt=salt) for key, child in value.items()}
    return value


def _hidden(value: Json, salt: str) -> Json:
    if isinstance(value, Mapping):
        return {key: _hidden(child, salt) for key, child in value.items()}
    if isinstance(value, list):
        return [_hidden(child, salt) for child in value]
    if value is None:
        return None
    text = f"{type(canonical(value)).__name__}:{value}"
    return f"<secret {hmac.new(salt.encode(), text.encode('utf-8', 'replace'), hashlib.sha256).hexdigest()[:12]}>"


def is_secret(resource: ResId) -> bool:
    """Whether the object is a core Secret."""
    return resource.kind == "Secret" and not resource.group
