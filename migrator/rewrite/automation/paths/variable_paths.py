"""A path with one part that only a run tells: followed where all that it may name has moved in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.moves import Moves


def ends_now(head: str, tail: str, moves: Moves) -> tuple[str, str] | None:
    """What stands before and behind the unknown part now, of `head` and `tail` from the repository's folder on.

    None where not all that is there under such a name has moved, or not all of it in the same way. The unknown part may
    be any of the names that stand in its place, with what comes behind it or without.
    """
    slash = "/" if tail.endswith("/") else ""
    bare = tail.rstrip("/")
    folders = frozenset(map(RepoPath, moves.folders))
    beside = _uniform(head, "", folders, moves)
    if not bare:
        found = beside if _has(head, folders) else _uniform(head, "", moves.before, moves)
        return (found[0], found[1] + slash) if found is not None else None
    found = _uniform(head, bare, folders | moves.before, moves)
    return (found[0], found[1] + slash) if found is not None and beside == (found[0], "") else None


def _has(head: str, folders: frozenset[RepoPath]) -> bool:
    return any(path.startswith(head) and "/" not in path[len(head) :] for path in folders)


def _uniform(head: str, tail: str, held: frozenset[RepoPath], moves: Moves) -> tuple[str, str] | None:
    """The one way in which all paths of that form have moved; None where there is none, or no such path."""
    pattern = re.compile(re.escape(head) + "([^/]+)" + re.escape(tail))
    found: set[tuple[str, str]] | None = None
    for path in held:
        match = pattern.fullmatch(path)
        if match is None:
            continue
        place = moves.places.get(path)
        if place is None or place.path is None:
            return None
        ends = set(_ends(place.path, match[1]))
        found = ends if found is None else found & ends
    return found.pop() if found is not None and len(found) == 1 else None


def _ends(path: str, part: str) -> Iterator[tuple[str, str]]:
    at = path.find(part)
    while at >= 0:
        yield path[:at], path[at + len(part) :]
        at = path.find(part, at + 1)
