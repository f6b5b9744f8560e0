"""The guide of a change of hands names what there is, by its real names."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.gitops.stages.guide import Guide, guide_markdown, guide_of, locked_guide
from migrator.lock import Handover, Lock, LockedDeployer, LockedEnvironment, LockedOwner
from migrator.model import RepoPath

OLD = LockedOwner(tool="argocd", kind="Application", name="shop", file=RepoPath("apps/shop.yaml"))


def guide(tool: str, kind: str, stage: int, name: str = "db-prod") -> Guide:
    new = LockedDeployer(tool=tool, kind=kind, name=name, file=RepoPath("p/db.yaml"), component="db")
    handover = Handover(
        tool=tool,
        stage=stage,
        stages=("protect", "switch"),
        namespace="tools",
        owners=(OLD,),
        roots=(RepoPath("p/root-app.yaml"),) if tool == "argocd" else (),
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
    assert switch.check == ("flux get helmreleases db-prod -n tools",)
    assert switch.back[-2:] == (
        "flux delete kustomization helm-releases -n tools",
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
    assert switch.check == (f"flux get helmreleases {word} -n tools",)
    assert switch.back[-1] == f"flux delete helmrelease {word} -n tools"
