"""Hashes and derived passwords: what always gives the same answer. What is drawn at random is in `random`."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Mapping
from typing import Final

from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.types import as_bytes

_SEED: Final = b"com.lyndir.masterpassword"
_SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    "maximum": ("anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"),
    "long": (
        "CvcvnoCvcvCvcv",
        "CvcvCvcvnoCvcv",
        "CvcvCvcvCvcvno",
        "CvccnoCvcvCvcv",
        "CvccCvcvnoCvcv",
        "CvccCvcvCvcvno",
        "CvcvnoCvccCvcv",
        "CvcvCvccnoCvcv",
        "CvcvCvccCvcvno",
        "CvcvnoCvcvCvcc",
        "CvcvCvcvnoCvcc",
        "CvcvCvcvCvccno",
        "CvccnoCvccCvcv",
        "CvccCvccnoCvcv",
        "CvccCvccCvcvno",
        "CvcvnoCvccCvcc",
        "CvcvCvccnoCvcc",
        "CvcvCvccCvccno",
        "CvccnoCvcvCvcc",
        "CvccCvcvnoCvcc",
        "CvccCvcvCvccno",
    ),
    "medium": ("CvcnoCvc", "CvcCvcno"),
    "short": ("Cvcn",),
    "basic": ("aaanaaan", "aannaaan", "aaannaaa"),
    "pin": ("nnnn",),
}
_CHARACTERS: Final[Mapping[str, str]] = {
    "V": "AEIOU",
    "C": "BCDFGHJKLMNPQRSTVWXYZ",
    "v": "aeiou",
    "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
}


def _derive_password(counter: int, kind: str, password: str, user: str, site: str) -> str:
    """The Master Password algorithm."""
    shapes = _SHAPES.get(kind)
    if shapes is None:
        return f"cannot find password template {kind}"
    name, place = as_bytes(user), as_bytes(site)
    salt = _SEED + len(name).to_bytes(4, "big") + name
    key = hashlib.scrypt(as_bytes(password), salt=salt, n=32768, r=8, p=2, maxmem=1 << 27, dklen=64)
    message = _SEED + len(place).to_bytes(4, "big") + place + counter.to_bytes(4, "big")
    seed = hmac.digest(key, message, "sha256")
    shape = shapes[seed[0] % len(shapes)]
    return "".join(_CHARACTERS[letter][seed[at] % len(_CHARACTERS[letter])] for at, letter in enumerate(shape, 1))


def _decrypt_aes(_password: str, _text: str) -> str:
    """Never an answer: a template that fails here, and not in Helm, is one that inference has rendered by Helm."""
    raise TemplateError("only Helm decrypts")


ENTRIES: Final[Mapping[str, Entry]] = {
    "sha1sum": ("s", lambda text: hashlib.sha1(as_bytes(text), usedforsecurity=False).hexdigest()),
    "sha256sum": ("s", lambda text: hashlib.sha256(as_bytes(text)).hexdigest()),
    "sha512sum": ("s", lambda text: hashlib.sha512(as_bytes(text)).hexdigest()),
    "adler32sum": ("s", lambda text: str(zlib.adler32(as_bytes(text)))),
    "derivePassword": ("ussss", _derive_password),
    "decryptAES": ("ss", _decrypt_aes),
}
