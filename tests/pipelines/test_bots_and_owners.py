"""Renovate sees what it would not, CODEOWNERS names teams, and rules for Prometheus read metrics that there are."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from deployed_shop import CHART, HOSTILE, lock, with_releases, written

from migrator.discover.upkeep import Teams
from migrator.gitops.deployer import Deployer, Tool
from migrator.lock import Handover, Lock, LockedDeployer
from migrator.model import RepoPath, ResId, SourceSpan
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Wishes
from migrator.pipelines.monitoring import known_labels, prometheus_rule
from migrator.pipelines.owners import owned_folders, owned_lines, with_owners
from migrator.pipelines.renovate import CannotExtendError, extended, new_configuration, wanted_of
from migrator.pipelines.seen_files import seen_by_renovate
from migrator.rewrite import load_layout

VALUES = RepoPath("infrastructure/databases/db/values-prod.yaml")
RELEASE = RepoPath("platform/flux/releases/prod/db.yaml")
WANTED = wanted_of([VALUES], {"flux": {RepoPath("platform/flux/releases"): RELEASE}})


def matched(text: str, manager: str, path: str) -> bool:
    patterns = json.loads(text)[manager]["managerFilePatterns"]
    return any(re.search(each[1:-1], path) for each in patterns)


def test_a_new_configuration_sees_values_and_releases_and_no_others() -> None:
    text = new_configuration(WANTED)
    assert matched(text, "helm-values", VALUES)
    assert matched(text, "helm-values", "a/values.yaml")
    assert not matched(text, "helm-values", "a/other-values-prod.yaml")
    assert matched(text, "flux", RELEASE)
    assert not matched(text, "flux", "x/platform/flux/releases/prod/db.yaml")


def test_folders_are_words_and_no_patterns() -> None:
    found = wanted_of(
        [], {"flux": {RepoPath("a.b"): RepoPath("a.b/x.yaml"), RepoPath("a.b/c"): RepoPath("a.b/c/x.yaml")}}
    )
    assert found["flux"][0] == r"^a\.b/.+\.ya?ml$"
    assert wanted_of([RepoPath("charts/db/env/prod.yaml")], {})["helm-values"][0] == r"^charts/db/env/.+\.ya?ml$"


EXISTING = """{
\t// mine
\t"extends": ["config:base"],
\t"enabledManagers": ["kustomize"],
\t"flux": {
\t\t"fileMatch": ["^clusters/.+\\\\.yaml$"]
\t}
}
"""


def test_an_existing_configuration_gets_what_is_missing_and_no_other_byte() -> None:
    new = extended(EXISTING, WANTED)
    plain = re.sub(r"//.*", "", new)
    held = json.loads(plain)
    assert set(held["enabledManagers"]) == {"kustomize", "helmv3", "helm-values", "flux"}
    assert any(re.search(each, RELEASE) for each in held["flux"]["fileMatch"])
    assert "^clusters/.+\\.yaml$" in held["flux"]["fileMatch"]
    assert matched(plain, "helm-values", VALUES)
    left = iter(new)
    assert all(each in left for each in EXISTING)  # nothing was taken away
    assert extended(new, WANTED) == new


def test_an_item_of_a_list_gets_a_line_where_the_others_have_one() -> None:
    text = '{\n  "flux": {\n    "managerFilePatterns": [\n      "/^x$/"\n    ]\n  },\n  "helm-values": {"fileMatch": ["values"]}\n}\n'
    lines = extended(text, WANTED).splitlines()
    assert lines[3:5] == [r"""      "/^platform/flux/releases/.+\\.ya?ml$/",""", '      "/^x$/"']


def test_an_empty_configuration_stays_json() -> None:
    assert matched(extended("{}\n", WANTED), "helm-values", VALUES)


@pytest.mark.parametrize("text", ["[]", "{", '{"flux": {}}', "module.exports = {}"])
def test_what_cannot_be_extended_is_said_and_stays(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotExtendError):
        extended(text, WANTED)
    (tmp_path / "renovate.json").write_text(text)
    assert written(tmp_path, deployed(lock()), Wishes(renovate=WANTED)) == ("MIG672",)
    assert (tmp_path / "renovate.json").read_text() == text


def test_a_configuration_in_package_json_is_not_put_out_of_force(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"renovate": {"extends": ["config:recommended"]}}')
    assert written(tmp_path, deployed(lock()), Wishes(renovate=WANTED)) == ("MIG672",)
    assert not (tmp_path / "renovate.json").exists()


def test_it_is_extended_where_renovate_looks(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/renovate.json5").write_text("{extends: ['config:recommended']}\n")
    assert written(tmp_path, deployed(lock()), Wishes(renovate=WANTED)) == ()
    assert not (tmp_path / "renovate.json").exists()
    assert '"helm-values"' in (tmp_path / ".github/renovate.json5").read_text()


def test_a_new_owner_stands_before_what_is_said_of_parts_of_its_folder() -> None:
    lines, odd = owned_lines({RepoPath("applications"): ("@acme/apps",), RepoPath("platform"): ("@acme/platform",)})
    assert odd == ()
    text = "* @acme/all\n/applications/shop/ @acme/shop # mine\ndocs/ @acme/docs"
    new = with_owners(text, lines)
    assert new == (
        "* @acme/all\n/applications/ @acme/apps\n/applications/shop/ @acme/shop # mine\ndocs/ @acme/docs\n"
        "/platform/ @acme/platform\n"
    )
    assert with_owners(new, lines) == new


def test_a_folder_that_has_an_owner_keeps_it() -> None:
    lines, _ = owned_lines({RepoPath("platform"): ("@acme/new",)})
    for text in ("/platform/ @acme/old\n", "platform/** @acme/old\n", "platform @acme/old\n"):
        assert with_owners(text, lines) == text


def test_folders_that_no_pattern_can_say_are_left_out_and_said(tmp_path: Path) -> None:
    wishes = Wishes(
        platform="gitlab", owners={RepoPath("a b"): ("@x",), RepoPath(HOSTILE): ("@x",), RepoPath("c[1]"): ("@x",)}
    )
    assert written(tmp_path, deployed(lock()), wishes) == ("MIG672", "MIG672")
    assert (tmp_path / "CODEOWNERS").read_text() == "/a\\ b/ @x\n"


@pytest.mark.parametrize(("tool", "metric"), [("argocd", "argocd_app_info"), ("flux", "gotk_resource_info")])
def test_rules_for_prometheus(tmp_path: Path, tool: str, metric: str) -> None:
    handover = Handover(tool=tool, stage=1, stages=("switch",), namespace="space")
    folder = RepoPath("platform/monitoring")
    wishes = Wishes(monitoring=folder, namespace="space", labels={"release": "a: b"})
    assert written(tmp_path, deployed(lock(handover=handover)), wishes) == ()
    held = yaml.safe_load((tmp_path / folder / f"{tool}.yaml").read_text())
    assert (held["kind"], held["metadata"]["namespace"]) == ("PrometheusRule", "space")
    assert held["metadata"]["labels"] == {"release": "a: b"}
    rules = [rule for group in held["spec"]["groups"] for rule in group["rules"]]
    assert len(rules) == 3
    assert all(metric in rule["expr"] and rule["for"] and rule["annotations"]["summary"] for rule in rules)
    assert all(rule["expr"].count("(") == rule["expr"].count(")") for rule in rules)


@pytest.mark.corpus
@pytest.mark.parametrize("tool", ["argocd", "flux"])
def test_rules_are_what_the_definition_of_prometheus_operator_takes(corpus: Path, tool: str) -> None:
    with tarfile.open(corpus / "charts/kube-prometheus-stack-45.7.1.tgz") as archive:
        (member,) = [each for each in archive.getmembers() if each.name.endswith("crd-prometheusrules.yaml")]
        definition = yaml.safe_load(archive.extractfile(member) or b"")
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    rule = schema["properties"]["spec"]["properties"]["groups"]["items"]["properties"]["rules"]["items"]
    del schema["properties"]["spec"]["properties"]["groups"]["items"]["properties"][
        "partial_response_strategy"
    ]  # Go's regex
    rule["additionalProperties"] = False
    rule["properties"]["expr"] = {"type": "string"}
    held = yaml.safe_load(prometheus_rule(tool, "space", {"release": "x"}))
    jsonschema.validate(held, schema)
    held["spec"]["groups"][0]["rules"][0]["expression"] = "up"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(held, schema)


def test_the_label_of_rules_is_learned_from_the_release_of_a_known_chart() -> None:
    assert known_labels(lock()) == {}
    assert known_labels(with_releases(lock(), name="kube-prometheus-stack")) == {"release": "shop-db"}


def emitted_by(tool: str, kind: str, file: str) -> Lock:
    by = LockedDeployer(tool=tool, kind=kind, name="db", file=RepoPath(file), component="tiny-db")
    held = lock("prod")
    return replace(held, environments={"prod": replace(held.environments["prod"], deployed_by=(by,))})


def test_renovate_sees_what_is_emitted_in_every_environment_and_what_was_there() -> None:
    there = Deployer(
        tool=Tool.FLUX,
        id=ResId(group="helm.toolkit.fluxcd.io", kind="HelmRelease", namespace="a", name="b"),
        span=SourceSpan(path=RepoPath("clusters/x/b.yaml")),
    )
    flux = seen_by_renovate(emitted_by("flux", "HelmRelease", "p/flux/prod/db.yaml"), (there,), names_charts=False)
    pattern, sample = flux["flux"]
    assert sample == "clusters/x/b.yaml"
    assert re.search(pattern, "p/flux/staging/other.yaml")
    assert re.search(pattern, "clusters/x/b.yaml")
    assert not re.search(pattern, "clusters/y/b.yaml")
    assert re.search(flux["helm-values"][0], f"{CHART}/values-prod.yaml")
    argocd = emitted_by("argocd", "Application", "p/argocd/applications/prod/db.yaml")
    assert "argocd" not in seen_by_renovate(argocd, (), names_charts=False)
    assert seen_by_renovate(argocd, (), names_charts=True)["argocd"][0] == r"^p/argocd/applications/.+\.ya?ml$"


TEAMS = Teams(platform=("@acme/platform",), applications=("@acme/apps",))


@pytest.mark.parametrize(
    ("layout", "files", "expected"),
    [
        (
            "enterprise",
            [f"{CHART}/Chart.yaml", "applications/shop/api/base/a.yaml", "platform/rbac/base/a.yaml"],
            {"applications": "apps", "infrastructure": "platform", "platform": "platform"},
        ),
        (
            "in-place",
            [f"{CHART}/Chart.yaml"],
            {
                CHART: "platform",
                "applications/shop/overlays/dev": "apps",
                "applications/shop/overlays/prod": "apps",
            },
        ),
    ],
)
def test_who_owns_what(layout: str, files: list[str], expected: dict[str, str]) -> None:
    found = owned_folders(lock(), load_layout(layout), TEAMS, [RepoPath(each) for each in files])
    assert {folder: owners for folder, (owners,) in found.items()} == {
        folder: f"@acme/{team}" for folder, team in expected.items()
    }
    assert owned_folders(lock(), load_layout(layout), Teams(), [RepoPath(each) for each in files]) == {}
