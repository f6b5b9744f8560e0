"""Values that templates read and that are not set: candidates for missing keys of the same name.

Provenance tells which value would print something, as long as a template prints the value as it is. Where the value
goes through functions and lists that keep no trace of untaken branches, the name that was read is the best hint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.inference.assignments.values_tree import MISSING, Tree
from migrator.inference.gaps.gaps import Gap
from migrator.model import KeyPath
from migrator.templates.interpreter.render import Run
from migrator.templates.provenance.value import ELEMENT, Piece

KEY = "~key"
_DIGEST = re.compile(r"digest|sha\d*$", re.IGNORECASE)
MOST = 4
"""Places tried for one gap."""
LEAST_SUFFIX = 4
"""Characters that two names must share at their ends to count as alike (`pullPolicy`, `imagePullPolicy`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReads:
    """What templates read, apart from what they print."""

    unset: Mapping[str, tuple[KeyPath, ...]]
    """Name in lower case -> paths of that name at which nothing is set."""
    flags: frozenset[KeyPath]
    """Paths that hold `true`."""
    has_digests: bool = False
    """Whether some value, set or not, is by its name an image's digest."""

    def beside(self, base: KeyPath) -> Iterator[KeyPath]:
        """The flags of one map."""
        return (flag for flag in self.flags if flag[:-1] == base)


def reads_of(run: Run, tree: Tree) -> TemplateReads:
    """What the templates of a run read."""
    read = {path for template in run.templates.values() for path in template.dependencies}
    unset: dict[str, list[KeyPath]] = {}
    flags = set()
    for path in sorted(read, key=repr):
        if not path or not isinstance(path[-1], str) or ELEMENT in path or KEY in path or str(path[0])[:1] == "@":
            continue
        now = tree.effective(path)
        if now is True:
            flags.add(path)
        elif now is MISSING or now is None or now in ("", [], {}):
            unset.setdefault(path[-1].lower(), []).append(path)
    return TemplateReads(
        unset={name: tuple(paths) for name, paths in unset.items()},
        flags=frozenset(flags),
        has_digests=any(_DIGEST.search(str(path[-1])) for path in read if path),
    )


def switches(pieces: Iterable[Piece], reads: TemplateReads) -> Iterator[KeyPath]:
    """Flags next to the values that some text was printed from, those of the innermost maps first."""
    found = {
        flag
        for source in {id(piece.source): piece.source for piece in pieces if piece.source is not None}.values()
        for path in source.direct[:1] or _paths(source.args)
        for length in range(1, len(path) + 1)
        for flag in reads.beside(path[:length])
    }
    yield from sorted(found, key=lambda path: (-len(path), repr(path)))


def places(gap: Gap, reads: TemplateReads) -> Iterator[KeyPath]:
    """Paths at which the content of a gap may be set: those of its name, nearest to values printed around it first."""
    if gap.node is None or gap.kind not in ("missing", "changed") or not isinstance(gap.path[-1], str):
        return
    name = gap.path[-1].lower()
    known = [path for other, paths in reads.unset.items() if _alike(name, other) for path in paths]
    if not known:
        return
    around = _sources(gap)
    ranked = sorted(known, key=lambda path: (-max((_common(path, other) for other in around), default=0), len(path)))
    yield from ranked[:MOST]


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= LEAST_SUFFIX and long.endswith(short))


def _sources(gap: Gap) -> set[KeyPath]:
    """Paths of the values that the container of a gap was printed from."""
    node = gap.node
    assert node is not None  # noqa: S101
    return {
        path
        for piece in gap.document.under(node)
        if piece.source is not None
        for path in piece.source.direct[:1] or _paths(piece.source.args)
    }


def _paths(args: Iterable[object]) -> Iterator[KeyPath]:
    for arg in args:
        yield from getattr(arg, "direct", ())[:1]


def _common(one: KeyPath, other: KeyPath) -> int:
    size = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        size += 1
    return size
