"""Fields and methods of versions, times and certificates are those that templates find in Helm."""

from __future__ import annotations

import pytest
from chart_support import bodies, chart_of, files_of, helm_bodies, run_of
from go_expressions import evaluate

from migrator.templates.chart import load_chart
from migrator.templates.errors import TemplateError
from migrator.templates.golang.methods import has_members, member

TEMPLATE = """{{- $old := semver "v1.2.3-rc.1+b" }}{{ $new := semver "1.2.3" }}
{{- $day := toDate "2006-01-02T15:04:05Z07:00" "2020-01-31T12:00:00Z" }}
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
data:
"""
EXPRESSIONS = (
    "$old.Major", "$new.Minor | int", "add $new.Patch 1", "kindOf $new.Major", "gt $new.Minor 1", "$old.Prerelease",
    "$old.Metadata", "$old.Original", "$old.LessThan $new", "$old.Compare $new", "$new.Equal $new", "$old.IncMajor",
    "(semver .Capabilities.KubeVersion.Version).Minor", "$day.Year", '$day.Format "Jan 2 2006"', "$day.Unix",
    '($day.AddDate 0 1 0).Format "2006-01-02"', "$day.Weekday", "$day.UTC.Month", "$day.Before $day",
    "now.UTC.Year | kindOf", "kindOf now.Year", "with $old }}{{ .Patch }}{{ end",
)  # fmt: skip


def test_members_are_those_of_helm() -> None:
    lines = "".join(f"  line{index}: '{{{{ {text} }}}}'\n" for index, text in enumerate(EXPRESSIONS))
    files = files_of({"x.yaml": TEMPLATE + lines})
    run = run_of(load_chart(files))
    assert run.complete
    assert bodies(run) == helm_bodies(files)


def test_a_certificate_has_its_two_texts() -> None:
    authority = evaluate('genCA "a" 1', {})
    assert member(authority, "Cert").startswith("-----BEGIN CERTIFICATE-----")
    assert member(authority, "Key").startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert not has_members({"Cert": "c"})


@pytest.mark.parametrize(("expression", "message"), [
    ("$old.Nope", r"can't evaluate field Nope in type *semver.Version"),
    ("$old.LessThan", "wrong number of args for LessThan"),
    ('$old.Major "x"', "wrong number of args for Major"),
])  # fmt: skip
def test_what_is_not_there_is_an_error_in_the_words_of_go(expression: str, message: str) -> None:
    run = run_of(chart_of({"x.yaml": f"{TEMPLATE}  x: '{{{{ {expression} }}}}'\n"}))
    assert run.templates["tiny/templates/x.yaml"].error == message


def test_a_method_fails_as_a_function_does() -> None:
    with pytest.raises(TemplateError, match="error calling AddDate"):
        member(evaluate('toDate "2006" "2020"', {}), "AddDate", 10**9, 0, 0)
