"""A layout that a team writes and that cannot be used is told with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.rewrite import load_layout

GOOD = """\
apiVersion: migrate/v1
kind: Layout
name: ours
chart: infra/{component}
values: values.yaml
environmentValues: values-{environment}.yaml
postRender: post-render/{environment}
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD.replace("{component}", "{componnent}"), 4),
        (f"{GOOD}aplication: apps\n", 8),
        (f"{GOOD}grouping:\n  labels: app\n", 9),
        (f"{GOOD}application: apps\n", 8),
    ],
)
def test_the_line_of_the_key_is_named(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / ".migrate/rules/layouts").mkdir(parents=True)
    (tmp_path / ".migrate/rules/layouts/ours.yaml").write_text(text)
    with pytest.raises(MigrateError) as error:
        load_layout("ours", [tmp_path / ".migrate/rules"])
    span = error.value.diagnostic.span
    assert span is not None
    assert (span.path, span.line) == (".migrate/rules/layouts/ours.yaml", line)
