"""From where objects are read, who delivers whom, and which environment it is."""

from __future__ import annotations

from deployers_support import OWN, Tree, application, only, read

from migrator.model import RepoPath

PROJECT = """\
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: web}
spec:
  sourceRepos: [https://git.example.org/team/*]
  destinations: [{server: '*', namespace: shop}]
  clusterResourceWhitelist: [{group: '', kind: Namespace}]
"""
SETTINGS = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {application.resourceTrackingMethod: label}\n"
)


def test_an_object_is_read_as_its_root_renders_it(tree: Tree) -> None:
    files = {
        "argocd/prod/kustomization.yaml": "resources: [shop.yaml]\npatches: [{path: patch.yaml}]\n",
        "argocd/prod/shop.yaml": application(),
        "argocd/prod/patch.yaml": application(source="path: shop/dev"),
    }
    found = only(read(tree, files, {"argocd/prod": application(source="path: shop/dev")}))
    assert (found.root, found.sources[0].path, found.environment) == (RepoPath("argocd/prod"), "shop/dev", "dev")


def test_a_patch_is_no_object(tree: Tree) -> None:
    files = {
        "argocd/kustomization.yaml": "resources: [gone.yaml]\npatches: [{path: patch.yaml}]\n",
        "argocd/patch.yaml": application(),
        "loose.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec: {project: web}\n",
        "charts/a/Chart.yaml": "name: a\n",
        "charts/a/templates/app.yaml": application(),
    }
    assert read(tree, files).deployers == ()


def test_one_object_of_two_roots_is_two_deployers(tree: Tree) -> None:
    reading = read(tree, {}, {"argocd/dev": application(), "argocd/live": application(source="path: shop/dev")})
    assert [(each.root, each.environment) for each in reading.deployers] == [
        ("argocd/dev", "prod"),
        ("argocd/live", "dev"),
    ]


def test_applications_of_applications_in_any_depth(tree: Tree) -> None:
    files = {
        "root.yaml": application("root", "path: apps"),
        "apps/middle.yaml": application("middle", "path: more, directory: {recurse: true}"),
        "more/deep/leaf.yaml": application("leaf"),
    }
    found = {each.id.name: each.delivered_by for each in read(tree, files).deployers}
    assert {name: by.name if by else None for name, by in found.items()} == {
        "root": None,
        "middle": "root",
        "leaf": "middle",
    }
    files["apps/middle.yaml"] = application("middle", "path: more")
    assert {each.id.name: each.delivered_by for each in read(tree, files).deployers}["leaf"] is None


def test_the_root_that_a_deployer_deploys_delivers_what_it_renders(tree: Tree) -> None:
    rendered = {"argocd/dev": application("shop") + "---\n" + application("argocd", "path: argocd/dev")}
    found = {each.id.name: each.delivered_by for each in read(tree, {}, rendered).deployers}
    assert {name: by.name if by else None for name, by in found.items()} == {"shop": "argocd", "argocd": "argocd"}


def test_projects_and_tracking(tree: Tree) -> None:
    reading = read(tree, {}, {"argocd/dev": f"{PROJECT}---\n{SETTINGS}---\n{application()}"})
    (project,) = reading.projects
    assert (project.repositories, project.destinations) == (("https://git.example.org/team/*",), (("*", "shop"),))
    assert (project.cluster_kinds, project.namespaced_kinds) == ((("", "Namespace"),), None)
    assert only(reading).tracking == "label"


def test_equal_things_are_said_once(tree: Tree) -> None:
    other = {f"{at}.yaml": application(f"a{at}", "path: x").replace("fleet", "else") for at in range(12)}
    reading = read(tree, {**other, "own.yaml": application()})
    (said,) = reading.diagnostics
    assert said.summary == (
        "Application a0 and 11 more (0.yaml and 11 more files) rest on what lies in another repository: https://git.example.org/team/else.git"
    )
    assert len(said.evidence) == 11
    assert said.evidence[-1] == "and 2 more"
    assert reading.own == (OWN,)
