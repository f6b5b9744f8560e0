"""Go template text -> syntax tree."""

import pytest

from migrator.templates.errors import TemplateError
from migrator.templates.language import parser as ast
from migrator.templates.language.parser import parse


def test_trim_markers_take_the_white_space_of_their_side():
    nodes, _ = parse("a \n{{- .x -}}\n b")
    assert [node.text for node in nodes if isinstance(node, ast.Text)] == ["a", "b"]


def test_a_comment_leaves_nothing_and_trims_as_an_action_does():
    nodes, _ = parse("a {{- /* {{ not an action }} */ -}} b")
    assert [node.text for node in nodes] == ["a", "b"]


def test_else_if_closes_with_its_parent():
    nodes, _ = parse("{{ if .a }}1{{ else if .b }}2{{ else }}3{{ end }}4")
    first, last = nodes
    assert isinstance(first, ast.If)
    inner = first.otherwise[0]
    assert isinstance(inner, ast.If)
    assert inner.otherwise[0].text == "3"
    assert last.text == "4"


def test_defines_are_named_and_print_nothing():
    nodes, defines = parse('{{ define "x" }}inside{{ end }}outside')
    assert [node.text for node in nodes] == ["outside"]
    assert defines["x"][0].text == "inside"


def test_braces_within_strings_do_not_close_an_action():
    nodes, _ = parse('{{ "}}" }}{{ `{{` }}')
    assert [node.pipeline.commands[0][0].value for node in nodes] == ["}}", "{{"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("0x1F", 31),
        ("0777", 511),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("'a'", 97),
        ("0x1p60", 2**60),
        ("true", True),
    ],
)
def test_constants_have_the_value_that_go_gives_them(text, value):
    nodes, _ = parse("{{ " + text + " }}")
    found = nodes[0].pipeline.commands[0][0].value
    assert found == value
    assert type(found) is type(value) or found == 2**60


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a\n{{ if .x }}", "not closed"),
        ("{{ end }}", "line 1: unexpected {{end}}"),
        ("\n\n{{ | }}", "line 3: missing value"),
        ("{{ .x", "unclosed action"),
        ("{{ true.x }}", "unexpected . after term"),
    ],
)
def test_what_go_refuses_is_an_error_with_its_line(text, problem):
    with pytest.raises(TemplateError, match=problem.replace("{", r"\{").replace("}", r"\}")):
        parse(text)


def test_a_pipe_without_a_command_after_it_passes_as_in_go():
    nodes, _ = parse("{{ .x | }}")
    assert len(nodes[0].pipeline.commands) == 1


def test_fields_right_after_a_function_are_those_of_what_it_returns():
    nodes, _ = parse("{{ now.UTC.Year }}{{ now .UTC }}")
    chain, (function, field) = nodes[0].pipeline.commands[0][0], nodes[1].pipeline.commands[0]
    assert (chain.operand.commands, chain.names) == ([[ast.Function("now")]], ("UTC", "Year"))
    assert (function, field) == (ast.Function("now"), ast.Field(("UTC",)))


def test_a_field_may_follow_a_keyword_without_a_space():
    nodes, _ = parse("{{ if.x }}1{{ else if.y }}2{{ end }}")
    assert nodes[0].pipeline.commands == [[ast.Field(("x",))]]
    assert nodes[0].otherwise[0].pipeline.commands == [[ast.Field(("y",))]]
