"""The lock does not choose what is compared: it is found in the base and in the tree."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_support import commit_all, git
from committed_repository import vendor

from migrator.compare import Terms
from migrator.diagnostics import MigrateError, Severity
from migrator.discover import Config
from migrator.lock import Lock, LockedRelease, dump_lock, read_lock
from migrator.model import RepoPath
from migrator.prove import Verdict, prove_lock, uncovered, verify, with_proof

Hybrid = Any
TERMS = Terms()
EXTRA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: web}\n"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: parts, namespace: argocd}
spec:
  source: {repoURL: https://git.example.org/team/web.git, targetRevision: main, path: parts}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
DRIFT = "nameSuffix: -drift\n"


def root_of(hybrid: Hybrid, name: str, text: str = "resources: [extra.yaml]\n") -> Path:
    folder = hybrid.root / name
    folder.mkdir(parents=True)
    (folder / "extra.yaml").write_text(EXTRA)
    (folder / "kustomization.yaml").write_text(text)
    return folder


@pytest.fixture
def two(hybrid: Hybrid) -> tuple[Hybrid, Lock]:
    """A migrated repository whose environment `prod` has a second root, `stores/prod`."""
    vendor(hybrid)
    root_of(hybrid, "stores/prod")
    git(hybrid.root, "init", "-q", "-b", "main")
    base = commit_all(hybrid.root)
    for path in sorted((hybrid.root / "before").iterdir()):
        path.unlink()
    (hybrid.root / "before").rmdir()
    prod = hybrid.lock.environments["prod"]
    stores = (RepoPath("stores/prod"),)
    prod = replace(prod, before=(*prod.before, *stores), kustomize=(*prod.kustomize, *stores))
    return hybrid, replace(hybrid.lock, commit=base, environments={"prod": prod})


def sealed(hybrid: Hybrid, lock: Lock) -> None:
    """The lock, written as somebody would who wants it to pass."""
    proof = prove_lock(lock, hybrid.root, {}, hybrid.context, terms=TERMS)
    tree = git(hybrid.root, "rev-parse", f"{lock.commit}^{{tree}}")
    (hybrid.root / ".migrate").mkdir(exist_ok=True)
    text = dump_lock(with_proof(replace(lock, tree=f"git:{tree}"), proof))
    (hybrid.root / ".migrate/lock.yaml").write_text(text)


def verdict(hybrid: Hybrid, base: str | None = None) -> Verdict:
    return verify(hybrid.root, base, hybrid.context, terms=TERMS)[0].verdict


def drift(hybrid: Hybrid) -> None:
    path = hybrid.root / "stores/prod/kustomization.yaml"
    path.write_text(path.read_text() + DRIFT)


def changed(lock: Lock, **fields: object) -> Lock:
    return replace(lock, environments={"prod": replace(lock.environments["prod"], **fields)})


def releases(lock: Lock, **fields: object) -> tuple[LockedRelease, ...]:
    return tuple(replace(each, **fields) for each in lock.environments["prod"].helm)


def test_an_honest_lock_holds_and_shows_drift(two: tuple[Hybrid, Lock]) -> None:
    hybrid, lock = two
    sealed(hybrid, lock)
    assert verdict(hybrid) is Verdict.IDENTICAL
    drift(hybrid)
    assert verdict(hybrid) is Verdict.DIFFERS


def without_the_root(hybrid: Hybrid, lock: Lock) -> Lock:
    prod = lock.environments["prod"]
    return changed(lock, before=prod.before[:-1], kustomize=prod.kustomize[:-1])


def under_another_name(hybrid: Hybrid, lock: Lock) -> Lock:
    here = without_the_root(hybrid, lock).environments["prod"]
    return replace(lock, environments={"default": here})


def a_copy_after(hybrid: Hybrid, lock: Lock) -> Lock:
    root_of(hybrid, "stores/.copy")
    return changed(lock, kustomize=(*lock.environments["prod"].kustomize[:-1], RepoPath("stores/.copy")))


def a_copy_that_mends(hybrid: Hybrid, lock: Lock) -> Lock:
    text = "resources: [../stores/prod]\npatches:\n- target: {kind: ConfigMap}\n"
    text += '  patch: \'[{"op": replace, "path": /metadata/name, "value": extra}]\'\n'
    root_of(hybrid, "mended", text)
    return changed(lock, kustomize=(*lock.environments["prod"].kustomize[:-1], RepoPath("mended")))


def left_out_of_the_roots(hybrid: Hybrid, lock: Lock) -> Lock:
    roots = ", ".join(without_the_root(hybrid, lock).environments["prod"].kustomize)
    (hybrid.root / "migrate.yaml").write_text(f"gitops: argocd\nroots: [{roots}]\n")
    return without_the_root(hybrid, lock)


def ignored(hybrid: Hybrid, lock: Lock) -> Lock:
    (hybrid.root / "migrate.yaml").write_text("gitops: argocd\nignore: [stores/]\n")
    return without_the_root(hybrid, lock)


def called_a_post_renderer(hybrid: Hybrid, lock: Lock) -> Lock:
    lock = without_the_root(hybrid, lock)
    chart = "apiVersion: v2\nname: stores\nversion: 0.1.0\ndependencies:\n- name: tiny\n  version: 1.2.3\n"
    (hybrid.root / "stores/Chart.yaml").write_text(chart + "  repository: https://charts.example.org\n")
    more = releases(lock, path=RepoPath("stores"), values=(), post_render="prod")
    return changed(lock, helm=(*lock.environments["prod"].helm, *more))


CROOKED = [
    without_the_root,
    under_another_name,
    a_copy_after,
    a_copy_that_mends,
    left_out_of_the_roots,
    ignored,
    called_a_post_renderer,
]


@pytest.mark.parametrize("bend", CROOKED)
def test_a_lock_that_leaves_out_what_drifted_does_not_pass(
    two: tuple[Hybrid, Lock], bend: Callable[[Hybrid, Lock], Lock]
) -> None:
    hybrid, lock = two
    drift(hybrid)
    sealed(hybrid, bend(hybrid, lock))
    assert not verdict(hybrid).holds


def drifted_values(hybrid: Hybrid) -> None:
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {replicas: 9}\n")


def other_values(hybrid: Hybrid, lock: Lock) -> Lock:
    (hybrid.root / "infra/tiny/good.yaml").write_text("tiny: {replicas: 3}\n")
    return changed(lock, helm=releases(lock, values=("values.yaml", "good.yaml")))


def values_of_another(hybrid: Hybrid, lock: Lock) -> Lock:
    (hybrid.root / "infra/tiny/values-dev.yaml").write_text("tiny: {replicas: 3}\n")
    root_of(hybrid, "other/dev")
    dev = replace(lock.environments["prod"], before=(), kustomize=(RepoPath("other/dev"),), helm=())
    lock = changed(lock, helm=releases(lock, values=("values.yaml", "values-dev.yaml")))
    return replace(lock, environments={**lock.environments, "dev": dev})


def copied_chart(hybrid: Hybrid, lock: Lock) -> Lock:
    folder = hybrid.root / "copy/tiny"
    folder.mkdir(parents=True)
    for each in (hybrid.root / "infra/tiny").iterdir():
        (folder / each.name).write_text(each.read_text())
    (folder / "values-prod.yaml").write_text("tiny: {replicas: 3}\n")
    return changed(lock, helm=releases(lock, path=RepoPath("copy/tiny")))


def patched_behind(hybrid: Hybrid, lock: Lock) -> Lock:
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {replicas: 3}\n")
    folder = hybrid.root / "infra/tiny/post-render/prod"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: [chart-output.yaml]\nnameSuffix: -drift\n")
    return lock


@pytest.mark.parametrize("bend", [other_values, values_of_another, copied_chart, patched_behind])
def test_a_lock_that_renders_other_files_of_a_release_does_not_pass(
    two: tuple[Hybrid, Lock], bend: Callable[[Hybrid, Lock], Lock]
) -> None:
    hybrid, lock = two
    drifted_values(hybrid)
    sealed(hybrid, bend(hybrid, lock))
    proof, _ = verify(hybrid.root, None, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    assert {each.code for each in proof.environments["prod"].reasons} == {"MIG726"}


def test_a_baseline_that_was_moved_is_told(two: tuple[Hybrid, Lock]) -> None:
    hybrid, lock = two
    sealed(hybrid, lock)
    commit_all(hybrid.root)
    drift(hybrid)
    later = commit_all(hybrid.root)
    text = (hybrid.root / ".migrate/lock.yaml").read_text()
    (hybrid.root / ".migrate/lock.yaml").write_text(text.replace(str(lock.commit), later))
    codes = {each.code: each.severity for each in verify(hybrid.root, None, hybrid.context, terms=TERMS)[1]}
    assert codes["MIG727"] is Severity.ERROR
    sealed(hybrid, replace(lock, commit=later))
    codes = {each.code: each.severity for each in verify(hybrid.root, None, hybrid.context, terms=TERMS)[1]}
    assert codes == {"MIG728": Severity.INFO}


def test_a_new_environment_is_no_change_and_a_new_root_of_an_old_one_is(two: tuple[Hybrid, Lock]) -> None:
    hybrid, lock = two
    sealed(hybrid, lock)
    folder = root_of(hybrid, "overlays/staging", "resources: [extra.yaml]\nnameSuffix: -more\n")
    proof, notes = verify(hybrid.root, None, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL
    assert (proof.environments["staging"].before, proof.environments["staging"].after) == (0, 1)
    assert {each.code for each in notes} == {"MIG729", "MIG712"}
    folder.rename(hybrid.root / "overlays/prod")
    assert not verdict(hybrid).holds


def test_a_root_that_is_built_by_another_now_is_not_counted_twice(two: tuple[Hybrid, Lock]) -> None:
    hybrid, lock = two
    root_of(hybrid, "all/prod", "resources: [../../stores/prod]\n")
    sealed(hybrid, changed(lock, kustomize=(*lock.environments["prod"].kustomize[:-1], RepoPath("all/prod"))))
    assert verdict(hybrid) is Verdict.IDENTICAL


@pytest.mark.parametrize("is_deployed", [False, True])
def test_a_folder_that_nothing_includes_any_more_is_no_root_as_a_lock_says_so(
    two: tuple[Hybrid, Lock], *, is_deployed: bool
) -> None:
    hybrid, lock = two
    root_of(hybrid, "parts", "resources: [extra.yaml]\nnameSuffix: -part\n")
    stores = hybrid.root / "stores/prod/kustomization.yaml"
    alone = stores.read_text()
    stores.write_text("resources: [extra.yaml, ../../parts]\n")
    git(hybrid.root, "checkout", "-q", "HEAD", "--", "before")
    base = commit_all(hybrid.root)
    shutil.rmtree(hybrid.root / "before")
    stores.write_text(alone)
    if is_deployed:
        git(hybrid.root, "remote", "add", "origin", "https://git.example.org/team/web.git")
        (hybrid.root / "deploy.yaml").write_text(APPLICATION)
    roots = (*lock.environments["prod"].kustomize, RepoPath("parts"))
    sealed(hybrid, changed(replace(lock, commit=base), kustomize=roots))
    assert verdict(hybrid).holds is is_deployed


AMBIGUOUS = {
    "twice": "  prod:\n    before: []\n    after: {kustomize: [], helm: []}\ncomponents:",
    "twice in quotes": '  "prod":\n    before: []\n    after: {kustomize: [], helm: []}\ncomponents:',
    "twice with an alias": "  ? &a prod\n  : before: []\n    after: {kustomize: [], helm: []}\n  *a :\n    before: []\n"
    "    after: {kustomize: [], helm: []}\ncomponents:",
}


@pytest.mark.parametrize("name", sorted(AMBIGUOUS))
def test_a_lock_that_can_be_read_in_two_ways_is_refused(two: tuple[Hybrid, Lock], name: str) -> None:
    hybrid, lock = two
    sealed(hybrid, lock)
    text = (hybrid.root / ".migrate/lock.yaml").read_text()
    assert read_lock(text)
    assert "\ncomponents:" in text
    for other in (text.replace("components:", AMBIGUOUS[name]), f"{text}---\n{text}"):
        with pytest.raises(MigrateError) as raised:
            read_lock(other)
        assert raised.value.diagnostic.code == "MIG601"
        assert raised.value.diagnostic.span is not None


def test_audit_hears_what_the_lock_leaves_out(two: tuple[Hybrid, Lock]) -> None:
    hybrid, lock = two
    sealed(hybrid, lock)
    roots = lock.environments["prod"].kustomize
    lock = read_lock((hybrid.root / ".migrate/lock.yaml").read_text())
    assert uncovered(lock, hybrid.root, Config(), roots) == ()
    found = uncovered(without_the_root(hybrid, lock), hybrid.root, Config(), roots)
    assert [(each.severity, str(each.span)) for each in found] == [(Severity.ERROR, "stores/prod")]
    kept = roots[:-1]
    found = uncovered(without_the_root(hybrid, lock), hybrid.root, Config(roots=kept), kept)
    assert [(each.severity, str(each.span)) for each in found] == [(Severity.INFO, "stores/prod")]
