"""Functions of templates read backwards."""

import pytest

from migrator.inference.inversion.inverse_functions import from_text, number_of


@pytest.mark.parametrize(("value", "number"), [("5", 5), ("1.5", 1.5), ("x", None), (True, None), (None, None), (3, 3)])
def test_only_numbers_are_numbers(value, number):
    assert number_of(value) == number


def test_a_text_takes_the_type_of_what_is_there():
    assert from_text("true", False) is True
    assert from_text("8080", 80.0) == 8080
    assert from_text("8080", "80") == "8080"
