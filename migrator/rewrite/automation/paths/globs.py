"""Glob patterns before and after a move: the same pattern, another one, or none that matches the same files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.moves import Moves, folders_of

GLOB_SIGN = re.compile(r"[*?\[]")


def glob_now(pattern: str, moves: Moves, *, inherits: bool = False) -> tuple[RepoPath | None, str] | None:
    """What a pattern (from the repository's folder) has to read now.

    None: it still means the same files. Else the new pattern, or None and the reason why there is none.
    """
    matches = _matcher(pattern)
    hits = frozenset(path for path in moves.before if matches(path))
    left = [path for path in hits if path in moves.files]
    if not left:
        return None if hits else _with_its_folder(pattern, moves)
    wanted = frozenset(moves.files.get(path, path) for path in hits) - {None}
    heirs = {moves.heirs[path] for path in left if path in moves.heirs}
    if not wanted and heirs and all(matches(f"{heir}/values.yaml") for heir in heirs):
        return None  # the chart is where its manifests were
    images = frozenset(moves.files.get(path, path) for path in moves.before) - {None}
    for candidate in _candidates(pattern, moves, inherits=inherits):
        now = _matcher(candidate)
        if wanted and frozenset(path for path in images if path is not None and now(path)) == wanted:
            return None if candidate == pattern else (RepoPath(candidate), "")
        if not wanted and candidate != pattern and any(now(path) for path in moves.after):
            return RepoPath(candidate), ""
    first = min(left)
    return None, f"{first} {_became(moves.files[first])}"


def filtered(patterns: Sequence[str], path: str) -> bool:
    """Whether a list of patterns, the last one that matches counting and `!` excluding, takes in a path."""
    found = False
    for pattern in patterns:
        if _matcher(pattern.removeprefix("!"))(path):
            found = not pattern.startswith("!")
    return found


def _with_its_folder(pattern: str, moves: Moves) -> tuple[RepoPath | None, str] | None:
    """A pattern that matches nothing yet goes where its folder went."""
    target = next((each for each in _candidates(pattern, moves, inherits=False) if each != pattern), None)
    return None if target is None else (RepoPath(target), "")


def _became(target: RepoPath | None) -> str:
    return "is gone" if target is None else f"is {target} now"


def _candidates(pattern: str, moves: Moves, *, inherits: bool) -> Iterator[str]:
    yield pattern
    sign = GLOB_SIGN.search(pattern)
    head = pattern[: sign.start()] if sign else pattern
    for folder in reversed(folders_of(head)):
        place = moves.places.get(RepoPath(folder))
        target = (place.path or (place.heir if inherits else None)) if place is not None else None
        if target is not None:
            yield f"{target}{pattern[len(folder) :]}"


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a file, or a folder above it, matches."""
    regex = re.compile(_translated(pattern) + r"(?:/.*)?")
    return lambda path: regex.fullmatch(path) is not None


def _translated(pattern: str) -> str:
    found, at = "", 0
    while at < len(pattern):
        sign = pattern[at]
        close = pattern.find("]", at + 2) if sign == "[" else -1
        if pattern.startswith("**/", at):
            found, at = f"{found}(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            found, at = f"{found}.*", at + 2
        elif sign == "*":
            found, at = f"{found}[^/]*", at + 1
        elif sign == "?":
            found, at = f"{found}[^/]", at + 1
        elif close > 0:
            inside = pattern[at + 1 : close].replace("\\", "\\\\").replace("[", "\\[")
            negated = "^" + inside[1:] if inside[:1] in ("!", "^") else inside
            found, at = f"{found}[{negated}]", close + 1
        else:
            found, at = found + re.escape(sign), at + 1
    return found
