from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.yamlio import Dialect, canonical, digest, dump, flow, read_value, same
from migrator.yamlio.dump import block_lines
from migrator.yamlio.reader import MAX_DEPTH

AWKWARD = st.text(alphabet="ab \n\t:-#'\"\\{}[]|>&*!%@`?,=~.0123_+eExyYnNoOfF\r\x85é😀", max_size=12)
TEXT = st.one_of(AWKWARD, st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20))
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda children: st.one_of(st.lists(children, max_size=4), st.dictionaries(TEXT, children, max_size=4)),
    max_leaves=12,
)


def every_reading(text):
    """What Go makes of a text, in both dialects, and what Python's tools make of it."""
    yield from (read_value(text, dialect=dialect) for dialect in Dialect)
    yield yaml.load(text, yaml.CSafeLoader)
    yield yaml.safe_load(text)


def paths(value, here=()):
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*here, key)
        yield from paths(child, (*here, key))


@settings(max_examples=400, deadline=None)
@given(value=JSON)
def test_dump_reads_back_to_the_same_everywhere(value):
    text = dump(value)
    assert text.endswith("\n")
    for reading in every_reading(text):
        assert same(reading, value)


@settings(max_examples=200, deadline=None)
@given(value=JSON)
def test_flow_reads_back_to_the_same_everywhere(value):
    text = flow(value)
    assert "\n" not in text
    for reading in every_reading(f"k: [{text}]"):
        assert same(reading, {"k": [value]})


@settings(max_examples=200, deadline=None)
@given(value=st.one_of(st.lists(JSON, min_size=1), st.dictionaries(TEXT, JSON, min_size=1)), data=st.data())
def test_lines_at_any_indent_read_back_to_the_same_everywhere(value, data):
    list_indent = data.draw(st.sampled_from([0, 2, 4]))
    lines = block_lines(value, indent=2, list_indent=list_indent)
    for reading in every_reading("\n".join(["k:", *lines, ""])):
        assert same(reading, {"k": value})


@settings(max_examples=200, deadline=None)
@given(value=JSON, data=st.data())
def test_comments_are_all_there_and_change_nothing(value, data):
    comments = {path: f"about {index};" for index, path in enumerate([(), *paths(value)]) if data.draw(st.booleans())}
    text = dump(value, comments=comments)
    for reading in every_reading(text):
        assert same(reading, value)
    lines = [line.strip() for line in text.splitlines()]
    assert all(lines.count(f"# {comment}") == 1 for comment in comments.values())


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


def test_what_cannot_be_seen_is_escaped_and_what_can_is_not():
    assert dump({"a": "caf\u00e9 \u2713 \U0001f600"}) == "a: caf\u00e9 \u2713 \U0001f600\n"
    assert dump({"a": "no\u200bbreak"}) == 'a: "no\\u200Bbreak"\n'
    assert dump({"a": "\u202eabc"}) == 'a: "\\u202Eabc"\n'


def test_text_that_ruamel_takes_for_a_number_is_quoted_not_tagged():
    assert dump({"._": "+_"}) == '"._": "+_"\n'


def test_text_that_begins_with_a_tab_is_not_a_literal_block():
    assert dump({"a": "\tx\ny\n"}) == 'a: "\\tx\\ny\\n"\n'


def test_what_occurs_twice_is_written_twice():
    shared = {"x": ["z"]}
    assert dump({"a": shared, "b": shared}) == "a:\n  x:\n    - z\nb:\n  x:\n    - z\n"


def test_a_mapping_in_a_list_between_brackets_has_braces():
    assert flow([{"a": 1}, {"b": [{}]}]) == "[{a: 1}, {b: [{}]}]"


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}])
def test_what_can_be_read_can_be_written(wrap):
    value = "deep"
    for _ in range(MAX_DEPTH):
        value = wrap(value)
    for dialect in Dialect:
        assert read_value(dump(value, comments={(): "Deep."}), dialect=dialect) == value
