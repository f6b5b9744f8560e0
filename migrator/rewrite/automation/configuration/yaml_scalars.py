"""The scalars of a YAML file with the characters that they stand for, so that a part of one can be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrator.model import KeyPath
from migrator.yamlio.nodes import Node, NodeKind, regions, root_of

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A string of a YAML file and where it stands."""

    path: KeyPath
    text: str
    start: int
    origin: Sequence[int] | None
    """The offset of each character; None where escapes stand between."""
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Yaml:
    """A document: its scalars, and its plain values to look around in."""

    scalars: tuple[Scalar, ...]

    def at(self, *path: str | int) -> str | None:
        """The string at a path, None for none."""
        return next((each.text for each in self.scalars if each.path == path), None)


def documents(text: str) -> tuple[Yaml, ...]:
    """The documents of a text; YamlError (MIG101) where it does not parse. An alias is not read twice."""
    skip = 1 if text.startswith("\ufeff") else 0
    found = []
    for region in regions(text[skip:]):
        start, end = region.start + skip, region.end + skip
        root = root_of(text[start:end])
        if root is not None:
            found.append(Yaml(scalars=tuple(_scalars(root, (), text, start))))
    return tuple(found)


def _scalars(node: Node, path: KeyPath, text: str, offset: int) -> Iterator[Scalar]:
    if node.kind is NodeKind.SCALAR:
        start = offset + node.start
        origin = _origin(node, text, start)
        yield Scalar(path=path, text=node.text, start=start, origin=origin, style=node.style)
    for entry in node.entries:
        yield from _scalars(entry.value, (*path, entry.key.text), text, offset)
    for number, item in enumerate(node.items):
        yield from _scalars(item, (*path, number), text, offset)


def _origin(node: Node, text: str, start: int) -> Sequence[int] | None:
    """Where each character of a scalar's value is written: they stand in order, with blanks and breaks between."""
    found = _PROPERTIES.match(text, start)
    at = found.end() if found else start
    if node.style in ("|", ">"):
        at = text.find("\n", at) + 1
    elif node.style:
        at += 1
    origin: list[int] = []
    for number, sign in enumerate(node.text):
        while at < len(text) and text[at] != sign and text[at] in _BLANK:
            at += 1
        if at >= len(text) or text[at] != sign:
            if sign not in _BLANK:
                return None
            origin.append(at - 1 if origin else at)  # a break that is folded, or an end that is added
            continue
        origin.append(at)
        at += 1
        if sign == "\n" and number + 1 < len(node.text) and node.style == "|":
            at = _over_indent(text, at, node.text[number + 1])
    return origin


def _over_indent(text: str, at: int, following: str) -> int:
    """Past the blanks of a line's beginning, as far as they are not part of the value."""
    if following in " \t":
        return at
    while at < len(text) and text[at] in " \t":
        at += 1
    return at
