"""Values read backwards through the expressions that made them."""

from migrator.inference.inversion.inverter import invert
from migrator.templates.provenance.value import Value


def leaf(v, *path):
    return Value(v, (path,))


def test_arithmetic_on_what_is_not_a_number_has_no_inverse():
    total = Value(7, (), "add", (leaf(3.0, "x"), Value(4)))
    assert list(invert(total, "many")) == []
    assert next(invert(total, 9)) == ((("x",), 5),)


def test_encoded_text_is_decoded():
    encoded = Value("YQ==", (), "b64enc", (leaf("a", "secret"),))
    assert next(invert(encoded, "Yg==")) == ((("secret",), "b"),)
