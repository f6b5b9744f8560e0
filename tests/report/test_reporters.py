from __future__ import annotations

import io
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from migrator.charts.types import ChartRef
from migrator.diagnostics import Diagnostic, Severity
from migrator.inference.types import Inference, SplitValues
from migrator.model import DifferenceKind, Json, ReleaseContext
from migrator.plan.types import Decision, Plan
from migrator.report.ci.github import workflow_commands
from migrator.report.ci.gitlab import code_quality
from migrator.report.ci.junit import Case, finding_cases, junit
from migrator.report.ci.sarif import sarif_document
from migrator.report.json import dumps, infer_document, plan_document
from migrator.report.markdown import findings_markdown, plan_markdown
from migrator.report.terminal import show_diagnostics, show_plan


def text_of(plan: Plan, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    show_plan(plan, stream, verbose=verbose)
    return stream.getvalue()


def test_the_plan_document_keeps_the_contract(plan: Plan) -> None:
    document = json.loads(dumps(plan_document(plan)))

    keys = ["format_version", "complete", "environments", "components", "pinned", "changes", "diagnostics"]
    assert list(document) == keys
    assert document["format_version"] == "1.0"
    assert document["environments"]["prod"] == {"roots": ["overlays/prod"], "status": "built"}
    component = document["components"][0]
    assert component["chart"]["name"] == "cache"
    assert component["resources"] == 1
    assert component["resources_by_environment"] == {"dev": 1, "prod": 1}
    assert component["values"] == {
        "common": {"a": {"b": 1}, "text": "[bold]x"},
        "environments": {"prod": {"replicas": 3}},
        "notes": {},
    }
    assert component["residual"][0]["path"] == "/spec/a~1b/0"
    assert component["residual"][0]["class"] == "inexpressible"
    assert component["companions"] == [{"resource": "ConfigMap ns/dash|board", "environments": ["dev", "prod"]}]
    assert component["impact"] == "metadata"
    assert component["differences"][0]["id"] == "Deployment.apps/ns/web#/metadata/labels/helm.sh~1chart"
    assert document["changes"][1] == {"action": "move", "path": "b", "cause": "layout", "source": "a"}
    assert document["diagnostics"][0]["line"] == 3


def test_a_kept_component_has_no_chart(plan: Plan) -> None:
    assert plan_document(plan)["components"][1]["chart"] is None


def test_every_report_shows_the_successor_and_the_rivals_of_a_chart(plan: Plan) -> None:
    component = plan_document(plan)["components"][0]
    assert component["successor"] == "store of https://new.example.org"
    assert component["rivals"] == [{"name": "cache", "repository": "https://other.example.org", "confidence": 0.9}]
    for shown in (text_of(plan), plan_markdown(plan)):
        assert "deprecated; its successor is store of https://new.example.org" in shown
        assert "or cache of https://other.example.org, confidence 0.90" in shown
    kept = replace(
        plan, components=(replace(plan.components[0], decision=Decision.KEEP, reason="migrate.yaml says so"),)
    )
    assert "migrate.yaml says so; its chart is deprecated, the successor is store of" in text_of(kept)
    plain = replace(plan, components=(replace(plan.components[0], successor="", rivals=()),))
    assert "deprecated" not in text_of(plain) + plan_markdown(plain)


def test_the_terminal_report_names_what_a_person_needs(plan: Plan) -> None:
    shown = text_of(plan)

    for piece in (
        "overlays/prod  built",
        "no such file",
        "cache  adopt",
        "chart     cache 1.2.3 from https://charts.example.org",
        "image: tiny/cache (2 times)",
        "port: 80  (against)",
        "values, prod",
        "[bold]x",
        "ConfigMap ns/dash|board",
        "metadata  1 label on 1 Deployment in prod, allowed by chart-labels",
        "+ helm-charts/x/Chart.yaml  (cache)",
        "> a -> b  (layout)",
        "1 adopt, 1 keep; 2 file changes; highest impact metadata",
        "not complete",
    ):
        assert piece in shown


def test_items_of_lists_are_named_by_their_keys_wherever_a_difference_is_shown(plan: Plan) -> None:
    component = plan.components[0]
    (first,) = component.differences["prod"]
    path = ("spec", "template", "spec", "containers", 0, "env")
    opened = replace(first, allowance=None, admitted=False, why="no allowance admits it")
    added = replace(opened, path=(*path, 3), kind=DifferenceKind.ADDED, place="containers[web].env[A|B]", after=1)
    sides: dict[str, Json] = {"before": [{"name": "a"}, {"name": "b"}], "after": [{"name": "b"}, {"name": "a"}]}
    moved = replace(opened, path=path, place="containers[web].env", is_order=True, **sides)
    found = replace(component, differences={"prod": (first, added, moved)}, next="migrate accept . cache")
    changed = replace(plan, components=(found, *plan.components[1:]))
    text, markdown = text_of(changed), plan_markdown(changed)
    start = "Deployment.apps/ns/web#/spec/template/spec/containers/0/env"
    assert f"e.g. {start}/3 (containers[web].env[A|B]): + 1\n" in text
    assert f"e.g. {start} (order of containers[web].env): order: a, b -> b, a\n" in text
    assert f"{start}/3 added (containers[web].env[A|B])\n" in text_of(changed, verbose=True)
    assert "  next      migrate accept . cache\n" in text
    assert f"- metadata  1 difference in pods' containers.env on 1 Deployment in prod\n  e.g. {start}/3" in markdown
    assert "(containers[web].env[A\\|B]): + 1" in markdown
    assert "Next: `migrate accept . cache`" in markdown
    documents = {each["id"]: each for each in plan_document(changed)["components"][0]["differences"]}
    assert documents[f"{start}/3"]["place"] == "containers[web].env[A|B]"
    assert "reordered" not in documents[f"{start}/3"]
    assert documents[start]["reordered"] is True
    assert "place" not in documents[first.id]


def test_no_colour_reaches_a_stream_that_is_no_terminal(plan: Plan) -> None:
    assert "\x1b" not in text_of(plan, verbose=True)


def test_no_color_is_honoured_on_a_terminal(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = Terminal()
    show_plan(plan, coloured)
    assert "\x1b[" in coloured.getvalue()

    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    show_plan(plan, plain)
    assert "\x1b[3" not in plain.getvalue()


def test_notes_are_for_those_who_ask(plan: Plan) -> None:
    quiet, loud = io.StringIO(), io.StringIO()
    show_diagnostics(plan.diagnostics, quiet)
    show_diagnostics(plan.diagnostics, loud, verbose=True)

    assert "a note" not in quiet.getvalue()
    assert "add the file" in quiet.getvalue()
    assert "a note" in loud.getvalue()
    assert "- fact" in loud.getvalue()


def test_markdown_cells_are_not_broken_by_their_text(plan: Plan) -> None:
    shown = plan_markdown(plan)

    assert "a\\|b 100% &lt;c>" in shown
    assert all(line.endswith("|") for line in shown.splitlines() if line.startswith("|"))
    assert findings_markdown(()) == "No findings.\n"


def test_a_markdown_fence_is_longer_than_any_inside(plan: Plan) -> None:
    from dataclasses import replace

    values = SplitValues(common={"text": "```\nx\n```\n"})
    component = replace(plan.components[0], values=values)
    assert "````yaml" in plan_markdown(replace(plan, components=(component,)))


def test_sarif_places_each_finding(plan: Plan) -> None:
    log = sarif_document(plan.diagnostics, version="1.0")
    (run,) = log["runs"]
    first, second = run["results"]

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["MIG201", "MIG305"]
    assert first["level"] == "error"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "overlays/dev%2Cx/kustomization.yaml"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert second["level"] == "note"
    assert run["results"][second["ruleIndex"]]["ruleId"] == "MIG305"


def test_github_commands_are_escaped(plan: Plan) -> None:
    first, second = workflow_commands(plan.diagnostics).splitlines()

    assert first == (
        "::error file=overlays/dev%2Cx/kustomization.yaml,line=3,col=5,title=MIG201::"
        "does not build: a|b%0A100%25 <c>. add the file"
    )
    assert second == "::notice title=MIG305::a note"


def test_gitlab_issues_have_distinct_fingerprints(plan: Plan) -> None:
    issues = json.loads(code_quality(plan.diagnostics))

    assert [issue["severity"] for issue in issues] == ["major", "info"]
    assert issues[0]["location"] == {"path": "overlays/dev,x/kustomization.yaml", "lines": {"begin": 3}}
    assert len({issue["fingerprint"] for issue in issues}) == 2


def test_no_line_of_junit_begins_with_what_a_name_holds() -> None:
    finding = Diagnostic(code="MIG802", severity=Severity.INFO, summary="a\n::error::b is vendored")
    text = junit(finding_cases([finding]))
    assert not any(line.startswith("::") for line in text.splitlines())
    assert "a\\n::error::b" in text


def test_junit_counts_and_escapes() -> None:
    text = junit(
        [
            Case(suite="prod", name="cache"),
            Case(suite="prod", name='a "b" <c>', failure="first\x00 <line>\nsecond & last"),
            Case(suite="dev", name="all", skipped="did not build"),
        ]
    )
    root = ET.fromstring(text.encode())  # noqa: S314 - our own text

    assert root.attrib["tests"] == "3"
    assert root.attrib["failures"] == "1"
    assert [suite.attrib["name"] for suite in root] == ["prod", "dev"]
    failure = root[0][1][0]
    assert failure.text == "first\\x00 <line>\nsecond & last"


def test_the_inference_document_keeps_the_contract() -> None:
    inference = Inference(
        context=ReleaseContext(release="cache", namespace="ns"),
        values=SplitValues(common={"a": 1}, notes=((("a",), "why"),)),
        rendered={},
        differences={"default": ()},
        residual=(),
        companions={},
        renders=4,
        seconds=1.23456,
        engine={"helm": "v3.17.3"},
    )
    document = infer_document(inference, (), ChartRef(name="x", version="1.0.0", repository=""))

    assert document["verdict"] == "identical"
    assert document["values"] == {"common": {"a": 1}, "environments": {}, "notes": {"/a": "why"}}
    assert document["seconds"] == 1.235
    assert {"release", "namespace", "residual", "renders", "engine"} <= set(document)
