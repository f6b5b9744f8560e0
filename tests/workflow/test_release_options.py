"""What a repository was rendered without, or keeps as plain objects, from the plan to the lock and the audit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
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
HOOKED = POD % ("setup", ", annotations: {helm.sh/hook: post-install}")
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
APPLICATION = """\
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: shop, namespace: argocd}
    spec: {source: {repoURL: https://git.example.org/shop.git, path: overlays/prod}}
"""


@pytest.fixture
def make(tree: Tree, tmp_path: Path) -> Callable[..., Made]:
    """A committed repository that keeps these objects of the chart, and the words that every command gets."""

    def made(hook: str, *kept: str, more: Mapping[str, str] | None = None) -> Made:
        (tmp_path / "charts").mkdir()
        charts = tree(_chart(hook), tmp_path / "charts")
        (tmp_path / "shop").mkdir()
        files = {
            "base/kustomization.yaml": "resources: [all.yaml]\n",
            "base/all.yaml": "---\n".join([MAIN, *kept]),
            "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
            "overlays/prod/kustomization.yaml": "resources: [../../base]\n",
            ".migrate/rules/signatures/core/gong.yaml": SIGNATURE,
            **(more or {}),
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
            [HOOKED, CRD % "Namespaced"],
            (False, "skip"),
            {"Pod bells/front-setup", "CustomResourceDefinition.apiextensions.k8s.io gongs.example.org"},
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


@pytest.mark.parametrize(
    ("hook", "kept", "patched", "deleted"),
    [
        (HOOK, [HOOKED], False, False),
        (HOOK, [], True, True),
        (HOOK, [POD % ("setup", "")], True, False),
        (SWITCHED, [], False, False),
    ],
)
def test_argo_cd_runs_hooks_unless_kustomize_takes_them_out(
    make: Callable[..., Made], migrate: Migrate, *, hook: str, kept: list[str], patched: bool, deleted: bool
) -> None:
    """Argo CD cannot be told to skip hooks, and takes what kustomize makes of the chart as it is (fact A4)."""
    words, shop = make(hook, *kept, more={"deploy/shop.yaml": APPLICATION})
    found = _component(json.loads(migrate("apply", *words, "--format", "json").out))
    assert (found["decision"], bool(found["patches"])) == ("adopt-with-patches" if patched else "adopt", patched)
    assert (found["options"]["hooks"], _recorded(shop)) == ("run", (False, "run"))
    assert not found["companions"]
    patches = shop / "helm-charts/core/gong/post-render/common/kustomization.yaml"
    assert patches.is_file() is patched
    assert ("$patch: delete" in patches.read_text() if patched else False) is deleted
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "apply")
    assert migrate("verify", *words, "--base", "HEAD~1").code == 0


def test_a_hook_that_the_release_would_run_is_no_proof_where_nothing_ran_it(
    make: Callable[..., Made], migrate: Migrate
) -> None:
    words, shop = make(HOOK, HOOKED)
    assert migrate("apply", *words).code == 0
    lock, base = shop / ".migrate/lock.yaml", shop / "base/all.yaml"
    lock.write_text(lock.read_text().replace("hooks: skip", "hooks: run"))
    base.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rest, namespace: bells}\n")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "apply, with hooks")
    shown = migrate("verify", *words, "--base", "HEAD~1")
    assert shown.code == 3
    assert "becomes a Helm hook" in shown.out


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
        shown = " ".join(migrate(command, *words, "--verbose").out.split())
        assert text.strip() + " " + crds in shown
        assert text.strip() + " " + hooks in shown
