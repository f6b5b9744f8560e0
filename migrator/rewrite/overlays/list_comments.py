"""Comments of lists that no unit needs any more: each goes where what it speaks of went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, SourceSpan
from migrator.yamlio import comments, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A list that only leads on, as one unit has it."""

    source: RepoPath
    text: str
    """What is left of it for the unit."""
    target: RepoPath
    """The new file that it leads to."""


def carried(ways: Iterable[Way], lists: Iterable[RepoPath], held: Iterable[bytes]) -> Mapping[RepoPath, list[str]]:
    """New file -> comments that no other new file (`held`) has, to stand at its top.

    What speaks of one unit goes with that unit, what speaks of several into the `lists` of environments.
    """
    known = {text for data in held for _, text in _comments(data)}
    speaking: dict[tuple[RepoPath, str], list[RepoPath]] = defaultdict(list)
    for way in ways:
        for text in dict.fromkeys(text for _, text in comments(way.text)):
            if text not in known:
                speaking[way.source, text].append(way.target)
    everywhere = tuple(lists)
    found: dict[RepoPath, list[str]] = defaultdict(list)
    for (_, text), targets in speaking.items():
        for target in targets if len(targets) == 1 else everywhere:
            if text not in found[target]:
                found[target].append(text)
    return found


def headed(data: str, remarks: Iterable[str]) -> str:
    """The text with comments at its top."""
    end = "\r\n" if "\r\n" in data else "\n"
    mark, rest = data[: data.startswith("\ufeff")], data.removeprefix("\ufeff")
    return mark + "".join(f"{remark}{end}" for remark in remarks) + rest


def lost(before: Mapping[RepoPath, bytes], after: Iterable[bytes]) -> Iterator[SourceSpan]:
    """Where the comments stand that are in no new file."""
    known = {text for data in after for _, text in _comments(data)}
    for path, data in sorted(before.items()):
        for line, text in _comments(data):
            if text not in known and text.strip("# -="):
                yield SourceSpan(path=path, line=line)


def _comments(data: bytes) -> tuple[tuple[int, str], ...]:
    if b"#" not in data:
        return ()
    try:
        return comments(decode(data))
    except MigrateError:
        return ()
