from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.diagnostics import Diagnostics, Severity
from migrator.discover import Config, parse_config
from migrator.engines import Cache, Tool, kustomize_build
from migrator.model import Origin, RepoPath
from migrator.render_roots import Build, environment_of
from migrator.yamlio import Dialect, read_documents, same

Tree = Callable[..., Path]
Run = Callable[..., tuple[dict[str, Build], Diagnostics]]

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"

EVERYTHING = {
    "base/kustomization.yaml": """\
        resources: [api, tools.yaml]
        commonLabels: {team: a}
        """,
    "base/api/kustomization.yaml": """\
        resources: [deployment.yaml]
        configMapGenerator:
        - {name: settings, literals: [a=b]}
        """,
    "base/api/deployment.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec:
          template:
            spec:
              containers:
              - {name: api, image: api, envFrom: [{configMapRef: {name: settings}}]}
        """,
    "base/tools.yaml": """\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: yes-and-on
          annotations: {keep: me, config.kubernetes.io/origin: mine}
        data: {answer: on, day: 2024-01-02}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: none, annotations: {}}
        """,
    "overlays/prod/kustomization.yaml": """\
        namespace: shop
        namePrefix: p-
        resources: [../../base, extra.yaml]
        components: [../../parts/tls]
        images: [{name: api, newTag: "1.2"}]
        replicas: [{name: api, count: 3}]
        patches:
        - path: patch.yaml
        - target: {kind: ConfigMap, name: yes-and-on}
          patch: |-
            - {op: add, path: /metadata/annotations/more, value: x}
        """,
    "overlays/prod/extra.yaml": CONFIG_MAP.format(name="extra"),
    "overlays/prod/patch.yaml": """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: api}
        spec: {paused: true}
        """,
    "parts/tls/kustomization.yaml": """\
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        patches:
        - target: {kind: Deployment}
          patch: "- {op: add, path: /spec/minReadySeconds, value: 5}"
        """,
}


def plain(tool: Tool, root: Path, directory: str) -> list[object]:
    stream = kustomize_build(tool, root / directory, network=False)
    return [document.value for document in read_documents(stream, dialect=Dialect.SIGS)]


def bodies(build: Build) -> list[object]:
    return [dict(resource.body) for resource in build.resources]


def test_resources_equal_a_plain_build_and_know_their_origin(tree: Tree, build: Run, kustomize: Tool) -> None:
    root = tree(EVERYTHING)
    builds, diagnostics = build(root)
    assert diagnostics == ()
    prod = builds["overlays/prod"]
    assert (prod.environment, prod.status, prod.reason) == ("prod", "built", None)
    assert same(bodies(prod), plain(kustomize, root, "overlays/prod"))
    origins = {resource.id.name.split("-settings")[0]: resource.origin for resource in prod.resources}
    overlay, component, base = (
        "overlays/prod/kustomization.yaml",
        "parts/tls/kustomization.yaml",
        "base/kustomization.yaml",
    )
    assert origins["p-api"] == Origin(
        path=RepoPath("base/api/deployment.yaml"),
        transformed_in=(RepoPath(base), RepoPath(component), RepoPath(overlay)),
    )
    assert origins["p"] == Origin(
        path=RepoPath("base/api/kustomization.yaml"),
        generated=True,
        transformed_in=(RepoPath(base), RepoPath(component), RepoPath(overlay)),
    )
    extra = origins["p-extra"]
    assert extra is not None
    assert extra.path == "overlays/prod/extra.yaml"


@pytest.mark.parametrize(
    "kustomization",
    [
        "{resources: [x.yaml]}\n",
        "resources: [x.yaml]",
        "  resources:\n  - x.yaml\n",
        "resources: [x.yaml]\nbuildMetadata: [originAnnotations]\n",
        "resources: [x.yaml]\nBUILDMETADATA: [managedByLabel]\n",
        "resources: [x.yaml]\nbuildMetadata: [transformerAnnotations, managedByLabel]\nnamePrefix: a-\n",
        "configMapGenerator:\n- name: c\n  literals:\n  - |-\n    a=on\n    b",
        "configMapGenerator:\n- name: c\n  literals:\n  - |+\n    a=on\n    b\n\n\n",
        "resources: [x.yaml]\r\ncommonAnnotations:\r\n  since: 2024-01-02\r\n",
        "resources: [x.yaml]\n...\n",
        "resources: []\nresources: [x.yaml]\ncommonAnnotations: {since: 2024-01-02, since: 2024-01-03}\n",
        "resources: [x.yaml]\ncommonAnnotations: {since: 2024-01-02}\nbuildmetadata: []\n",
        "---\nresources: &r\n- x.yaml\ncomponents: []\n# the end",
        "patches:\n- target: {kind: ConfigMap}\n  patch: '- {op: add, path: /metadata/annotations, value: {note: m}}'\nresources: [x.yaml]\n",
        "patches:\n- target: {kind: ConfigMap}\n  patch: '{kind: ConfigMap, metadata: {name: x, annotations: null}}'\nresources: [x.yaml]\n",
    ],
)
def test_no_form_of_the_root_changes_what_is_built(tree: Tree, build: Run, kustomize: Tool, kustomization: str) -> None:
    root = tree({"a/kustomization.yaml": kustomization.encode(), "a/x.yaml": CONFIG_MAP.format(name="x")})
    builds, _ = build(root)
    assert builds["a"].status == "built", builds["a"].reason
    assert same(bodies(builds["a"]), plain(kustomize, root, "a"))


def test_a_patch_that_needs_annotations_fails_as_it_does_without_ours(tree: Tree, build: Run) -> None:
    text = "resources: [x.yaml]\npatches:\n- {target: {kind: ConfigMap}, path: p.yaml}\n"
    root = tree(
        {
            "a/kustomization.yaml": text,
            "a/p.yaml": "- {op: replace, path: /metadata/annotations/config.kubernetes.io~1origin, value: x}\n",
            "a/x.yaml": CONFIG_MAP.format(name="x"),
        }
    )
    builds, _ = build(root)
    assert builds["a"].status == "failed"


@pytest.mark.parametrize("operation", ["add", "replace"])
def test_an_origin_that_a_patch_writes_over_is_found_again(tree: Tree, build: Run, operation: str) -> None:
    root = tree(
        {
            "base/kustomization.yaml": """\
                resources: [x.yaml, y.yaml]
                configMapGenerator: [{name: made, literals: [a=b], options: {disableNameSuffixHash: true}}]
                """,
            "base/x.yaml": CONFIG_MAP.format(name="x") + "  annotations: {old: one}\n",
            "base/y.yaml": CONFIG_MAP.format(name="y"),
            "prod/kustomization.yaml": """\
                resources: [../base]
                namespace: shop
                patches: [{path: p.yaml, target: {kind: ConfigMap, name: x|made}}]
                """,
            "prod/p.yaml": "- {op: add, path: /metadata/annotations, value: {new: two}}\n".replace("add", operation),
        }
    )
    if operation == "replace":  # the generated object has no annotations of its own to replace
        (root / "prod/kustomization.yaml").write_text(
            (root / "prod/kustomization.yaml").read_text().replace("x|made", "x")
        )
    builds, _ = build(root)
    prod = builds["prod"]
    assert prod.reason is None
    origins = {resource.id.name: resource.origin for resource in prod.resources}
    assert origins["x"] == Origin(path=RepoPath("base/x.yaml"))
    assert origins["made"] is None or origins["made"].generated == (operation == "replace")
    held = {resource.id.name: resource.body["metadata"].get("annotations") for resource in prod.resources}
    assert held["x"] == {"new": "two"}


def test_a_lost_origin_is_found_under_the_name_that_it_had(tree: Tree, build: Run) -> None:
    root = tree(
        {
            "base/kustomization.yaml": "resources: [x.yaml, a.yaml, z.yaml, az.yaml]\nnameSuffix: -v1\n",
            **{f"base/{name}.yaml": CONFIG_MAP.format(name=name) for name in ("x", "a", "z", "az")},
            "prod/kustomization.yaml": """\
                resources: [../base]
                namespace: shop
                namePrefix: a
                patches:
                - target: {kind: ConfigMap}
                  patch: "- {op: add, path: /metadata/annotations, value: {new: two}}"
                """,
        }
    )
    builds, _ = build(root)
    assert builds["prod"].reason is None
    origins = {resource.id.name: resource.origin for resource in builds["prod"].resources}
    held = {name: origin.path if origin is not None else None for name, origin in origins.items()}
    # `az-v1` may have been `z` and, for all that is known, `az` that got no prefix
    assert held == {"ax-v1": "base/x.yaml", "aa-v1": "base/a.yaml", "az-v1": None, "aaz-v1": "base/az.yaml"}


def test_nothing_in_the_repository_changes(tree: Tree, build: Run) -> None:
    root = tree(EVERYTHING)

    def state() -> dict[str, tuple[int, ...]]:
        found = {}
        for path in sorted(root.rglob("*")):
            stat = path.lstat()
            found[str(path)] = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_nlink)
        return found

    before = state()
    build(root)
    assert state() == before


FAILURES = {
    "missing": (
        "resources:\n- gone.yaml\n",
        "MIG210",
        "missing/kustomization.yaml:2:3",
        "missing/gone.yaml does not exist",
    ),
    "folder": (
        "resources: [../empty]\n",
        "MIG210",
        "folder/kustomization.yaml:1:13",
        "empty has no kustomization file",
    ),
    "outside": (
        "resources: [../../x.yaml]\n",
        "MIG210",
        "outside/kustomization.yaml:1:13",
        "leads out of the repository",
    ),
    "remote": (
        "resources:\n- https://user:pass@github.com/a/b//c?ref=v1\n",
        "MIG211",
        "remote/kustomization.yaml:2:3",
        "https://github.com/a/b//c?ref=v1 is remote and the network is off",
    ),
    "plugin": (
        "transformers: [p.yaml]\n",
        "MIG212",
        "plugin/kustomization.yaml:1:16",
        "team/v1/Exec, which is never run",
    ),
    "charts": ("helmCharts: [{name: redis}]\n", "MIG212", "charts/kustomization.yaml", "inflates Helm charts (redis)"),
    "twice": ("resources: [x.yaml, y.yaml]\n", "MIG213", "twice", "registered id"),
    "manifest": ("resources: [bad.yaml]\n", "MIG214", "manifest/bad.yaml", ""),
    "syntax": ("resources: [x.yaml\n", "MIG101", "syntax/kustomization.yaml:2:1", "cannot read YAML"),
    "nothing": ("", "MIG219", "nothing/kustomization.yaml", "is empty"),
}


def test_every_root_that_fails_says_why_and_the_others_go_on(tree: Tree, build: Run) -> None:
    files: dict[str, str] = {f"{name}/kustomization.yaml": held[0] for name, held in FAILURES.items()}
    files |= {f"{name}/x.yaml": CONFIG_MAP.format(name="x") for name in FAILURES}
    files |= {
        "twice/y.yaml": CONFIG_MAP.format(name="x"),
        "plugin/p.yaml": "apiVersion: team/v1\nkind: Exec\nmetadata: {name: x}\n",
        "manifest/bad.yaml": "a: [\n",
        "empty/readme.md": "",
        "cycle/kustomization.yaml": "resources: [inner]\n",
        "cycle/inner/kustomization.yaml": "resources: [..]\n",
        "good/kustomization.yaml": "resources: [x.yaml]\n",
        "good/x.yaml": CONFIG_MAP.format(name="x"),
    }
    root = tree(files)
    builds, diagnostics = build(root)
    assert builds["good"].status == "built"
    assert {name for name, held in builds.items() if held.status == "failed"} == set(FAILURES)
    for name, (_, code, place, words) in FAILURES.items():
        reason = builds[name].reason
        assert reason is not None
        assert (reason.code, reason.severity) == (code, Severity.ERROR), str(reason)
        assert str(reason.span).startswith(place), str(reason)
        assert words in reason.summary
        assert reason.remedy
        assert reason in diagnostics
        assert "migrate-build-" not in str(reason)
        assert str(root) not in str(reason)
        assert "pass" not in str(reason)


def test_a_cycle_is_a_failure(tree: Tree, build: Run) -> None:
    root = tree({"a/kustomization.yaml": "resources: [b]\n", "a/b/kustomization.yaml": "resources: [../b]\n"})
    builds, _ = build(root)
    reason = builds["a"].reason
    assert reason is not None
    assert "cycle" in str(reason) or "must resolve" in str(reason)


def test_a_file_that_the_closure_cannot_see_is_staged_all_the_same(tree: Tree, build: Run, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    root = tree(
        {
            "a/kustomization.yaml": "resources: [x.yaml]\ntransformers: [t]\n",
            "a/x.yaml": CONFIG_MAP.format(name="x"),
            "a/t/kustomization.yaml": "resources: [deep]\n",
            "a/t/deep/kustomization.yaml": "resources: [t.yaml]\n",
            "a/t/deep/t.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: hidden.yaml\ntarget: {kind: ConfigMap}\n",
            "a/hidden.yaml": "- {op: add, path: /data, value: {a: one}}\n",
        }
    )
    builds, _ = build(root, cache=cache)
    assert builds["a"].status == "built", builds["a"].reason
    assert builds["a"].resources[0].body["data"] == {"a": "one"}
    # the key does not know of the hidden file, so nothing may be kept under it
    tree({"a/hidden.yaml": "- {op: add, path: /data, value: {a: two}}\n"})
    builds, _ = build(root, cache=cache)
    assert builds["a"].resources[0].body["data"] == {"a": "two"}


def test_symbolic_links_are_staged(tree: Tree, build: Run, kustomize: Tool) -> None:
    root = tree({"a/kustomization.yaml": "resources: [link]\n", "b/kustomization.yaml": "resources: [real.yaml]\n"})
    tree({"b/real.yaml": CONFIG_MAP.format(name="x")})
    (root / "a/link").symlink_to("../b")
    builds, _ = build(root)
    assert same(bodies(builds["a"]), plain(kustomize, root, "a"))
    origin = builds["a"].resources[0].origin
    assert origin is not None
    assert origin.path == "b/real.yaml"


def test_a_warm_build_runs_nothing_and_a_changed_file_is_built_anew(
    tree: Tree, build: Run, kustomize: Tool, tmp_path: Path
) -> None:
    root = tree(EVERYTHING)
    cache = Cache(tmp_path / "cache")
    cold, _ = build(root, cache=cache)
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    broken = replace(kustomize, path=program)
    warm, diagnostics = build(root, cache=cache, tool=broken)
    assert diagnostics == ()
    assert [held.cached for held in warm.values()] == [True]
    assert warm["overlays/prod"].resources == cold["overlays/prod"].resources
    tree({"base/tools.yaml": CONFIG_MAP.format(name="other")})
    assert build(root, cache=cache, tool=broken)[0]["overlays/prod"].status == "failed"
    changed, _ = build(root, cache=cache)
    assert changed["overlays/prod"].cached is False
    # another engine version is another build
    older = replace(broken, version="v4.0.0")
    assert build(root, cache=cache, tool=older)[0]["overlays/prod"].status == "failed"


def test_objects_that_two_roots_of_an_environment_render_are_reported(tree: Tree, build: Run) -> None:
    files = {
        "x/overlays/prod/kustomization.yaml": "resources: [c.yaml]\n",
        "x/overlays/prod/c.yaml": CONFIG_MAP.format(name="same"),
        "y/overlays/prod/kustomization.yaml": "resources: [c.yaml]\n",
        "y/overlays/prod/c.yaml": CONFIG_MAP.format(name="same"),
    }
    root = tree(files)
    builds, diagnostics = build(root)
    assert {held.environment for held in builds.values()} == {"prod"}
    assert [(note.code, note.severity) for note in diagnostics] == [("MIG220", Severity.WARNING)]
    assert diagnostics[0].evidence == ("ConfigMap same: x/overlays/prod, y/overlays/prod",)
    tree({"migrate.yaml": "environments: {one: x/overlays/prod, two: y/overlays/prod}\n"})
    builds, diagnostics = build(root)
    assert [held.environment for held in builds.values()] == ["one", "two"]
    assert diagnostics == ()


def test_configured_roots_alone_are_built_and_an_absent_one_is_reported(tree: Tree, build: Run) -> None:
    files = {f"{name}/kustomization.yaml": "resources: [c.yaml]\n" for name in ("a", "b")}
    files |= {f"{name}/c.yaml": CONFIG_MAP.format(name="c") for name in ("a", "b")}
    root = tree(files | {"migrate.yaml": "roots:\n- b\n- gone\n"})
    builds, diagnostics = build(root)
    assert list(builds) == ["b"]
    assert [(note.code, str(note.span)) for note in diagnostics] == [("MIG113", "migrate.yaml:3:3")]


@pytest.mark.parametrize(
    ("root", "environment"),
    [
        ("overlays/prod", "prod"),
        ("environments/eu/api", "eu"),
        ("envs/qa", "qa"),
        ("clusters/eu-1/apps/overlays/x", "eu-1"),
        ("apps/api/overlays/prod", "prod"),
        ("apps/api/staging", "staging"),
        ("apps/api/base", "default"),
        (".", "default"),
        ("overlays", "default"),
    ],
)
def test_environment_from_the_path(root: str, environment: str) -> None:
    assert environment_of(RepoPath(root), Config()) == environment


def test_environment_from_the_configuration_wins() -> None:
    config = parse_config(b"environments: {live: [overlays/prod]}\n")
    assert environment_of(RepoPath("overlays/prod"), config) == "live"


@pytest.mark.corpus
def test_the_shop_builds_exactly_and_warm_within_a_second(corpus: Path, build: Run, kustomize: Tool) -> None:
    root = corpus / "phase1" / "shop"
    cache = Cache.default()
    cold, diagnostics = build(root, cache=cache)
    assert diagnostics == ()
    assert {held.environment: len(held.resources) for held in cold.values()} == {"dev": 195, "prod": 202}
    assert same(bodies(cold["overlays/prod"]), plain(kustomize, root, "overlays/prod"))
    assert all(resource.origin is not None for held in cold.values() for resource in held.resources)
    start = time.process_time()
    warm, _ = build(root, cache=cache)
    assert time.process_time() - start < 1.0
    assert {held.root: held.resources for held in warm.values()} == {
        held.root: held.resources for held in cold.values()
    }
