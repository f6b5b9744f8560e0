"""Where go-yaml reads another text than libyaml: both oracles are asked for each, and positions stay those of the text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import kubectl, kubectl_says, kustomize_says

from migrator.yamlio import Dialect, YamlError, read_documents, read_value, same
from migrator.yamlio.events import marked_for_go

HEAD = "apiVersion: example.com/v1\nkind: Foo\nmetadata:\n  name: a\nspec:\n"
ORACLES = {Dialect.KUSTOMIZE: kustomize_says, Dialect.SIGS: kubectl_says}
READ = [
    "  base: &b {x: 1}\n  one:\n    !!merge <<: *b\n    z: 2\n",
    '  base: &b {x: 1}\n  one: {!!merge "<<": *b, x: 2}\n',
    "  base: &b {x: 1}\n  one:\n    !<tag:yaml.org,2002:merge> <<: *b\n",
    "  base: &b {x: 1}\n  one:\n    &k <<: *b\n",
    "  base: &b {x: 1}\n  two: &c {x: 2, z: 3}\n  one: {!!merge <<: [*b, *c]}\n",
    "  x: \"it\\'s \\\\\\'\"\n  z: 'a\\'\n",
    "  x: |\n    it\\'s {a:, b}\n",
    "  x: it\\'s\n",
    "  x: {a:, b: 1}\n",
    "  x: {omitted value:,}\n",
    "  x: {a:}\n",
    "  x: [a:, b:]\n",
    "  x: 'a:,'\n  z: a:,\n",
    "  x: {a: }\n  z: [?c]\n",
    "  x: {a, b: 1, 'c':}\n",
    "  x: a?b\n  z: ['what?', \"no?\"]\n",
    "  x: [!!str , c]\n",
    "  x: [!!str, 5]\n  y: [!, ~, ~]\n  z: [!!int, {a: 1}, &q 2, *q]\n  v: [!!str, ]\n",
    '  x:\n    "<<": {a: 1}\n    b: 2\n  y: {!!str <<: {a: 1}}\n',
    "  x: >\n    a\n     b\n    c\n  y: >-\n    a\n\n      b\n  z: >+\n    a\n\n",
    "  x: >2\n     a\n    b\n  y: >\n    a\n     b \n  z: >+\n    a\n     b\n\n  v: |\n    a\n     b\n",
]
REFUSED = [
    ('  x: "a\\/b"\n', 6, "unknown escape character"),
    ("  x: [what?, no]\n", 6, "question mark"),
    ("  x: {key?: v}\n", 6, "question mark"),
    ("  x: {k: !!str, l: v}\n", 6, "a comma right behind a tag"),
    ("  x: [!!str,l]\n", 6, "a comma right behind a tag"),
    ("  x:\n    z: {u: http://c?d=1}\n", 7, "question mark"),
    ("  x: {a: !!str, b: 1}\n", 6, "behind a tag"),
]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("text", READ)
def test_what_go_reads_is_read(tmp_path: Path, text: str, dialect: Dialect) -> None:
    assert same(read_value(HEAD + text, dialect=dialect)["spec"], ORACLES[dialect](tmp_path, HEAD + text)["spec"])


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(("text", "line", "problem"), REFUSED)
def test_what_go_refuses_is_refused_with_its_line(text: str, line: int, problem: str, dialect: Dialect) -> None:
    with pytest.raises(YamlError, match=problem) as caught:
        read_value(HEAD + text, dialect=dialect)
    assert caught.value.diagnostic.span is not None
    assert caught.value.diagnostic.span.line == line


@pytest.mark.parametrize("text", [text for text, _, _ in REFUSED])
def test_go_refuses_these_indeed(tmp_path: Path, text: str) -> None:
    for oracle in ORACLES.values():
        with pytest.raises(AssertionError):
            oracle(tmp_path, HEAD + text)


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%TAG ! tag:example.org,2000:"])
def test_a_directive_may_head_a_file_that_is_read_whole(tmp_path: Path, directive: str) -> None:
    (tmp_path / "r.yaml").write_text(HEAD.removesuffix("spec:\n"))
    text = f"{directive}\n---\nresources: [r.yaml]\n"
    (tmp_path / "kustomization.yaml").write_text(text)
    assert subprocess.run([kubectl(), "kustomize", str(tmp_path)], capture_output=True, check=False).returncode == 0
    assert read_value(text, dialect=Dialect.SIGS) == {"resources": ["r.yaml"]}


@pytest.mark.parametrize(
    ("text", "dialect"), [("%YAML 1.2\n---\na: 1", Dialect.SIGS), ("%YAML 1.1\n---\na: 1", Dialect.KUSTOMIZE)]
)
def test_no_other_directive(text: str, dialect: Dialect) -> None:
    with pytest.raises(YamlError, match="directive"):
        read_value(text, dialect=dialect)
    with pytest.raises(YamlError, match="directive"):
        read_documents(text, dialect=dialect)


@given(st.text("\\'\"/:,?[]{}!a 1", max_size=20))
def test_what_is_no_syntax_stays_as_it_is(text: str) -> None:
    assert len(marked_for_go(text)) == len(text)
    block = f"a: |2-\n  x{text}x\n"
    assert read_value(block, dialect=Dialect.SIGS) == {"a": f"x{text}x"}
    quoted = "a: '" + text.replace("'", "''") + "'\n"
    assert read_value(quoted, dialect=Dialect.SIGS) == {"a": text}


def test_places_are_those_of_the_text() -> None:
    text = 'a: "it\\\'s"\n---\nb: {c:, d: 1}\n---\ne: [f?]\n'
    with pytest.raises(YamlError) as caught:
        read_documents(text, dialect=Dialect.SIGS)
    assert str(caught.value.diagnostic.span) == ":5:5"
    first, second = read_documents(text[: text.rindex("---")], dialect=Dialect.SIGS)
    assert text[first.start : first.end] == 'a: "it\\\'s"\n'
    assert text[second.start : second.end] == "b: {c:, d: 1}\n"
