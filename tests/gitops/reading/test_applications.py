"""Applications of Argo CD, as deployers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from deployers_support import OWN, Tree, application, only, read

from migrator.diagnostics import Severity
from migrator.gitops.deployer import HelmOptions, Policy, Tool


def test_an_application_says_what_goes_where(tree: Tree) -> None:
    found = only(read(tree, {"apps/shop.yaml": f"# the shop\n{application()}"}))
    assert (found.tool, str(found.id)) == (Tool.ARGO_CD, "Application.argoproj.io argocd/shop")
    assert (found.cluster, found.namespace, found.project) == ("https://kubernetes.default.svc", "shop", "web")
    assert (found.environment, str(found.span), found.root, found.unknown) == ("prod", "apps/shop.yaml:2", None, ())
    (source,) = found.sources
    assert (source.repository, source.here, source.path, source.helm, source.kustomize) == (
        OWN,
        True,
        "shop/prod",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("more", "policy"),
    [
        ("", Policy()),
        ("  syncPolicy: {automated: {}}\n", Policy(automated=True)),
        (
            "  syncPolicy: {automated: {prune: true, selfHeal: true}}\n",
            Policy(automated=True, prune=True, self_heal=True),
        ),
        ("  syncPolicy: {automated: {prune: true, enabled: false}}\n", Policy()),
        (
            "  syncPolicy: {syncOptions: [CreateNamespace=true, ServerSideApply=true]}\n",
            Policy(create_namespace=True, server_side=True),
        ),
        ("  syncPolicy: {syncOptions: [CreateNamespace=false]}\n", Policy()),
    ],
)
def test_its_policy(tree: Tree, more: str, policy: Policy) -> None:
    assert only(read(tree, {"shop.yaml": application(more=more)})).policy == policy


@pytest.mark.parametrize(
    "name", ["resources-finalizer.argocd.argoproj.io", "resources-finalizer.argocd.argoproj.io/background"]
)
def test_a_finalizer_takes_along_what_it_deployed(tree: Tree, name: str) -> None:
    text = application().replace("namespace: argocd}", f"namespace: argocd, finalizers: [{name}]}}")
    assert only(read(tree, {"shop.yaml": text})).policy.cascade
    assert not only(read(tree, {"shop.yaml": text.replace(name, "other.example.org")})).policy.cascade


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("namePrefix: eu-", {"namePrefix": "eu-"}),
        (
            "images: ['web=registry.example.org/web:1.2', 'db:3', 'x@sha256:ab']",
            {
                "images": [
                    {"name": "web", "newName": "registry.example.org/web", "newTag": "1.2"},
                    {"name": "db", "newTag": "3"},
                    {"name": "x", "digest": "sha256:ab"},
                ]
            },
        ),
        ("commonLabels: {a: 1}", {"labels": [{"pairs": {"a": "1"}, "includeSelectors": True}]}),
        (
            "commonLabels: {a: b}, labelWithoutSelector: true",
            {"labels": [{"pairs": {"a": "b"}, "includeSelectors": False}]},
        ),
        ("commonAnnotations: {a: b}, components: [../c]", {"commonAnnotations": {"a": "b"}, "components": ["../c"]}),
        ("version: v5", {}),
    ],
)
def test_what_it_adds_to_the_kustomization(tree: Tree, options: str, fields: Mapping[str, object]) -> None:
    (source,) = only(
        read(tree, {"shop.yaml": application(source=f"path: shop/prod, kustomize: {{{options}}}")})
    ).sources
    assert source.kustomize is not None
    assert dict(source.kustomize.fields) == fields


def test_a_namespace_of_kustomize_moves_objects(tree: Tree) -> None:
    found = only(read(tree, {"a.yaml": application(source="path: shop/prod, kustomize: {namespace: live}")}))
    assert (found.namespace, found.moves) == ("live", True)


SEVERAL = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: cache, namespace: argocd, annotations: {{argocd.argoproj.io/sync-wave: "-2"}}}}
spec:
  sources:
  - repoURL: https://charts.example.org
    chart: redis
    targetRevision: 1.2.3
    helm: {{valueFiles: [$values/values/prod.yaml], valuesObject: {{a: 1}}, skipCrds: true, parameters: [{{name: b, value: c}}]}}
  - {{repoURL: {OWN}, ref: values}}
  destination: {{name: eu, namespace: cache}}
"""


def test_several_sources_and_values_of_another_one(tree: Tree) -> None:
    files = {"cache.yaml": SEVERAL, "other.yaml": application(), "values/prod.yaml": "x: 1\n"}
    found = next(each for each in read(tree, files).deployers if each.id.name == "cache")
    chart, values = found.sources
    assert (chart.chart, chart.version, chart.here, chart.path) == ("redis", "1.2.3", False, "")
    assert chart.helm == HelmOptions(
        release_name="cache",
        value_files=("$values/values/prod.yaml",),
        values={"a": 1},
        parameters=(("b", "c"),),
        include_crds=False,
    )
    assert (values.ref, values.here, values.path) == ("values", True, "")
    assert (found.wave, found.cluster, found.environment, found.unknown) == (-2, "eu", "eu", ())


def test_what_does_not_exist_is_said_with_its_place(tree: Tree) -> None:
    files = {
        "cache.yaml": SEVERAL,
        "good.yaml": application(),
        "deploy/bad.yaml": application("bad", "path: shop/gone"),
    }
    files |= {f"more/{name}.yaml": application(name, f"path: shop/{name}") for name in "abcde"}
    files |= {f"shop/{name}/kustomization.yaml": "resources: []\n" for name in "abcde"}
    reading = read(tree, files)
    said = {each.summary: (each.code, str(each.span), each.evidence) for each in reading.diagnostics}
    assert said == {
        "Application bad names a folder that does not exist: shop/gone": (
            "MIG161",
            "deploy/bad.yaml:6:61",
            ("deploy/bad.yaml:6:61: Application bad: shop/gone",),
        ),
        "Application cache names a value file that does not exist: values/prod.yaml": (
            "MIG161",
            "cache.yaml:9:25",
            ("cache.yaml:9:25: Application cache: values/prod.yaml",),
        ),
    }
    calm = SEVERAL.replace("helm: {", "helm: {ignoreMissingValueFiles: true, ")
    assert [each.summary for each in read(tree, {**files, "cache.yaml": calm}).diagnostics] == [
        "Application bad names a folder that does not exist: shop/gone"
    ]


@pytest.mark.parametrize(
    ("source", "unknown", "severity"),
    [
        ("path: shop/prod, plugin: {name: tanka}", "what a plugin renders: tanka", Severity.WARNING),
        ("path: shop/prod, directory: {jsonnet: {libs: [vendor]}}", "what Jsonnet renders", Severity.INFO),
    ],
)
def test_what_cannot_be_evaluated_is_said(tree: Tree, source: str, unknown: str, severity: Severity) -> None:
    reading = read(tree, {"shop.yaml": application(source=source)})
    assert only(reading).unknown == (unknown,)
    (said,) = reading.diagnostics
    assert (said.code, said.severity, str(said.span)) == ("MIG160", severity, "shop.yaml:1")


def test_another_repository_is_another(tree: Tree) -> None:
    other = application("other").replace("team/fleet", "team/else")
    reading = read(tree, {"a.yaml": application(), "b.yaml": other, "c.yaml": other.replace("shop/prod", "not/here")})
    assert [(each.sources[0].here, bool(each.unknown)) for each in reading.deployers] == [
        (False, True),
        (False, True),
        (True, False),
    ]
    assert reading.own == (OWN,)


def test_a_folder_that_went_away_does_not_make_the_repository_another_one(tree: Tree) -> None:
    apps = {f"{at}.yaml": application(f"a{at}", f"path: shop/{at}") for at in range(5)}
    folders = {f"shop/{at}/kustomization.yaml": "resources: []\n" for at in range(4)}
    reading = read(tree, {**apps, **folders})
    assert reading.own == (OWN,)
    assert [each.summary for each in reading.diagnostics] == [
        "Application a4 names a folder that does not exist: shop/4"
    ]


def test_a_chart_in_the_repository_is_a_release_with_the_name_of_the_application(tree: Tree) -> None:
    files = {"charts/web/Chart.yaml": "name: web\n", "web.yaml": application("web", "path: charts/web")}
    (source,) = only(read(tree, files)).sources
    assert source.helm is not None
    assert source.helm.release_name == "web"
