"""Base64 and base32, with the faults Go finds in them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from migrator.templates.functions.signatures import Entry
from migrator.templates.golang.types import as_bytes, as_text

_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_BASE32: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_PAD, _LINES = ord("="), frozenset(b"\r\n")


def _base64_fault(data: bytes) -> int | None:
    """The byte at which Go stops decoding; None for good input."""
    position, held = 0, 0
    while True:
        if position == len(data):
            return None if held == 0 else position - held
        byte = data[position]
        position += 1
        if byte in _BASE64:
            held = (held + 1) % 4
        elif byte == _PAD:
            if held < 2:
                return position - 1
            break
        elif byte not in _LINES:
            return position - 1
    if held == 2:
        while position < len(data) and data[position] in _LINES:
            position += 1
        if position == len(data):
            return position
        if data[position] != _PAD:
            return position - 1
        position += 1
    while position < len(data) and data[position] in _LINES:
        position += 1
    return position if position < len(data) else None


def decode_base64(text: str) -> bytes | str:
    """The bytes, or Go's error message."""
    data = as_bytes(text)
    fault = _base64_fault(data)
    if fault is not None:
        return f"illegal base64 data at input byte {fault}"
    return base64.b64decode(data)


def _quantum_end(data: bytes) -> tuple[int, int | None]:
    """How many bytes Go decodes, and the byte at which it stops for a fault."""
    size = len(data)
    for start in range(0, size, 8):
        for held in range(8):
            at = start + held
            if at >= size:
                return size, at - held
            if data[at] == _PAD and held >= 2 and size - at - 1 < 8:
                return start + 8, _padding_fault(data, at, held)
            if data[at] not in _BASE32:
                return size, at
    return size, None


def _padding_fault(data: bytes, at: int, held: int) -> int | None:
    left = data[at + 1 :]
    if len(left) + held < 7:
        return len(data)
    for offset in range(7 - held):
        if left[offset] != _PAD:
            return at + offset
    return at if held in {1, 3, 6} else None


def _decode32(text: str) -> str:
    data = bytes(byte for byte in as_bytes(text) if byte not in _LINES)
    end, fault = _quantum_end(data)
    if fault is not None:
        return f"illegal base32 data at input byte {fault}"
    return as_text(base64.b32decode(data[:end]))


def _decode64(text: str) -> str:
    decoded = decode_base64(text)
    return decoded if isinstance(decoded, str) else as_text(decoded)


ENTRIES: Final[Mapping[str, Entry]] = {
    "b64enc": ("s", lambda text: base64.b64encode(as_bytes(text)).decode()),
    "b64dec": ("s", _decode64),
    "b32enc": ("s", lambda text: base64.b32encode(as_bytes(text)).decode()),
    "b32dec": ("s", _decode32),
}
