from __future__ import annotations

from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath
from migrator.signatures import index_manifests, load_manifests, read_manifest
from migrator.signatures.manifests import header_of
from migrator.signatures.references import location_of
from migrator.yamlio import YamlError

GOOD = """\
apiVersion: migrate/v1
kind: Manifest
product: keeper
chart: keeper
repository: https://charts.example.org
category: security
github: [acme/keeper, old-acme/keeper]
assets: [keeper.yaml, "keeper-{version}-crds.yaml"]
paths: [deploy/*/keeper.yaml, config]
tags: ["controller-{version}", "{version}"]
urls: ["get.example.org/keeper/{version}/*.yaml"]
headers: ["Keeper Version: {version}", "Made by keeper"]
files: [keeper.yaml, "keeper-{version}.yaml"]
holds: [acme/keeper, keeper.io]
version: app
differs:
- the chart adds a Job
"""
PATH = RepoPath("rules/manifests/keeper.yaml")
INDEX = index_manifests([read_manifest(GOOD.encode(), PATH)])
RAW = "https://raw.githubusercontent.com/acme/keeper"


def found(text: str) -> str | None:
    """The version that a reference names, None where the product is not recognised."""
    hit = INDEX.referenced(text)
    return None if hit is None else hit.version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("https://github.com/acme/keeper/releases/download/v1.5.3/keeper.yaml", "v1.5.3"),
        ("https://github.com/acme/keeper/releases/download/1.5.3/keeper.yaml", "1.5.3"),
        ("https://github.com/acme/keeper/releases/download/v1.5.3/keeper-1.5.3-crds.yaml", "1.5.3"),
        ("https://github.com/acme/keeper/releases/latest/download/keeper.yaml", ""),
        ("https://github.com/old-acme/keeper/releases/download/v0.9.0/keeper.yaml", "v0.9.0"),
        ("https://github.com/Acme/Keeper/releases/download/v1.5.3/keeper.yaml", "v1.5.3"),
        (f"{RAW}/v1.5.3/deploy/aws/keeper.yaml", "v1.5.3"),
        (f"{RAW}/controller-v1.5.3-rc.1/deploy/aws/keeper.yaml", "v1.5.3-rc.1"),
        (f"{RAW}/refs/tags/1.5.3/config/crd/bases/k.yaml", "1.5.3"),
        (f"{RAW}/main/deploy/aws/keeper.yaml", ""),
        ("https://github.com/acme/keeper/raw/v1.5.3/config/x.yaml", "v1.5.3"),
        ("https://github.com/acme/keeper/blob/v1.5.3/config/x.yaml", "v1.5.3"),
        ("https://github.com/acme/keeper/tree/v1.5.3/config/default", "v1.5.3"),
        ("github.com/acme/keeper//config/default?ref=v1.5.3", "v1.5.3"),
        ("github.com/acme/keeper/config/default?ref=controller-1.5.3&timeout=90s", "1.5.3"),
        ("https://github.com/acme/keeper.git//config?version=v1.5.3", "v1.5.3"),
        ("git::https://github.com/acme/keeper//config?ref=v1.5.3", "v1.5.3"),
        ("git@github.com:acme/keeper.git//config?ref=v1.5.3", "v1.5.3"),
        ("ssh://git@github.com/acme/keeper//config?ref=v1.5.3", "v1.5.3"),
        ("https://user:token@github.com/acme/keeper//config?ref=release-1.5", ""),
        ("https://get.example.org/keeper/1.5.3/all.yaml", "1.5.3"),
    ],
)
def test_every_form_of_a_url_names_product_and_version(text: str, version: str) -> None:
    assert found(text) == version


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/somebody/keeper/releases/download/v1.5.3/keeper.yaml",  # a fork
        "https://github.com/acme/keeper-tools/releases/download/v1.5.3/keeper.yaml",
        "https://github.com/acme/keeper/releases/download/v1.5.3/other.yaml",
        f"{RAW}/v1.5.3/examples/issuer.yaml",
        f"{RAW}/v1.5.3/configs/issuer.yaml",
        "https://github.com/acme/keeper",
        "https://github.com/acme/keeper/archive/v1.5.3.tar.gz",  # the source, no manifest
        "https://example.org/acme/keeper/releases/download/v1.5.3/keeper.yaml",
        "https://get.example.org/keeper/1.5.3/all.txt",
        "https://get.example.org/keeper/latest/all.yaml",
        "../base/keeper.yaml",
    ],
)
def test_what_is_another_products_is_not_recognised(text: str) -> None:
    assert found(text) is None


def test_a_location_never_shows_credentials() -> None:
    for text in (
        "https://me:hunter2@github.com/acme/keeper//config?ref=v1",
        "https://me:hunter2@x.example.org/a/b.yaml",
    ):
        assert "hunter2" not in str(location_of(text))


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("# Keeper Version: v1.5.3", "v1.5.3"),
        ("#Made by keeper", ""),
        ("# https://github.com/acme/keeper/releases/download/v1.5.3/keeper.yaml", "v1.5.3"),
        ("## Source: <https://github.com/acme/keeper/releases/tag/v1.5.3>.", "v1.5.3"),
        ("# curl -sL https://github.com/acme/keeper/archive/refs/tags/v1.5.3.tar.gz", "v1.5.3"),
        ("# kustomize build github.com/acme/keeper/config/default?ref=v1.5.3 > keeper.yaml", "v1.5.3"),
    ],
)
def test_a_header_names_product_and_version(line: str, version: str) -> None:
    assert [one.version for one in INDEX.in_header([line])] == [version]


def test_a_header_about_something_else_names_nothing() -> None:
    lines = [
        "# see https://github.com/acme/keeper for more",
        "# Not Made by keeper",
        "# https://github.com/x/keeper/config",
    ]
    assert list(INDEX.in_header(lines)) == []


def test_of_several_header_lines_one_with_a_version_comes_first() -> None:
    hits = list(INDEX.in_header(["# Made by keeper", "# Keeper Version: 1.2.3"]))
    assert [one.version for one in hits] == ["1.2.3", ""]


def test_the_header_is_what_stands_before_the_first_object() -> None:
    data = b"---\n# one\n\n#two\n---\nkind: A\n# https://example.org/three\n"
    assert header_of(data) == ("# one", "#two")


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("base/keeper/keeper.yaml", ""),
        ("base/keeper-v1.5.3.yaml", "v1.5.3"),
        ("base/upstream/acme/keeper/config/crd/a.yaml", ""),
        ("base/localized-files/github.com/acme/keeper/v1.5.3/config/crd/a.yaml", "v1.5.3"),
    ],
)
def test_a_path_names_the_product_weakly(path: str, version: str) -> None:
    assert [(one.version, one.kind) for one in INDEX.called(path)] == [(version, "file")]


def test_a_path_of_something_else_names_nothing() -> None:
    for path in ("base/keeper/app.yaml", "base/acme/keeper/docs/a.yaml", "base/keeper-operator.yaml"):
        assert list(INDEX.called(path)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("kind: Manifest", "kind: Signature", 2, "kind: must be Manifest"),
        ("product: keeper\n", "", 1, "product: is missing"),
        ("chart: keeper\n", "", 1, "chart: is missing; null"),
        ("chart: keeper", "chart: [keeper]", 4, "chart: must be a text"),
        ("repository: https://charts.example.org\n", "", 1, "repository: is missing"),
        ("category: security", "category: locks", 6, "category: must be one of"),
        ("acme/keeper, old-acme/keeper", "https://github.com/acme/keeper", 7, "is not owner/name"),
        ("github: [acme/keeper, old-acme/keeper]\n", "", 7, "assets: needs github"),
        ("paths: [deploy/*/keeper.yaml, config]", "paths: deploy", 9, "paths: must be a list"),
        ("controller-{version}", "controller-{tag}", 10, "has a placeholder other than {version}"),
        ('["get.example.org/keeper/{version}/*.yaml"]', '["**"]', 11, "would match anything"),
        ("holds: [acme/keeper, keeper.io]\n", "", 1, "holds: is missing"),
        ("version: app", "version: chrat", 15, "version: must be one of app, chart, own"),
        ("- the chart adds a Job", "- 1", 17, "differs.0: must be a text: quote it"),
        ("differs:", "difers:", 16, "difers: unknown field 'difers'"),
    ],
)
def test_a_broken_rule_names_file_line_and_field(old: str, new: str, line: int, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(MigrateError) as caught:
        read_manifest(GOOD.replace(old, new, 1).encode(), PATH)
    said = caught.value.diagnostic
    assert said.code == "MIG301"
    assert problem in said.summary
    assert said.span is not None
    assert (said.span.path, said.span.line) == (PATH, line)


def test_a_rule_by_which_nothing_would_match_is_refused() -> None:
    text = "apiVersion: migrate/v1\nkind: Manifest\nproduct: x\nchart: null\ncategory: core\n"
    with pytest.raises(MigrateError, match="nothing would ever match"):
        read_manifest(text.encode(), PATH)


def test_a_rule_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(YamlError):
        read_manifest(b"a: [", PATH)


def test_a_teams_rule_wins_over_ours_by_product(tmp_path: Path) -> None:
    ours, team = tmp_path / "ours", tmp_path / "team"
    for folder, text in ((ours, GOOD), (team, GOOD.replace("chart: keeper", "chart: warden"))):
        folder.mkdir()
        (folder / "keeper.yaml").write_text(text, encoding="utf-8")
    assert [one.chart for one in load_manifests(shipped=ours)] == ["keeper"]
    assert [one.chart for one in load_manifests([team], shipped=ours)] == ["warden"]
    assert load_manifests([team], shipped=ours)[0].source == ".migrate/rules/manifests/keeper.yaml"


def test_the_shipped_rules_load_and_have_hints() -> None:
    shipped = load_manifests()
    assert len(shipped) >= 25
    assert all(one.differs or not one.chart for one in shipped), "what has a chart says what differs by design"
    assert all(one.source == f"rules/manifests/{one.product}.yaml" for one in shipped), (
        "a file is called after its product"
    )


def test_a_header_never_shows_credentials() -> None:
    line = "# https://me:hunter2@github.com/acme/keeper/releases/download/v1.5.3/keeper.yaml"
    assert [one.source for one in INDEX.in_header([line])] == [line.replace("me:hunter2@", "")]


@pytest.mark.parametrize(
    ("text", "title", "chart"),
    [
        ("https://github.com/cert-manager/cert-manager/releases/download/v1.12.0/cert-manager.yaml", "cert-manager v1.12.0", "cert-manager"),
        ("https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.8.1/deploy/static/provider/aws/deploy.yaml", "ingress-nginx v1.8.1", "ingress-nginx"),
        ("https://raw.githubusercontent.com/metallb/metallb/v0.13.10/config/manifests/metallb-native.yaml", "metallb v0.13.10", "metallb"),
        ("https://raw.githubusercontent.com/cloudnative-pg/cloudnative-pg/release-1.20/releases/cnpg-1.20.1.yaml", "cloudnative-pg 1.20.1", "cloudnative-pg"),
        ("https://raw.githubusercontent.com/argoproj/argo-cd/stable/manifests/install.yaml", "argo-cd", "argo-cd"),
        ("https://docs.projectcalico.org/v3.21/manifests/tigera-operator.yaml", "tigera-operator v3.21", "tigera-operator"),
        ("https://docs.projectcalico.org/manifests/calico.yaml", "calico", ""),
        ("https://storage.googleapis.com/tekton-releases/pipeline/previous/v0.44.0/release.yaml", "tekton-pipelines v0.44.0", ""),
        ("https://github.com/knative/serving/releases/download/knative-v1.10.1/serving-core.yaml", "knative-serving v1.10.1", ""),
        ("https://raw.githubusercontent.com/kubernetes/autoscaler/vertical-pod-autoscaler-1.0.0/vertical-pod-autoscaler/deploy/vpa-rbac.yaml", "vertical-pod-autoscaler 1.0.0", "vpa"),
        ("https://raw.githubusercontent.com/kubernetes/autoscaler/cluster-autoscaler-1.27.1/cluster-autoscaler/cloudprovider/aws/examples/cluster-autoscaler-autodiscover.yaml", "cluster-autoscaler 1.27.1", "cluster-autoscaler"),
        ("https://strimzi.io/install/latest?namespace=kafka", "strimzi", "strimzi-kafka-operator"),
        ("https://download.elastic.co/downloads/eck/2.8.0/operator.yaml", "eck-operator 2.8.0", "eck-operator"),
        ("github.com/minio/operator?ref=v5.0.15", "minio-operator v5.0.15", "operator"),
    ],
)  # fmt: skip
def test_what_is_published_is_known_by_name(text: str, title: str, chart: str) -> None:
    found = index_manifests(load_manifests()).referenced(text)
    assert found is not None
    assert (found.title, found.manifest.chart) == (title, chart)
