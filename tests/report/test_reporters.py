from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from migrator.charts.types import ChartRef
from migrator.diagnostics import Diagnostic, Severity
from migrator.inference.types import Inference, SplitValues
from migrator.model import DifferenceKind, Json, ReleaseContext, RepoPath, SourceSpan
from migrator.plan.types import Decision, Plan
from migrator.report.ci.github import workflow_commands
from migrator.report.ci.gitlab import code_quality
from migrator.report.ci.junit import Case, finding_cases, junit
from migrator.report.ci.sarif import sarif_document
from migrator.report.json import dumps, infer_document, plan_document
from migrator.report.markdown.planned import findings_markdown, plan_markdown
from migrator.report.planned.summary import show_plan
from migrator.report.terminal import show_diagnostics, show_findings


def text_of(plan: Plan, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    show_plan(plan, stream, verbose=verbose)
    return stream.getvalue()


def test_the_plan_document_keeps_the_contract(plan: Plan) -> None:
    document = json.loads(dumps(plan_document(plan)))

    keys = ["format_version", "complete", "next", "environments", "components", "pinned", "changes", "diagnostics"]
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
    assert document["next"] == "migrate apply ."
    moved = {"action": "move", "path": "b", "cause": "layout", "added": 0, "removed": 0, "source": "a"}
    assert document["changes"] == [
        {"action": "create", "path": "helm-charts/x/Chart.yaml", "cause": "cache", "added": 9, "removed": 0},
        moved,
    ]
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


def test_the_terminal_report_begins_with_what_a_pull_request_would_say(plan: Plan) -> None:
    shown = text_of(plan)
    first, *lines = shown.splitlines()
    assert first == "Plan: 1 adopt, 1 keep; 2 file changes; highest impact metadata."
    assert lines[:9] == [
        "The plan is not complete: the messages say why.",
        "  moves     1 component, objects: dev 1, prod 1",
        "  admitted  1 difference allowed by chart-labels",
        "  files     1 created, 1 moved; +9 -0 lines",
        "  built     prod",
        "  failed    dev  overlays/dev: no such file",
        "  next      migrate apply .",
        "  more      --verbose: evidence, values and every difference",
        "",
    ]
    assert "  cache  adopt  cache 1.2.3  databases  1 object  impact metadata  confidence 0.99\n" in shown
    assert "    renders the same\n" in shown
    assert "values" not in shown.partition("Moves to Helm")[2]
    assert "next" not in text_of(replace(plan, next=""))


def test_many_of_a_kind_are_counted_and_named_under_verbose(plan: Plan) -> None:
    kept = tuple(replace(plan.components[1], id=f"app-{number:02}") for number in range(30))
    changes = tuple(replace(plan.changes[0], path=RepoPath(f"base/{number}.yaml")) for number in range(30))
    many = replace(plan, components=(plan.components[0], *kept), changes=(*changes, plan.changes[1]))
    shown = text_of(many)
    assert (
        "  application: app-00, app-01, app-02, app-03, app-04, app-05, app-06, app-07, app-08, app-09, ... 20 more"
        in shown
    )
    assert "; in base/, b\n" in shown
    assert "base/0.yaml" not in shown
    loud = text_of(many, verbose=True)
    assert all(each.id in loud for each in kept)
    assert all(str(each.path) in loud for each in changes)


def test_proposals_are_shown_with_the_command_that_goes_on(plan: Plan) -> None:
    def proposed(count: int) -> Plan:
        one = replace(plan.components[0], decision=Decision.PROPOSE, reason="two would restart")
        found = [replace(one, id=f"p{number}", next=f"migrate accept . p{number}") for number in range(count)]
        return replace(plan, components=tuple(found), changes=())

    few, many = text_of(proposed(2)), text_of(proposed(9))
    assert few.startswith("Nothing can be done yet: 2 propose.\n")
    assert "  to decide  p0, p1\n" in few
    assert few.count("next  migrate accept") == 2
    assert "    two would restart\n    or cache of" not in few
    assert (many.count("two would restart"), many.count("next  migrate accept")) == (0, 1)
    assert many.count("; its chart is deprecated; or of 1 other publisher\n") == 9
    some = text_of(proposed(5))
    assert (some.count("two would restart"), some.count("next  migrate accept")) == (5, 1)
    most = text_of(proposed(20))
    assert "  and with less impact, or more surely: p8, p9, p10" in most
    assert all(f"p{number}" in most for number in range(20))


def shown(found: Iterable[Diagnostic], *, verbose: bool = False) -> list[str]:
    stream = io.StringIO()
    show_diagnostics(found, stream, verbose=verbose)
    return stream.getvalue().splitlines()


def test_of_many_messages_of_a_kind_the_first_is_shown() -> None:
    warning = Diagnostic(code="MIG220", severity=Severity.WARNING, summary="twice")
    error = replace(warning, severity=Severity.ERROR, summary="broken")
    found = [replace(warning, summary=f"twice {number}") for number in range(5)] + [error]
    assert shown(found) == [
        "error: broken [MIG220]",
        "warning: twice 0 [MIG220] and 4 more of this kind (--verbose)",
    ]
    assert len(shown(found, verbose=True)) == 6


def test_the_places_of_the_others_are_named() -> None:
    first = Diagnostic(code="MIG668", severity=Severity.ERROR, summary="harm")
    found = [replace(first, span=SourceSpan(path=RepoPath(f"{name}.yaml"), line=2)) for name in "abcdefg"]
    (line,) = shown(found)
    assert line == (
        "a.yaml:2: error: harm [MIG668] and 6 more of this kind, in b.yaml:2, c.yaml:2, d.yaml:2, ... (--verbose)"
    )


def test_of_many_kinds_those_about_what_is_written_are_shown() -> None:
    kinds = [f"MIG{number}02" for number in (1, 2, 3, 4, 5, 6)]
    found = [Diagnostic(code=code, severity=Severity.WARNING, summary="x") for code in kinds for _ in range(2)]
    lines = shown(found)
    assert [line.partition("[")[2][:6] for line in lines[:4]] == ["MIG602", "MIG502", "MIG402", "MIG302"]
    assert lines[4:] == ["4 more (--verbose): MIG102, MIG202"]
    assert len(shown(found, verbose=True)) == 12


def test_many_owners_and_failures_are_counted(plan: Plan) -> None:
    apps = tuple(f"Application a{number}" for number in range(9))
    prod = replace(plan.environments["prod"], deployed_by=(*apps, "Kustomization k"))
    lost = {
        name: replace(plan.environments["dev"], roots=(RepoPath(name),) * 9, reason=f"{name} is odd")
        for name in ("dev", "test", "uat", "qa")
    }
    many = text_of(replace(plan, environments={"prod": prod, **lost}))
    assert "  deployed  prod by 9 Applications, 1 Kustomization\n" in many
    assert "  failed    dev, qa, test, uat: the messages say which roots, and why\n" in many
    loud = text_of(replace(plan, environments={"prod": prod, **lost}), verbose=True)
    assert all(each in loud for each in (*apps, "qa is odd", "uat is odd"))


def test_the_terminal_report_names_under_verbose_all_that_there_is(plan: Plan) -> None:
    shown = text_of(plan, verbose=True)

    for piece in (
        "prod (overlays/prod)",
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
    text, markdown = text_of(changed, verbose=True), plan_markdown(changed)
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


def test_markdown_begins_with_the_same_as_the_terminal(plan: Plan) -> None:
    lines = plan_markdown(replace(plan, next="migrate apply 'a`b'")).splitlines()
    assert lines[2] == "**Plan: 1 adopt, 1 keep; 2 file changes; highest impact metadata.**"
    assert "- admitted: 1 difference allowed by chart-labels" in lines
    assert "- failed: dev  overlays/dev: no such file" in lines
    assert "- next: ``migrate apply 'a`b'``" in lines
    assert "- The plan is not complete: see the messages below." in lines
    assert "not complete" not in plan_markdown(replace(plan, complete=True))


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


def test_an_audit_begins_with_how_much_was_found(plan: Plan) -> None:
    warning = Diagnostic(code="MIG802", severity=Severity.WARNING, summary="again")
    stream = io.StringIO()
    show_findings([*plan.diagnostics, warning, warning], stream)
    assert stream.getvalue().startswith("3 findings, 1 note.\n")
    assert stream.getvalue().count("again") == 1
    assert "  MIG" not in stream.getvalue()
    many = [replace(warning, summary=f"again {at}") for at in range(9)]
    stream = io.StringIO()
    show_findings([*many, *plan.diagnostics], stream)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "10 findings, 1 note."
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["error", "MIG201", "1"],
        ["warning", "MIG802", "9"],
        ["info", "MIG305", "1"],
    ]
    markdown = findings_markdown([*many, *plan.diagnostics])
    assert markdown.startswith("**10 findings, 1 note.**\n\n- error MIG201  1")
