"""Secret values as salted digests: equal values look equal, and nobody can read or guess them without the salt."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping

from migrator.model import Json, KeyPath, ResId, Resource
from migrator.yamlio import ABSENT, canonical, digest

_DATA = ("data", "stringData")
_SHORTEST = 6
_SECRET_KEY = re.compile(
    r"passw|passphrase|pwd|(?<![a-z])pass(?![a-z])|(?-i:[a-z]Pass(?![a-z]))|secret|token|credential|"
    r"(?:api|private|access|account|encryption|signing|master|ssh|auth|license)[_-]?key",
    re.IGNORECASE,
)
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_ABOUT_SECRETS = re.compile(
    r"existing|name|ref|path|file|mount|class|type|keys$|annotation|label|ttl|expir|url|uri|host|issuer|audience|length",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"""(?:^|[\s,;&?{"'])([\w.-]+)["']?[ \t]*[=:][ \t]*(?="([^"\n]+)"|'([^'\n]+)'|([^\s,;&]+))""", re.MULTILINE
)
"""The value is only looked at, as it may hold such assignments itself."""
_ELEMENT = re.compile(r"<([\w.:-]+)>([^<\n]+)</")
_SCHEME = re.compile(r"\b(?:bearer|basic|token)[ \t]+(?=\S*\d)([\w.~+/=-]{6,})", re.IGNORECASE)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s(.*?)-----END", re.DOTALL)
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[rs]k_live_|AKIA|AIza)[\w-]{12,}|\beyJ[\w-]{8,}\.eyJ[\w-]+\.[\w-]+|"
    r"(?<=hooks\.slack\.com/services/)[\w/]+|(?<=/api/webhooks/)[\w/-]+|(?<=://)(?=[^/\s@]*\d)[^/\s:@]{16,}(?=@)"
)
"""Tokens that can be told by their look, as the publishers' documentation of secret scanning has them."""
_PLAIN = re.compile(r"[a-z]+([./-][a-z]+)+|true|false|\d+[smhd]?")
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


def secret_texts(resource: Resource) -> Iterator[str]:
    """The same, and of any object what stands where secrets do: by its key, its variable, its flag, or in a URL."""
    yield from secret_data(resource)
    if not is_secret(resource.id):
        yield from (text for text in _looking_secret(resource.body, "") if _is_worth_hiding(text))


def _looking_secret(value: Json, key: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        name, held = value.get("name"), value.get("value")
        if isinstance(name, str) and isinstance(held, str) and (is_secret_key(name) or name.lower() in _SECRET_HEADERS):
            yield held
        for inner, item in value.items():
            yield from _looking_secret(item, str(inner))
    elif isinstance(value, list):
        words = [item if isinstance(item, str) else "" for item in value]
        yield from (after for word, after in itertools.pairwise(words) if word[:1] == "-" and is_secret_key(word))
        for item in value:
            yield from _looking_secret(item, "")
    elif isinstance(value, str):
        if is_secret_key(key) and "\n" not in value.strip():
            yield value.strip()
        yield from _in_text(value)
    elif isinstance(value, int) and is_secret_key(key):
        yield str(value)


def _in_text(text: str) -> Iterator[str]:
    """What stands in a text where secrets do, whatever language it is written in."""
    yield from (found[1] for found in _IN_URL.finditer(text))
    for found in _ASSIGNED.finditer(text):
        if is_secret_key(found[1]):
            yield (found[2] or found[3] or found[4]).strip("\"'")
    yield from (found[2] for found in _ELEMENT.finditer(text) if is_secret_key(found[1]))
    yield from (found[1] for found in _SCHEME.finditer(text))
    yield from (found[0] for found in _KNOWN.finditer(text))
    yield from (line.strip() for found in _PRIVATE_KEY.finditer(text) for line in found[1].splitlines())


def is_secret_key(key: str) -> bool:
    """Whether a key, a variable or a flag of this name holds a secret, and not where one is to be found."""
    return bool(_SECRET_KEY.search(key)) and not _ABOUT_SECRETS.search(key)


def _is_worth_hiding(text: str) -> bool:
    """Not for words that stand everywhere, references and paths."""
    return len(text) >= _SHORTEST and not _PLAIN.fullmatch(text) and text[0] not in "$/{<"


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
