from __future__ import annotations

import textwrap

import pytest

from migrator.yamlio import Append, Dialect, Remove, Set, YamlError, edit, read_value, remove_documents, spans

KUSTOMIZATION = """\
# header of the file

apiVersion: kustomize.config.k8s.io/v1beta1
kind:   Kustomization

# what we deploy
resources:
- ../base   # the base
# third party
- redis.yaml
- minio.yaml
  # minio has a note
# own things
- api.yaml
# - disabled.yaml

images:
  - name: a
    newTag: "1"   # {"$imagepolicy": "flux-system:a:tag"}
  - {name: b, newTag: v2}\x20\x20
generators: [ x.yaml,  y.yaml ,z.yaml ]
"""


def lines_gone(before: str, after: str) -> list[str]:
    """The lines that `after` lacks; every other line must be there, in order."""
    rest = iter(after.splitlines(keepends=True))
    gone = []
    current = next(rest, None)
    for line in before.splitlines(keepends=True):
        if line == current:
            current = next(rest, None)
        else:
            gone.append(line)
    assert current is None, f"line {current!r} is new"
    return gone


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        (("resources", 0), ["- ../base   # the base\n"]),
        (("resources", 1), ["- redis.yaml\n"]),  # the comment heads minio as well
        (("resources", 2), ["- minio.yaml\n", "  # minio has a note\n"]),
        (("resources", 3), ["# own things\n", "- api.yaml\n"]),
        (("kind",), ["kind:   Kustomization\n"]),
        (("images", 0), KUSTOMIZATION.splitlines(keepends=True)[17:19]),
        (("images", 1), ["  - {name: b, newTag: v2}  \n"]),
        (("images", 0, "newTag"), ['    newTag: "1"   # {"$imagepolicy": "flux-system:a:tag"}\n']),
        (("generators",), ["generators: [ x.yaml,  y.yaml ,z.yaml ]\n"]),
    ],
)
def test_a_removal_takes_its_own_lines_and_comments_only(path, gone):
    assert lines_gone(KUSTOMIZATION, edit(KUSTOMIZATION, [Remove(path=path)])) == gone


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("ending", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_nothing_to_do_changes_no_byte(newline, ending, mark):
    text = mark + KUSTOMIZATION.replace("\n", newline)
    text = text if ending else text.rstrip()
    assert edit(text, []) == text
    after = edit(text, [Remove(path=("resources", 1))])
    assert after == text.replace(f"- redis.yaml{newline}", "")


CASES = {
    "the last item takes the key": (
        "a: 1\n# list\nl:\n  # one\n  - x # c\n  # kept\nb: 2\n",
        [Remove(path=("l", 0))],
        "a: 1\n  # kept\nb: 2\n",
    ),
    "both items by the indexes they have now": ("l:\n- a\n- b\n- c\n", [Remove(path=("l", 0)), Remove(path=("l", 2))], "l:\n- b\n"),
    "all items": ("l:\n- a\n- b\nk: v\n", [Remove(path=("l", 0)), Remove(path=("l", 1))], "k: v\n"),
    "remove and append": ("l:\n- a\n", [Remove(path=("l", 0)), Append(path=("l",), value="b")], "l:\n- b\n"),
    "what is switched off belongs to no other item": (
        "l:\n  # - off.yaml\n  - a\n  # why\n  - b\n    # - off too\nk: v\n",
        [Remove(path=("l", 0)), Remove(path=("l", 1))],
        "  # - off.yaml\n    # - off too\nk: v\n",
    ),
    "flow first": ("l: [a, b,  c] # x\n", [Remove(path=("l", 0))], "l: [b,  c] # x\n"),
    "flow middle": ("l: [a, b,  c]\n", [Remove(path=("l", 1))], "l: [a, c]\n"),
    "flow last": ("l: [ a, b , c ]\n", [Remove(path=("l", 2))], "l: [ a, b ]\n"),
    "flow only": ("k: v\nl: [a]\n", [Remove(path=("l", 0))], "k: v\n"),
    "flow over lines": ("l: [\n  a, # A\n  b # B\n]\n", [Remove(path=("l", 0))], "l: [\n  b # B\n]\n"),
    "flow over lines, last": ("l: [\n  a, # A\n  b # B\n]\n", [Remove(path=("l", 1))], "l: [\n  a, # A\n]\n"),
    "flow mapping": ("l:\n- {a: 1, b: 2}\n", [Remove(path=("l", 0, "a"))], "l:\n- {b: 2}\n"),
    "first key behind a dash": (
        "l:\n- a: 1 # A\n  # about b\n  b: 2\n- c\n",
        [Remove(path=("l", 0, "a"))],
        "l:\n# about b\n- b: 2\n- c\n",
    ),
    "only key of a mapping": ("m:\n  a: 1\nn: 2\n", [Remove(path=("m", "a"))], "m: {}\nn: 2\n"),
    "a literal": ("a: |\n  x\n\n  y\n\nb: 1\n", [Remove(path=("a",))], "b: 1\n"),
    "one blank line of two": ("a: 1\n\nl:\n\n- x\n\nb: 2\n", [Remove(path=("l", 0))], "a: 1\n\nb: 2\n"),
    "blank lines of CRLF": ("a: 1\r\n\r\nl: 1\r\n\r\nb: 2\r\n", [Remove(path=("l",))], "a: 1\r\n\r\nb: 2\r\n"),
    "no blank line at the end": ("a: 1\n\nl:\n- x\n", [Remove(path=("l",))], "a: 1\n"),
    "blank lines of a literal": ("a: |+\n  x\n\nl: 1\n", [Remove(path=("l",))], "a: |+\n  x\n\n"),
    "a blank line between items": ("l:\n- a\n\n- b\n\n- c\n", [Remove(path=("l", 1))], "l:\n- a\n\n- c\n"),
    "without final newline": ("l:\n- a\n- b", [Remove(path=("l", 1))], "l:\n- a\n"),
    "the header stays": ("# licence\na: 1\nb: 2\n", [Remove(path=("a",))], "# licence\nb: 2\n"),
    "the whole of a small file": ("# licence\nl:\n- a\n", [Remove(path=("l", 0))], "# licence\n"),
    "set a scalar": ("a: 1 # one\nb: 2\n", [Set(path=("a",), value="x: y")], 'a: "x: y" # one\nb: 2\n'),
    "set keeps the quotes": ("a: 'x'\nb: \"y\"\n", [Set(path=("a",), value="z"), Set(path=("b",), value="w")], "a: 'z'\nb: \"w\"\n"),
    "set an item": ("l:\n- a # A\n- b\n", [Set(path=("l", 0), value="c")], "l:\n- c # A\n- b\n"),
    "set in flow": ("l: [{a: 1, b: }]\n", [Set(path=("l", 0, "a"), value="x,y"), Set(path=("l", 0, "b"), value=[1])], 'l: [{a: "x,y", b: [1] }]\n'),
    "set a list": ("a: 1 # one\nb: 2\n", [Set(path=("a",), value=["x"])], "a: # one\n  - x\nb: 2\n"),
    "set over a list": ("a: # one\n- x\n- y # two\nb: 2\n", [Set(path=("a",), value=1)], "a: 1 # one\nb: 2\n"),
    "set over a literal": ("a: |\n  x\n\nb: 2\n", [Set(path=("a",), value="z")], "a: z\n\nb: 2\n"),
    "set a literal": ("l:\n- a: x # c\n", [Set(path=("l", 0, "a"), value="1\n2\n")], "l:\n- a: | # c\n    1\n    2\n"),
    "set nothing to something": ("a:\nb: ~\n", [Set(path=("a",), value=1), Set(path=("b", "c"), value=2)], "a: 1\nb:\n  c: 2\n"),
    "set a new key": ("a:\n  b: 1\n  # end\nc: 2\n", [Set(path=("a", "d", "e"), value=[])], "a:\n  b: 1\n  d:\n    e: []\n  # end\nc: 2\n"),
    "set a new key in flow": ("a: {b: 1}\n", [Set(path=("a", "c"), value="d")], "a: {b: 1, c: d}\n"),
    "set in an empty mapping": ("a: {} # c\n", [Set(path=("a", "b"), value=1)], "a: # c\n  b: 1\n"),
    "set in an empty file": ("# c\n", [Set(path=("a", "b"), value=1)], "# c\na:\n  b: 1\n"),
    "set in no file": ("", [Append(path=("resources",), value="a.yaml")], "resources:\n  - a.yaml\n"),
    "append": ("l:\n- a\n# - b\nk: v\n", [Append(path=("l",), value="c")], "l:\n- a\n- c\n# - b\nk: v\n"),
    "append a mapping": ("l:\n    - a\nk: v\n", [Append(path=("l",), value={"p": "x", "q": [1]})], "l:\n    - a\n    - p: x\n      q:\n          - 1\nk: v\n"),
    "append as the file indents": ("a:\n- b\n", [Append(path=("l",), value="c")], "a:\n- b\nl:\n- c\n"),
    "append at the end without newline": ("l:\n- a", [Append(path=("l",), value="b"), Append(path=("k",), value="c")], "l:\n- a\n- b\nk:\n- c"),
    "append in CRLF": ("l:\r\n- a\r\nk: v\r\n", [Append(path=("l",), value={"a": 1, "b": 2})], "l:\r\n- a\r\n- a: 1\r\n  b: 2\r\nk: v\r\n"),
    "append in flow": ("l: [a]\n", [Append(path=("l",), value="https://x")], 'l: [a, "https://x"]\n'),
    "append in flow over lines": ("l: [\n  a # A\n]\n", [Append(path=("l",), value="b")], "l: [\n  a, # A\n  b\n]\n"),
    "append in flow with comma": ("l: [\n  a, # A\n]\n", [Append(path=("l",), value="b")], "l: [\n  a, # A\n  b,\n]\n"),
    "append to an empty list": ("l: []  # none\nk: v\n", [Append(path=("l",), value="b")], "l: # none\n  - b\nk: v\n"),
    "append to nothing": ("l:\nk: v\n", [Append(path=("l",), value="b")], "l:\n  - b\nk: v\n"),
    "anchored": ("x: &a\n- 1\nz: *a\nl: &b\n- q\n- r\n", [Remove(path=("l", 0)), Set(path=("z",), value=2)], "x: &a\n- 1\nz: 2\nl: &b\n- r\n"),
    "quoted and odd keys": ("'a b': 1\n\"c\": 2\ny: 3\n", [Remove(path=("a b",)), Set(path=("c",), value=5), Set(path=("true",), value=4)], '"c": 5\ny: 4\n'),
    "the second document": ("a: 1\n---\n# c\nl:\n- b\n- c\n---\nd: 1\n", [Remove(path=("l", 0))], "a: 1\n---\n# c\nl:\n- c\n---\nd: 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_edits(name):
    before, operations, after = CASES[name]
    document = 1 if name == "the second document" else None
    assert edit(before, operations, document=document) == after


REFUSED = {
    "nothing there": ("a: 1\n", [Remove(path=("b",))], "nothing is there"),
    "no item": ("a: [1]\n", [Set(path=("a", 1), value=2)], "there is no item 1"),
    "behind an alias": ("a: &a {b: 1}\nc: *a\n", [Set(path=("c", "b"), value=2)], "behind the alias *a"),
    "shared": ("a: &a {b: 1}\nc: *a\n", [Set(path=("a", "b"), value=2)], "would not mean"),
    "still used": ("a: &a {b: 1}\nc: *a\n", [Remove(path=("a",))], "would not parse"),
    "merged": ("a: &a {b: 1}\nc: {<<: *a, d: 1}\n", [Remove(path=("c", "b"))], "nothing is there"),
    "no list": ("a: {b: 1}\n", [Append(path=("a",), value=1)], "there is no list"),
    "no mapping": ("a: [1]\n", [Set(path=("a", "b"), value=1)], "not a mapping"),
    "complex key": ("? a\n: 1\n", [Set(path=("a",), value=2)], "explicit"),
    "the document": ("a: 1\n", [Set(path=(), value=2)], "a part of a document"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_edited_safely_is_refused(name):
    text, operations, words = REFUSED[name]
    with pytest.raises(YamlError, match="MIG102") as caught:
        edit(text, operations)
    assert words in str(caught.value)


def test_text_that_does_not_parse_is_refused_even_for_no_edit():
    with pytest.raises(YamlError, match="MIG101"):
        edit("a: [", [])


STREAM = """\
# Copyright

# the first
a: 1
---
# Source: x/b.yaml
b: 2
---
# Source: x/c.yaml
c: 3
"""


@pytest.mark.parametrize(
    ("indexes", "after"),
    [
        ((), STREAM),
        ((0,), "# Copyright\n\n# Source: x/b.yaml\nb: 2\n---\n# Source: x/c.yaml\nc: 3\n"),
        ((1,), "# Copyright\n\n# the first\na: 1\n---\n# Source: x/c.yaml\nc: 3\n"),
        ((2,), "# Copyright\n\n# the first\na: 1\n---\n# Source: x/b.yaml\nb: 2\n"),
        ((0, 2), "# Copyright\n\n# Source: x/b.yaml\nb: 2\n"),
        ((0, 1, 2), "# Copyright\n\n"),
    ],
)
def test_documents_go_with_their_separator(indexes, after):
    for newline in ("\n", "\r\n"):
        assert remove_documents(STREAM.replace("\n", newline), indexes) == after.replace("\n", newline)


def test_documents_of_a_stream_that_begins_with_a_separator():
    text = "---\na: 1\n---\n---\nb: 2\n...\n---\nc: 3"
    assert remove_documents(text, [0]) == "---\n---\nb: 2\n...\n---\nc: 3"
    assert remove_documents(text, [2]) == "---\na: 1\n---\n---\nc: 3"
    assert remove_documents(text, [0, 1, 3]) == "---\nb: 2\n...\n"
    with pytest.raises(YamlError, match="no document 4"):
        remove_documents(text, [4])


REMARKS = """\
a: 1
  # - within a
# replicas: 3

# ---
# kind: Secret

# the second one
---
b: |
  # no comment
---
# c's own
c: 3
# behind c
"""


def test_comments_at_the_margin_behind_a_document_stay():
    remarks = "# replicas: 3\n\n# ---\n# kind: Secret\n\n# the second one\n"
    assert remove_documents(REMARKS, [0]) == remarks + "b: |\n  # no comment\n---\n# c's own\nc: 3\n# behind c\n"
    assert remove_documents(REMARKS, [1]) == REMARKS.replace("---\nb: |\n  # no comment\n", "")
    assert remove_documents(REMARKS, [0, 2]) == remarks + "b: |\n  # no comment\n# behind c\n"


def test_spans_say_where_a_path_stands():
    text = textwrap.dedent("""\
        resources:
        - a
        - b: 1
          c: [x, y]
    """)
    places = {path: (span.line, span.column) for path, span in spans(text).items()}
    assert places == {
        (): (1, 1),
        ("resources",): (1, 1),
        ("resources", 0): (2, 3),
        ("resources", 1): (3, 3),
        ("resources", 1, "b"): (3, 3),
        ("resources", 1, "c"): (4, 3),
        ("resources", 1, "c", 0): (4, 7),
        ("resources", 1, "c", 1): (4, 10),
    }


def test_an_edit_reads_as_it_should():
    after = edit(KUSTOMIZATION, [Append(path=("patches",), value={"path": "p.yaml"}), Remove(path=("images", 1))])
    value = read_value(after, dialect=Dialect.SIGS)
    assert value["patches"] == [{"path": "p.yaml"}]
    assert len(value["images"]) == 1
