from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.yamlio import Dialect, canonical, digest, dump, read_value, same

AWKWARD = st.text(alphabet="ab \n\t:-#'\"\\{}[]|>&*!%@`?,=~.0123_+eExyYnNoOfF\r\x85é😀", max_size=12)
TEXT = st.one_of(AWKWARD, st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20))
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda children: st.one_of(st.lists(children, max_size=4), st.dictionaries(TEXT, children, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(value=JSON)
def test_dump_reads_back_in_both_dialects(value):
    text = dump(value)
    assert text.endswith("\n")
    for dialect in Dialect:
        assert same(read_value(text, dialect=dialect), value)


@settings(max_examples=200, deadline=None)
@given(a=JSON, b=JSON)
def test_digest_same_and_canonical_agree(a, b):
    assert same(a, b) == (digest(a) == digest(b))
    assert same(a, canonical(a))
    assert digest(canonical(a)) == digest(a)


def test_numbers_are_one_thing_and_booleans_another():
    assert same(1, 1.0)
    assert same(-0.0, 0)
    assert same({"a": [1.0, {"b": 2}]}, {"a": [1, {"b": 2.0}]})
    for other in (True, "1", None, 2):
        assert not same(1, other)
        assert digest(1) != digest(other)
    assert not same({"a": None}, {})
    assert not same([], {})
    assert not same(False, 0)
    assert not same("", None)


@pytest.mark.parametrize("value", [math.inf, math.nan, {1: "x"}, {"a": {True: 1}}, "\ud800", object()])
def test_what_is_no_json_is_not_written(value):
    with pytest.raises((ValueError, TypeError)):
        dump(value)


def test_dump_looks_like_a_person_wrote_it():
    value = {
        "replicas": 2,
        "enabled": True,
        "mode": "0644",
        "answer": "yes",
        "plain": "a sentence, with a comma",
        "image": {"repository": "quay.io/x/y", "tag": "v1.2.3", "digest": ""},
        "args": ["--flag=1", "-c", {"name": "X", "value": "1"}],
        "script": "set -e\necho hi\n",
        "last": "a\nb",
        "empty": {},
        "none": [],
        "null": None,
    }
    comments = {(): "Made for prod.", ("image",): "pinned\n# twice", ("args", 2, "name"): "for X"}
    assert dump(value, comments=comments) == (
        "# Made for prod.\n"
        'replicas: 2\nenabled: true\nmode: "0644"\nanswer: "yes"\nplain: a sentence, with a comma\n'
        '# pinned\n# twice\nimage:\n  repository: quay.io/x/y\n  tag: v1.2.3\n  digest: ""\n'
        'args:\n  - --flag=1\n  - -c\n  # for X\n  - name: X\n    value: "1"\n'
        'script: |\n  set -e\n  echo hi\nlast: |-\n  a\n  b\nempty: {}\nnone: []\n"null": null\n'
    )


def test_a_key_too_long_for_one_line_is_explicit():
    value = {"k" * 1500: {"a": 1}, "x" * 1500: "y", "z" * 1200: ["a"]}
    for dialect in Dialect:
        assert read_value(dump(value), dialect=dialect) == value
