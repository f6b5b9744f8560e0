"""The line of the field in which an object that deploys says what is wrong."""

from __future__ import annotations

import pytest

from migrator.gitops.fields import READ, SAID, field_span
from migrator.model import RepoPath, SourceSpan

FILE = b"""\
kind: Other
---
kind: Application
metadata:
  name: prod
spec:
  source:
    path: charts/web
    helm:
      valueFiles:
        - values.yaml
        - ../../env/prod.yaml
"""


@pytest.mark.parametrize(
    ("keys", "text", "line"),
    [
        (READ, "charts/web", 8),
        (READ, "env/prod.yaml", 12),
        (READ, "nowhere", 8),
        (SAID["value files"], "values.yaml", 11),
        (SAID["release name"], "web", 3),
    ],
)
def test_the_field_is_found_by_what_it_says(keys: tuple[str, ...], text: str, line: int) -> None:
    span = SourceSpan(path=RepoPath("app.yaml"), line=3)
    assert field_span(FILE, span, keys, text).line == line


def test_what_cannot_be_read_has_the_place_of_the_object() -> None:
    span = SourceSpan(path=RepoPath("app.yaml"), line=3)
    assert field_span(b"a: [", span, READ, "a") == span
    assert field_span(FILE, SourceSpan(path=RepoPath("app.yaml")), READ, "charts/web").line == 0
