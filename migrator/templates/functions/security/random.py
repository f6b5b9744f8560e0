"""What Helm draws at random: passwords, keys, certificates.

The values here have the right shape but are derived from the arguments alone, so that a run is repeatable. They mean
nothing; whoever evaluates a template must treat every output of these functions as unknown.
"""

from __future__ import annotations

import base64
import hashlib
import re
import string
from collections.abc import Mapping
from typing import Final

from migrator.model import Json
from migrator.templates.bounds import check_text
from migrator.templates.errors import TemplateError
from migrator.templates.functions.encoding import decode_base64
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.fmt import to_text
from migrator.templates.golang.types import Certificate, as_bytes

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)-----END \1-----")
_KEYS: Final[Mapping[str, tuple[str, int]]] = {
    "": ("RSA PRIVATE KEY", 2349),
    "rsa": ("RSA PRIVATE KEY", 2349),
    "dsa": ("DSA PRIVATE KEY", 842),
    "ecdsa": ("EC PRIVATE KEY", 121),
    "ed25519": ("PRIVATE KEY", 48),
}


def _bytes(count: int, *seed: Json) -> bytes:
    """So many bytes that depend on nothing but the seed."""
    check_text(count, "a random function")
    return hashlib.shake_256("\0".join(map(to_text, seed)).encode("utf-8", "replace")).digest(count)


def _letters(alphabet: str, name: str, count: int) -> str:
    if count < 0:
        return ""
    return "".join(alphabet[byte % len(alphabet)] for byte in _bytes(count, name, count))


def _shuffle(text: str) -> str:
    left = list(text)
    return "".join([left.pop(byte % len(left)) for byte in _bytes(len(text), "shuffle", text)])


def _rand_int(low: int, high: int) -> int:
    if high <= low:
        raise TemplateError("invalid argument to Intn")
    return low + int.from_bytes(_bytes(8, "randInt", low, high)) % (high - low)


def _uuid() -> str:
    data = bytearray(_bytes(16, "uuid"))
    data[6] = data[6] & 0x0F | 0x40
    data[8] = data[8] & 0x3F | 0x80
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _bcrypt(password: str) -> str:
    return "$2a$10$" + _letters("./" + string.ascii_letters + string.digits, "bcrypt" + password, 53)


def _htpasswd(user: str, password: str) -> str:
    return f"invalid username: {user}" if ":" in user else f"{user}:{_bcrypt(password)}"


def _pem(kind: str, size: int, *seed: Json) -> str:
    body = base64.b64encode(b"\x30\x82" + _bytes(size - 2, kind, *seed)).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def _private_key(kind: str) -> str:
    if kind not in _KEYS:
        return f"Unknown type {kind}"
    label, size = _KEYS[kind]
    return _pem(label, size, "key")


def _check_key(key: str) -> None:
    match = _PEM.search(as_bytes(key))
    if match is None:
        raise TemplateError("parsing private key: no PEM data in input")
    if not match[1].endswith(b"PRIVATE KEY"):
        raise TemplateError(f"parsing private key: no private key data in PEM block of type {match[1].decode()}")


def _authority(name: str, days: int, key: str = "") -> Certificate:
    if key:
        _check_key(key)
    return Certificate(_pem("CERTIFICATE", 790, "ca", name, days), key or _pem("RSA PRIVATE KEY", 1192, "ca", name))


def _check_names(addresses: list[Json], names: list[Json]) -> None:
    import ipaddress

    for address in addresses:
        if not isinstance(address, str):
            raise TemplateError(f"error parsing ip: {to_text(address)} is not a string")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise TemplateError(f"error parsing ip: {address}") from None
    for name in names:
        if not isinstance(name, str):
            raise TemplateError(f"error processing alternate dns name: {to_text(name)} is not a string")


def _self_signed(name: str, addresses: list[Json], names: list[Json], days: int, key: str = "") -> Certificate:
    if key:
        _check_key(key)
    _check_names(addresses, names)
    return Certificate(_pem("CERTIFICATE", 806, "self", name, days), key or _pem("RSA PRIVATE KEY", 1192, "self", name))


def _signed(  # noqa: PLR0917 - the order of sprig
    name: str, addresses: list[Json], names: list[Json], days: int, ca: Certificate, key: str = ""
) -> Certificate:
    if key:
        _check_key(key)
    if not _PEM.search(as_bytes(ca.cert)):
        raise TemplateError("unable to decode certificate")
    if not _PEM.search(as_bytes(ca.key)):
        raise TemplateError("error parsing private key: no PEM data in input")
    _check_names(addresses, names)
    return Certificate(
        _pem("CERTIFICATE", 830, "signed", name, days), key or _pem("RSA PRIVATE KEY", 1192, "signed", name)
    )


def _custom(cert64: str, key64: str) -> Certificate:
    """Not random: the two texts decoded, when they hold a certificate and a key."""
    cert, key = decode_base64(cert64), decode_base64(key64)
    if isinstance(cert, str):
        raise TemplateError("unable to decode base64 certificate")
    if isinstance(key, str):
        raise TemplateError("unable to decode base64 private key")
    match = _PEM.search(cert)
    if match is None:
        raise TemplateError("unable to decode certificate")
    if base64.b64decode(match[2])[:1] != b"\x30":
        raise TemplateError("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")
    key_match = _PEM.search(key)
    if key_match is None:
        raise TemplateError("error parsing private key: no PEM data in input")
    if not key_match[1].endswith(b"PRIVATE KEY"):
        kind = key_match[1].decode()
        raise TemplateError(f"error parsing private key: no private key data in PEM block of type {kind}")
    return Certificate(cert.decode("utf-8", "surrogateescape"), key.decode("utf-8", "surrogateescape"))


def _encrypt_aes(password: str, text: str) -> str:
    """As long as AES in CBC mode: a block to start with, then the text filled up to whole blocks."""
    if not text:
        return ""
    return base64.b64encode(_bytes(32 + len(as_bytes(text)) // 16 * 16, "aes", password, text)).decode()


def _rand_bytes(count: int) -> str:
    if count < 0:
        raise TemplateError("runtime error: makeslice: len out of range")
    return base64.b64encode(_bytes(count, "randBytes", count)).decode()


_ALPHABETS: Final[Mapping[str, str]] = {
    "randAlphaNum": string.ascii_letters + string.digits,
    "randAlpha": string.ascii_letters,
    "randNumeric": string.digits,
    "randAscii": "".join(map(chr, range(32, 127))),
}
ENTRIES: Final[Mapping[str, Entry]] = {
    "randAlphaNum": ("i", lambda count: _letters(_ALPHABETS["randAlphaNum"], "randAlphaNum", count)),
    "randAlpha": ("i", lambda count: _letters(_ALPHABETS["randAlpha"], "randAlpha", count)),
    "randNumeric": ("i", lambda count: _letters(_ALPHABETS["randNumeric"], "randNumeric", count)),
    "randAscii": ("i", lambda count: _letters(_ALPHABETS["randAscii"], "randAscii", count)),
    "randBytes": ("i", _rand_bytes),
    "randInt": ("ii", _rand_int),
    "shuffle": ("s", _shuffle),
    "uuidv4": ("", _uuid),
    "bcrypt": ("s", _bcrypt),
    "htpasswd": ("ss", _htpasswd),
    "encryptAES": ("ss", _encrypt_aes),
    "genPrivateKey": ("s", _private_key),
    "genCA": ("si", _authority),
    "genCAWithKey": ("sis", _authority),
    "genSelfSignedCert": ("slli", _self_signed),
    "genSelfSignedCertWithKey": ("sllis", _self_signed),
    "genSignedCert": ("sllic", _signed),
    "genSignedCertWithKey": ("sllics", _signed),
}
"""The random functions."""
CUSTOM: Final[Mapping[str, Entry]] = {"buildCustomCert": ("ss", _custom)}
