"""What the comments of a values file show: examples for a key, keys that are commented out, words to choose from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeGuard

from migrator.model import Json
from migrator.yamlio import Dialect, YamlError, read_value
from migrator.yamlio.nodes import Node, NodeKind, root_of

KeyPath = tuple[str, ...]
_COMMENT = re.compile(r"^(?P<indent> *)#+(?P<text>.*)$")
_YAML = re.compile(r"^(?:- )*(?:[\w./-]+|\"[^\"]+\"): *(?:[^ ].*)?$|^- \S+$")
_PROSE = re.compile(
    r"^\W*(?:ref|e\.g|ex|example|examples|note|notes|default|defaults|see|warning|todo|https?|info)\b.*", re.IGNORECASE
)
_LEFT_OPEN = re.compile(r"<[\w -]+>|\.\.\.|CHANGE|XXX|YOUR|TODO", re.IGNORECASE)
_WORD = re.compile(r"`\"?([\w.-]{2,30})\"?`|\"([\w.-]{2,30})\"|'([\w.-]{2,30})'")
_LISTED = re.compile(
    r"(?:one of|options?|values?(?: include| are)?|levels?(?: include)?|choices?|either)[^:]*: *([^).]+)", re.IGNORECASE
)
_MANY = 10
"""Words from which on a list is a sentence."""
_BETWEEN = frozenset({"or", "and", "the", "default", "is", "for", "to", "use"})
_PLAIN = re.compile(r"[A-Za-z][\w-]{1,24}")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the file and where it stands."""

    path: KeyPath
    line: int
    column: int
    empty: type | None
    """`list` or `dict` of an empty one, `object` of an empty text or nothing; None where it has a value."""

    def takes(self, example: Json) -> bool:
        """Whether the example could stand for its empty value."""
        return self.empty is not None and isinstance(example, self.empty)


@dataclass(slots=True)
class Comments:
    """What the comments of one values file tell."""

    examples: dict[KeyPath, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """Of keys that are there, and of keys that are commented out."""
    choices: dict[KeyPath, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The words that stand before a key."""


def comments_of(text: str) -> Comments:
    """What the comments of a values file tell; nothing where it cannot be read."""
    found = Comments()
    try:
        root = root_of(text)
    except YamlError:
        return found
    keys = list(_keys(root, ())) if root is not None else []
    for first, column, lines in _blocks(text):
        before = next((key for key in reversed(keys) if key.line < first), None)
        after = next((key for key in keys if key.line == first + len(lines)), None)
        if after is not None:
            found.choices[after.path] += _words(lines)
        told = after is not None and any(after.path[-1] in line for line in lines)
        for example in _examples(lines):
            for path, value in _attached(example, column, before, after, told=told):
                if not _LEFT_OPEN.search(str(value)):
                    found.examples[path].append(value)
    return found


def _keys(node: Node, path: KeyPath) -> Iterator[Key]:
    for entry in node.entries:
        here = (*path, entry.key.text)
        yield Key(here, entry.key.line, entry.key.column, _emptiness(entry.value))
        yield from _keys(entry.value, here)


def _emptiness(node: Node) -> type | None:
    if node.kind in {NodeKind.MAPPING, NodeKind.SEQUENCE}:
        return None if node.size else {NodeKind.MAPPING: dict, NodeKind.SEQUENCE: list}[node.kind]
    is_empty = node.kind is NodeKind.SCALAR and (node.is_empty or node.text in {"", "~", "null"})
    return object if is_empty else None


def _blocks(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """First line, from 0, column, and the lines of each run of comments, without their signs."""
    numbered = ((number, _COMMENT.match(line)) for number, line in enumerate(text.splitlines()))
    for commented, run in groupby(numbered, lambda item: item[1] and len(item[1]["indent"])):
        if commented is not None:
            lines = [(number, match["text"]) for number, match in run if match]
            yield lines[0][0], commented, [line for _, line in lines]


def _examples(lines: Sequence[str]) -> Iterator[Json]:
    """The parts of a comment that are YAML and no prose."""
    start = 0
    while start < len(lines):
        indent = _indent(lines[start])
        if not _starts(lines[start]):
            start += 1
            continue
        end = start + 1
        while end < len(lines) and (_indent(lines[end]) > indent or _starts(lines[end])) and lines[end].strip():
            end += 1
        part = [line[indent:] for line in lines[start:end]]
        try:
            value = read_value("\n".join(part).encode(), dialect=Dialect.SIGS)
        except YamlError:
            start += 1
            continue
        start = end
        if isinstance(value, dict | list) and value:
            yield value


def _starts(line: str) -> bool:
    text = line.strip()
    return bool(_YAML.match(text)) and not _PROSE.match(text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _attached(
    example: Json, column: int, before: Key | None, after: Key | None, *, told: bool
) -> Iterator[tuple[KeyPath, Json]]:
    """The keys that an example is about: the one that it names, the empty one beside it, or new ones beside that."""
    if after is not None and isinstance(example, dict) and after.path[-1] in example:
        yield after.path, example[after.path[-1]]
    elif _is_about(after, example, column) and (told or before is None or not before.takes(example)):
        yield after.path, example
    elif before is not None and before.takes(example) and (isinstance(example, list) or column > before.column):
        yield before.path, example
    elif before is not None and isinstance(example, dict) and column == before.column:
        for key, value in example.items():
            yield (*before.path[:-1], str(key)), value


def _is_about(key: Key | None, example: Json, column: int) -> TypeGuard[Key]:
    return key is not None and key.column == column and key.takes(example)


def _words(lines: Sequence[str]) -> list[str]:
    """The words in quotes, and those of a list that says to be one."""
    told = " ".join(lines)
    quoted = [next(filter(None, match.groups())) for match in _WORD.finditer(told)]
    listed = [_PLAIN.findall(match[1]) for line in lines if (match := _LISTED.search(line))]
    plain = [word for words in listed if len(words) < _MANY for word in words if word.lower() not in _BETWEEN]
    return [*quoted, *plain]


def choices_among(words: Mapping[KeyPath, Sequence[str]], path: KeyPath, default: Json) -> tuple[str, ...]:
    """The words before a key if its default is one of them: then they are what it may say."""
    told = tuple(dict.fromkeys(words.get(path, ())))
    return told if isinstance(default, str) and default in told and len(told) > 1 else ()
