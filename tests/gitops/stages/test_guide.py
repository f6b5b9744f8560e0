"""The guide of a change of hands names what there is, by its real names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.gitops.stages.guide import Guide, StageGuide, guide_markdown, guide_of, locked_guide
from migrator.lock import Handover, Lock, LockedDeployer, LockedEnvironment, LockedOwner
from migrator.model import RepoPath

OLD = LockedOwner(
    tool="argocd",
    kind="Application",
    name="shop",
    file=RepoPath("apps/shop.yaml"),
    before={"spec.syncPolicy.automated.prune": True},
)


def guide(tool: str, kind: str, stage: int, name: str = "db-prod") -> Guide:
    new = LockedDeployer(tool=tool, kind=kind, name=name, file=RepoPath("p/db.yaml"), component="db")
    handover = Handover(
        tool=tool,
        stage=stage,
        stages=("protect", "switch"),
        namespace="tools",
        owners=(OLD,),
        roots=(RepoPath("p/root-app.yaml" if tool == "argocd" else "p"),),
        releases=("helm-releases-2",) if tool == "flux" else (),
    )
    prod = LockedEnvironment(before=(), kustomize=(), helm=(), deployed_by=(new,))
    return locked_guide(
        Lock(commit=None, tree="", engines={}, environments={"prod": prod}, handover=handover), handover
    )


def test_argo_cd_is_asked_about_old_owners_first_and_new_ones_then() -> None:
    protect, switch = guide("argocd", "Application", 1).stages
    assert (protect.is_written, switch.is_written) == (True, False)
    assert "argocd app get shop" in protect.check
    assert "kubectl apply -f apps/shop.yaml   # unless another Application delivers it" in protect.apply
    assert switch.check == ("argocd app get db-prod", "argocd app diff db-prod")
    assert switch.apply == ("kubectl apply -f p/root-app.yaml",)
    assert "argocd app delete db-prod --cascade=false" in switch.back


def test_flux_is_asked_about_its_releases() -> None:
    _, switch = guide("flux", "HelmRelease", 2).stages
    assert switch.check == (
        "flux get helmreleases db-prod -n tools",
        "flux get kustomizations helm-releases-2 -n tools",
    )
    assert switch.back[-2:] == (
        "flux delete kustomization helm-releases-2 -n tools",
        "flux delete helmrelease db-prod -n tools",
    )


def test_the_next_stage_is_named_until_the_last_is_there() -> None:
    assert "`migrate apply --gitops argocd` for stage 2, switch" in guide("argocd", "Application", 1).next
    assert "stays open" in guide("argocd", "Application", 2).next


def test_the_page_has_every_command() -> None:
    found = guide("argocd", "Application", 1)
    page = guide_markdown(found)
    assert all(command in page for each in found.stages for command in (*each.apply, *each.check, *each.back))
    assert "## 2. switch (not yet written)" in page


def test_without_a_tool_there_is_no_guide(tmp_path: Path) -> None:
    with pytest.raises(MigrateError, match="MIG666"):
        guide_of(tmp_path)


@pytest.mark.parametrize(("name", "word"), [("db; rm -rf x", "'db; rm -rf x'"), ("a\x1b[2J\nb", "'a?[2J?b'")])
def test_a_name_is_one_word_of_one_line_that_can_be_seen(name: str, word: str) -> None:
    _, switch = guide("flux", "HelmRelease", 2, name).stages
    assert switch.check[0] == f"flux get helmreleases {word} -n tools"
    assert switch.back[-1] == f"flux delete helmrelease {word} -n tools"


def test_an_object_is_asked_about_in_its_own_namespace() -> None:
    found = guide("argocd", "Application", 1)
    assert "argocd app get shop" in found.stages[0].check
    of_team = replace(OLD, namespace="team-a")
    protect, clean_up = leaving("argocd", (of_team, replace(of_team, kind="ApplicationSet", name="many")))
    fields = "{.spec.template.spec.syncPolicy} {.spec.template.metadata.finalizers}"
    assert protect.check == (
        "argocd app get shop --app-namespace team-a",
        "kubectl get application shop -n team-a -o jsonpath='{.spec.syncPolicy} {.metadata.finalizers}'",
        f"kubectl get applicationset many -n team-a -o jsonpath='{fields}'",
    )
    assert clean_up.check[0] == "kubectl get application shop -n team-a   # is not there any more"
    assert clean_up.apply[0].startswith("kubectl delete application shop -n team-a ")
    protect, _ = leaving("flux", (replace(OLD, tool="flux", kind="Kustomization", namespace="team-a"),))
    assert "flux get kustomizations shop -n team-a" in protect.check


def leaving(tool: str, owners: tuple[LockedOwner, ...]) -> tuple[StageGuide, StageGuide]:
    """The first stage and the last one, in which these owners go."""
    gone = tuple(replace(each, is_leaving=True) for each in owners)
    stages = ("protect", "switch", "clean-up")
    handover = Handover(tool=tool, stage=3, stages=stages, namespace="tools", owners=gone)
    lock = Lock(commit=None, tree="", engines={}, environments={}, handover=handover)
    protect, _, clean_up = locked_guide(lock, handover).stages
    return protect, clean_up
