"""A single template over plain data."""

from __future__ import annotations

import pytest

from migrator.templates.errors import TemplateError
from migrator.templates.interpreter.text import render_text

DATA = {"path": {"segments": ["apps", "010-web"]}, "values": {}}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{ regexReplaceAll "^[0-9]+-" (index .path.segments 1) "" }}', "web"),
        ('{{ .values.namespace | default "none" }}', "none"),
        ("{{ .missing }}", "<no value>"),
        ("{{ .missing.more }}", "<no value>"),
        ("{{ shout .path.segments }}", "APPS"),
    ],
)
def test_what_it_prints(source: str, text: str) -> None:
    assert render_text(source, DATA, {"shout": lambda words: words[0].upper()}) == text


@pytest.mark.parametrize("source", ["{{ .path", '{{ fail "no" }}', "{{ unheardOf 1 }}"])
def test_what_stops_it_is_an_error(source: str) -> None:
    with pytest.raises(TemplateError):
        render_text(source, DATA, {})


@pytest.mark.parametrize("source", ["{{ .missing }}", "{{ .missing.more }}"])
def test_what_is_missing_stops_it_where_that_is_asked_for(source: str) -> None:
    with pytest.raises(TemplateError, match="no entry for key"):
        render_text(source, DATA, {}, strict=True)
