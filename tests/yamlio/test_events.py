from __future__ import annotations

from typing import Any

import pytest

from migrator.templates.errors import TemplateError
from migrator.templates.golang.yaml_tree import parse_tree
from migrator.yamlio import Dialect, YamlError, read_documents
from migrator.yamlio.events import SyntaxProblem, parsing
from migrator.yamlio.nodes import regions

BROKEN = {
    "brackets": ("a: 1\nb: [\n", 3, "did not find expected node content"),
    "indent": ("a: 1\nb:\n  c: 1\n d: 2\n", 4, "did not find expected key"),
    "tab": ("a:\n\tb: 1\n", 2, "found character that cannot start any token"),
    "control character": ("a: é\nb: \x01\n", 2, "control characters are not allowed"),
    "lone surrogate": ("a: 1\nb: \ud800\n", 2, "a lone surrogate is not a character"),
}


def all_events(text: str) -> list[Any]:
    with parsing(text) as get:
        return list(iter(get, None))


@pytest.mark.parametrize("name", BROKEN)
def test_whoever_reads_a_broken_text_says_the_same_line_and_problem(name: str) -> None:
    text, line, problem = BROKEN[name]
    with pytest.raises(SyntaxProblem) as caught:
        all_events(text)
    assert (caught.value.line, caught.value.problem) == (line, problem)
    for read in (lambda: read_documents(text, dialect=Dialect.SIGS), lambda: regions(text)):
        with pytest.raises(YamlError, match=f"cannot read YAML: {problem}") as refused:
            read()
        assert refused.value.diagnostic.span is not None
        assert (refused.value.diagnostic.span.line, refused.value.diagnostic.code) == (line, "MIG101")
    with pytest.raises(TemplateError, match=f"yaml: line {line}: {problem}"):
        parse_tree(text)


def test_events_have_marks_in_characters() -> None:
    events = all_events("é: [ü, 'x']")[3:6]
    ends = [(event.start_mark.index, event.end_mark.index, getattr(event, "value", None)) for event in events]
    assert ends == [(0, 1, "é"), (3, 4, None), (4, 5, "ü")]
