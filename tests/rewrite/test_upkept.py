"""What Kustomize or a controller keeps up to date does not become a constant in silence."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest
from small_repository import Make, Repository, manifest, named

from migrator.inference.types import SplitValues
from migrator.model import Json
from migrator.plan.types import ComponentPlan, Decision
from migrator.rewrite import load_layout, rewrite
from migrator.yamlio import dump

GENERATOR = """\
    resources: [redis.yaml]
    configMapGenerator:
    - {name: settings, literals: [mode=fast]}
    """


def redis(**spec: Json) -> str:
    """A Deployment whose pods have these fields beside their container."""
    pod = {"containers": [{"name": "main", "image": "redis:7"}], **spec}
    template = {"metadata": {"labels": {"app": "redis"}}, "spec": pod}
    return manifest("Deployment", "redis", spec={"selector": {"matchLabels": {"app": "redis"}}, "template": template})


MOUNTING = redis(volumes=[{"name": "settings", "configMap": {"name": "settings"}}])


def with_arguments(*arguments: str, **metadata: Json) -> str:
    text = redis(containers=[{"name": "main", "image": "redis:7", "args": list(arguments)}])
    return text.replace("  name: redis\n", f"  name: redis\n  annotations: {metadata}\n", 1) if metadata else text


def outcome(repository: Repository, *names: str, values: SplitValues | None = None) -> tuple[ComponentPlan, str]:
    """The component after rewriting, and its MIG614 with place and remedy."""
    assert all(build.is_built for build in repository.builds), [build.reason for build in repository.builds]
    plan = repository.plan(redis=named("redis", *names))
    plan = replace(plan, components=tuple(replace(each, values=values or each.values) for each in plan.components))
    made = rewrite(plan, repository.view, load_layout("growing"))
    return made.plan.components[0], "\n".join(str(each) for each in made.diagnostics if each.code == "MIG614")


def test_a_generated_name_would_stand_in_a_patch(make: Make) -> None:
    found, told = outcome(make({"kustomization.yaml": GENERATOR, "redis.yaml": MOUNTING}))
    assert found.decision is Decision.PROPOSE
    assert "spec.template.spec.volumes[0].configMap.name of Deployment.apps redis names ConfigMap settings-" in told
    assert "a patch would go on naming this one" in found.reason
    assert told.startswith("kustomization.yaml:3:")
    assert "`options: {disableNameSuffixHash: true}` for the generator settings in kustomization.yaml" in found.reason


def test_a_generated_name_would_stand_in_a_value(make: Make) -> None:
    repository = make({"kustomization.yaml": GENERATOR, "redis.yaml": MOUNTING})
    name = next(each.id.name for each in repository.builds[0].resources if each.id.kind == "ConfigMap")
    values = SplitValues(environments={"default": {"config": {"existing": [name]}}})
    found, _ = outcome(repository, values=values)
    assert "the value config.existing[0] would go on naming this one" in found.reason


def test_a_name_that_stays_the_same(make: Make) -> None:
    fixed = GENERATOR.replace("literals", "options: {disableNameSuffixHash: true}, literals")
    found, told = outcome(make({"kustomization.yaml": fixed, "redis.yaml": MOUNTING}))
    assert (found.decision, told) == (Decision.ADOPT, "")


def test_a_generated_object_that_leaves_too(make: Make) -> None:
    repository = make({"kustomization.yaml": GENERATOR, "redis.yaml": MOUNTING})
    name = next(each.id.name for each in repository.builds[0].resources if each.id.kind == "ConfigMap")
    found, told = outcome(repository, name)
    assert (found.decision, told) == (Decision.ADOPT, "")


REPLACED = """\
    resources: [redis.yaml, settings.yaml]
    replacements:
    - source: {kind: ConfigMap, name: settings, fieldPath: FIELD}
      targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.0.args.0"]
    """
SETTINGS = manifest("ConfigMap", "settings", data={"domain": "example.org"})


@pytest.mark.parametrize(("field", "decision"), [("data.domain", Decision.PROPOSE), ("metadata.name", Decision.ADOPT)])
def test_a_replacement_from_what_stays(make: Make, field: str, decision: Decision) -> None:
    kustomization = REPLACED.replace("FIELD", field)
    files = {"kustomization.yaml": kustomization, "redis.yaml": with_arguments("x"), "settings.yaml": SETTINGS}
    found, told = outcome(make(files))
    assert found.decision is decision
    if decision is Decision.PROPOSE:
        assert "fills spec.template.spec.containers.0.args.0 of Deployment.apps redis from data.domain" in told
        assert "write the value into" in told


def test_a_replacement_that_is_for_others(make: Make) -> None:
    kustomization = REPLACED.replace("FIELD", "data.domain").replace("{kind: Deployment}", "{kind: Service}")
    files = {
        "kustomization.yaml": kustomization.replace("spec.template.spec.containers.0.args.0", "metadata.labels.app"),
        "redis.yaml": with_arguments("x"),
        "settings.yaml": SETTINGS
        + "---\n"
        + dump({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "labels": {"app": "web"}}}),
    }
    found, _ = outcome(make(files))
    assert found.decision is Decision.ADOPT


VARIABLE = """\
    resources: [redis.yaml, settings.yaml]
    vars:
    - name: DOMAIN
      objref: {apiVersion: v1, kind: ConfigMap, name: settings}
      fieldref: {fieldPath: data.domain}
    """


@pytest.mark.parametrize(("argument", "decision"), [("$(DOMAIN)", Decision.PROPOSE), ("$(OTHER)", Decision.ADOPT)])
def test_a_variable_from_what_stays(make: Make, argument: str, decision: Decision) -> None:
    files = {"kustomization.yaml": VARIABLE, "redis.yaml": with_arguments(argument), "settings.yaml": SETTINGS}
    found, told = outcome(make(files))
    assert found.decision is decision
    assert ("the variable DOMAIN in kustomization.yaml fills" in told) is (decision is Decision.PROPOSE)


def test_a_variable_in_a_patch(make: Make) -> None:
    patch = dump({"spec": {"template": {"spec": {"containers": [{"name": "main", "args": ["$(DOMAIN)"]}]}}}})
    patch = manifest("Deployment", "redis") + patch
    entry = "patches:\n- path: patch.yaml\n"
    files = {
        "kustomization.yaml": textwrap.dedent(VARIABLE) + entry,
        "patch.yaml": patch,
        "redis.yaml": with_arguments("x"),
        "settings.yaml": SETTINGS,
    }
    found, told = outcome(make(files))
    assert found.decision is Decision.PROPOSE
    assert "patches[0] in kustomization.yaml" in told


def flux(name: str, path: str, **spec: Json) -> str:
    body = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"}
    return dump({**body, "metadata": {"name": name, "namespace": "flux-system"}, "spec": {"path": path, **spec}})


def flux_repository(make: Make, redis_yaml: str, *kustomizations: str) -> Repository:
    files = {f"clusters/{number}/data.yaml": text for number, text in enumerate(kustomizations)}
    return make({"data/kustomization.yaml": "resources: [redis.yaml]\n", "data/redis.yaml": redis_yaml, **files})


BY_NAME = {"postBuild": {"substitute": {"CLUSTER": "one"}}}
BY_SOURCE = {"postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "cluster"}]}}
PASSED_ON = {"patches": [{"patch": "spec:\n  postBuild: {}\n", "target": {"kind": "Kustomization"}}]}


@pytest.mark.parametrize(
    "deploying",
    [
        (flux("data", "./data", **BY_NAME),),
        (flux("all", "./", **BY_SOURCE),),
        (flux("data", "./data"), flux("cluster", "./clusters/0", **PASSED_ON)),
    ],
)
def test_what_flux_substitutes(make: Make, deploying: tuple[str, ...]) -> None:
    found, told = outcome(flux_repository(make, with_arguments("--owner=${CLUSTER:=none}"), *deploying))
    assert found.decision is Decision.PROPOSE
    assert "Flux fills in ${CLUSTER} in spec.template.spec.containers[0].args[0] of Deployment.apps redis" in told
    assert "clusters/0/data.yaml:1" in told
    assert "HelmRelease" in told


def test_what_flux_unescapes(make: Make) -> None:
    found, told = outcome(flux_repository(make, with_arguments("echo $${HOME}"), flux("data", "data", **BY_NAME)))
    assert found.decision is Decision.PROPOSE
    assert "$${HOME}" in told


def test_clusters_that_substitute_differently(make: Make) -> None:
    one = flux("data", "./data", **BY_NAME)
    found, _ = outcome(flux_repository(make, with_arguments("${CLUSTER}"), one, one.replace("one", "two")))
    assert "2 objects deploy it with other values each, so they are environments" in found.reason
    same, _ = outcome(flux_repository(make, with_arguments("${CLUSTER}"), one, one))
    assert "environments" not in same.reason


@pytest.mark.parametrize(
    ("redis_yaml", "deploying"),
    [
        (with_arguments("${CLUSTER}"), ()),
        (with_arguments("${CLUSTER}"), (flux("data", "./data"),)),
        (with_arguments("${CLUSTER}"), (flux("other", "./elsewhere", **BY_NAME),)),
        (with_arguments("$CLUSTER $(CLUSTER) {CLUSTER} $[x]"), (flux("data", "./data", **BY_NAME),)),
        (
            with_arguments("${CLUSTER}", **{"kustomize.toolkit.fluxcd.io/substitute": "disabled"}),
            (flux("data", "./data", **BY_NAME),),
        ),
    ],
)
def test_what_nobody_substitutes(make: Make, redis_yaml: str, deploying: tuple[str, ...]) -> None:
    found, told = outcome(flux_repository(make, redis_yaml, *deploying))
    assert (found.decision, told) == (Decision.ADOPT, "")


def argo_cd(path: str, **source: Json) -> str:
    held = {"repoURL": "https://git.example.org/a.git", "path": path, **source}
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "data"}}
    return dump({**body, "spec": {"source": held}})


def test_what_a_plugin_of_argo_cd_fills_in(make: Make) -> None:
    text = with_arguments("<path:secret/data/redis#password>")
    found, told = outcome(flux_repository(make, text, argo_cd("data", plugin={"name": "vault"})))
    assert found.decision is Decision.PROPOSE
    assert "Argo CD fills in <path:secret/data/redis#password>" in told
    plain, _ = outcome(flux_repository(make, text, argo_cd("data")))
    assert plain.decision is Decision.ADOPT


def test_a_template_of_folders(make: Make) -> None:
    source = {"repoURL": "https://git.example.org/a.git", "path": "{{path}}", "plugin": {"name": "vault"}}
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "all"}}
    text = dump({**body, "spec": {"template": {"spec": {"source": source}}}})
    found, told = outcome(flux_repository(make, with_arguments("$ARGOCD_APP_NAME"), text))
    assert found.decision is Decision.PROPOSE
    assert "the plugin of ApplicationSet all" in told


MERGE = dump({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "redis"}, "spec": {"paused": True}})


@pytest.mark.parametrize(
    ("deploying", "field"),
    [
        (flux("data", "data", patches=[{"patch": MERGE}]), "spec.patches[0]"),
        (flux("data", "data", patches=[{"patch": "[]", "target": {"kind": "Deployment"}}]), "spec.patches[0]"),
        (flux("data", "data", images=[{"name": "redis", "newTag": "8"}]), "spec.images"),
        (flux("data", "data", commonMetadata={"labels": {"a": "b"}}), "spec.commonMetadata"),
        (argo_cd("data", kustomize={"images": ["redis:8"]}), "kustomize.images"),
        (argo_cd("data", kustomize={"images": ["redis=example.org:5000/redis:8"]}), "kustomize.images"),
        (argo_cd("data", kustomize={"replicas": [{"name": "redis", "count": 3}]}), "kustomize.replicas"),
        (argo_cd("data", kustomize={"namePrefix": "a-"}), "kustomize.namePrefix"),
    ],
)
def test_what_a_deployer_changes_after_the_build(make: Make, deploying: str, field: str) -> None:
    found, told = outcome(flux_repository(make, with_arguments("x"), deploying))
    assert found.decision is Decision.PROPOSE
    assert f"{field} of " in told
    assert "changes Deployment.apps redis after the build" in told
    elsewhere = deploying.replace("path: data", "path: elsewhere")
    assert outcome(flux_repository(make, with_arguments("x"), elsewhere))[0].decision is Decision.ADOPT


@pytest.mark.parametrize(
    "deploying",
    [
        flux("data", "data", patches=[{"patch": MERGE.replace("redis", "other")}]),
        flux("data", "data", patches=[{"patch": "[]", "target": {"kind": "Service"}}]),
        flux("data", "data", images=[{"name": "nginx", "newTag": "8"}]),
        argo_cd("data", kustomize={"images": ["nginx:8"], "version": "v5"}),
    ],
)
def test_what_a_deployer_changes_in_others(make: Make, deploying: str) -> None:
    found, told = outcome(flux_repository(make, with_arguments("x"), deploying))
    assert (found.decision, told) == (Decision.ADOPT, "")
