"""Remote bases through the commands: who may name content, and what becomes of them in plan, apply and verify."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git

TEXT = "https://github.com/acme/infra//team?ref=v1"
OWN = "https://github.com/acme/shop/common?ref=v1"


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    root = tmp_path / "infra"
    (root / "team").mkdir(parents=True)
    (root / "team" / "kustomization.yaml").write_text("resources: [team.yaml]\n")
    team = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: team, namespace: shop}\n"
    (root / "team" / "team.yaml").write_text(team)
    return root


@pytest.fixture
def shop(app: Path) -> Path:
    """The fixture with a remote base and a folder of its own by its remote, whose reference nobody fetched."""
    prod = app / "overlays" / "prod" / "kustomization.yaml"
    prod.write_text(prod.read_text().replace("resources:\n", f"resources:\n- {TEXT}\n- {OWN}\n", 1))
    (app / "common").mkdir()
    (app / "common" / "kustomization.yaml").write_text("resources: [limits.yaml]\n")
    (app / "common" / "limits.yaml").write_text("apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\n")
    committed(app)
    git(app, "remote", "add", "origin", "https://github.com/acme/shop")
    return app


def test_apply_proves_with_what_stands_for_them_and_leaves_the_references(
    migrate: Migrate, shop: Path, infra: Path, mirror: Path
) -> None:
    options = ("--offline", "--chart-mirror", mirror, "--remote", f"github.com/acme/infra={infra}")
    done = migrate("apply", shop, *options, "--format", "json")
    document = json.loads(done.out)
    assert (done.code, document["complete"], document["written"]) == (0, True, True)
    assert document["environments"]["prod"]["roots"] == ["overlays/prod"]
    assert "common" not in {root for each in document["environments"].values() for root in each["roots"]}
    prod = (shop / "overlays" / "prod" / "kustomization.yaml").read_text()
    assert TEXT in prod
    assert OWN in prod
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "after")
    assert migrate("verify", shop, *options).code == 0
    assert "MIG211" in migrate("verify", shop, *options[:3], "--format", "json").out
    assert "MIG211" not in migrate("audit", shop, *options, "--format", "json").out


def test_a_file_of_the_repository_names_nothing_outside_of_it(migrate: Migrate, shop: Path, infra: Path) -> None:
    (shop / "migrate.yaml").write_text("remotes:\n  github.com/acme/infra: ../infra\n")
    shown = migrate("plan", shop, "--offline")
    assert (shown.code, shown.out) == (1, "")
    assert "migrate.yaml:1:1" in shown.err
    assert "[MIG925] (name it yourself: --remote github.com/acme/infra=../infra)" in shown.err
    (shop / "migrate.yaml").write_text("remotes:\n  github.com/acme/infra: link\n")
    (shop / "link").symlink_to(infra)
    assert "[MIG925]" in migrate("plan", shop, "--offline").err
    (shop / "link").unlink()
    shutil.copytree(infra, shop / "vendor")
    (shop / "migrate.yaml").write_text("remotes:\n  github.com/acme/infra: vendor\n")
    shown = migrate("graph", shop, "--offline", "--format", "json")
    assert (shown.code, "ConfigMap" in shown.out) == (0, True)


def test_a_repository_without_git_may_say_that_it_is_its_own_remote(
    migrate: Migrate, tree: Callable[..., Path]
) -> None:
    files = {
        "base/kustomization.yaml": "resources: [own.yaml]\n",
        "base/own.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n",
        "prod/kustomization.yaml": "resources: ['github.com/acme/shop/base?ref=v1']\n",
        "migrate.yaml": "remotes: {github.com/acme/shop: .}\n",
    }
    root = tree(files)
    for has_git in (False, True):
        if has_git:
            committed(root)
        shown = migrate("plan", root, "--offline", "--format", "json")
        document = json.loads(shown.out)
        assert (shown.code, document["complete"]) == (0, True)
        assert document["environments"] == {"prod": {"roots": ["prod"], "status": "built"}}
        (note,) = [each for each in document["diagnostics"] if each["code"] == "MIG217"]
        assert note["summary"].startswith("https://github.com/acme/shop@v1: the reference v1 is not known here")


@pytest.mark.parametrize("given", ["github.com/acme/infra", "nothing=.", "github.com/acme/infra=none"])
def test_an_option_that_says_nothing(migrate: Migrate, shop: Path, given: str) -> None:
    assert "[MIG925]" in migrate("plan", shop, "--offline", "--remote", given).err


@pytest.mark.parametrize("is_git", [True, False])
def test_what_a_gitops_object_calls_the_repository_is_its_own_remote(
    migrate: Migrate, app: Path, mirror: Path, *, is_git: bool
) -> None:
    prod = app / "overlays" / "prod" / "kustomization.yaml"
    prod.write_text(prod.read_text().replace("resources:\n", f"resources:\n- {OWN}\n", 1))
    (app / "common").mkdir()
    (app / "common" / "kustomization.yaml").write_text("resources: [limits.yaml]\n")
    (app / "common" / "limits.yaml").write_text("apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\n")
    (app / "prod.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: prod}\n"
        "spec: {source: {repoURL: git@github.com:acme/shop.git, path: overlays/prod}}\n"
    )
    if is_git:
        committed(app)
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror, "--format", "json")
    environments = json.loads(shown.out)["environments"]
    built = {"roots": ["overlays/prod"], "status": "built", "deployed_by": ["Application prod"]}
    assert environments["prod"] == built


def test_what_a_remote_base_brings_stays_and_that_says_what_to_do(migrate: Migrate, shop: Path, mirror: Path) -> None:
    """The database by its remote: the files lie here, and what includes them is no path."""
    (shop / "common" / "kustomization.yaml").write_text("resources:\n- github.com/acme/shop/base/database?ref=main\n")
    base = shop / "base" / "kustomization.yaml"
    base.write_text("".join(line for line in base.read_text().splitlines(True) if "database" not in line))
    for overlay in ("dev", "prod"):
        path = shop / "overlays" / overlay / "kustomization.yaml"
        path.write_text(
            path.read_text().replace("../../base\n", "../../base\n- ../../common\n").replace(f"- {TEXT}\n", "")
        )
    committed(shop)
    shown = migrate("plan", shop, "--offline", "--chart-mirror", mirror, "--format", "json")
    said = [one for one in json.loads(shown.out)["diagnostics"] if one["code"] == "MIG610"]
    assert ["include the base by its path" in one["remedy"] for one in said] == [True]
