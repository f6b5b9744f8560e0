"""Every spelling that kustomize accepts gives the same structure (facts K2, K3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.discover import Config, discover
from migrator.load import Kustomization, Kustomizations, ReferenceKind, load
from migrator.load.fields import KUSTOMIZATION, normalise
from migrator.model import Origin, RepoPath, Resource, resource_of

Tree = Callable[..., Path]


def loaded(root: Path) -> Kustomizations:
    kustomizations, diagnostics = load(discover(root, Config()))
    assert diagnostics == ()
    return kustomizations


def one(root: Path, path: str = "a") -> Kustomization:
    return loaded(root).by_path[RepoPath(path)]


def test_field_names_match_regardless_of_case(tree: Tree) -> None:
    held = one(
        tree(
            {
                "a/kustomization.yaml": """\
                    RESOURCES: [x.yaml]
                    commonlabels: {App: x}
                    patchesJSON6902:
                    - Target: {Kind: Deployment, NAME: x}
                      PATH: p.yaml
                    configmapgenerator:
                    - NAME: c
                      Literals: [a=b]
                    """,
                "a/x.yaml": "",
                "a/p.yaml": "- {op: remove, path: /spec}",
            }
        )
    )
    assert [reference.path for reference in held.resources] == ["a/x.yaml"]
    assert held.fields["commonLabels"] == {"App": "x"}
    patch = held.patches[0]
    assert (patch.field, patch.kind, patch.file) == ("patchesJson6902", "json6902", "a/p.yaml")
    assert patch.target is not None
    assert (patch.target.kind, patch.target.name) == ("Deployment", "x")
    assert (held.generators[0].name, held.generators[0].literals) == ("c", ("a=b",))


def test_given_up_spellings_move_where_kustomize_moves_them() -> None:
    fields, unknown = normalise(
        {
            "bases": ["../base"],
            "resources": ["x.yaml"],
            "patches": ["p.yaml"],
            "imageTags": [{"name": "a", "newTag": "1"}],
            "configMapGenerator": [{"name": "c", "env": "c.env", "envs": ["d.env"]}],
        }
    )
    assert unknown == ()
    assert fields == {
        "resources": ["x.yaml", "../base"],
        "patchesStrategicMerge": ["p.yaml"],
        "images": [{"name": "a", "newTag": "1"}],
        "configMapGenerator": [{"name": "c", "envs": ["d.env", "c.env"]}],
    }


def test_missing_api_version_and_kind_and_a_component(tree: Tree) -> None:
    held = loaded(
        tree(
            {
                "a/kustomization.yaml": "resources: []\n",
                "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
                "flux/kustomization.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n",
            }
        )
    )
    assert {path: k.kind for path, k in held.by_path.items()} == {"a": "Kustomization", "c": "Component"}
    assert held.roots() == ("a",)


def test_all_fields_that_name_files_are_part_of_the_closure(tree: Tree) -> None:
    files = {
        "root/kustomization.yaml": """\
            resources: [r.yaml, ../base]
            components: [../component]
            crds: [crd.json]
            configurations: [conf.yaml]
            openapi: {path: schema.json}
            generators: [gen.yaml]
            transformers:
            - tr
            - |
              apiVersion: builtin
              kind: PatchTransformer
              metadata: {name: x}
              path: inline-patch.yaml
            validators: [val.yaml]
            patches:
            - path: p1.yaml
            patchesStrategicMerge:
            - p2.yaml
            - |
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: inline}
            patchesJson6902:
            - {path: p3.json, target: {version: v1, kind: ConfigMap, name: x}}
            replacements:
            - path: rep.yaml
            - {source: {kind: ConfigMap}, targets: []}
            configMapGenerator:
            - {name: c, files: [f.ini, key=g.ini], envs: [c.env]}
            secretGenerator:
            - {name: s, files: [key.pem], env: s.env, type: Opaque}
            helmCharts:
            - {name: chart, valuesFile: values.yaml}
            """,
        "root/gen.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nfiles: [k=from-gen.txt]\n",
        "root/tr/kustomization.yaml": "resources: [t.yaml]\n",
        "root/tr/t.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: from-tr.yaml\n",
        "base/kustomization.yaml": "resources: [b.yaml]\n",
        "base/b.yaml": "",
        "component/kustomization.yaml": "kind: Component\npatches: [{path: cp.yaml}]\n",
        "component/cp.yaml": "kind: X\n",
        "root/charts/chart/Chart.yaml": "name: chart\n",
        "root/unused.yaml": "",
    }
    names = "r.yaml crd.json conf.yaml schema.json inline-patch.yaml val.yaml p1.yaml p2.yaml p3.json rep.yaml"
    names += " f.ini g.ini c.env key.pem s.env values.yaml from-gen.txt from-tr.yaml"
    root = tree(files | {f"root/{name}": "" for name in names.split()})
    held = loaded(root)
    closure = held.closure(RepoPath("root"))
    everything = {*files, *(f"root/{name}" for name in names.split())}
    assert set(closure) == everything - {"root/unused.yaml"}
    assert list(closure) == sorted(closure)
    assert held.roots() == ("root",)
    reach = held.reach(RepoPath("root"))
    assert reach.directories == ("root", "base", "component", "root/tr")
    assert reach.missing == ()
    assert [k.path for k in reach.charts] == ["root"]


def test_generators_keep_their_order_and_keys(tree: Tree) -> None:
    root = tree(
        {
            "a/kustomization.yaml": """\
                configMapGenerator:
                - {name: one, namespace: ns, behavior: merge, files: [conf/app.ini, other=x.ini], envs: [e.env]}
                secretGenerator:
                - {name: two, literals: [password=hunter2], type: kubernetes.io/tls, options: {immutable: true}}
                """,
            "a/conf/app.ini": "",
            "a/x.ini": "",
            "a/e.env": "",
        }
    )
    one_, two = one(root).generators
    assert (one_.kind, one_.name, one_.namespace, one_.behavior) == ("ConfigMap", "one", "ns", "merge")
    assert one_.files == (("app.ini", "a/conf/app.ini"), ("other", "a/x.ini"))
    assert one_.envs == ("a/e.env",)
    assert (two.kind, two.type, two.options, two.behavior) == (
        "Secret",
        "kubernetes.io/tls",
        {"immutable": True},
        "create",
    )
    assert "hunter2" not in repr(two)


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/org/repo//path?ref=v1",
        "github.com/org/repo/path?ref=v1",
        "git@github.com:org/repo.git",
        "git::https://host/x",
        "ssh://git@host/x",
        "https://raw.githubusercontent.com/o/r/v1/install.yaml",
    ],
)
def test_remote_references(tree: Tree, text: str) -> None:
    held = one(tree({"a/kustomization.yaml": f'resources:\n- "{text}"\n'}))
    assert held.resources[0].remote
    assert held.resources[0].path is None
    assert str(held.resources[0].span) == "a/kustomization.yaml:2:3"


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("./x.yaml", ReferenceKind.FILE, "a/x.yaml"),
        ("../b/", ReferenceKind.DIRECTORY, "b"),
        ("gone.yaml", ReferenceKind.MISSING, "a/gone.yaml"),
        ("../../elsewhere", ReferenceKind.MISSING, None),
        ("/etc/passwd", ReferenceKind.MISSING, None),
        ("link/y.yaml", ReferenceKind.FILE, "b/y.yaml"),
        ("out/secret.yaml", ReferenceKind.MISSING, "a/out/secret.yaml"),
    ],
)
def test_local_references(tree: Tree, tmp_path: Path, text: str, kind: ReferenceKind, path: str | None) -> None:
    root = tree({"a/kustomization.yaml": f"resources: ['{text}']\n", "a/x.yaml": "", "b/y.yaml": ""})
    (root / "a/link").symlink_to("../b")
    (root / "a/out").symlink_to(tree({"secret.yaml": ""}, tmp_path / "outside"))
    kustomizations, _ = load(discover(root, Config()))
    reference = kustomizations.by_path[RepoPath("a")].resources[0]
    assert (reference.kind, reference.path) == (kind, path)


def resource(kind: str = "Deployment", name: str = "api", **metadata: object) -> Resource:
    api = {"Deployment": "apps/v1"}.get(kind, "v1")
    return resource_of(
        {"apiVersion": api, "kind": kind, "metadata": {"name": name, **metadata}}, Origin(path=RepoPath("x"))
    )


@pytest.mark.parametrize(
    ("target", "matches"),
    [
        ("{kind: Deployment}", True),
        ("{kind: Deploy}", False),
        ("{kind: Deploy.*, name: a.i}", True),
        ("{name: ap}", False),
        ("{group: apps, version: v1, kind: Deployment, name: api, namespace: shop}", True),
        ("{namespace: other}", False),
        ("{labelSelector: 'app=api,tier in (web, db)'}", True),
        ("{labelSelector: 'app!=api'}", False),
        ("{labelSelector: '!legacy'}", True),
        ("{annotationSelector: note}", False),
    ],
)
def test_targets_match_as_kustomize_matches(tree: Tree, target: str, matches: bool) -> None:
    text = f"patches:\n- target: {target}\n  patch: '[{{op: remove, path: /spec}}]'\n"
    patch = one(tree({"a/kustomization.yaml": text})).patches[0]
    assert patch.kind == "json6902"
    assert patch.touches(resource(namespace="shop", labels={"app": "api", "tier": "web"})) is matches


def test_a_merge_patch_names_its_own_objects(tree: Tree) -> None:
    held = one(
        tree(
            {
                "a/kustomization.yaml": "patches: [{path: p.yaml}]\n",
                "a/p.yaml": """\
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: api}
                    ---
                    apiVersion: v1
                    kind: Service
                    metadata: {name: api}
                    """,
            }
        )
    )
    patch = held.patches[0]
    assert (patch.kind, patch.target, len(patch.subjects)) == ("merge", None, 2)
    assert patch.touches(resource())
    assert patch.touches(resource("Service"))
    assert not patch.touches(resource(name="api2"))


def test_external_plugins_are_told_from_builtin_ones(tree: Tree) -> None:
    held = one(
        tree(
            {
                "a/kustomization.yaml": "transformers: [b.yaml, p.yaml]\n",
                "a/b.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: x}\n",
                "a/p.yaml": "apiVersion: team.example/v1\nkind: Sops\nmetadata: {name: x}\n",
            }
        )
    )
    assert [plugin.external for plugin in held.plugins] == [(), ("team.example/v1/Sops",)]


def test_the_list_of_fields_is_kustomizes() -> None:
    assert {"sortOptions", "buildMetadata", "helmGlobals", "vars", "replicas", "namePrefix"} <= KUSTOMIZATION.keys()
