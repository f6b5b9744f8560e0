"""AES-256 in CBC mode over small texts: what `encryptAES` and `decryptAES` need, no more."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

Block = list[int]


def _double(byte: int) -> int:
    return (byte << 1 ^ 0x11B) & 0xFF if byte & 0x80 else byte << 1


def _times(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left, right = _double(left), right >> 1
    return product


@lru_cache(maxsize=1)
def _boxes() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The substitution box and its inverse."""
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= _double(p)
        for shift in (1, 2, 4):
            q ^= q << shift
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        box[p] = 0x63 ^ q ^ _rotate(q, 1) ^ _rotate(q, 2) ^ _rotate(q, 3) ^ _rotate(q, 4)
        if p == 1:
            break
    inverse = [0] * 256
    for index, value in enumerate(box):
        inverse[value] = index
    return tuple(box), tuple(inverse)


def _rotate(byte: int, count: int) -> int:
    return (byte << count | byte >> (8 - count)) & 0xFF


def _round_keys(key: bytes) -> list[Block]:
    box, _ = _boxes()
    words = [list(key[at : at + 4]) for at in range(0, 32, 4)]
    constant = 1
    while len(words) < 60:
        word = words[-1]
        if len(words) % 8 == 0:
            word = [box[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _double(constant)
        elif len(words) % 8 == 4:
            word = [box[byte] for byte in word]
        words.append([left ^ right for left, right in zip(words[-8], word, strict=True)])
    return [[byte for word in words[at : at + 4] for byte in word] for at in range(0, 60, 4)]


_SHIFT: Final = tuple((at + 4 * (at % 4)) % 16 for at in range(16))
_UNSHIFT: Final = tuple((at - 4 * (at % 4)) % 16 for at in range(16))


def _mix(block: Block, factors: tuple[int, int, int, int]) -> Block:
    out = []
    for column in range(0, 16, 4):
        for row in range(4):
            value = 0
            for at in range(4):
                value ^= _times(block[column + at], factors[(at - row) % 4])
            out.append(value)
    return out


def _xor(left: Block | bytes, right: Block | bytes) -> Block:
    return [one ^ other for one, other in zip(left, right, strict=True)]


def _encrypt_block(block: Block, keys: list[Block]) -> Block:
    box, _ = _boxes()
    block = _xor(block, keys[0])
    for number, key in enumerate(keys[1:], 1):
        block = [box[block[at]] for at in _SHIFT]
        if number < 14:
            block = _mix(block, (2, 3, 1, 1))
        block = _xor(block, key)
    return block


def _decrypt_block(block: Block | bytes, keys: list[Block]) -> Block:
    _, inverse = _boxes()
    for number in range(14, 0, -1):
        block = _xor(block, keys[number])
        if number < 14:
            block = _mix(block, (14, 11, 13, 9))
        block = [inverse[block[at]] for at in _UNSHIFT]
    return _xor(block, keys[0])


def encrypt(key: bytes, start: bytes, data: bytes) -> bytes:
    """The cipher text of data whose length is a multiple of 16."""
    keys, previous, out = _round_keys(key), list(start), bytearray()
    for at in range(0, len(data), 16):
        previous = _encrypt_block(_xor(data[at : at + 16], previous), keys)
        out += bytes(previous)
    return bytes(out)


def decrypt(key: bytes, start: bytes, data: bytes) -> bytes:
    """The plain text, padding included."""
    keys, previous, out = _round_keys(key), start, bytearray()
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        out += bytes(_xor(_decrypt_block(block, keys), previous))
        previous = block
    return bytes(out)
