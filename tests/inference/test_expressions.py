"""The expression graph read backwards."""

import pytest

from migrator.inference.inversion.inverse_functions import from_text, number_of
from migrator.inference.inversion.inverter import invert, invert_text, satisfy
from migrator.templates.provenance.value import Piece, Value

PATH = (("a", "b"),)


def leaf(v, *path):
    return Value(v, (path,))


@pytest.mark.parametrize(("value", "number"), [("5", 5), ("1.5", 1.5), ("x", None), (True, None), (None, None), (3, 3)])
def test_only_numbers_are_numbers(value, number):
    assert number_of(value) == number


def test_arithmetic_on_what_is_no_number_has_no_inverse():
    total = Value(7, (), "add", (leaf(3.0, "x"), Value(4)))
    assert list(invert(total, "many")) == []
    assert next(invert(total, 9)) == ((("x",), 5),)


def test_a_text_takes_the_kind_of_what_stands_there():
    assert from_text("true", False) is True
    assert from_text("8080", 80.0) == 8080
    assert from_text("8080", "80") == "8080"


def test_one_variable_of_a_text_changes_before_all_do():
    pieces = [Piece("repo", leaf("repo", "image", "repository"), None, None), Piece(":", None, None, None)]
    pieces.append(Piece("v1", leaf("v1", "image", "tag"), None, None))
    assert next(invert_text(pieces, "repo:v2")) == ((("image", "tag"), "v2"),)
    found = next(invert_text(pieces, "other:v2"))
    assert dict(found) == {("image", "repository"): "other", ("image", "tag"): "v2"}


def test_what_the_fixed_text_forbids_is_not_proposed():
    pieces = [Piece("name-", None, None, None), Piece("x", leaf("x", "suffix"), None, None)]
    assert list(invert_text(pieces, "other-x")) == []


def test_encoded_text_is_decoded():
    encoded = Value("YQ==", (), "b64enc", (leaf("a", "secret"),))
    assert next(invert(encoded, "Yg==")) == ((("secret",), "b"),)


def test_a_conjunction_turns_every_operand_that_must_turn():
    both = Value(False, (), "and", (leaf(False, "x"), Value(False, (), "not", (leaf(True, "y"),))))
    assert dict(next(satisfy(both, True))) == {("x",): True, ("y",): False}


def test_what_is_bound_already_opens_a_gate():
    either = Value(None, (), "or", (leaf(None, "x"), leaf(None, "y")))
    assert next(satisfy(either, True, bound=((("y",), "set"),))) == ()
