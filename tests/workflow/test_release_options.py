"""What a repository was rendered without, or keeps as plain objects, from the plan to the lock and the audit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate, committed, git

Tree = Callable[..., Path]

SIGNATURE = """\
    apiVersion: migrate/v1
    kind: Signature
    chart: gong
    repository: https://charts.example.org
    category: core
    fullname: "{release}"
    images: {example/gong: {weight: 1, tag: appVersion}}
    labels: {app.kubernetes.io/name: [gong]}
    containers: {gong: {}}
    core: {Deployment: ["{fullname}"]}
    objects: {Job: ["{fullname}-setup"], Pod: ["{fullname}-check"]}
"""
MAIN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: bells, labels: {app.kubernetes.io/name: gong}}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: gong}}
  template:
    metadata: {labels: {app.kubernetes.io/name: gong}}
    spec: {containers: [{name: gong, image: "example/gong:2.0.0"}]}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: front-%s, namespace: bells, labels: {app.kubernetes.io/name: gong}%s}
spec: {containers: [{name: gong, image: "example/gong:2.0.0"}]}
"""
TEST = POD % ("check", ", annotations: {helm.sh/hook: test}")
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gongs.example.org}
spec: {group: example.org, scope: %s, names: {kind: Gong, plural: gongs}}
"""


def _template(text: str) -> str:
    return text.replace("name: front", "name: {{ .Release.Name }}").replace(
        "replicas: 2", "replicas: {{ .Values.rings }}"
    )


def _chart(hook: str) -> dict[str, str]:
    return {
        "gong/Chart.yaml": "apiVersion: v2\nname: gong\nversion: 1.0.0\nappVersion: 2.0.0\n",
        "gong/values.yaml": "rings: 1\nsetup: true\n",
        "gong/templates/main.yaml": _template(MAIN),
        "gong/templates/setup.yaml": hook,
        "gong/templates/check.yaml": _template(TEST),
        "gong/crds/gongs.yaml": CRD % "Cluster",
    }


HOOK = _template(POD % ("setup", ", annotations: {helm.sh/hook: post-install}"))
SWITCHED = f"{{{{- if .Values.setup }}}}\n{HOOK}{{{{- end }}}}\n"


Made = tuple[list[str], Path]


@pytest.fixture
def make(tree: Tree, tmp_path: Path) -> Callable[..., Made]:
    """A committed repository that keeps these objects of the chart, and the words that every command gets."""

    def made(hook: str, *kept: str) -> Made:
        (tmp_path / "charts").mkdir()
        charts = tree(_chart(hook), tmp_path / "charts")
        (tmp_path / "shop").mkdir()
        files = {
            "base/kustomization.yaml": "resources: [all.yaml]\n",
            "base/all.yaml": "---\n".join([MAIN, *kept]),
            "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
            ".migrate/rules/signatures/core/gong.yaml": SIGNATURE,
        }
        shop = committed(tree(files, tmp_path / "shop"))
        return [str(shop), "--offline", "--chart-mirror", str(charts)], shop

    return made


def _component(document: Any) -> Any:
    return next(each for each in document["components"] if each["id"] == "gong")


@pytest.mark.parametrize(
    ("hook", "kept", "options", "companions"),
    [
        (SWITCHED, [], (False, "run"), set()),
        (HOOK, [], (False, "skip"), set()),
        (SWITCHED, [POD % ("setup", ""), TEST], (False, "run"), {"Pod bells/front-setup", "Pod bells/front-check"}),
        (HOOK, [POD % ("setup", ""), CRD % "Cluster"], (True, "skip"), {"Pod bells/front-setup"}),
        (
            HOOK,
            [POD % ("setup", ", annotations: {helm.sh/hook: post-install}"), CRD % "Namespaced"],
            (False, "run"),
            {"CustomResourceDefinition.apiextensions.k8s.io gongs.example.org"},
        ),
    ],
)
def test_a_release_takes_over_what_is_there(
    make: Callable[..., Made],
    migrate: Migrate,
    *,
    hook: str,
    kept: list[str],
    options: tuple[bool, str],
    companions: set[str],
) -> None:
    words, shop = make(hook, *kept)
    document = json.loads(migrate("apply", *words, "--format", "json").out)
    found = _component(document)
    assert (found["decision"], found["patches"]) == ("adopt", [])
    assert (found["options"]["includeCRDs"], found["options"]["hooks"]) == options
    assert len(found["options"]["reasons"]) == (not options[0]) + (options[1] == "skip")
    assert {each["resource"] for each in found["companions"]} == companions
    assert _recorded(shop) == options
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "apply")
    assert migrate("verify", *words, "--base", "HEAD~1").code == 0
    values = shop / "helm-charts/core/gong/values.yaml"
    values.write_text(values.read_text().replace("rings: 2", "rings: 3"))
    git(shop, "commit", "-qam", "three rings")
    assert migrate("apply", *words, "--relock").code == 0
    assert _recorded(shop) == options


def _recorded(shop: Path) -> tuple[bool, str]:
    """The options in the lock, the same for both environments."""
    lock = (shop / ".migrate/lock.yaml").read_text()
    found = set(re.findall(r"includeCRDs: (\w+)\n +hooks: (\w+)\n", lock))
    ((crds, hooks),) = found
    return crds == "true", hooks


def test_what_deploys_the_release_has_to_be_told(make: Callable[..., Made], migrate: Migrate) -> None:
    words, _ = make(HOOK)
    crds, hooks = (
        "includeCRDs: false: nothing of the chart's crds/ is here",
        "hooks: skip: none of the chart's hooks is here",
    )
    for command, text in (("plan", "option    "), ("apply", "tell what deploys it: ")):
        shown = " ".join(migrate(command, *words).out.split())
        assert text.strip() + " " + crds in shown
        assert text.strip() + " " + hooks in shown
