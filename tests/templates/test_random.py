"""What Helm draws at random is stood in for by something of the same shape."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

import pytest
from go_expressions import evaluate, helm_json, named_functions

from migrator.templates.functions.table import RANDOM
from migrator.templates.golang.encoding_json import encode
from migrator.templates.golang.types import Certificate
from migrator.templates.golang.yaml import from_yaml

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


def test_what_is_encrypted_is_as_long_as_in_helm(tmp_path: Path) -> None:
    expressions = [f'encryptAES "key" "{"x" * count}" | len' for count in (0, 1, 15, 16, 17, 47, 48)]
    assert [encode(evaluate(expression, {})) for expression in expressions] == helm_json(tmp_path, expressions)
