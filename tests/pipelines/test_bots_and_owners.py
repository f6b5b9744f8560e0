"""Renovate sees what it would not, CODEOWNERS names teams, and rules for Prometheus read metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from deployed_shop import HOSTILE, lock, written

from migrator.lock import Handover
from migrator.model import RepoPath
from migrator.pipelines.deployed import deployed
from migrator.pipelines.emit import Wishes
from migrator.pipelines.owners import owned_lines, with_owners
from migrator.pipelines.renovate import CannotExtendError, extended, new_configuration, wanted_of

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


def test_an_empty_configuration_stays_json() -> None:
    assert matched(extended("{}\n", WANTED), "helm-values", VALUES)


@pytest.mark.parametrize("text", ["[]", "{", '{"flux": {}}', "module.exports = {}"])
def test_what_cannot_be_extended_is_said_and_stays(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotExtendError):
        extended(text, WANTED)
    (tmp_path / "renovate.json").write_text(text)
    assert written(tmp_path, deployed(lock()), Wishes(renovate=WANTED)) == ("MIG672",)
    assert (tmp_path / "renovate.json").read_text() == text


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
