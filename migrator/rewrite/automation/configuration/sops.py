"""`.sops.yaml`: the rule by which a file was encrypted has to be the one that its new path finds.

SOPS takes the nearest `.sops.yaml` above a file, and in it the first rule whose `path_regex` matches somewhere in the
path as seen from there. The encrypted bytes are never touched.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from migrator.model import RepoPath
from migrator.rewrite.automation.configuration.yaml_scalars import Scalar, documents
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.moves import Moves

NAMES = (".sops.yaml", ".sops.yml")
_RULE = "creation_rules"
_PLAIN = re.compile(r"[\w./@+-]+")
"""Paths that mean themselves in a regular expression and in YAML, but for dots and pluses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    number: int
    regex: str | None
    """None matches every path."""
    scalar: Scalar

    def matches(self, path: str) -> bool:
        return self.regex is None or re.search(self.regex, path) is not None


def is_encrypted(data: bytes) -> bool:
    """Whether a file was encrypted by SOPS."""
    return b"ENC[AES256_GCM," in data and b"sops" in data


def read_sops(text: str, book: Book, moves: Moves, path: RepoPath) -> None:
    """Let the rules match at new paths; YamlError where the text is not YAML."""
    folder = posixpath.dirname(path)
    now = moves.files.get(path, path) or path
    rules = tuple(_rules(text))
    added: dict[int, list[str]] = {}
    for old in sorted(moves.encrypted):
        new = moves.files.get(old)
        if new is None or _nearest(old, moves.before) != path:
            continue
        try:
            rule = next((each for each in rules if each.matches(posixpath.relpath(old, folder or "."))), None)
            if rule is None:
                continue
            if _nearest(new, moves.after) != now:
                book.note(rule.scalar.start, f"{old} was encrypted by this rule; {new} is not below this file any more")
                continue
            seen = posixpath.relpath(new, posixpath.dirname(now) or ".")
            found = next((each for each in rules if each.matches(seen)), None)
        except re.error:
            book.note(0, f"{old} is {new} now; a path_regex here is not understood")
            continue
        if found is rule:
            continue
        if (found is not None and found.number < rule.number) or not _can_add(rule, seen):
            book.note(
                rule.scalar.start, f"{old} was encrypted by this rule and is {new} now, for which it is not taken"
            )
        else:
            added.setdefault(rule.number, []).append(seen)
    for rule in rules:
        if rule.number in added and rule.scalar.origin is not None:
            end = rule.scalar.origin[-1] + 1
            book.replace(end, end, "".join(f"|^{_escaped(each)}$" for each in added[rule.number]))


def _rules(text: str) -> Iterator[_Rule]:
    """The rules in their order; one without a path_regex is shown by its first scalar."""
    for document in documents(text):
        first: dict[int, Scalar] = {}
        regexes: dict[int, Scalar] = {}
        for scalar in document.scalars:
            if scalar.path[:1] == (_RULE,) and len(scalar.path) > 2 and isinstance(scalar.path[1], int):
                first.setdefault(scalar.path[1], scalar)
                if scalar.path[2:] == ("path_regex",):
                    regexes[scalar.path[1]] = scalar
        for number, scalar in sorted(first.items()):
            held = regexes.get(number)
            yield _Rule(number=number, regex=held.text if held else None, scalar=held or scalar)


def _nearest(path: RepoPath, files: Collection[RepoPath]) -> RepoPath | None:
    """The file that SOPS reads for a path."""
    folder = posixpath.dirname(path)
    while True:
        for name in NAMES:
            candidate = RepoPath(posixpath.join(folder, name))
            if candidate in files:
                return candidate
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _can_add(rule: _Rule, path: str) -> bool:
    """Whether an alternative for the path can be written behind the rule's expression."""
    one_line = rule.scalar.style in ("", "'", '"') and rule.scalar.origin is not None
    return bool(rule.regex) and one_line and _PLAIN.fullmatch(path) is not None


def _escaped(path: str) -> str:
    return path.replace(".", "[.]").replace("+", "[+]")
