"""The umbrella chart is what a person would have written, and the engines agree with what it says."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.charts import load_archive
from migrator.charts.types import ChartRef
from migrator.diagnostics import MigrateError
from migrator.engines import (
    Cache,
    HelmRender,
    Tool,
    Toolchain,
    find_helm,
    find_kustomize,
    helm_template,
    kustomize_build,
)
from migrator.inference import InferenceRequest, infer
from migrator.inference.types import SplitValues
from migrator.model import Json, ReleaseContext, RepoPath, ResId, resource_of
from migrator.plan.json_patch import DELETE
from migrator.plan.types import ComponentPlan, Decision, PostRenderPatch
from migrator.rewrite.layout import Layout, load_layout
from migrator.rewrite.umbrella.chart_files import Umbrella, umbrella
from migrator.yamlio import Dialect, read_documents, read_value

PLAN = ComponentPlan(
    id="redis",
    decision=Decision.ADOPT,
    reason="",
    category="databases",
    environments=("dev", "prod"),
    members={},
    chart=ChartRef(name="redis", version="17.14.4", repository="https://charts.bitnami.com/bitnami"),
    chart_digest="sha256:aa",
    context=ReleaseContext(release="cache", namespace="shop-data"),
    values=SplitValues(
        common={"global": {"imageRegistry": "docker.io"}, "auth": {"enabled": False}},
        environments={"prod": {"replica": {"replicaCount": 2}}, "dev": {}},
    ),
)
FILES = ("Chart.lock", "Chart.yaml", "values-prod.yaml", "values.yaml")
FOLDER = RepoPath("helm-charts/databases/redis")


def made(component: ComponentPlan = PLAN) -> Umbrella:
    return umbrella(component, load_layout("growing"), FOLDER)


def text(found: Umbrella, name: str) -> str:
    return found.files[RepoPath(f"{FOLDER}/{name}")].decode()


def test_the_chart_pins_the_public_one() -> None:
    assert text(made(), "Chart.yaml") == (
        "# Release cache in namespace shop-data.\n"
        "# To upgrade, change the dependency's version.\n"
        "apiVersion: v2\n"
        "name: redis\n"
        "description: redis as this repository deploys it\n"
        "type: application\n"
        "version: 0.1.0\n"
        "dependencies:\n"
        "  - name: redis\n"
        "    version: 17.14.4\n"
        "    repository: https://charts.bitnami.com/bitnami\n"
    )


def test_values_stand_below_the_dependency_and_global_ones_at_the_top() -> None:
    assert text(made(), "values.yaml") == (
        "# Values of redis 17.14.4 in every environment.\n"
        "global:\n"
        "  imageRegistry: docker.io\n"
        "redis:\n"
        "  auth:\n"
        "    enabled: false\n"
    )
    assert text(made(), "values-prod.yaml") == (
        "# What prod adds to values.yaml; lists replace, they do not add.\nredis:\n  replica:\n    replicaCount: 2\n"
    )


def test_a_file_for_an_environment_only_where_it_adds_something() -> None:
    found = made()
    assert sorted(found.files) == [f"{FOLDER}/{name}" for name in FILES]
    assert found.releases["dev"].values == ("values.yaml",)
    assert found.releases["prod"].values == ("values.yaml", "values-prod.yaml")
    assert found.releases["prod"].post_render is None
    assert found.releases["prod"].digest == "sha256:aa"


def test_a_null_below_global_is_handed_down_where_it_deletes() -> None:
    values = SplitValues(common={"global": {"storageClass": None}})
    written = read_value(text(made(replace(PLAN, values=values)), "values.yaml"), dialect=Dialect.SIGS)
    assert written == {"redis": {"global": {"storageClass": None}}}


def test_no_values_are_an_empty_map() -> None:
    assert text(made(replace(PLAN, values=SplitValues())), "values.yaml").endswith("\nredis: {}\n")


def test_a_chart_without_repository_names_none() -> None:
    chart = ChartRef(name="redis", version="17.14.4")
    found = made(replace(PLAN, chart=chart))
    assert "repository:" not in text(found, "Chart.yaml")
    assert f"{FOLDER}/Chart.lock" not in found.files  # helm would look for it in charts/


@pytest.mark.parametrize("folder", ["tiny", "a&b <c>"])
def test_helm_takes_the_lock_for_its_own(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    home.mkdir()
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n")
    chart = ChartRef(name="tiny", version="1.0.0", repository=f"file://{home}")
    found = made(replace(PLAN, chart=chart))
    written = tmp_path / "umbrella"
    for name in ("Chart.yaml", "Chart.lock"):
        written.mkdir(exist_ok=True)
        (written / name).write_text(text(found, name))
    dependency = [find_helm().path, "dependency"]
    subprocess.run([*dependency, "build", written], check=True, capture_output=True)
    assert (written / "charts/tiny-1.0.0.tgz").is_file()
    assert (written / "Chart.lock").read_text() == text(found, "Chart.lock")
    subprocess.run([*dependency, "update", written], check=True, capture_output=True)
    ours, theirs = (
        read_value(data, dialect=Dialect.SIGS)
        for data in (text(found, "Chart.lock"), (written / "Chart.lock").read_bytes())
    )
    assert {**ours, "generated": ""} == {**theirs, "generated": ""}
    (written / "Chart.lock").write_text(text(found, "Chart.lock").replace("sha256:", "sha256:0"))
    refused = subprocess.run([*dependency, "build", written], check=False, capture_output=True, text=True)
    assert "out of sync" in refused.stderr


PATCHES = (
    PostRenderPatch(
        target=ResId(group="apps", kind="Deployment", namespace="", name="a.b"),
        version="v1",
        operations=(
            {"op": "remove", "path": "/metadata/labels/helm.sh~1chart"},
            {"op": "add", "path": "/metadata/labels/y", "value": "on"},
            {"op": "add", "path": "/metadata/annotations", "value": {"y": "0644", "text": "a\nb\n"}},
            {"op": "replace", "path": "/spec/replicas", "value": 3},
            {"op": "add", "path": "/spec/nothing", "value": None},
            {"op": "add", "path": "/spec/text", "value": "a\nb\n\n"},
        ),
    ),
    PostRenderPatch(
        target=ResId(group="", kind="ConfigMap", namespace="x", name="settings"), version="v1", operations=(DELETE,)
    ),
)
OUTPUT = """
---
# Source: redis/templates/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: a.b, labels: {helm.sh/chart: redis-17, app: redis}}
spec: {replicas: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: axb, labels: {helm.sh/chart: redis-17}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: other}
"""


def test_post_render_patches_do_what_they_say_in_the_real_kustomize(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl on PATH")
    found = made(replace(PLAN, patches={"prod": PATCHES}))
    assert found.releases["prod"].post_render == "post-render/prod"
    assert found.releases["dev"].post_render is None
    says = "  # not wanted from the chart: it was not there before, or comes from elsewhere\n  - target:\n      version: v1\n      kind: ConfigMap\n"
    assert says in text(found, "post-render/prod/kustomization.yaml")
    (tmp_path / "kustomization.yaml").write_text(text(found, "post-render/prod/kustomization.yaml"))
    (tmp_path / "chart-output.yaml").write_text(OUTPUT)
    built = subprocess.run([kubectl, "kustomize", str(tmp_path)], check=True, capture_output=True).stdout
    values = [document.value for document in read_documents(built, dialect=Dialect.KUSTOMIZE)]
    assert [(each["kind"], each["metadata"]["name"], each["metadata"].get("namespace")) for each in values] == [
        ("ConfigMap", "settings", "other"),
        ("Deployment", "a.b", None),
        ("Deployment", "axb", None),
    ]
    assert values[1]["metadata"]["labels"] == {"app": "redis", "y": "on"}
    assert values[1]["metadata"]["annotations"] == {"y": "0644", "text": "a\nb\n"}
    assert values[1]["spec"] == {"replicas": 3, "text": "a\nb\n\n", "nothing": None}
    assert values[2]["metadata"]["labels"] == {"helm.sh/chart": "redis-17"}


@pytest.mark.parametrize(
    "operations", [(DELETE,), ({"op": "replace", "path": "/rules", "value": [{"verbs": ["get"]}]},)]
)
@pytest.mark.parametrize(("group", "kind"), [("rbac.authorization.k8s.io", "ClusterRole"), ("shop.org", "Sale")])
def test_a_namespace_that_a_chart_writes_where_there_is_none_hides_no_object(
    tmp_path: Path, group: str, kind: str, operations: tuple[dict[str, Json], ...]
) -> None:
    """kustomize matches no namespace of what it knows to be cluster-wide, and skips such a patch in silence."""
    target = ResId(group=group, kind=kind, namespace="x", name="reader")
    found = made(
        replace(PLAN, patches={"prod": (PostRenderPatch(target=target, version="v1", operations=operations),)})
    )
    (tmp_path / "kustomization.yaml").write_text(text(found, "post-render/prod/kustomization.yaml"))
    output = f"apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: reader, namespace: x}}\nrules: []\n"
    (tmp_path / "chart-output.yaml").write_text(output + OUTPUT)
    built = kustomize_build(find_kustomize(), tmp_path, network=False)
    values = [document.value for document in read_documents(built, dialect=Dialect.KUSTOMIZE)]
    left = [each["rules"] for each in values if each["kind"] == kind]
    assert left == ([] if operations == (DELETE,) else [[{"verbs": ["get"]}]])


def test_environments_share_the_patches_that_they_have_in_common() -> None:
    found = made(replace(PLAN, patches=dict.fromkeys(("dev", "prod"), PATCHES)))
    assert {each.post_render for each in found.releases.values()} == {"post-render/common"}
    assert [path for path in found.files if "post-render" in path] == [
        f"{FOLDER}/post-render/common/kustomization.yaml"
    ]
    assert "keeps redis in dev, prod as it was" in text(found, "post-render/common/kustomization.yaml")
    apart = made(replace(PLAN, patches={"dev": PATCHES[:1], "prod": PATCHES}))
    assert [apart.releases[name].post_render for name in ("dev", "prod")] == ["post-render/dev", "post-render/prod"]
    named = replace(PLAN, environments=("common", "prod"), patches=dict.fromkeys(("common", "prod"), PATCHES))
    assert made(named).releases["prod"].post_render == "post-render/prod"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("growing", "helm-charts/databases/redis"),
        ("enterprise", "infrastructure/databases/redis"),
        ("in-place", "base/databases/redis"),
    ],
)
def test_layouts_place_charts(layout: str, expected: str) -> None:
    found: Layout = load_layout(layout)
    assert found.chart_folder(category="databases", component="redis", folder=RepoPath("base/databases")) == expected


def test_in_place_at_the_root_of_the_repository() -> None:
    assert load_layout("in-place").chart_folder(category="x", component="redis", folder=RepoPath(".")) == "redis"


@pytest.mark.parametrize("name", ["nowhere", "../growing", ""])
def test_an_unknown_layout_names_the_known_ones(name: str) -> None:
    with pytest.raises(MigrateError) as caught:
        load_layout(name)
    assert caught.value.diagnostic.code == "MIG630"
    assert "growing" in caught.value.diagnostic.remedy


GOOD = """\
apiVersion: migrate/v1
kind: Layout
name: ours
chart: infra/{component}
values: values.yaml
environmentValues: "{environment}.yaml"
postRender: patches/{environment}
"""


def test_a_team_adds_its_own_layout(tmp_path: Path) -> None:
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts/ours.yaml").write_text(GOOD)
    layout = load_layout("ours", [tmp_path])
    assert layout.chart_folder(category="x", component="redis", folder=RepoPath(".")) == "infra/redis"
    assert layout.values_file("prod") == "prod.yaml"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("infra/{component}", "infra", "{component}"),
        ("infra/{component}", "infra/{color}", "color"),
        ("infra/{component}", "../{component}", "leaves"),
        ("infra/{component}", "infra/{component", "chart"),
        ("infra/{component}", "infra/{component.__class__}", "knows"),
        ("name: ours", "name: other", "name: ours"),
        ("values: values.yaml", "values: [a]", "pattern"),
        ("postRender", "postrender", "postrender"),
        ("name: ours", "name: ours\napplication: apps/{application}", "pattern"),
        ("name: ours", "name: ours\ngrouping: {color: red}", "grouping"),
        ("name: ours", "name: ours\ngrouping: {labels: app}", "labels"),
        (GOOD, "- a\n", "mapping"),
    ],
)
def test_a_broken_layout_is_an_error(tmp_path: Path, old: str, new: str, says: str) -> None:
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts/ours.yaml").write_text(GOOD.replace(old, new))
    with pytest.raises(MigrateError) as caught:
        load_layout("ours", [tmp_path])
    assert caught.value.diagnostic.code == "MIG631"
    assert says in caught.value.diagnostic.summary


@pytest.mark.parametrize("name", ["../x", "a/b", "", "."])
def test_a_component_never_leads_out_of_the_repository(name: str) -> None:
    with pytest.raises(MigrateError, match="MIG632"):
        load_layout("growing").chart_folder(category="databases", component=name, folder=RepoPath("."))


def test_the_verdict_is_made_of_the_bytes_that_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "tiny"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: tiny\nversion: 1.0.0\n")
    (home / "values.yaml").write_text("global: {zone: ''}\nlevel: info\nfullnameOverride: ''\nprobe: {path: /}\n")
    (home / "templates" / "all.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.fullnameOverride | default .Release.Name }}}\n"
        'data: {level: {{ .Values.level }}, probe: {{ toJson .Values.probe | quote }}, zone: "{{ .Values.global.zone }}"}\n'
    )
    archive = load_archive(home)
    targets = {
        name: (resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old"}, "data": data}),)
        for name, data in {
            "dev": {"level": "debug", "probe": '{"path":"/"}', "zone": "a"},
            "prod": {"level": "info", "probe": '{"path":"/"}', "zone": "a"},
        }.items()
    }
    seen: list[tuple[bytes, ...]] = []

    def spy(tool: Tool, asked: HelmRender, *, timeout: float) -> bytes:
        seen.append(tuple(bytes(each) for each in asked.values))
        return helm_template(tool, asked, timeout=timeout)

    monkeypatch.setattr("migrator.engines.helm_template", spy)
    tools = Toolchain(kustomize=find_kustomize(), helm=find_helm())
    request = InferenceRequest(chart=archive, targets=targets, release="r", as_dependency=True, budget=10)
    inference, _ = infer(request, tools=tools, cache=Cache(None))
    assert inference.identical

    component = replace(PLAN, id="ours", chart=archive.ref, values=inference.values)
    found = made(component)
    written = [
        tuple(found.files[RepoPath(f"{FOLDER}/{name}")] for name in found.releases[environment].values)
        for environment in ("dev", "prod")
    ]
    assert seen[-2:] == written
    assert b"# keeps the names" in written[0][0]


def test_a_login_in_an_address_is_not_written_on() -> None:
    assert PLAN.chart is not None
    chart = replace(PLAN.chart, repository="https://reader:pw-of-reader@charts.example.org")
    made = umbrella(replace(PLAN, chart=chart), load_layout("enterprise", []), RepoPath("a/redis"))
    assert b"https://charts.example.org" in made.files[RepoPath("a/redis/Chart.lock")]
    assert "reader" not in str(made.files)
    assert {each.repository for each in made.releases.values()} == {"https://charts.example.org"}
