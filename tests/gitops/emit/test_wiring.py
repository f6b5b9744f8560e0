"""From which address a repository is deployed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cli_support import committed, git

from migrator.discover import Config, Flux, GitOps, discover
from migrator.gitops.deployer import Deployer, Project, Source, Tool
from migrator.gitops.emit.wiring import UNKNOWN, Wiring, handed_over, told_of_revisions, wiring_of
from migrator.model import ResId, without_credentials

Tree = Callable[..., Path]
FILES = {"overlays/prod/kustomization.yaml": "resources: []\n"}


def found(root: Path, tool: Tool = Tool.ARGO_CD, **said: str) -> tuple[str, str]:
    wiring, _ = wiring_of(tool, GitOps(**said), discover(root, Config()))
    return wiring.repository, wiring.revision


def test_what_is_said_counts_before_the_remote_and_a_remote_loses_its_credentials(tree: Tree) -> None:
    root = committed(tree(FILES))
    git(root, "remote", "add", "backup", "https://backup.example.org/a.git")
    git(root, "remote", "add", "origin", "https://me:word@git.example.org/a.git")
    assert found(root) == ("https://git.example.org/a.git", "main")
    assert found(root, repo_url="https://b.example.org/b.git", revision="live") == (
        "https://b.example.org/b.git",
        "live",
    )


def test_what_existing_objects_call_it_counts_before_the_remote(tree: Tree) -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
        "spec: {source: {repoURL: 'ssh://git@git.example.org/a.git', path: overlays/prod}}\n"
    )
    root = committed(tree({**FILES, "a.yaml": application}))
    git(root, "remote", "add", "origin", "https://other.example.org/a.git")
    assert found(root)[0] == "ssh://git@git.example.org/a.git"


def test_flux_knows_no_short_form(tree: Tree) -> None:
    root = committed(tree(FILES))
    git(root, "remote", "add", "origin", "git@git.example.org:team/a.git")
    assert found(root)[0] == "git@git.example.org:team/a.git"
    assert found(root, Tool.FLUX)[0] == "ssh://git@git.example.org/team/a.git"


def test_without_any_address_that_is_said(tree: Tree) -> None:
    root = committed(tree(FILES))
    git(root, "remote", "add", "origin", "/srv/git/a.git")
    wiring, notes = wiring_of(Tool.ARGO_CD, GitOps(), discover(root, Config()))
    assert wiring.repository == UNKNOWN
    assert [each.code for each in notes] == ["MIG660"]


def test_a_repository_within_another_is_found_there(tree: Tree) -> None:
    root = committed(tree({f"deploy/shop/{path}": text for path, text in FILES.items()}))
    wiring, _ = wiring_of(Tool.ARGO_CD, GitOps(), discover(root / "deploy/shop", Config()))
    assert wiring.prefix == "deploy/shop/"


def test_the_branch_is_the_remotes_head_else_the_usual_one(tree: Tree) -> None:
    root = committed(tree(FILES))
    git(root, "checkout", "-q", "-b", "feature")
    assert found(root)[1] == "main"
    git(root, "update-ref", "refs/remotes/origin/trunk", "HEAD")
    git(root, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert found(root)[1] == "trunk"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://token@git.example.org/a.git", "https://git.example.org/a.git"),
        ("ssh://git@git.example.org/a.git", "ssh://git@git.example.org/a.git"),
        ("ssh://git:word@git.example.org/a.git", "ssh://git.example.org/a.git"),
        ("git@git.example.org:a.git", "git@git.example.org:a.git"),
    ],
)
def test_credentials_go_and_a_mere_user_of_ssh_stays(written: str, kept: str) -> None:
    assert without_credentials(written) == kept


def definition(version: str) -> str:
    return (
        "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: flux-system}\n"
        "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  labels:\n"
        f"    app.kubernetes.io/version: {version}\n  name: kustomizations.kustomize.toolkit.fluxcd.io\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {app.kubernetes.io/version: v0.1.0}}\n"
    )


def test_which_flux_runs_is_what_is_said_else_the_oldest_that_lies_there(tree: Tree) -> None:
    files = {"clusters/a/gotk.yaml": definition("v2.7.5"), "clusters/b/gotk.yaml": definition('"2.5.0"')}
    index = discover(tree({**FILES, **files}), Config())
    said = GitOps(repo_url="https://git.example.org/a.git")
    wiring, notes = wiring_of(Tool.FLUX, said, index)
    assert (wiring.flux, notes) == ((2, 5), ())
    assert wiring_of(Tool.FLUX, replace(said, flux=Flux(version=(2, 6))), index)[0].flux == (2, 6)
    assert wiring_of(Tool.ARGO_CD, said, index)[0].flux == (2, 6)


def test_a_flux_that_takes_nothing_over_is_said_with_its_place(tree: Tree) -> None:
    index = discover(tree({**FILES, "clusters/a/gotk.yaml": definition("v2.3.0")}), Config())
    said = GitOps(repo_url="https://git.example.org/a.git")
    (note,) = wiring_of(Tool.FLUX, said, index)[1]
    assert (note.code, str(note.span)) == ("MIG663", "clusters/a/gotk.yaml:10")
    assert "Flux 2.3 takes no live object over" in note.summary
    assert wiring_of(Tool.FLUX, replace(said, flux=Flux(version=(2, 4))), index)[1] == ()
    assert wiring_of(Tool.ARGO_CD, said, index)[1] == ()


@pytest.mark.parametrize(
    ("projects", "parent", "namespace"),
    [(("web",), None, "argocd"), ((), "argocd", "argocd"), (("other",), None, "team-a"), ((), None, "team-a")],
)
def test_projects_go_where_argo_cd_itself_lives(projects: tuple[str, ...], parent: str | None, namespace: str) -> None:
    def of(name: str, space: str) -> ResId:
        return ResId(group="argoproj.io", kind="Application", namespace=space, name=name)

    by = of("root", parent) if parent else None
    owner = Deployer(tool=Tool.ARGO_CD, id=of("shop", "team-a"), project="web", delivered_by=by)
    known = [Project(id=of(name, "argocd")) for name in projects]
    wiring = Wiring(tool=Tool.ARGO_CD, repository="https://git.example.org/a.git", revision="main")
    assert handed_over(wiring, [owner], known).namespace == namespace


def test_what_is_new_follows_the_branch_of_what_deploys_the_environment() -> None:
    def owner(environment: str, revision: str) -> Deployer:
        of = ResId(group="argoproj.io", kind="Application", namespace="argocd", name=f"{environment}-{revision}")
        source = Source(repository="", here=True, path=f"overlays/{environment}", revision=revision)
        return Deployer(tool=Tool.ARGO_CD, id=of, environment=environment, sources=(source,))

    owners = [owner("dev", "HEAD"), owner("prod", "stable"), owner("test", "a"), owner("test", "b")]
    wiring = Wiring(tool=Tool.ARGO_CD, repository="https://git.example.org/a.git", revision="main")
    found = handed_over(wiring, owners)
    assert [found.revision_of(name) for name in ("dev", "prod", "test", "")] == ["HEAD", "stable", "main", "main"]
    (note,) = told_of_revisions(found, owners)
    assert (note.code, "prod is deployed at stable; " in note.summary) == ("MIG683", True)
    said = replace(wiring, gitops=GitOps(revision="main"))
    assert handed_over(said, owners).revision_of("prod") == "main"
    assert told_of_revisions(handed_over(wiring, owners[:1]), owners[:1]) == ()
