"""What the audit says of Argo CD and Flux objects: nothing of what was just written, and each planted fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cli_support import Migrate, git
from emitted_objects import applied

CODES = {"MIG816", "MIG817", "MIG818", "MIG819", "MIG820"}
RELEASE = {
    "argocd": "platform/argocd/applications/prod/tiny-db.yaml",
    "flux": "platform/flux/prod/tiny-db.yaml",
}


@pytest.fixture(params=["argocd", "flux"])
def tool(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(staged: Callable[[str, int], Path], tool: str) -> Path:
    """A private copy at the last stage of the handover."""
    return staged(tool, 2)


def found(migrate: Migrate, root: Path, mirror: Path) -> Mapping[str, str]:
    """Code -> summary of what is found about deployers, without notes."""
    shown = migrate("audit", root, "--offline", "--chart-mirror", mirror, "--format", "json")
    told = json.loads(shown.out)["findings"]
    return {each["code"]: each["summary"] for each in told if each["code"] in CODES and each["severity"] != "info"}


def changed(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_what_apply_and_finish_wrote_is_in_order_and_a_stage_that_is_missing_is_found(
    migrate: Migrate, shop: Path, mirror: Path
) -> None:
    assert found(migrate, shop, mirror) == {}
    shown = migrate("audit", shop, "--offline", "--chart-mirror", mirror)
    assert "neither prune nor heal until it is finished" in shown.out
    git(shop, "checkout", "-q", "HEAD~1")
    assert set(found(migrate, shop, mirror)) == {"MIG820"}
    git(shop, "checkout", "-q", "hybrid")
    shown = migrate("handover", shop, "--finish", "--offline", "--chart-mirror", mirror)
    assert shown.code == 0, shown.err
    shown = migrate("audit", shop, "--offline", "--chart-mirror", mirror)
    assert not any(code in shown.out for code in CODES), shown.out


@pytest.mark.parametrize("tool", ["argocd", "flux"])
def test_what_was_never_deployed_is_in_order_with_and_without_objects(
    migrate: Migrate, hybrid_app: Path, layout: str, mirror: Path, tool: str
) -> None:
    assert found(migrate, hybrid_app, mirror) == {}
    applied(migrate, hybrid_app, mirror, layout, tool=tool)
    assert found(migrate, hybrid_app, mirror) == {}


def test_an_object_that_goes_leaves_its_release_without_a_deployer(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    (shop / RELEASE[tool]).unlink()
    told = found(migrate, shop, mirror)
    assert set(told) == {"MIG816", "MIG818"}
    assert "nothing deploys release shop-db" in told["MIG816"]


def test_a_second_object_for_one_place_is_found(migrate: Migrate, shop: Path, mirror: Path, tool: str) -> None:
    path = shop / RELEASE[tool]
    text = path.read_text()
    (path.parent / "again.yaml").write_text(text.replace("  name: tiny-db", "  name: again", 1))
    assert "deployed twice" in found(migrate, shop, mirror)["MIG817"]


@pytest.mark.parametrize("what", ["release name", "value files"])
def test_an_object_that_says_other_things_than_the_lock_is_found(
    migrate: Migrate, shop: Path, mirror: Path, tool: str, what: str
) -> None:
    path = shop / RELEASE[tool]
    if what == "release name":
        changed(path, "releaseName: shop-db", "releaseName: other")
    elif tool == "argocd":
        changed(path, "values-prod.yaml", "values-dev.yaml")
    else:
        changed(path, "  values:\n", "  values:\n    extra: 1\n")
    assert "MIG818" in found(migrate, shop, mirror)


def test_what_acts_by_itself_against_the_configuration_is_found(
    migrate: Migrate, shop: Path, mirror: Path, tool: str
) -> None:
    assert found(migrate, shop, mirror) == {}
    (shop / "migrate.yaml").write_text("gitops: {environments: {prod: {automated: false}}}\n")
    if tool == "flux":
        assert found(migrate, shop, mirror) == {}
        changed(shop / "clusters/prod/shop.yaml", "prune: false", "prune: true")
    told = found(migrate, shop, mirror)["MIG819"]
    assert ("syncs by itself" if tool == "argocd" else "Kustomization shop prunes") in told
