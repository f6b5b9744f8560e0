from __future__ import annotations

import pytest

from migrator.yamlio import comments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# a\nb: c # d\n", [(1, "# a"), (2, "# d")]),
        ("b: 'c # d' # e\nf: c#g\n", [(1, "# e")]),
        ("b: |  # why\n  x # y\n  # z\nc: 1\n# end\n", [(1, "# why"), (5, "# end")]),
        ('b: "x\n  # y"\n---\n# two\nc: [a, # b\n d]\n', [(4, "# two"), (5, "# b")]),
        ("a: 1\r\n# b\r\n", [(2, "# b")]),
        ("", []),
    ],
)
def test_comments_are_told_from_text(text: str, found: list[tuple[int, str]]) -> None:
    assert list(comments(text)) == found
