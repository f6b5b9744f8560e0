from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.signatures import Signature, load_signatures
from migrator.workflow.rules.cases import case_files, failed_case, read_case
from migrator.yamlio import rules_directory

PATH = RepoPath(".migrate/rules/signatures/databases/cachet/plain.yaml")
SHIPPED = dict(case_files(Path("no-repository")))
SIGNATURE = """\
apiVersion: migrate/v1
kind: Signature
chart: cachet
repository: https://charts.example.org
category: databases
versionLabel: app
images:
  acme/cachet: {weight: 1, tag: appVersion}
containers:
  cachet: {ports: [6000]}
core:
  StatefulSet: ["{fullname}"]
objects:
  Service: ["{fullname}-headless"]
"""
OBJECTS = """\
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kv-cachet, namespace: data}
spec: {template: {spec: {containers: [{name: cachet, image: "acme/cachet:6.0"}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: kv-cachet-headless, namespace: data}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec: {template: {spec: {containers: [{name: main, image: "corp/shop:1"}]}}}
"""


def case(expect: str, objects: str = OBJECTS, fields: str = "") -> bytes:
    return f"apiVersion: migrate/v1\nkind: Case\n{fields}expect: {expect}\n{objects}".encode()


@pytest.fixture(scope="module")
def shipped() -> tuple[Signature, ...]:
    return load_signatures()


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A repository whose team has a signature of its own."""
    folder = tmp_path / ".migrate" / "rules" / "signatures" / "databases"
    (folder / "cachet").mkdir(parents=True)
    (folder / "cachet.yaml").write_text(SIGNATURE)
    return tmp_path


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_case_holds(name: RepoPath, shipped: tuple[Signature, ...]) -> None:
    assert failed_case(read_case(name, SHIPPED[name]), shipped) == ""


def test_a_shipped_case_lies_beside_the_signature_that_it_tries(shipped: tuple[Signature, ...]) -> None:
    charts = {(one.category, one.chart) for one in shipped}
    assert {tuple(name.split("/")[2:4]) for name in SHIPPED} <= charts


def test_a_shipped_case_of_a_chart_fails_without_signatures(shipped: tuple[Signature, ...]) -> None:
    tried = [read_case(name, data) for name, data in SHIPPED.items()]
    assert all(bool(failed_case(one, ())) is bool(one.expected) for one in tried)


def test_a_case_is_no_signature() -> None:
    named = {one.source for one in load_signatures()}
    assert named
    assert not named & SHIPPED.keys()
    assert all(path.is_file() for path in (rules_directory() / "signatures").glob("*/*.yaml"))


def test_a_failing_case_of_the_team_is_shown_failing(migrate: Migrate, team: Path) -> None:
    folder = team / ".migrate" / "rules" / "signatures" / "databases" / "cachet"
    (folder / "good.yaml").write_bytes(case("{cachet: 2}"))
    shown = migrate("rules", "test", team)
    assert (shown.code, shown.out) == (0, f"{len(SHIPPED) + 1} cases, 0 failed\n")
    (folder / "bad.yaml").write_bytes(case("{cachet: 3}"))
    shown = migrate("rules", "test", team)
    assert shown.code == 2
    problem, total = shown.out.splitlines()
    assert problem == (
        ".migrate/rules/signatures/databases/cachet/bad.yaml: expected cachet with 3 objects, "
        "found cachet with 2 objects (appVersion 6.0, release kv, namespace data, repository https://charts.example.org)"
        "; in no chart: Deployment.apps shop/shop"
    )
    assert total == f"{len(SHIPPED) + 2} cases, 1 failed"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("{cachet: 2}", "{cachet: 1}"),
        ("{cachet: 2}", "{}"),
        ("{cachet: 2}", "{redis: 2}"),
        ("{cachet: 2}", "{cachet: 2, redis: 1}"),
        ("{cachet: 2}", "{cachet: [2, 2]}"),
        ("{cachet: {release: kv}}", "{cachet: {release: other}}"),
        ("{cachet: {namespace: data}}", "{cachet: {namespace: shop}}"),
        ('{cachet: {appVersion: "6.0"}}', '{cachet: {appVersion: "7.0"}}'),
        ("{cachet: {repository: https://charts.example.org}}", "{cachet: {repository: https://else.example.org}}"),
        ("{cachet: {objects: 2}}", '{cachet: {objects: 2, version: "1.0.0"}}'),
        ("{cachet: [{objects: 2}]}", "{cachet: {rival: https://else.example.org}}"),
    ],
)
def test_each_expectation_can_fail(team: Path, right: str, wrong: str) -> None:
    signatures = load_signatures([team / ".migrate" / "rules" / "signatures"])
    assert failed_case(read_case(PATH, case(right)), signatures) == ""
    assert failed_case(read_case(PATH, case(wrong)), signatures).startswith("expected ")


def test_two_installations_may_stand_in_any_order(team: Path) -> None:
    signatures = load_signatures([team / ".migrate" / "rules" / "signatures"])
    first = OBJECTS.rpartition("---")[0]
    second = first.replace("kv", "sessions").replace("namespace: data", "namespace: web")
    for order in ("[{release: sessions}, {release: kv}]", "[{release: kv}, {release: sessions}]"):
        assert failed_case(read_case(PATH, case(f"{{cachet: {order}}}", OBJECTS + second)), signatures) == ""
    twice = case("{cachet: [{release: kv}, {release: kv}]}", OBJECTS + second)
    assert "release sessions" in failed_case(read_case(PATH, twice), signatures)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (b"", 0, "the file: must be a mapping"),
        (b"kind: Case\n", 1, "expect: is missing"),
        (b"expect: {}\nkind: Signature\n", 2, "kind: must be Case"),
        (case("{}", ""), 1, "must be followed by at least one object"),
        (case("{}", "--- text\n"), 4, "document 2: must be an object with apiVersion, kind and metadata.name"),
        (case("{}", "---\n\nkind: ConfigMap\n"), 6, "document 2: must be an object with apiVersion"),
        (case("4"), 3, "expect: must be a mapping"),
        (case("{cachet: many}"), 3, "expect.cachet: must be a number of objects"),
        (case("{cachet: [2, 0]}"), 3, "expect.cachet.1: must be a number of objects"),
        (case("{cachet: {version: 1.0}}"), 3, "expect.cachet.version: must be a text"),
        (case("{cachet: {versions: [a]}}"), 3, "expect.cachet.versions: unknown field"),
        (case("{}", fields="about: [x]\n"), 3, "about: must be a text"),
        (case("{}", fields="abuot: x\n"), 3, "abuot: unknown field 'abuot', did you mean 'about'? known are about"),
    ],
)
def test_a_file_that_is_no_case_is_an_error(text: bytes, line: int, problem: str) -> None:
    with pytest.raises(MigrateError) as caught:
        read_case(PATH, text)
    found = caught.value.diagnostic
    assert (found.code, found.remedy) == ("MIG301", "correct the rule file")
    assert found.span is not None
    assert (found.span.path, found.span.line) == (PATH, line)
    assert problem in found.summary
