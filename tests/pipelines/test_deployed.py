"""By what each part is deployed."""

from __future__ import annotations

from dataclasses import replace

from deployed_shop import lock

from migrator.gitops.deployer import Deployer, Source, Tool
from migrator.model import KUBE_VERSION, RepoPath, ResId
from migrator.pipelines.deployed import DeployedBy, deployed


def application(name: str, path: str) -> Deployer:
    one = ResId(group="argoproj.io", kind="Application", namespace="", name=name)
    return Deployer(tool=Tool.ARGO_CD, id=one, sources=(Source(repository="here", here=True, path=path),))


def test_what_deploys_a_root_today_goes_on_to_also_where_the_root_moved() -> None:
    held = lock("dev")
    moved = replace(held.environments["dev"], before=(RepoPath("overlays/dev"),))
    found = deployed(replace(held, environments={"dev": moved}), [application("shop", "overlays/dev")], "argocd")
    assert [each.by for each in found.parts] == [
        DeployedBy(tool="argocd", kind="Application", name="shop", namespace="argocd")
    ]
    assert found.releases[0].by is None
    assert found.tool == "argocd"


def test_where_several_deploy_one_root_nobody_knows_which_to_ask() -> None:
    two = [application(name, "applications/shop/overlays/dev") for name in ("a", "b")]
    (part,) = deployed(lock("dev"), two, "argocd").parts
    assert part.by is None


def test_no_tool_is_no_tool_unless_one_is_there() -> None:
    assert deployed(lock("dev"), tool="none").tool == ""
    assert deployed(lock("dev"), [application("other", "elsewhere")], "none").tool == "argocd"
    assert deployed(lock("dev"), [application("other", "elsewhere")]).tool == "argocd"


def test_charts_are_rendered_for_some_version_whatever_the_lock_says() -> None:
    assert deployed(lock("dev", engines={})).kube_version == KUBE_VERSION


def test_a_path_that_is_a_pattern_deploys_what_it_reaches() -> None:
    found = deployed(lock("dev", "prod"), [application("shop", "applications/shop/overlays/${env}")])
    assert [each.by and each.by.name for each in found.parts] == ["shop", "shop"]
