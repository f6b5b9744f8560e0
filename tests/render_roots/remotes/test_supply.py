"""Roots with remote bases, built without a network from what is at hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import committed, git

from migrator.diagnostics import Diagnostics, MigrateError
from migrator.discover import Config, discover
from migrator.engines import Cache, find_kustomize
from migrator.load import load
from migrator.model import Resource
from migrator.render_roots import (
    Build,
    Mapped,
    Remotes,
    Renderer,
    WholeTree,
    build_all,
    build_staged,
    mapped_to,
    own_remotes,
)

BASE = "resources: [../rbac, settings.yaml]\nnamespace: up\n"
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {v: one}\n"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: account}\n"
TEAM = "https://github.com/acme/infra//deploy/base?ref=v1"


@pytest.fixture
def upstream(tmp_path: Path, tree: Callable[..., Path]) -> Path:
    """A repository with the tag v1, and a later commit on main."""
    files = {
        "deploy/base/kustomization.yaml": BASE,
        "deploy/base/settings.yaml": SETTINGS,
        "deploy/rbac/kustomization.yaml": "resources: [account.yaml]\n",
        "deploy/rbac/account.yaml": ACCOUNT,
    }
    (tmp_path / "upstream").mkdir()
    root = committed(tree(files, tmp_path / "upstream"))
    git(root, "tag", "v1")
    (root / "deploy/base/settings.yaml").write_text(SETTINGS.replace("one", "two"))
    git(root, "commit", "-q", "-am", "two")
    return root


def renderer(*mapped: Mapped) -> Renderer:
    return Renderer(kustomize=find_kustomize(), cache=Cache(None), remotes=Remotes(mapped=mapped))


def built(root: Path, *mapped: Mapped) -> tuple[dict[str, Build], Diagnostics]:
    builds, notes = build_all(load(discover(root, Config()))[0], Config(), renderer(*mapped))
    return {build.root: build for build in builds}, notes


def one(root: Path, *mapped: Mapped) -> Build:
    (build,) = built(root, *mapped)[0].values()
    return build


def setting(resources: tuple[Resource, ...]) -> str:
    return next(each.body["data"]["v"] for each in resources if each.id.name == "settings")


def infra(target: Path, ref: str = "") -> Mapped:
    return mapped_to(f"github.com/acme/infra{ref}", target, "the clone")


class TestContent:
    @pytest.mark.parametrize(("ref", "value"), [("?ref=v1", "one"), ("?ref=main", "two"), ("", "two")])
    def test_a_git_directory_gives_the_reference(
        self, tree: Callable[..., Path], upstream: Path, tmp_path: Path, ref: str, value: str
    ) -> None:
        (upstream / "deploy/base/settings.yaml").write_text("no: content of any commit\n")
        git(tmp_path, "clone", "-q", "--bare", str(upstream), "bare.git")
        root = tree({"kustomization.yaml": f"resources: ['https://github.com/acme/infra//deploy/base{ref}']\n"})
        for clone in (upstream, tmp_path / "bare.git"):
            build = one(root, infra(clone))
            assert build.is_built, build.reason
            assert setting(build.resources) == value
            assert build.notes == ()

    def test_a_plain_folder_is_taken_as_it_is_and_that_is_said(self, tree: Callable[..., Path], upstream: Path) -> None:
        shutil.rmtree(upstream / ".git")
        build = one(tree({"kustomization.yaml": f"resources: ['{TEAM}']\n"}), infra(upstream))
        assert setting(build.resources) == "two"
        assert [(note.code, note.summary) for note in build.notes] == [
            ("MIG217", "https://github.com/acme/infra@v1: its content is the clone as it is")
        ]

    def test_the_nearest_place_wins(self, tree: Callable[..., Path], upstream: Path, tmp_path: Path) -> None:
        for name in ("plain", "tagged"):
            shutil.copytree(upstream, tmp_path / name, ignore=shutil.ignore_patterns(".git"))
            (tmp_path / name / "deploy/base/settings.yaml").write_text(SETTINGS.replace("one", name))
        root = tree({"kustomization.yaml": f"resources: ['{TEAM}']\n"})
        places = [infra(tmp_path / "plain"), infra(tmp_path / "tagged", "?ref=v1")]
        assert setting(one(root, *places).resources) == "tagged"
        assert setting(one(root, places[0], infra(tmp_path / "tagged", "?ref=v2")).resources) == "plain"

    def test_single_files_of_repositories_and_releases(
        self, tree: Callable[..., Path], upstream: Path, tmp_path: Path
    ) -> None:
        raw = "https://raw.githubusercontent.com/acme/infra/v1/deploy/base/settings.yaml"
        asset = "https://github.com/acme/x/releases/download/v2/install.yaml"
        (tmp_path / "asset.yaml").write_text(ACCOUNT)
        text = f"resources: ['{raw}', '{asset}']\nconfigMapGenerator: [{{name: made, files: ['{raw}']}}]\n"
        build = one(tree({"kustomization.yaml": text}), infra(upstream), mapped_to(asset, tmp_path / "asset.yaml", "a"))
        assert build.is_built, build.reason
        held = {each.id.name.partition("-")[0]: each for each in build.resources}
        assert held["made"].body["data"] == {"settings.yaml": SETTINGS}
        origins = {name: (each.origin.remote, each.origin.path) for name, each in held.items() if each.origin}
        assert origins["settings"] == ("https://github.com/acme/infra@v1", "deploy/base/settings.yaml")
        assert origins["account"] == ("https://github.com/acme/x/releases/download/v2", "install.yaml")

    def test_remote_content_may_name_more_that_is_remote(
        self, tree: Callable[..., Path], upstream: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "more").mkdir()
        more = tree({"kustomization.yaml": f"resources: ['{TEAM}']\nnamePrefix: more-\n"}, tmp_path / "more")
        root = tree({"kustomization.yaml": "resources: ['https://git.example.org/t/more.git']\n"})
        place = mapped_to("git.example.org/t/more", more, "more")
        build = one(root, infra(upstream), place)
        assert sorted(each.id.name for each in build.resources) == ["more-account", "more-settings"]
        assert {each.origin.remote for each in build.resources if each.origin} == {"https://github.com/acme/infra@v1"}
        reason = one(root, place).reason
        assert reason is not None
        assert (reason.code, str(reason.span)) == ("MIG211", "kustomization.yaml:1:13")
        assert "https://github.com/acme/infra//deploy/base?ref=v1" in reason.summary

    def test_a_copy_builds_what_the_root_builds(self, tree: Callable[..., Path], upstream: Path) -> None:
        root = tree({"app/kustomization.yaml": f"resources: ['{TEAM}']\n"})
        made = build_staged(renderer(infra(upstream)), WholeTree(root), "app")
        assert b"v: one" in made.data
        assert (made.inflated, made.stand_ins) == (None, ())
        assert (root / "app/kustomization.yaml").read_text() == f"resources: ['{TEAM}']\n"


class TestWhatIsNotThere:
    @pytest.mark.parametrize(
        ("reference", "said"),
        [
            (TEAM.replace("v1", "v7"), "is a git repository without v7"),
            (TEAM.replace("base", "none"), "holds no deploy/none"),
        ],
    )
    def test_it_is_said_with_its_place(
        self, tree: Callable[..., Path], upstream: Path, reference: str, said: str
    ) -> None:
        reason = one(tree({"kustomization.yaml": f"resources: ['{reference}']\n"}), infra(upstream)).reason
        assert reason is not None
        assert (reason.code, str(reason.span)) == ("MIG218", "kustomization.yaml:1:13")
        assert said in reason.summary
        assert reason.remedy == "fetch it there"

    def test_a_file_that_a_copy_lacks_is_told_by_its_remote_name(
        self, tree: Callable[..., Path], upstream: Path
    ) -> None:
        shutil.rmtree(upstream / ".git")
        (upstream / "deploy/rbac/account.yaml").unlink()
        reason = one(tree({"kustomization.yaml": f"resources: ['{TEAM}']\n"}), infra(upstream)).reason
        assert reason is not None
        assert "https://github.com/acme/infra@v1 deploy/rbac/account.yaml" in reason.summary
        assert str(reason.span) == "kustomization.yaml:1:13"

    def test_a_link_out_of_the_folder_is_not_followed(
        self, tree: Callable[..., Path], upstream: Path, tmp_path: Path
    ) -> None:
        shutil.rmtree(upstream / ".git")
        (tmp_path / "secret.yaml").write_text(ACCOUNT)
        (upstream / "out.yaml").symlink_to(tmp_path / "secret.yaml")
        raw = "https://raw.githubusercontent.com/acme/infra/v1/out.yaml"
        reason = one(tree({"kustomization.yaml": f"resources: ['{raw}']\n"}), infra(upstream)).reason
        assert reason is not None
        assert "by a link that leads out" in reason.summary

    @pytest.mark.parametrize(("url", "path"), [("nothing", "."), ("github.com/acme/infra", "none")])
    def test_a_place_that_cannot_be_used(self, tmp_path: Path, url: str, path: str) -> None:
        with pytest.raises(MigrateError) as caught:
            mapped_to(url, tmp_path / path, path)
        assert caught.value.diagnostic.code == "MIG925"

    def test_without_a_mapping_the_remedy_names_one(self, tree: Callable[..., Path]) -> None:
        reason = one(tree({"kustomization.yaml": f"resources: ['{TEAM}']\n"})).reason
        assert reason is not None
        assert "--remote github.com/acme/infra=PATH" in reason.remedy


class TestTheRepositoryItself:
    @pytest.fixture
    def own(self, tree: Callable[..., Path]) -> Path:
        root = committed(
            tree(
                {
                    "base/kustomization.yaml": "resources: [settings.yaml]\n",
                    "base/settings.yaml": SETTINGS,
                    "prod/kustomization.yaml": "resources: ['https://github.com/acme/own//base?ref=v1']\n",
                }
            )
        )
        git(root, "remote", "add", "origin", "git@github.com:acme/own.git")
        return root

    def test_its_content_is_that_of_the_reference(self, own: Path) -> None:
        git(own, "tag", "v1")
        build = one(own, *own_remotes(own))
        assert build.root == "prod", "what is included by its own remote is no root"
        assert setting(build.resources) == "one"
        assert build.notes == ()
        (resource,) = build.resources
        assert resource.origin is not None
        assert resource.origin.remote == "https://github.com/acme/own@v1"

    def test_where_the_work_tree_differs_that_is_said(self, own: Path) -> None:
        git(own, "tag", "v1")
        (own / "base/settings.yaml").write_text(SETTINGS.replace("one", "new"))
        build = one(own, *own_remotes(own))
        assert setting(build.resources) == "one"
        (note,) = build.notes
        assert (note.code, note.severity.value) == ("MIG217", "warning")
        assert "it differs from the work tree in base/settings.yaml" in note.summary

    def test_of_an_unknown_reference_the_work_tree_stands_in_with_a_warning(self, own: Path) -> None:
        build = one(own, *own_remotes(own))
        assert setting(build.resources) == "one"
        (note,) = build.notes
        assert note.severity.value == "warning"
        assert "the reference v1 is not known here" in note.summary

    def test_a_fetched_branch_precedes_the_local_one(self, own: Path) -> None:
        git(own, "update-ref", "refs/remotes/origin/main", "HEAD")
        (own / "base/settings.yaml").write_text(SETTINGS.replace("one", "ahead"))
        git(own, "commit", "-q", "-am", "ahead")
        text = (own / "prod/kustomization.yaml").read_text().replace("v1", "main")
        (own / "prod/kustomization.yaml").write_text(text)
        assert setting(one(own, *own_remotes(own)).resources) == "one"

    def test_a_folder_of_a_larger_repository(self, own: Path) -> None:
        git(own, "tag", "v1")
        (own / "gitops/app").mkdir(parents=True)
        (own / "gitops/app/kustomization.yaml").write_text((own / "prod/kustomization.yaml").read_text())
        builds, _ = built(own / "gitops", *own_remotes(own / "gitops"))
        assert setting(builds["app"].resources) == "one"
