"""Hooks of the chart that the target has as plain objects are switched off by a value, where one does nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from infer_support import archive_of, inferred, rendered

from migrator.charts.types import ChartArchive
from migrator.model import Resource, resource_of

VALUES = """
replicas: 1
admission:
  enabled: true
  certManager: false
  patch: {enabled: true, image: "example/certgen:1"}
"""
MAIN = """apiVersion: apps/v1
kind: Deployment
metadata: {name: main}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: main, image: "example/app:1"}]}
"""
FLAGGED = """apiVersion: apps/v1
kind: Deployment
metadata: {name: main}
spec:
  template:
    spec:
      containers:
      - name: main
        args:
        - --main
        {{- if .Values.admission.enabled }}
        - --webhook=:8443
        {{- end }}
        {{- range .Values.args }}
        - {{ . }}
        {{- end }}
"""
WEBHOOK = """{{- if .Values.admission.enabled }}
apiVersion: v1
kind: Service
metadata: {name: admission}
spec: {ports: [{port: 443}]}
{{- end }}
"""
HOOKS = """{{- if and .Values.admission.enabled CONDITION }}
apiVersion: v1
kind: ServiceAccount
metadata: {name: certgen, annotations: {helm.sh/hook: pre-install}}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: certgen
  annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: "5"}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: {{ .Values.admission.patch.image | quote }}, args: [a, b, c, d, e, f, g, h]}]
{{- end }}
"""
ONE_SWITCH = ".Values.admission.patch.enabled (not .Values.admission.certManager)"


def _chart(folder: Path, condition: str) -> ChartArchive:
    files = {
        "values.yaml": VALUES,
        "templates/main.yaml": MAIN,
        "templates/webhook.yaml": WEBHOOK,
        "templates/hooks.yaml": HOOKS.replace("CONDITION", condition),
    }
    return archive_of(folder, files)


def _plain(resource: Resource) -> Resource:
    metadata = {key: each for key, each in resource.body["metadata"].items() if key != "annotations"}
    return resource_of({**resource.body, "metadata": metadata})


@pytest.mark.parametrize("can_skip", [True, False])
def test_a_value_takes_the_hooks_out_of_the_release(tmp_path: Path, *, can_skip: bool) -> None:
    archive = _chart(tmp_path, ONE_SWITCH)
    made = rendered(archive, {"replicas": 2, "admission": {"patch": {"image": "example/certgen:2"}}})
    found, _ = inferred(archive, list(map(_plain, made)), can_skip_hooks=can_skip)
    # the image of the hook is no value that anything needs any more
    assert found.values.common == {"replicas": 2, "admission": {"patch": {"enabled": False}}}
    assert (found.options.hooks, found.options.reasons) == ("run", ())
    assert not found.differences["prod"]
    assert {(each.kind, each.name) for each in found.companions["prod"]} == {
        ("ServiceAccount", "certgen"),
        ("Job", "certgen"),
    }
    assert found.left_out == found.companions


def test_nothing_that_is_wanted_goes_with_them(tmp_path: Path) -> None:
    """The only switch takes the webhook as well, so that the option has to do."""
    archive = _chart(tmp_path, "true")
    target = list(map(_plain, rendered(archive)))
    found, _ = inferred(archive, target)
    assert (found.values.common, found.options.hooks) == ({}, "skip")
    assert "Service" in {each.id.kind for each in found.rendered["prod"]}
    found, _ = inferred(archive, target, can_skip_hooks=False)
    assert (found.values.common, found.options.hooks) == ({}, "run")
    assert {each.resource.name for each in found.differences["prod"]} == {"certgen"}


def test_hooks_that_are_hooks_in_the_target_stay_in_the_release(tmp_path: Path) -> None:
    archive = _chart(tmp_path, ONE_SWITCH)
    found, _ = inferred(archive, rendered(archive, {"admission": {"patch": {"image": "example/certgen:2"}}}))
    assert found.identical
    assert found.values.common == {"admission": {"patch": {"image": "example/certgen:2"}}}


def test_hooks_that_the_target_lacks_are_switched_off(tmp_path: Path) -> None:
    archive = _chart(tmp_path, ONE_SWITCH)
    target = [each for each in rendered(archive) if each.id.name != "certgen"]
    found, _ = inferred(archive, target)
    assert found.identical
    assert found.values.common == {"admission": {"patch": {"enabled": False}}}
    assert found.options.hooks == "run"


def test_environments_that_differ_have_the_same_switch(tmp_path: Path) -> None:
    from migrator.engines import Cache, Toolchain, find_helm
    from migrator.inference import InferenceRequest, infer

    archive = _chart(tmp_path, ONE_SWITCH)
    dev, prod = (tuple(map(_plain, rendered(archive, {"replicas": number}))) for number in (1, 3))
    request = InferenceRequest(chart=archive, targets={"dev": dev, "prod": prod}, budget=20)
    found = infer(request, tools=Toolchain(kustomize=None, helm=find_helm()), cache=Cache(None))[0]
    assert found.values.common == {"admission": {"patch": {"enabled": False}}}
    assert found.values.environments["prod"] == {"replicas": 3}
    assert not any(found.differences.values())


def test_hooks_that_the_target_lacks_take_nothing_wanted_with_them(tmp_path: Path) -> None:
    """However many hooks there are: the first switch over them would take the webhook, and flags that others can set."""
    many = "\n---\n".join(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: hook-{number}, annotations: {{helm.sh/hook: pre-install}}}}"
        "\ndata: {a: b, c: d, e: f, g: h, i: j, k: l}"
        for number in range(9)
    )
    hooks = "{{- if and .Values.admission.enabled .Values.admission.patch.enabled }}\n" + many + "\n{{- end }}\n"
    archive = archive_of(
        tmp_path,
        {
            "values.yaml": VALUES + "args: []\n",
            "templates/main.yaml": FLAGGED,
            "templates/webhook.yaml": WEBHOOK,
            "templates/hooks.yaml": hooks,
        },
    )
    target = [each for each in rendered(archive) if not each.id.name.startswith("hook-")]
    found, _ = inferred(archive, target, can_skip_hooks=False)
    assert found.identical
    assert found.values.common == {"admission": {"patch": {"enabled": False}}}


def test_what_the_switch_changes_beside_hooks_is_brought_back(tmp_path: Path) -> None:
    policy = '{{ .Values.admission.policy | default (ternary "Ignore" "Fail" .Values.admission.patch.enabled) }}'
    archive = archive_of(
        tmp_path,
        {
            "values.yaml": VALUES + '  policy: ""\n',
            "templates/main.yaml": MAIN,
            "templates/webhook.yaml": WEBHOOK.replace("port: 443", "port: 443, name: " + policy),
            "templates/hooks.yaml": HOOKS.replace("CONDITION", ONE_SWITCH),
        },
    )
    found, _ = inferred(archive, list(map(_plain, rendered(archive))))
    assert found.values.common == {"admission": {"patch": {"enabled": False}, "policy": "Ignore"}}
    assert not found.differences["prod"]
    assert len(found.left_out["prod"]) == 2


def test_where_one_hook_has_no_switch_the_option_does_for_all(tmp_path: Path) -> None:
    archive = archive_of(
        tmp_path,
        {
            "values.yaml": VALUES,
            "templates/main.yaml": MAIN,
            "templates/webhook.yaml": WEBHOOK,
            "templates/hooks.yaml": HOOKS.replace("CONDITION", ONE_SWITCH),
            "templates/z.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: z, annotations: {helm.sh/hook: pre-delete}}\n",
        },
    )
    made = rendered(archive)
    for target in (list(map(_plain, made)), [each for each in made if each.id.name in ("main", "admission")]):
        found, _ = inferred(archive, target)
        assert (found.values.common, found.options.hooks) == ({}, "skip")
        assert not found.differences["prod"]


KEPT = """apiVersion: v1
kind: ServiceAccount
metadata: {name: kept, annotations: {helm.sh/hook: pre-install}}
"""


def test_hooks_of_the_target_go_with_those_that_it_lacks_where_nothing_takes_these_alone(tmp_path: Path) -> None:
    """They stay beside the release as they are; those that need not go stay in it."""
    archive = archive_of(
        tmp_path,
        {
            "values.yaml": VALUES,
            "templates/main.yaml": MAIN,
            "templates/webhook.yaml": WEBHOOK,
            "templates/hooks.yaml": HOOKS.replace("CONDITION", ONE_SWITCH),
            "templates/kept.yaml": KEPT,
        },
    )
    target = [each for each in rendered(archive) if each.id.kind != "Job"]
    found, _ = inferred(archive, target, can_skip_hooks=False)
    assert found.values.common == {"admission": {"patch": {"enabled": False}}}
    assert not found.differences["prod"]
    assert [(each.kind, each.name) for each in found.left_out["prod"]] == [("ServiceAccount", "certgen")]
    assert "kept" in {each.id.name for each in found.rendered["prod"]}


def test_a_switch_that_leaves_the_hooks_of_the_target_is_taken_first(tmp_path: Path) -> None:
    hooks = HOOKS.replace("CONDITION", ".Values.admission.patch.enabled")
    account, job = hooks.replace("{{- end }}", "").split("---")
    guarded = f"{account}{{{{- if .Values.admission.patch.job }}}}\n---{job}{{{{- end }}}}\n{{{{- end }}}}\n"
    archive = archive_of(
        tmp_path,
        {
            "values.yaml": VALUES.replace("enabled: true, image", "enabled: true, job: true, image"),
            "templates/main.yaml": MAIN,
            "templates/webhook.yaml": WEBHOOK,
            "templates/hooks.yaml": guarded,
        },
    )
    found, _ = inferred(archive, [each for each in rendered(archive) if each.id.kind != "Job"], can_skip_hooks=False)
    assert found.identical
    assert found.values.common == {"admission": {"patch": {"job": False}}}


def test_to_what_knows_no_hooks_all_of_them_are_plain_objects(tmp_path: Path) -> None:
    """Helm would delete what kubectl or Flux have applied: it stays where it is, by a value or by the option."""
    archive = _chart(tmp_path, ONE_SWITCH)
    found, _ = inferred(archive, rendered(archive), knows_hooks=False)
    assert found.values.common == {"admission": {"patch": {"enabled": False}}}
    assert len(found.left_out["prod"]) == 2
    (tmp_path / "other").mkdir()
    archive = _chart(tmp_path / "other", "true")
    found, _ = inferred(archive, rendered(archive), knows_hooks=False)
    assert (found.values.common, found.options.hooks) == ({}, "skip")
    assert "would become hooks of the chart (2 of 2)" in found.options.reasons[0]
    assert len(found.left_out["prod"]) == 2
    assert not found.differences["prod"]
