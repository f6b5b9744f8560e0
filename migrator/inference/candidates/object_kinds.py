"""Objects whose kind depends on a value: `Role` or `ClusterRole`, `Deployment` or `DaemonSet`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from migrator.inference.assignments.values_tree import Edits, Tree
from migrator.inference.candidates.for_gaps import candidates_for
from migrator.inference.gaps.distance import cost
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.unset_reads import TemplateReads
from migrator.model import KeyPath, Resource
from migrator.templates.output.documents import Document

MOST_TARGETS = 2
MOST_WAYS = 3


def other_kinds(document: Document, lacking: Iterable[Resource], tree: Tree, reads: TemplateReads) -> Iterator[Edits]:
    """Assignments that turn an unwanted object into a missing one of its name but another kind."""
    if document.root is None or document.resource is None or "kind" not in document.root.entries:
        return
    body, own = document.resource.body, document.resource.id
    alike = [other for other in lacking if other.id.name == own.name and other.id.kind != own.kind]
    alike.sort(key=lambda other: cost(body, other.body))
    for other in alike[:MOST_TARGETS]:
        gap = Gap(
            kind="changed",
            document=document,
            path=("kind",),
            here=("kind",),
            node=document.root.entries["kind"],
            now=own.kind,
            target=other.id.kind,
            whole=other.id.kind,
        )
        yield from _said(document, own.kind, other.id.kind, tree)
        yield from islice(candidates_for(gap, tree, reads), MOST_WAYS)


def _said(document: Document, own: str, other: str, tree: Tree) -> Iterator[Edits]:
    """The other kind for values that say the printed one, in the same letters, and that the templates ask for it."""
    assert document.root is not None  # noqa: S101
    asked: dict[KeyPath, None] = {}
    for piece in document.under(document.root.entries["kind"]):
        asked.update(dict.fromkeys(sorted(piece.source.taint, key=repr) if piece.source is not None else ()))
        for condition in piece.path_condition.chain() if piece.path_condition is not None else ():
            asked.update(dict.fromkeys(sorted(condition.condition.taint, key=repr)))
    for path in asked:
        now = tree.effective(path)
        if isinstance(now, str) and now.lower() == own.lower():
            yield ((path, other.lower() if now.islower() else other),)
