from __future__ import annotations

import time

import pytest

from migrator.model import RepoPath
from migrator.yamlio import Dialect, YamlError, dump, read_documents, read_value
from migrator.yamlio.events import parsing

K, S = Dialect.KUSTOMIZE, Dialect.SIGS


@pytest.mark.parametrize(
    ("text", "dialect", "line", "column", "words"),
    [
        ("a: [1\nb: 2", K, 2, 2, "flow sequence"),
        ("a: 1\n a: 2", K, 2, 3, "mapping values are not allowed"),
        ("x: 1\na: \x01", K, 2, 0, "control characters"),
        ("é: 1\nb: \x07", S, 2, 0, "control characters"),
        ("x: 1\na: .inf\n", K, 2, 4, "infinity"),
        ("x: [-.inf]", S, 1, 5, "infinity"),
        ("x: {1: 2}", K, 1, 5, "the key 1 is not text"),
        ("x: {~: 2}", S, 1, 5, "must be text"),
        ("a: 1\nb: 2\na: 3", K, 3, 1, "there already"),
        ("a: {x: 1, 'x': 2}", K, 1, 11, "there already"),
        ("a: *x", S, 1, 4, "unknown anchor x"),
        ("a: &x [*x]", S, 1, 8, "contains itself"),
        ("%YAML 1.1\n---\na: 1", K, 1, 1, "directive"),
        ("a: 1\n? [b]\n: c", S, 2, 3, "must be a scalar"),
        ("a: !!int x", K, 1, 4, "not of type int"),
        ("a: !!bool yes", K, 1, 4, "not of type bool"),
        ("a: !!binary x", S, 1, 4, "base64"),
        ("a: {<<: 1}", S, 1, 9, "a merge takes a mapping"),
        ("x: &x {b: 1}\na: {<<: *x, <<: *x}", K, 2, 13, "second merge key"),
        (b"a: 1\nb: \xff", S, 2, 0, "UTF-8"),
        ("a: \ud800", S, 1, 0, "surrogate"),
        ("[" * 300 + "]" * 300, S, 1, 257, "deeper than 256"),
    ],
)
def test_what_go_refuses_is_an_error_with_its_place(text, dialect, line, column, words):
    with pytest.raises(YamlError) as caught:
        read_value(text, dialect=dialect, path=RepoPath("apps/x.yaml"))
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == "MIG101"
    assert (diagnostic.span.path, diagnostic.span.line, diagnostic.span.column) == ("apps/x.yaml", line, column)
    assert words in diagnostic.summary


def test_the_last_of_equal_keys_wins_outside_of_kustomize():
    assert read_value("a: 1\na: 2", dialect=S) == {"a": 2}


def test_top_level_keys_of_kustomize_may_be_any_scalar_but_null():
    assert read_value("1: x\ny: z", dialect=K) == {"1": "x", "y": "z"}
    with pytest.raises(YamlError):
        read_value("~: x", dialect=K)


def test_documents_know_their_place_and_their_comments():
    text = (
        "# licence\n---\n# Source: chart/templates/a.yaml\na: 1\n"
        "---\n# nothing here\n---   # Source: b.yaml\nb: 2\n...\n# tail\n---\n# c\nc: 3\n--- {d: 4}\n---\n"
    )
    documents = read_documents(text, dialect=K)
    assert [document.value for document in documents] == [{"a": 1}, {"b": 2}, {"c": 3}, {"d": 4}]
    assert [document.index for document in documents] == [0, 2, 3, 4]
    assert [document.line for document in documents] == [4, 8, 13, 14]
    assert [document.comments for document in documents] == [
        ("# licence", "# Source: chart/templates/a.yaml"),
        ("# Source: b.yaml",),
        ("# c",),
        (),
    ]
    pieces = [text[document.start : document.end] for document in documents]
    assert pieces == [
        "# Source: chart/templates/a.yaml\na: 1\n",
        "   # Source: b.yaml\nb: 2\n",
        "# c\nc: 3\n",
        " {d: 4}\n",
    ]
    assert [read_value(piece, dialect=K) for piece in pieces] == [document.value for document in documents]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends(encoding, newline):
    text = newline.join(["# é😀", "a: é😀", "---", "b: |", "  x", "  y", ""])
    documents = read_documents(text.encode(encoding), dialect=S)
    assert [document.value for document in documents] == [{"a": "é😀"}, {"b": "x\ny\n"}]
    mark = 0 if encoding == "utf-8" else 1
    assert documents[1].start == mark + text.index("b:")


def test_empty_streams_hold_nothing():
    for text in ("", "\n", "# a\n", "---\n---\n", "~", b"\xef\xbb\xbf"):
        assert read_documents(text, dialect=K) == ()
        assert read_value(text, dialect=K) is None


def test_aliases_may_not_expand_without_bound():
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in range(1, 12):
        bomb += f"a{level}: &a{level} [" + ",".join([f"*a{level - 1}"] * 10) + "]\n"
    started = time.monotonic()
    with pytest.raises(YamlError, match="excessive"):
        read_value(bomb, dialect=K)
    assert time.monotonic() - started < 1
    assert len(read_value("a: &a [1, 2]\nb: [*a, *a, *a]\n", dialect=K)["b"]) == 3


def test_tags_never_reach_python():
    text = "a: !!python/object/apply:os.system [echo]\nb: !!python/name:os.system x\n"
    assert read_value(text, dialect=S) == {"a": ["echo"], "b": "x"}


def test_a_large_file_reads_about_as_fast_as_libyaml_can():
    """Bundles of CRDs have megabytes; what we add to libyaml's own time stays below it, on a busy machine as well."""
    schema = {"description": "Some text of a field: with marks", "type": "string", "format": "int32", "default": 5}
    one = dump({"object": {f"field{number}": schema for number in range(50)}})
    text = "".join(one.replace("object", f"object{index}", 1) for index in range(200))

    def bare():
        with parsing(text) as get:
            while get() is not None:
                pass

    def seconds(run):
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            run()
            best = min(best, time.process_time() - started)
        return best

    assert seconds(lambda: read_documents(text, dialect=K)) < 2.5 * seconds(bare)


def test_a_subclass_of_int_is_compared_at_once():
    from migrator.templates.golang.types import Int64
    from migrator.yamlio import canonical, same

    assert canonical(Int64(2**62)) == 2**62
    assert same(Int64(3), 3.0)
    assert not same(Int64(1), True)
