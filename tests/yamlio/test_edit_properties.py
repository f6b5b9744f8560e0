"""Random edits of random documents: the guard inside `edit` proves the value; here no edit may be refused or lose a comment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.yamlio import Append, Dialect, Remove, Set, dump, edit, flow, read_value

KEYS = st.text(alphabet="abcd", min_size=1, max_size=3)
LEAVES = st.one_of(
    st.integers(0, 9), st.booleans(), st.none(), st.sampled_from(["x", "yes", "a: b", "l\nm", "l\n\n", "- q", "#"])
)
VALUES = st.recursive(
    LEAVES,
    lambda child: st.one_of(st.lists(child, max_size=3), st.dictionaries(KEYS, child, max_size=3)),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


def _paths(value, here=()):
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*here, key)
        yield from _paths(child, (*here, key))


def _drawing(data):
    return lambda choices: data.draw(st.sampled_from(choices))


def _at(value, path):
    for key in path:
        value = value[key]
    return value


@settings(max_examples=120, deadline=None)
@given(
    document=DOCUMENTS,
    new=VALUES,
    data=st.data(),
    in_flow=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_no_edit_of_a_plain_document_is_refused(document, new, data, in_flow, newline):
    draw = _drawing(data)
    text = f"k: {flow(document)} # tail\nz: 1\n" if in_flow else dump(document)
    value = {"k": document, "z": 1} if in_flow else document
    text = text.replace("\n", newline)
    paths = list(_paths(value))
    path = draw(paths)
    after = edit(text, [Remove(path=path)])
    if in_flow and path != ("k",):
        assert "# tail" in after
    edit(text, [Set(path=draw(paths), value=new)])
    edit(
        text,
        [
            Set(
                path=(*draw([(), *(p for p in paths if isinstance(_at(value, p), dict))]), "new", "er"),
                value=new,
            )
        ],
    )
    edit(
        text,
        [Append(path=draw([("fresh",), *(p for p in paths if isinstance(_at(value, p), list))]), value=new)],
    )


@settings(max_examples=100, deadline=None)
@given(document=DOCUMENTS, data=st.data())
def test_only_the_comment_of_what_goes_is_lost(document, data):
    draw = _drawing(data)
    paths = list(_paths(document))
    comments = {path: f"about {index};" for index, path in enumerate(paths)}
    text = "# head\n\n" + dump(document, comments=comments)
    path = draw(paths)
    after = edit(text, [Remove(path=path)])
    for other, comment in comments.items():
        if other[: len(path)] != path and len(other) >= len(path) and other[: len(path) - 1] == path[:-1]:
            assert comment in after


@pytest.mark.parametrize("text", ["a: [1, 2, 3]\n", "a:\n- 1\n- 2\n- 3\n"])
def test_every_pair_of_removals_means_the_indexes_as_they_are(text):
    for first in range(3):
        for second in range(3):
            after = read_value(
                edit(text, [Remove(path=("a", first)), Remove(path=("a", second))]), dialect=Dialect.SIGS
            )
            assert after == {"a": [number for index, number in enumerate([1, 2, 3]) if index not in {first, second}]}
