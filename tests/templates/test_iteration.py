"""What a loop over a list put together from several may go through."""

import time

from chart_support import chart_of, run_of


def test_an_element_to_come_may_be_of_any_part_of_a_list():
    text = (
        "{{ $all := concat .Values.a .Values.b }}{{ if .Values.c }}{{ $all = .Values.c }}{{ end }}"
        "{{ range $all }}item: {{ . }}{{ end }}"
    )
    template = run_of(chart_of({"x.yaml": text}, "a: []\nb: []\nc: []\n")).templates["tiny/templates/x.yaml"]
    elements = {piece.source.direct for piece in template.pieces if piece.region and piece.source is not None}
    assert ((("c", "*"), ("a", "*"), ("b", "*"))) in elements


def test_a_list_that_grows_by_many_choices_is_looked_through_once():
    step = "{{ if .Values.on }}{{ $all = append $all .Values.text }}{{ end }}"
    text = "{{ $all := .Values.first }}" + step * 60 + "{{ range $all }}item: {{ . }}{{ end }}"
    start = time.process_time()
    template = run_of(chart_of({"x.yaml": text}, "on: false\ntext: t\nfirst: []\n")).templates["tiny/templates/x.yaml"]
    assert any(piece.source.direct == (("first", "*"),) for piece in template.pieces if piece.source is not None)
    assert time.process_time() - start < 5
