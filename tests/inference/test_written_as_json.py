"""Values that templates write as JSON: as a part of YAML, as a text, and as a file."""

import json

import pytest
from search_support import CONFIG_MAP, assert_found

PLACES = {
    "entry": "k: {{ .Values.a | toJson }}",
    "pretty": "k: {{ .Values.a | toPrettyJson | quote }}",
    "text": "k: {{ .Values.a | toRawJson | quote }}",
    "file": "k.json: |\n    {{- .Values.a | toPrettyJson | nindent 4 }}",
    "line": "k: |\n    z = {{ .Values.z }}\n    a = {{ .Values.a | toJson }}",
    "part": 'k: {{ dict "a" .Values.a "z" .Values.z | toJson | squote }}',
    "base64": "k: {{ .Values.a | toJson | b64enc }}",
    "read back": "k: {{- .Values.a | toJson | fromJson | toYaml | nindent 4 }}",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("values", "truth"),
    [
        ("a: {}\nz: 1\n", "a: {x: {k: w}, l: [1, b]}\n"),
        ("a: {x: 1, w: {z: 3}}\nz: 1\n", "a: {w: {z: 4}}\n"),
        ("a: {x: [a]}\nz: 1\n", "a: {x: [a, b]}\n"),
        ("a: {x: {k: 1}}\nz: 1\n", 'a: {x: {w: "<q\\"&>"}}\n'),
    ],
)
def test_a_map(place: str, values: str, truth: str) -> None:
    assert_found(f"{CONFIG_MAP}data:\n  {PLACES[place]}\n", values, truth)


@pytest.mark.parametrize("place", ["entry", "line", "base64"])
@pytest.mark.parametrize("text", ["two words", '{"x": 2}\n', "x: 1\nz: 2\n"])
def test_a_text(place: str, text: str) -> None:
    assert_found(f"{CONFIG_MAP}data:\n  {PLACES[place]}\n", "a: one\nz: 1\n", f"a: {json.dumps(text)}\n")


def test_all_values_at_once() -> None:
    template = f"{CONFIG_MAP}data:\n  k: |-\n    {{{{ .Values | toPrettyJson | nindent 4 }}}}\n"
    assert_found(template, "a: 1\nb: {c: d, e: [1]}\n", "a: 2\nb: {e: [1, 3], f: true}\n")


def test_values_that_name_keys_and_are_encoded_within() -> None:
    auth = 'printf `{"auths": {"%s": {"auth": "%s"}}}` .Values.host (printf "%s:%s" .Values.user .Values.word | b64enc)'
    template = f"{CONFIG_MAP}data:\n  k: {{{{ {auth} | b64enc }}}}\n"
    assert_found(template, "host:\nuser:\nword:\n", "host: images.example.org\nuser: reader\nword: open\n")
