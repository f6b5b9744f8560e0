"""CODEOWNERS: a pattern follows its folder, and whoever owned a file owns it where it is now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.findings import Book, spliced
from migrator.rewrite.automation.paths.globs import GLOB_SIGN
from migrator.rewrite.automation.paths.moves import Moves
from migrator.rewrite.automation.paths.path_words import follow_word, literal

_LINE = re.compile(r"^(?P<pattern>(?:[^\s#\[^\\]|\\.)(?:[^\s\\]|\\.)*)(?P<owners>[^\r\n#]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    pattern: str
    owners: tuple[str, ...]
    start: int


def read_owners(text: str, book: Book, moves: Moves) -> None:
    """Follow the patterns of a CODEOWNERS file; a note where somebody else would own what moved."""
    rules = _rules(text)
    for rule in rules:
        skip = 1 if rule.pattern.startswith("/") else 0
        pattern = rule.pattern[skip:]
        is_anchored = bool(skip) or "/" in pattern.rstrip("/")
        if is_anchored and "\\" not in pattern:
            inner = Book()
            is_glob = GLOB_SIGN.search(pattern) is not None
            follow_word(inner, literal(pattern, rule.start + skip), RepoPath("."), moves, is_path=True, inherits=True)
            for splice in inner.splices:
                book.replace(splice.start, splice.end, splice.text)
            if not is_glob:  # of a glob, what counts is who owns the files
                book.notes += inner.notes
    _check_owners(rules, _rules(spliced(text, book.splices)), book, moves)


def _check_owners(before: Sequence[_Rule], after: Sequence[_Rule], book: Book, moves: Moves) -> None:
    old, new = _Owners(before), _Owners(after)
    pairs = [(path, target) for path, target in moves.files.items() if target is not None]
    earlier = {(heir, old.owners(path)) for path, heir in moves.heirs.items()}
    charts = [(path, heir, RepoPath(f"{heir}/Chart.yaml")) for path, heir in moves.heirs.items()]
    pairs += [(path, target) for path, heir, target in charts if (heir, new.owners(target)) not in earlier]
    told = set()
    for path, target in sorted(pairs):
        rule, now = old.rule(path), new.rule(target)
        if rule is None or rule.owners == (now.owners if now is not None else ()):
            continue
        folder = target.rpartition("/")[0]
        if (rule.start, folder) not in told:
            told.add((rule.start, folder))
            owner = " ".join(now.owners) if now is not None and now.owners else "nobody"
            book.note(rule.start, f"{folder} is owned by {owner} now; {' '.join(rule.owners)} owned {path}")


class _Owners:
    """Who owns a path: the last pattern that matches says it."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        from pathspec import GitIgnoreSpec

        self._rules = [(rule, GitIgnoreSpec.from_lines([rule.pattern])) for rule in reversed(rules)]

    def owners(self, path: str) -> tuple[str, ...]:
        found = self.rule(path)
        return found.owners if found is not None else ()

    def rule(self, path: str) -> _Rule | None:
        return next((rule for rule, spec in self._rules if spec.match_file(path)), None)


def _rules(text: str) -> tuple[_Rule, ...]:
    return tuple(
        _Rule(pattern=found["pattern"], owners=tuple(found["owners"].split()), start=found.start())
        for found in _LINE.finditer(text)
    )
