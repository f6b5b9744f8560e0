"""ApplicationSets, as the Applications that they generate."""

from __future__ import annotations

import pytest
from deployers_support import OWN, Tree, read

from migrator.gitops.deployer import Deployer

CLUSTER = """\
apiVersion: v1
kind: Secret
metadata:
  name: {name}
  labels: {{argocd.argoproj.io/secret-type: cluster, stage: {stage}}}
stringData: {{name: {name}, server: "https://{name}.example.org"}}
"""


def application_set(
    generators: str, *, go: bool = False, name: str = "x", path: str = "shop/dev", more: str = ""
) -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: all, namespace: argocd}}
spec:
  goTemplate: {str(go).lower()}
{more}  generators: {generators}
  template:
    metadata: {{name: '{name}'}}
    spec:
      project: default
      source: {{repoURL: {OWN}, path: '{path}'}}
      destination: {{server: '{"here" if go else "{{server}}"}', namespace: shop}}
"""


def made(tree: Tree, text: str, files: dict[str, str] | None = None) -> list[Deployer]:
    return list(read(tree, {"sets/all.yaml": text, **(files or {})}).deployers)


def names(deployers: list[Deployer]) -> list[tuple[str, str]]:
    return [(each.id.name, each.sources[0].path) for each in deployers]


GIT = f"[{{git: {{repoURL: {OWN}, %s}}}}]"


@pytest.mark.parametrize(
    ("generators", "go", "name", "path", "expected"),
    [
        (
            "[{list: {elements: [{env: dev, values: {a: b}}, {env: prod}]}}]",
            False,
            "shop-{{ env }}",
            "shop/{{env}}",
            [("shop-dev", "shop/dev"), ("shop-prod", "shop/prod")],
        ),
        (
            GIT % "directories: [{path: shop/*}, {path: shop/dev, exclude: true}]",
            False,
            "{{path[0]}}-{{path.basenameNormalized}}",
            "{{path}}",
            [("shop-prod", "shop/prod")],
        ),
        (
            GIT % "directories: [{path: '*'}]",
            True,
            "{{ .path.basename }}",
            "{{ .path.path }}/dev",
            [("shop", "shop/dev"), ("sets", "sets/dev")],
        ),
        (
            GIT % "files: [{path: envs/*.yaml}]",
            True,
            "{{ .name | upper | lower }}-{{ .path.filename }}",
            'shop/{{ index .path.segments 0 | replace "envs" .name }}',
            [("prod-p.yaml", "shop/prod")],
        ),
        (
            "[{matrix: {generators: [{list: {elements: [{env: dev}, {env: prod}]}}, "
            + (GIT % "directories: [{path: 'shop/{{env}}'}]").strip("[]")
            + "]}}]",
            False,
            "{{env}}-{{path.basename}}",
            "{{path}}",
            [("dev-dev", "shop/dev"), ("prod-prod", "shop/prod")],
        ),
        (
            (
                "[{merge: {mergeKeys: [env], generators: [{list: {elements: [{env: dev, f: dev}, {env: prod, f: x}]}}, "
                "{list: {elements: [{env: prod, f: prod}, {env: other, f: y}]}}]}}]"
            ),
            False,
            "{{env}}",
            "shop/{{f}}",
            [("dev", "shop/dev"), ("prod", "shop/prod")],
        ),
        (
            "[{list: {elements: [{env: dev}, {env: prod}]}, selector: {matchLabels: {env: prod}}}]",
            False,
            "{{env}}",
            "shop/{{env}}",
            [("prod", "shop/prod")],
        ),
        (
            (
                "[{list: {elements: [{env: dev, in: {it: 'no'}}, {env: prod}]}, "
                "selector: {matchExpressions: [{key: in.it, operator: NotIn, values: ['no']}]}}]"
            ),
            True,
            "{{.env}}",
            "shop/{{.env}}",
            [("prod", "shop/prod")],
        ),
        (
            "[{list: {elements: [{env: dev}], template: {spec: {source: {path: 'shop/prod'}}}}}]",
            False,
            "{{env}}",
            "shop/{{env}}",
            [("dev", "shop/prod")],
        ),
        ("[{list: {elementsYaml: '[{env: dev}]'}}]", True, "{{.env}}", "shop/{{.env}}", [("dev", "shop/dev")]),
    ],
)
def test_what_is_generated(
    tree: Tree, generators: str, name: str, path: str, expected: list[tuple[str, str]], *, go: bool
) -> None:
    text = application_set(generators, go=go, name=name, path=path)
    found = made(tree, text, {"envs/p.yaml": "name: prod\n"})
    assert sorted(names(found)) == sorted([*expected, *([("envs", "envs/dev")] if "'*'" in generators else [])])
    assert {str(each.made_by) for each in found} == {"ApplicationSet.argoproj.io argocd/all"}


def test_clusters_of_files_and_those_that_nobody_knows(tree: Tree) -> None:
    clusters = {
        f"{name}.yaml": CLUSTER.format(name=name, stage=stage) for name, stage in (("eu", "prod"), ("us", "dev"))
    }
    text = application_set("[{clusters: {selector: {matchLabels: {stage: prod}}}}]", name="shop-{{name}}")
    found = made(tree, text, clusters)
    assert [(each.id.name, each.cluster, each.unknown) for each in found] == [
        ("shop-eu", "https://eu.example.org", ()),
        ("shop-{{name}}", "{{server}}", ("which clusters Argo CD knows beside those of files",)),
    ]
    everywhere = made(tree, text.replace("{selector: {matchLabels: {stage: prod}}}", "{}"), clusters)
    assert [each.id.name for each in everywhere] == ["shop-in-cluster", "shop-eu", "shop-us", "shop-{{name}}"]


def test_what_a_cluster_may_say_that_nobody_knows_stays_open(tree: Tree) -> None:
    folder = "shop/{{.metadata.labels.stage}}"
    [found] = made(tree, application_set("[{clusters: {selector: {matchLabels: {a: b}}}}]", go=True, path=folder))
    assert found.sources[0].path == "shop/{{?}}"  # any folder below `shop`, and none that is missing
    assert found.unknown == ("which clusters Argo CD knows beside those of files",)


def test_a_list_that_is_merged_names_clusters_that_may_be_there(tree: Tree) -> None:
    text = application_set(
        "[{merge: {mergeKeys: [name], generators: [{clusters: {selector: {matchLabels: {a: b}}, values: {at: dev}}}, "
        "{list: {elements: [{name: eu, values.at: prod}]}}]}}]",
        name="shop-{{name}}",
        path="shop/{{values.at}}",
    )
    found = made(tree, text)
    assert names(found) == [("shop-{{name}}", "shop/dev"), ("shop-eu", "shop/prod")]
    assert found[1].unknown == ("whether Argo CD knows a cluster: eu",)


@pytest.mark.parametrize("kind", ["scmProvider", "pullRequest", "plugin", "clusterDecisionResource"])
def test_a_generator_that_asks_elsewhere_is_said_and_not_guessed(tree: Tree, kind: str) -> None:
    reading = read(tree, {"sets/all.yaml": f"# x\n{application_set(f'[{{{kind}: {{}}}}]', name='{{branch}}')}"})
    (found,) = reading.deployers
    assert found.unknown == (f"what a generator gives that asks elsewhere: {kind}",)
    (said,) = reading.diagnostics
    assert (said.code, str(said.span)) == ("MIG160", "sets/all.yaml:2")


def test_the_folders_of_another_repository_are_not_known(tree: Tree) -> None:
    other = GIT.replace("fleet", "else") % "directories: [{path: 'apps/*'}]"
    (found,) = made(tree, application_set(other, name="{{path.basename}}"))
    assert found.unknown == ("what lies in another repository: https://git.example.org/team/else.git",)


@pytest.mark.parametrize(
    ("options", "unknown"),
    [
        ("", "a parameter that is missing: <no value>"),
        (
            "  goTemplateOptions: [missingkey=error]\n",
            'a template that cannot be filled in: {{ .a.b }} (map has no entry for key "a")',
        ),
    ],
)
def test_a_missing_parameter_is_said(tree: Tree, options: str, unknown: str) -> None:
    text = application_set("[{list: {elements: [{env: dev}]}}]", go=True, name="{{ .a.b }}", more=options)
    (found,) = made(tree, text)
    assert found.unknown == (unknown,)


def test_a_template_patch_is_laid_over_the_application(tree: Tree) -> None:
    patch = "  templatePatch: |\n    spec: {syncPolicy: {automated: {prune: {{ .prune }}}}}\n"
    text = application_set("[{list: {elements: [{env: dev, prune: true}]}}]", go=True, name="{{.env}}", more=patch)
    (found,) = made(tree, text)
    assert found.policy.prune


def test_objects_stay_where_the_set_is_told_to_preserve_them(tree: Tree) -> None:
    text = application_set("[{list: {elements: [{env: dev}]}}]")
    keeps = text.replace("spec:\n  go", "spec:\n  syncPolicy: {preserveResourcesOnDeletion: true}\n  go", 1)
    assert [each.policy.cascade for each in made(tree, text)] == [True]
    assert [each.policy.cascade for each in made(tree, keeps)] == [False]


def test_a_cluster_of_another_environment_is_another_argo_cds(tree: Tree) -> None:
    secret = CLUSTER.format(name="eu", stage="prod")
    text = application_set("[{clusters: {}}]", name="shop-{{name}}")
    rendered = {"argocd/dev": text, "argocd/prod": f"{text}---\n{secret}"}
    found = [(each.root, each.id.name) for each in read(tree, {}, rendered).deployers]
    assert found == [
        ("argocd/dev", "shop-in-cluster"),
        ("argocd/dev", "shop-{{name}}"),
        ("argocd/prod", "shop-in-cluster"),
        ("argocd/prod", "shop-eu"),
        ("argocd/prod", "shop-{{name}}"),
    ]
