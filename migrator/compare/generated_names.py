"""The names that kustomize makes of a generator's name and a hash of the content."""

from __future__ import annotations

import hashlib
import json

from migrator.model import Json, Resource

HASH_LETTERS = "2456789bcdfghkmt"
"""Of which a hash in a name consists: hexadecimal digits, those that look like words or each other replaced."""
HASH_LENGTH = 10
_LETTERS = str.maketrans("013ae", "ghkmt")
_HASHED = ("ConfigMap", "Secret")
_FIELDS = {"ConfigMap": ("binaryData",), "Secret": ("type", "stringData")}
_ESCAPED = "<>&\u2028\u2029"


def name_without_hash(resource: Resource) -> str:
    """What an object of a build would be called without the hash of its content; empty where it has none in its name.

    The hash is computed from the content, as kustomize does it (fact D14). Content that a variable changed after that
    no longer has the hash that its name has; of what kustomize says to be generated the look of the name decides then.
    """
    name, dash, tail = resource.id.name.rpartition("-")
    if not dash or not is_hash(tail) or resource.id.group or resource.id.kind not in _HASHED:
        return ""
    is_generated = resource.origin is not None and resource.origin.generated
    return name if is_generated or tail == content_hash(resource) else ""


def is_hash(text: str) -> bool:
    """Whether a text looks like the hash at the end of a name."""
    return len(text) == HASH_LENGTH and set(text) <= set(HASH_LETTERS)


def content_hash(resource: Resource) -> str:
    """The hash that kustomize appends to the name of a ConfigMap or Secret."""
    body, kind = resource.body, resource.id.kind
    hashed: dict[str, Json] = {"kind": kind, "name": "", "data": body.get("data") or ""}
    hashed |= {key: body[key] for key in _FIELDS[kind] if key in body}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for letter in _ESCAPED:  # as Go's encoder writes them
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH].translate(_LETTERS)
