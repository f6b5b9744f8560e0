"""Lists that templates join into a text, and conditions that count their items."""

import pytest
from search_support import CONFIG_MAP, assert_found, found

LINES = f'{CONFIG_MAP}data:\n  k: |\n    a={{{{ .Values.m }}}}\n    {{{{- .Values.l | join "\\n" | nindent 4 }}}}\n    z: 1\n'
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  volumes:\n  - name: own\n    secret: {secretName: x}\n"


@pytest.mark.parametrize(
    "text",
    [
        '.Values.l | join "," | quote',
        'join "," .Values.l',
        '.Values.l | join "\\n" | quote',
        'printf "--hosts=%s" (join "," .Values.l)',
        'join ";" .Values.l | printf "a;%s"',
    ],
)
@pytest.mark.parametrize("values", ["l: [a, b]\n", "l: []\n", "l: [u, v, w]\n", "l: null\n"])
@pytest.mark.parametrize("truth", ["l: [b, v, w]\n", "l: [b, c]\n"])
def test_a_list_on_one_line_gets_more_items_or_fewer(text: str, values: str, truth: str) -> None:
    assert_found(f"{CONFIG_MAP}data:\n  k: {{{{ {text} }}}}\n  x: w\n", values, truth)


@pytest.mark.parametrize("values", ["l: [a, b]\nm: one\n", "l: []\nm: one\n", "l: [u, v, w]\nm: one\n"])
@pytest.mark.parametrize("truth", ["l: [b, v, w]\nm: two\n", "l: [b, c=4]\nm: two\n"])
def test_a_list_among_other_lines_does_too(values: str, truth: str) -> None:
    assert_found(LINES, values, truth)


@pytest.mark.parametrize("text", ['(list .Values.a .Values.b) | join ":"', 'list .Values.a "c" .Values.b | join "/"'])
def test_values_that_are_joined_stay_apart(text: str) -> None:
    assert_found(f"{CONFIG_MAP}data:\n  k: {{{{ {text} }}}}\n", "a: one\nb: two\n", "a: three\nb: four\n")


@pytest.mark.parametrize(
    "listed", ["list .Values.host .Values.path .Values.name", "compact (list .Values.host .Values.path .Values.name)"]
)
def test_a_value_of_its_own_may_hold_the_separator(listed: str) -> None:
    template = f'{CONFIG_MAP}data:\n  k: {{{{ join "/" ({listed}) }}}}:v1\n'
    assert_found(template, "host: example.org\npath: apps\nname: web\n", "path: mirror/tools\n")


@pytest.mark.parametrize(
    "condition",
    [
        "ne (len .Values.l) 0",
        "gt (len .Values.l) 0",
        "len .Values.l",
        "not (eq (len .Values.l) 0)",
        "not (empty .Values.l)",
    ],
)
def test_items_are_counted_before_they_are_printed(condition: str) -> None:
    template = f"{POD}{{{{- if {condition} }}}}\n{{{{ toYaml .Values.l | indent 2 }}}}\n{{{{- end }}}}\n"
    assert_found(template, "l: []\n", "l: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]\n")
    text = f"{CONFIG_MAP}data:\n  {{{{- if {condition} }}}}\n  k: {{{{ .Values.l | join `,` }}}}\n  {{{{- end }}}}\n  x: w\n"
    assert_found(text, "l: []\n", "l: [a, b]\n")
    assert_found(text, "l: [a, b]\n", "l: []\n")


def test_what_a_joined_list_has_more_goes_into_the_list_for_additions() -> None:
    """An item with the separator in it would print the same text, and have the one asked for in no list."""
    template = CONFIG_MAP + (
        "{{- $all := concat .Values.kinds .Values.more | uniq }}\nargs:\n- --kinds={{ join `,` $all }}\n"
        "rules:\n- fixed\n{{- range $each := list `a` `b` `c` }}\n{{- if has $each $all }}\n- {{ $each }}\n{{- end }}\n{{- end }}\n"
    )
    assert_found(template, "kinds: [a, b]\nmore: []\n", "more: [c]\n")


NAMES = """\
{{- define "names" -}}
{{- $names := list -}}
{{- if .Values.auth.name -}}
  {{- $names = append $names .Values.auth.name }}
{{- end }}
{{- range .Values.auth.names }}
  {{- $names = append $names . }}
{{- end }}
{{- printf "%s" (default "" (join "," $names)) -}}
{{- end -}}
"""


@pytest.mark.parametrize("truth", ["auth: {name: shop}\n", "auth: {names: [one, two]}\n"])
def test_an_empty_text_of_what_branches_not_taken_would_append(truth: str) -> None:
    template = (
        NAMES
        + CONFIG_MAP
        + (
            "env:\n- {name: FIRST, value: x}\n{{- $names := include `names` . -}}\n{{- if not (empty $names) }}\n"
            "- name: NAMES\n  value: {{ $names | quote }}\n{{- end }}\n- {name: LAST, value: x}\n"
            "{{- with .Values.more }}\n{{ toYaml . }}\n{{- end }}\n"
        )
    )
    overrides, left = found(template, "auth: {name: '', names: []}\nmore: []\n", truth)
    assert left == 0
    assert [*overrides] == ["auth"]
