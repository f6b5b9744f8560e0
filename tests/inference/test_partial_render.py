"""Where helm refuses even the best values, they are shown with what it says; a chart that never renders is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.diagnostics import MigrateError
from migrator.inference import ResidualClass

OBJECT = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  size: {{{{ .Values.{value} | quote }}}}\n"
)
SIZE = OBJECT.format(name="a", value="size")
STERN = '{{ if ne (sha256sum (toString .Values.token)) "0" }}{{ fail "give the right token" }}{{ end }}\n'


def test_values_that_helm_refuses_are_shown_with_what_it_says(tmp_path: Path) -> None:
    calm = archive_of(tmp_path / "calm", {"templates/a.yaml": SIZE, "values.yaml": "size: 1\n"})
    target = rendered(calm, {"size": 9})
    files = {"templates/a.yaml": SIZE, "templates/b.yaml": STERN, "values.yaml": "size: 1\n"}
    archive = archive_of(tmp_path / "stern", files)
    inference, said = inferred(archive, target)
    assert not inference.identical
    assert inference.values.common == {"size": 9}
    assert "give the right token" in inference.refusals["prod"]
    told = next(each for each in said if each.code == "MIG510")
    assert "templates/b.yaml:1" in told.summary
    assert "set by hand" in told.remedy


def test_what_the_refused_template_would_make_is_not_called_a_companion(tmp_path: Path) -> None:
    both = {"templates/a.yaml": SIZE, "templates/b.yaml": OBJECT.format(name="b", value="other")}
    values = {"values.yaml": "size: 1\nother: 1\n"}
    calm = archive_of(tmp_path / "calm", {**both, **values})
    stern = archive_of(tmp_path / "stern", {**both, **values, "templates/b.yaml": both["templates/b.yaml"] + STERN})
    inference, _ = inferred(stern, rendered(calm, {"size": 9}))
    assert [(each.resource.name, each.cls) for each in inference.residual] == [("b", ResidualClass.NOT_FOUND)]


def test_a_chart_that_always_fails_is_an_error(tmp_path: Path) -> None:
    calm = archive_of(tmp_path / "calm", {"templates/a.yaml": SIZE, "values.yaml": "size: 1\n"})
    broken = archive_of(tmp_path / "stern", {"templates/a.yaml": SIZE + STERN, "values.yaml": "size: 1\n"})
    with pytest.raises(MigrateError, match="give the right token"):
        inferred(broken, rendered(calm))


def test_an_object_that_no_value_found_switches_on_is_not_called_a_companion(tmp_path: Path) -> None:
    path_condition = '{{ if eq (sha256sum (toString .Values.key)) "0" }}\n'
    locked = path_condition + OBJECT.format(name="b", value="size") + "{{ end }}\n"
    files = {"templates/a.yaml": SIZE, "templates/b.yaml": locked, "values.yaml": "size: 1\n"}
    archive = archive_of(tmp_path / "locked", files)
    more = archive_of(tmp_path / "open", {**files, "templates/b.yaml": OBJECT.format(name="b", value="size")})
    stranger = archive_of(tmp_path / "other", {"templates/c.yaml": OBJECT.format(name="c", value="size")})
    target = (*rendered(more, {"size": 2}), *rendered(stranger))
    inference, _ = inferred(archive, target)
    assert {each.resource.name: each.cls for each in inference.residual} == {
        "b": ResidualClass.NOT_FOUND,
        "c": ResidualClass.NOT_IN_CHART,
    }
