"""Paths that differ by case or Unicode form alone: one and the same on many a colleague's machine."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from migrator.model import RepoPath


class Spellings:
    """How files and folders are spelled, each folder of a path by itself."""

    def __init__(self, paths: Iterable[RepoPath]) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        for path in paths:
            self.add(path)

    def add(self, path: RepoPath) -> None:
        """From now on the path, and every folder on the way to it, is there."""
        for part in _parts(path):
            self._known[_folded(part)].add(part)

    def twin(self, path: RepoPath) -> RepoPath | None:
        """What is there under the same name in another spelling; None where the path can be made on any machine."""
        for part in _parts(path):
            known = self._known.get(_folded(part))
            if known and part not in known:
                return RepoPath(min(known))
        return None


def _parts(path: str) -> Iterator[str]:
    """The path and the folders above it, the outermost first."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
