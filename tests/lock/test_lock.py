"""The lock file: what is written is read back, and what is wrong in it is said with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.lock import (
    LOCK_PATH,
    Handover,
    Lock,
    LockedComponent,
    LockedDeployer,
    LockedEnvironment,
    LockedOwner,
    LockedRelease,
    dump_lock,
    load_lock,
    read_lock,
)
from migrator.model import ReleaseContext, RepoPath

RELEASE = LockedRelease(
    component="kube-prometheus-stack",
    context=ReleaseContext(release="monitoring", namespace="monitoring", kube_version="1.32"),
    path=RepoPath("helm-charts/monitoring/kube-prometheus-stack"),
    name="kube-prometheus-stack",
    version="45.7.1",
    repository="https://prometheus-community.github.io/helm-charts",
    digest="sha256:aa",
    values=("values.yaml", "values-prod.yaml"),
)
LOCK = Lock(
    commit=None,
    tree="sha256:bb",
    engines={"kustomize": "v5.8.1", "helm": "v3.17.3", "kubeVersion": "1.32"},
    environments={
        "prod": LockedEnvironment(
            before=(RepoPath("overlays/prod"),), kustomize=(RepoPath("overlays/prod"),), helm=(RELEASE,)
        )
    },
    components={
        "kube-prometheus-stack": LockedComponent(decision="adopt", resources=148, allowances=("chart-labels",))
    },
    verdict="identical",
    proof_digest="sha256:cc",
)

TEXT = """\
# How to render every environment; written by `migrate apply`, checked by `migrate audit`.
apiVersion: migrate/v1
kind: Lock
baseline:
  commit: null
  tree: sha256:bb
engines:
  kustomize: v5.8.1
  helm: v3.17.3
  kubeVersion: "1.32"
environments:
  prod:
    before:
      - overlays/prod
    after:
      kustomize:
        - overlays/prod
      helm:
        - component: kube-prometheus-stack
          release: monitoring
          namespace: monitoring
          path: helm-charts/monitoring/kube-prometheus-stack
          dependency:
            name: kube-prometheus-stack
            version: 45.7.1
            repository: https://prometheus-community.github.io/helm-charts
            digest: sha256:aa
          values:
            - values.yaml
            - values-prod.yaml
          includeCRDs: true
          hooks: run
          apiVersions: []
          postRender: null
components:
  kube-prometheus-stack:
    decision: adopt
    resources: 148
    allowances:
      - chart-labels
proof:
  verdict: identical
  digest: sha256:cc
"""


def test_the_text_is_the_documented_one() -> None:
    text, _, checksum = dump_lock(LOCK).rpartition("checksum: ")
    assert text == TEXT
    assert checksum.startswith("sha256:")


def test_what_is_written_is_read_back() -> None:
    context = ReleaseContext(release="0644", namespace="on", kube_version="1.32", api_versions=("x/v1",))
    odd = replace(RELEASE, context=context, hooks="skip", post_render="post-render/prod")
    environment = replace(LOCK.environments["prod"], helm=(RELEASE, odd))
    lock = replace(LOCK, commit="0123", environments={"dev": environment, "prod": LOCK.environments["prod"]})
    assert read_lock(dump_lock(lock)) == lock
    assert read_lock(TEXT) == LOCK


def test_order_of_environments_and_components_is_no_matter() -> None:
    two = {"b": LOCK.components["kube-prometheus-stack"], "a": LOCK.components["kube-prometheus-stack"]}
    text = dump_lock(replace(LOCK, components=two))
    assert text == dump_lock(replace(LOCK, components=dict(reversed(two.items()))))


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ("migrate/v1", "migrate/v9", "MIG602", 0, "migrate/v9"),
        ("hooks: run", "hooks: maybe", "MIG601", 32, "run, skip"),
        ("verdict: identical", "verdikt: identical", "MIG601", 42, "verdikt"),
        ("  tree: sha256:bb\n", "", "MIG601", 4, "tree"),
        ("resources: 148", "resources: many", "MIG601", 38, "number"),
        ("path: helm-charts", "path: ../../helm-charts", "MIG601", 22, "leaves"),
        ("postRender: null", "postRender: /etc", "MIG601", 34, "leaves"),
        ("includeCRDs: true", "includeCRDs: 1", "MIG601", 31, "true or false"),
        ("kind: Lock", "kind: [", "MIG101", 0, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, code: str, line: int, says: str) -> None:
    with pytest.raises(MigrateError) as caught:
        read_lock(TEXT.replace(old, new))
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert says in diagnostic.summary
    assert diagnostic.span is not None
    assert not line or diagnostic.span.line == line
    assert diagnostic.span.path == LOCK_PATH


def test_a_repository_without_a_lock_has_none(tmp_path: Path) -> None:
    assert load_lock(tmp_path) is None
    (tmp_path / ".migrate").mkdir()
    (tmp_path / LOCK_PATH).write_text(TEXT)
    assert load_lock(tmp_path) == LOCK


def test_a_lock_that_cannot_be_read_is_one_error(tmp_path: Path) -> None:
    (tmp_path / LOCK_PATH).mkdir(parents=True)
    with pytest.raises(MigrateError, match="MIG601"):
        load_lock(tmp_path)


def test_what_stays_is_written_and_read_back() -> None:
    component = LockedComponent(
        decision="adopt",
        resources=1,
        companions={"prod": ("ConfigMap a/b", "Pod a/test")},
        references=("Secret a/login",),
        unhashed=("ConfigMap a/settings",),
    )
    lock = replace(LOCK, components={"kube-prometheus-stack": component}, staying={"redis": "propose", "vpa": "keep"})
    assert read_lock(dump_lock(lock)) == lock
    text = dump_lock(lock).replace("redis: propose", "redis: [propose]")
    with pytest.raises(MigrateError) as caught:
        read_lock(text)
    assert "staying.redis" in caught.value.diagnostic.summary


def test_what_deploys_is_written_and_read_back() -> None:
    deployers = (
        LockedDeployer(tool="argocd", kind="Application", name="db", file=RepoPath("a/db.yaml"), component="db"),
        LockedDeployer(
            tool="argocd", kind="Application", name="web", file=RepoPath("a/w.yaml"), root=RepoPath("apps/web")
        ),
    )
    lock = read_lock(TEXT)
    environments = {name: replace(each, deployed_by=deployers) for name, each in lock.environments.items()}
    before = {"spec.prune": True, "metadata.finalizers": ["one"], "spec.syncPolicy.automated.selfHeal": None}
    owner = LockedOwner(tool="argocd", kind="Application", name="shop", file=RepoPath("apps/shop.yaml"), before=before)
    stages = ("protect", "switch", "clean-up")
    handover = Handover(tool="argocd", stage=2, stages=stages, owners=(owner,), is_finished=True)
    made = replace(lock, environments=environments, handover=handover)
    assert read_lock(dump_lock(made)) == made
    for odd in (replace(handover, tool="other"), replace(handover, stages=("protect", "\x1b[2J"))):
        with pytest.raises(MigrateError, match="must be one of"):
            read_lock(dump_lock(replace(made, handover=odd)))
    with pytest.raises(MigrateError, match=r"handover.stage: must be one of the 3 stages"):
        read_lock(dump_lock(replace(made, handover=replace(handover, stage=4))))


@pytest.mark.parametrize(
    ("written", "odd"),
    [
        ("name: db", "name: --kubeconfig=x"),
        ("name: shop", "name: -n"),
        ("namespace: team-a", "namespace: --all"),
        ("namespace: tools", "namespace: 'a\\nb'"),
        ("release: monitoring", "release: --help"),
        ("kind: Application", "kind: --all"),
        ("- helm-releases", "- --all"),
    ],
)
def test_what_would_be_an_option_of_a_command_is_no_name(written: str, odd: str) -> None:
    new = LockedDeployer(tool="argocd", kind="Application", name="db", file=RepoPath("a/db.yaml"), component="db")
    old = LockedOwner(
        tool="argocd", kind="Application", name="shop", file=RepoPath("apps/shop.yaml"), namespace="team-a"
    )
    handover = Handover(
        tool="argocd",
        stage=1,
        stages=("protect", "switch"),
        namespace="tools",
        owners=(old,),
        releases=("helm-releases",),
    )
    lock = read_lock(TEXT)
    environments = {name: replace(each, deployed_by=(new,)) for name, each in lock.environments.items()}
    text = dump_lock(replace(lock, environments=environments, handover=handover))
    assert read_lock(text).handover == handover
    assert written in text
    with pytest.raises(MigrateError, match="MIG601"):
        read_lock(text.replace(written, odd))


@pytest.mark.parametrize(
    ("old", "new", "is_as_written"),
    [
        ("", "", True),
        ("kind: Lock\n", "kind: Lock  # a remark\n", True),
        ("verdict: identical", "verdict: IDENTICAL", False),
        ("checksum: sha256:", "checksum: sha256:0", False),
        ("checksum: ", "# ", False),
    ],
)
def test_a_lock_that_was_changed_by_hand_is_known(old: str, new: str, *, is_as_written: bool) -> None:
    text = dump_lock(LOCK)
    assert old in text
    assert read_lock(text.replace(old, new, 1)).is_as_written is is_as_written


def test_the_order_of_keys_is_of_no_importance() -> None:
    kind, rest = "kind: Lock\n", dump_lock(LOCK)
    assert read_lock(rest.replace(kind, "") + kind).is_as_written
