"""Our reader against Go itself: every scalar of the table must mean what kustomize and kubectl take it for."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracles import kubectl_says, kustomize_says

from migrator.yamlio import Dialect, dump, read_value, same

HEAD = "apiVersion: example.com/v1\nkind: Foo\nmetadata:\n  name: a\n"
ORACLES = {Dialect.KUSTOMIZE: kustomize_says, Dialect.SIGS: kubectl_says}

SCALARS = [
    "" if line == "(empty)" else line
    for line in (Path(__file__).parent / "scalars.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
SHAPES = """\
  key-y: {k: 1}
  text: |
    a
      b

  kept: |+
    a

  folded: >-
    a
    b

    c
  flow: [a, 'b', {c: d, e: [1, yes]}]
  anchored: &m {a: 2, b: [1, 2]}
  again: *m
  first: &f {a: 5, c: 6}
  before: {<<: *m, a: 1}
  listed: {<<: [*m, *f]}
  amid:
    d: 1
    <<: [*m, *f]
    b: 9
  scalar: &s y
  alias: *s
  empty-list: []
  empty-map: {}
  nothing:
  tab: "a\\tb\\u00e9\\x41\\e"
  single: 'it''s'
  lines: "a
    b\\
    c"
  null-in: [~, null, '', ]
  ? explicit
  : value
  "quoted key": 1
"""


def _spec(dialect: Dialect, folder, text: str):
    return ORACLES[dialect](folder, HEAD + text)["spec"]


@pytest.mark.parametrize("dialect", Dialect)
def test_scalars_mean_what_go_takes_them_for(dialect, tmp_path):
    body = "spec:\n" + "".join(f"  s{index}: {text}\n" for index, text in enumerate(SCALARS))
    theirs = _spec(dialect, tmp_path, body)
    ours = read_value(HEAD + body, dialect=dialect)["spec"]
    wrong = {
        text: (ours[f"s{index}"], theirs.get(f"s{index}"))
        for index, text in enumerate(SCALARS)
        if not same(ours[f"s{index}"], theirs.get(f"s{index}"))
    }
    assert wrong == {}


@pytest.mark.parametrize("dialect", Dialect)
def test_shapes_read_as_go_reads_them(dialect, tmp_path):
    theirs = _spec(dialect, tmp_path, "spec:\n" + SHAPES)
    ours = read_value("spec:\n" + SHAPES, dialect=dialect)["spec"]
    assert ours == theirs


def test_a_local_key_after_a_merge_and_before_it(tmp_path):
    """kustomize lets the local key win wherever it stands; kubectl and helm take the pairs in order."""
    body = "spec:\n  x: &x {a: 2, b: 3}\n  late: {a: 1, <<: *x}\n  twice: {<<: {a: 1}}\n"
    for dialect, late in ((Dialect.KUSTOMIZE, 1), (Dialect.SIGS, 2)):
        assert _spec(dialect, tmp_path, body)["late"]["a"] == late
        assert read_value(body, dialect=dialect)["spec"]["late"]["a"] == late


def test_keys_that_are_no_text(tmp_path):
    keys = [
        "1",
        "0x10",
        "1.5",
        "1e10",
        "1e21",
        "123456789.5",
        "0.00001",
        "0.0001",
        "100000.5",
        "1000000.5",
        "2024-01-02",
        "y",
        "n",
        "on",
        "~x",
        "true",
        "False",
        "08",
        "-1",
        "1_000",
        "0.1",
        "3.4028235e38",
        "1e-45",
        "1.0",
        "100000.0",
        "16777217.0",
        "=",
        "9223372036854775807",
        "999999.5",
        "1e5",
        "1e6",
    ]
    body = "spec:\n" + "".join(f"  k{index}: {{{key}: x}}\n" for index, key in enumerate(keys))
    assert read_value(body, dialect=Dialect.SIGS)["spec"] == _spec(Dialect.SIGS, tmp_path, body)
    texts = "spec: {y: 1, n: 2, on: 3, =: 4, /x: 5, 1.2.3: 6, 12:30: 7}\n"
    assert read_value(texts, dialect=Dialect.KUSTOMIZE)["spec"] == _spec(Dialect.KUSTOMIZE, tmp_path, texts)


STRINGS = [
    *(text for text in SCALARS if not text.startswith("!")),
    "-",
    *(
        "",
        " ",
        "a ",
        " a",
        "a: b",
        "a:b",
        "a:",
        ":a",
        "a #b",
        "a#b",
        "#a",
        "- a",
        "-a",
        "--a",
        "-",
        "?",
        "? a",
        "?a",
        "[a",
        "{a",
        "a]",
        "a, b",
    ),
    *(
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "'a'",
        '"a"',
        "it's",
        'say "hi"',
        "back\\slash",
        "%a",
        "@a",
        "`a`",
        "---",
        "--- a",
        "...",
        "... a",
        "{{ .x }}",
    ),
    *(
        "a\nb",
        "a\nb\n",
        "a\n\nb\n\n",
        "\na",
        "\n",
        "\n\n",
        " \n",
        " a\nb",
        "a\n b\n",
        "a\n \n",
        "a\n ",
        "\ta\nb",
        "a\tb",
        "a\n\tb\n",
        "a\r\nb",
        "\r",
    ),
    *(
        "# a\nb",
        "---\na\n",
        "a\n---\nb\n",
        "é",
        "日本",
        "😀",
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "\ufeff",
        "\ufffd",
        "a\u2028b\nc",
    ),
    *(
        "a\n\n\n b\n",
        "  \n a",
        "a \nb \n",
        "\n\n  a\n",
        "x" * 300,
        "line " * 100,
        "key: |\n  a\n",
        "\ue000",
        "a\n#b",
        "...\n",
        "<none>",
        "=x",
        "~",
    ),
]


@pytest.mark.parametrize("dialect", Dialect)
def test_what_we_write_go_reads_back(dialect, tmp_path):
    # kustomize writes these and cannot read them again
    beyond_kustomize = {"\ta\nb", "\x7f", "\x85", "\ufeff"}
    strings = [text for text in STRINGS if dialect is Dialect.SIGS or text not in beyond_kustomize]
    spec = {"strings": strings, "keys": {text: index for index, text in enumerate(strings) if text != "<<"}}
    spec["lists"] = [[[text]] for text in strings[:20]]
    spec["maps"] = [{text: {text: text}} for text in strings if text != "<<"]
    spec["numbers"] = [0, -1, 1.5, 1e21, 1e-7, 2**53, -(2**63), 0.1, 1e300, True, False, None, {}, []]
    body = {"apiVersion": "example.com/v1", "kind": "Foo", "metadata": {"name": "a"}, "spec": spec}
    text = dump(body)
    assert read_value(text, dialect=dialect) == body
    assert same(ORACLES[dialect](tmp_path, text)["spec"], spec)
