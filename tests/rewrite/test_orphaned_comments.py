"""Comments that have no place in values are named, so that a person carries over what matters."""

from __future__ import annotations

from migrator.model import RepoPath
from migrator.rewrite import FileEdit
from migrator.rewrite.kustomize.orphaned_comments import lost_comments


def edit(path: str, before: str | None, after: str | None, cause: str = "redis") -> FileEdit:
    old, new = (None if text is None else text.encode() for text in (before, after))
    return FileEdit(path=RepoPath(path), before=old, after=new, cause=cause)


def test_comments_that_go_are_named_by_their_line() -> None:
    both = "# why this size\na: 1\n# ---\nb: 2 # for now\n"
    notes = list(
        lost_comments(
            [
                edit("a.yaml", both, None),
                edit(
                    "k.yaml", "resources:\n# ours\n- a.yaml # the cache\n- b.yaml\n", "resources:\n# ours\n- b.yaml\n"
                ),
                edit("new.yaml", None, "# made\n"),
                edit("Makefile", "# no yaml\n", None),
            ]
        )
    )
    assert [(note.code, note.summary) for note in notes] == [("MIG613", "redis: 3 comments go with what moves")]
    assert [str(notes[0].span), *notes[0].evidence] == ["a.yaml:1", "a.yaml:4", "k.yaml:3"]


def test_what_helm_has_written_is_no_comment_of_a_person() -> None:
    rendered = "---\n# Source: redis/templates/x.yaml\na: 1 # of the chart\n"
    assert list(lost_comments([edit("a.yaml", rendered, None), edit("b.yaml", "a: [\n# broken\n", None)])) == []
