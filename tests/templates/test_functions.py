"""Every template function against the helm binary: one render for the whole table."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

import pytest
from function_errors import ERRORS
from function_rows import ALL, VALUES
from go_expressions import evaluate, helm_error, helm_json, named_functions, rows

from migrator.templates.errors import TemplateError
from migrator.templates.functions.signatures import FailError, nil_argument
from migrator.templates.functions.table import FUNCTIONS, RANDOM, SIGNATURES
from migrator.templates.golang.encoding_json import encode
from migrator.templates.golang.types import Certificate, NilMap, Strings, Time
from migrator.templates.golang.yaml import from_yaml

EXPRESSIONS = rows(ALL)


def test_table_agrees_with_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    values = from_yaml(VALUES)
    wrong = {}
    for expression, expected in zip(EXPRESSIONS, helm_json(tmp_path, EXPRESSIONS, VALUES), strict=True):
        ours = encode(evaluate(expression, values))
        if ours != expected:
            wrong[expression] = (ours, expected)
    assert not wrong


def test_table_names_every_function() -> None:
    covered = named_functions([*EXPRESSIONS, *(expression for expression, _ in ERRORS)])
    assert set(FUNCTIONS) - covered - set(RANDOM) == set()
    assert set(SIGNATURES) == set(FUNCTIONS)


@pytest.mark.parametrize(("expression", "message"), ERRORS)
def test_fails_in_go_words(expression: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        evaluate(expression, from_yaml(VALUES))
    assert caught.value.message == message


@pytest.mark.parametrize(("expression", "message"), ERRORS[::10])
def test_helm_still_says_so(tmp_path: Path, expression: str, message: str) -> None:
    assert helm_error(tmp_path, expression, VALUES) == message


def test_a_wrong_row_would_show(tmp_path: Path) -> None:
    assert helm_json(tmp_path, ['upper "a"']) != [encode(evaluate('lower "A"', {}))]
    with pytest.raises(AssertionError, match="did not fail"):
        helm_error(tmp_path, 'upper "a"')


def test_fail_is_told_apart() -> None:
    for expression in ('fail "x"', 'required "x" nil'):
        with pytest.raises(FailError):
            evaluate(expression, {})


def test_untyped_nil_at_a_parameter() -> None:
    assert isinstance(nil_argument("ms", 0), NilMap)
    assert nil_argument("a*", 5) is None
    with pytest.raises(TemplateError, match="invalid value; expected string"):
        nil_argument("ms", 1)


SHAPES = {
    "randAlphaNum 12": r"[A-Za-z0-9]{12}",
    "randAlpha 7": r"[A-Za-z]{7}",
    "randNumeric 5": r"[0-9]{5}",
    "randAscii 9": r"[ -~]{9}",
    "randBytes 16": r"[A-Za-z0-9+/]{22}==",
    "randInt 3 9": r"[3-8]",
    'shuffle "abcde"': r"[abcde]{5}",
    "uuidv4": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    'bcrypt "x"': r"\$2a\$10\$[./A-Za-z0-9]{53}",
    'htpasswd "u" "p"': r"u:\$2a\$10\$[./A-Za-z0-9]{53}",
    'htpasswd "u:v" "p"': r"invalid username: u:v",
    'encryptAES "k" "text"': r"[A-Za-z0-9+/]{43}=",
    'genPrivateKey "ecdsa"': r"-----BEGIN EC PRIVATE KEY-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END EC PRIVATE KEY-----\n",
    'genPrivateKey "nope"': r"Unknown type nope",
    "now | unixEpoch": r"\d{10}",
    "ago 0": r"\d+h\d+m\d+s",
}
CERTIFICATES = (
    'genCA "ca" 365',
    'genCAWithKey "ca" 365 (genPrivateKey "ecdsa")',
    'genSelfSignedCert "a.b" (list "10.0.0.1") (list "c.d") 365',
    'genSelfSignedCertWithKey "a.b" nil nil 365 (genPrivateKey "ed25519")',
    'genSignedCert "a.b" nil (list "c.d") 365 (genCA "ca" 365)',
    'genSignedCertWithKey "a.b" nil nil 365 (genCA "ca" 365) (genPrivateKey "rsa")',
    'buildCustomCert (b64enc (genCA "ca" 1).Cert) (b64enc (genCA "ca" 1).Key)',
)


@pytest.mark.parametrize("expression", SHAPES)
def test_random_shape(expression: str) -> None:
    assert re.fullmatch(SHAPES[expression], str(evaluate(expression, {})))


@pytest.mark.parametrize("expression", CERTIFICATES)
def test_certificate_shape(expression: str) -> None:
    certificate = evaluate(expression, {})
    assert isinstance(certificate, Certificate)
    assert re.fullmatch(
        r"-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]+\n)+-----END CERTIFICATE-----\n", certificate.cert
    )
    assert "PRIVATE KEY-----" in certificate.key
    assert evaluate(expression, {}) == certificate


def test_a_real_certificate_is_taken_as_it_is(tmp_path: Path) -> None:
    made = 'genSelfSignedCertWithKey "a.b" nil nil 1 (genPrivateKey "ecdsa")'
    real = from_yaml(helm_json(tmp_path, [made])[0])
    values = {"cert": b64encode(real["Cert"].encode()).decode(), "key": b64encode(real["Key"].encode()).decode()}
    custom = "buildCustomCert .Values.cert .Values.key"
    assert evaluate(custom, values) == Certificate(real["Cert"], real["Key"])
    assert helm_json(tmp_path, [custom], encode(values)) == [encode(evaluate(custom, values))]


def test_random_shapes_hold_in_helm(tmp_path: Path) -> None:
    plain = [expression for expression in SHAPES if not expression.startswith(("gen", "bcrypt", "htpasswd"))]
    for expression, text in zip(plain, helm_json(tmp_path, plain), strict=True):
        assert re.fullmatch(SHAPES[expression], str(from_yaml(text)) if text[0] == '"' else text), expression


def test_every_random_function_has_a_shape() -> None:
    assert set(RANDOM) <= named_functions([*SHAPES, *CERTIFICATES])


def test_named_types_survive() -> None:
    assert type(evaluate('splitList "," "a,b"', {})) is Strings
    assert isinstance(evaluate('toDate "2006" "2020"', {}), Time)
    with pytest.raises(TemplateError, match="expected int; got int64"):
        evaluate('trunc (add 1 2) "abcde"', {})
