"""Kustomizations and HelmReleases of Flux, as deployers."""

from __future__ import annotations

import pytest
from deployers_support import Tree, only, read

from migrator.gitops.deployer import Deployer, Policy

SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {url: "ssh://git@git.example.org/team/fleet", ref: {branch: main}}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: fleet}
  path: ./shop/prod
  prune: true
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache, namespace: data}
spec:
  chart: {spec: {chart: redis, version: 1.x, sourceRef: {kind: HelmRepository, name: charts}}}
"""
CHARTS = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: data}
spec: {url: "https://charts.example.org"}
"""


def one(tree: Tree, text: str, *more: str) -> Deployer:
    return only(read(tree, {"flux.yaml": "---\n".join((text, *more))}))


def test_a_kustomization_says_what_goes_where(tree: Tree) -> None:
    found = one(tree, KUSTOMIZATION, SOURCE)
    (source,) = found.sources
    assert (source.repository, source.here, source.path, source.revision) == (
        "ssh://git@git.example.org/team/fleet",
        True,
        "shop/prod",
        "main",
    )
    assert (found.environment, str(found.span), found.unknown) == ("prod", "flux.yaml:1", ())


@pytest.mark.parametrize(
    ("more", "cascade", "suspended"),
    [
        ("", True, False),
        ("  prune: false\n", False, False),
        ("  deletionPolicy: Orphan\n", False, False),
        ("  prune: false\n  deletionPolicy: WaitForTermination\n", True, False),
        ("  suspend: true\n", False, True),
    ],
)
def test_what_its_removal_does(tree: Tree, more: str, *, cascade: bool, suspended: bool) -> None:
    text = KUSTOMIZATION.replace("  prune: true\n", "") if "prune" in more else KUSTOMIZATION
    policy = one(tree, f"{text}{more}", SOURCE).policy
    assert (policy.cascade, policy.suspended, policy.automated) == (cascade, suspended, not suspended)


def test_what_it_adds_to_the_kustomization(tree: Tree) -> None:
    more = "  targetNamespace: live\n  components: [../c]\n  images: [{name: a, newTag: b}]\n  wait: true\n"
    found = one(tree, f"{KUSTOMIZATION}{more}  dependsOn: [{{name: base}}, {{name: x, namespace: z}}]\n", SOURCE)
    (source,) = found.sources
    assert source.kustomize is not None
    assert dict(source.kustomize.fields) == {
        "namespace": "live",
        "components": ["../c"],
        "images": [{"name": "a", "newTag": "b"}],
    }
    assert source.kustomize.substitutions is None
    assert (found.namespace, found.moves, found.policy.wait) == ("live", True, True)
    assert [(each.namespace, each.name) for each in found.depends_on] == [("flux-system", "base"), ("z", "x")]


VARIABLES = """\
  postBuild:
    substitute: {A: "1", ON: true}
    substituteFrom: [{kind: ConfigMap, name: env}, {kind: Secret, name: hidden}]
"""


def test_variables_of_files_and_those_that_no_file_holds(tree: Tree) -> None:
    env = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: env, namespace: flux-system}\ndata: {A: '0', B: \"2\\n\"}\n"
    )
    rendered = {"clusters/eu": f"{KUSTOMIZATION}{VARIABLES}---\n{SOURCE}---\n{env}"}
    found = only(read(tree, {}, rendered))
    assert found.sources[0].kustomize is not None
    assert found.sources[0].kustomize.substitutions == {"A": "1", "B": "2", "ON": "true"}
    assert found.unknown == ("variables that no file holds: Secret hidden",)
    assert (found.cluster, found.root) == ("eu", "clusters/eu")


def test_a_source_that_no_file_holds_is_known_by_its_folders(tree: Tree) -> None:
    found = one(tree, KUSTOMIZATION)
    assert (found.sources[0].repository, found.sources[0].here) == ("GitRepository flux-system/fleet", True)
    gone = read(tree, {"flux.yaml": KUSTOMIZATION.replace("shop/prod", "not/here")})
    assert not only(gone).sources[0].here
    assert [each.code for each in gone.diagnostics] == ["MIG160"]


@pytest.mark.parametrize(
    ("said", "name", "namespace"),
    [
        ("", "cache", "data"),
        ("  targetNamespace: live\n", "live-cache", "live"),
        ("  targetNamespace: live\n  releaseName: c\n", "c", "live"),
        (f"  releaseName: {'x' * 60}\n", f"{'x' * 40}-", "data"),
    ],
)
def test_a_release_has_its_name(tree: Tree, said: str, name: str, namespace: str) -> None:
    (source,) = one(tree, f"{RELEASE}{said}", CHARTS).sources
    assert source.helm is not None
    assert source.helm.release_name.startswith(name)
    assert len(source.helm.release_name) in (len(name), 53)
    assert (source.helm.namespace, source.helm.storage_namespace) == (namespace, "data")
    assert (source.repository, source.chart, source.version) == ("https://charts.example.org", "redis", "1.x")


def test_values_lie_over_each_other(tree: Tree) -> None:
    values = (
        "  valuesFrom: [{kind: ConfigMap, name: v}, {kind: Secret, name: s}]\n  values: {a: {x: 1}}\n"
        "  install: {crds: Skip, createNamespace: true, disableHooks: true}\n"
    )
    held = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: data}\ndata: {values.yaml: 'a: {x: 0, b: 2}'}\n"
    found = only(read(tree, {}, {"apps": f"{RELEASE}{values}---\n{CHARTS}---\n{held}"}))
    helm = found.sources[0].helm
    assert helm is not None
    assert (helm.values, helm.include_crds, helm.hooks) == ({"a": {"x": 1, "b": 2}}, False, False)
    assert found.unknown == ("values that no file holds: Secret s",)
    assert found.policy == Policy(automated=True, prune=True, cascade=True, create_namespace=True, wait=True)


def test_a_chart_of_an_oci_repository(tree: Tree) -> None:
    oci = CHARTS.replace("HelmRepository", "OCIRepository").replace(
        '"https://charts.example.org"}', '"oci://r.example.org/redis", ref: {tag: 1.2.3}}'
    )
    text = RELEASE[: RELEASE.index("  chart:")] + "  chartRef: {kind: OCIRepository, name: charts}\n"
    (source,) = one(tree, text, oci).sources
    assert (source.repository, source.chart, source.version) == ("oci://r.example.org/redis", "redis", "1.2.3")


def test_of_sources_of_one_name_the_nearest_is_read(tree: Tree) -> None:
    files = {"tools/all.yaml": f"{KUSTOMIZATION}---\n{SOURCE}"}
    for name in ("dev", "live"):
        files[f"clusters/{name}/flux/sync.yaml"] = SOURCE.replace("branch: main", f"branch: {name}")
        files[f"clusters/{name}/shop.yaml"] = KUSTOMIZATION
    read_by = {str(each.span): each.sources[0].revision for each in read(tree, files).deployers}
    assert read_by == {
        "clusters/dev/shop.yaml:1": "dev",
        "clusters/live/shop.yaml:1": "live",
        "tools/all.yaml:1": "main",
    }


def of_cluster(name: str, paths: dict[str, str]) -> dict[str, str]:
    """The files of a cluster whose bootstrap delivers a Kustomization for each path."""
    sync = KUSTOMIZATION.replace("name: shop", "name: fleet").replace("./shop/prod", f"./clusters/{name}")
    files = {f"clusters/{name}/flux-system/sync.yaml": f"{SOURCE}---\n{sync}"}
    for other, path in paths.items():
        text = KUSTOMIZATION.replace("name: shop", f"name: {other}").replace("./shop/prod", path)
        files[f"clusters/{name}/{other}.yaml"] = text
    return files


@pytest.mark.parametrize(
    ("paths", "environment"),
    [
        ({"shop": "./shop/prod", "tools": "./tools"}, "prod"),
        ({"shop": "./shop/prod", "own": "./clusters/live/own"}, "prod"),
        ({"shop": "./shop/prod", "other": "./shop/dev"}, "live"),
        ({"tools": "./tools"}, "live"),
    ],
)
def test_a_cluster_is_what_is_deployed_to_it(tree: Tree, paths: dict[str, str], environment: str) -> None:
    files = of_cluster("live", paths) | {f"{each}/x.yaml": "a: 1\n" for each in ("tools", "clusters/live/own")}
    found = {each.id.name: each.environment for each in read(tree, files).deployers}
    assert found["fleet"] == environment
    assert found.get("tools", environment) == environment


def test_two_clusters_of_one_environment_stay_two(tree: Tree) -> None:
    files = of_cluster("east", {"shop": "./shop/prod"}) | of_cluster("west", {"shop": "./shop/prod"})
    found = [(each.id.name, each.environment, each.cluster) for each in read(tree, files).deployers]
    assert sorted(found) == [
        ("fleet", "east", "east"),
        ("fleet", "west", "west"),
        ("shop", "prod", "east"),
        ("shop", "prod", "west"),
    ]


@pytest.mark.parametrize("path", ["../../shop/prod", "/shop/prod/", "./x/../../shop/prod", "current"])
def test_a_path_ends_at_the_top_of_the_source(tree: Tree, path: str) -> None:
    root = tree({"shop/prod/kustomization.yaml": "resources: []\n"})
    (root / "current").symlink_to("shop/prod")
    found = one(tree, KUSTOMIZATION.replace("./shop/prod", path), SOURCE)
    assert (found.sources[0].path, found.unknown) == ("shop/prod", ())


def test_a_folder_without_kustomization_is_those_below_it(tree: Tree) -> None:
    files = {
        f"{path}/kustomization.yaml": "resources: []\n" for path in ("apps/prod/a", "apps/prod/a/b", "apps/prod/c")
    }
    text = KUSTOMIZATION.replace("./shop/prod", "./apps")
    found = only(read(tree, {**files, "flux.yaml": f"{SOURCE}---\n{text}"}))
    assert found.sources[0].roots == ("apps", "apps/prod/a", "apps/prod/c")
    assert found.environment == "prod"
    found = one(tree, KUSTOMIZATION, SOURCE)
    assert found.sources[0].roots == ("shop/prod",)


def test_an_object_is_read_through_a_link(tree: Tree) -> None:
    root = tree({"shared/shop": f"{SOURCE}---\n{KUSTOMIZATION}"})
    (root / "shop.yaml").symlink_to("shared/shop")
    assert str(only(read(tree, {})).span) == "shared/shop:6"


def test_a_path_is_filled_in_by_whoever_delivers_the_object(tree: Tree) -> None:
    files = of_cluster("live", {"shop": "./shop/${STAGE}"})
    sync = "clusters/live/flux-system/sync.yaml"
    literal = {sync: f"{files[sync]}  postBuild: {{substitute: {{STAGE: prod}}}}\n"}
    found = {each.id.name: each for each in read(tree, {**files, **literal}).deployers}
    assert (found["shop"].sources[0].path, found["shop"].environment) == ("shop/prod", "prod")
    assert found["shop"].unknown == ()
    asked = {sync: f"{files[sync]}  postBuild: {{substituteFrom: [{{kind: Secret, name: stage}}]}}\n"}
    reading = read(tree, {**files, **asked})
    found = {each.id.name: each for each in reading.deployers}
    assert found["shop"].sources[0].path == "shop/${STAGE}"
    (said,) = (each for each in reading.diagnostics if "variables that no file holds" in each.summary)
    assert str(said.span).startswith(sync)
