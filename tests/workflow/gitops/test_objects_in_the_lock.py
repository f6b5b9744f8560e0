"""Objects that deploy are as the lock has them: whatever is said otherwise of where, what and by whom is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, git

APPLICATION = "platform/argocd/applications/prod/tiny-db.yaml"
PROJECT = "platform/argocd/projects/infrastructure-prod.yaml"
CODE = "MIG824"


@pytest.fixture
def shop(staged: Callable[[str, int], Path]) -> Path:
    """A private copy at the last stage of the handover."""
    return staged("argocd", 2)


def told(migrate: Migrate, command: str, root: Path, mirror: Path) -> tuple[int, list[str]]:
    shown = migrate(command, root, "--offline", "--chart-mirror", mirror, "--format", "json")
    held = json.loads(shown.out)
    found = held["findings"] if command == "audit" else held["diagnostics"]
    return shown.code, [each["summary"] for each in found if each["code"] == CODE and each["severity"] != "info"]


def changed(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


CHANGES: dict[str, Callable[[Path], object]] = {
    "another cluster": lambda root: changed(root, APPLICATION, "server: https://", "server: https://x."),
    "another project": lambda root: changed(root, APPLICATION, "project: ", "project: x"),
    "a wider project": lambda root: changed(root, PROJECT, "destinations:", "roles: [{name: x}]\n  destinations:"),
    "one object more": lambda root: (root / "platform/argocd/applications/prod/more.yaml").write_text(
        (root / APPLICATION).read_text().replace("name: tiny-db", "name: more")
    ),
    "a plain object beside": lambda root: (root / "platform/argocd/applications/prod/role.json").write_text(
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}}'
    ),
    "an object twice": lambda root: (root / "platform/argocd/applications/prod/copy.yaml").write_bytes(
        (root / APPLICATION).read_bytes()
    ),
    "a project gone": lambda root: (root / PROJECT).unlink(),
    "no YAML any more": lambda root: changed(root, PROJECT, "spec:", "\tspec: ["),
    "moved to another environment": lambda root: (root / APPLICATION).rename(
        root / "platform/argocd/applications/dev/db.yaml"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_deploys_otherwise_is_found(migrate: Migrate, shop: Path, mirror: Path, change: str) -> None:
    CHANGES[change](shop)
    code, words = told(migrate, "audit", shop, mirror)
    assert code == 2
    assert words


def test_verify_says_it_too_and_the_lock_follows_what_is_meant(migrate: Migrate, shop: Path, mirror: Path) -> None:
    assert told(migrate, "verify", shop, mirror) == (0, [])
    CHANGES["a wider project"](shop)
    code, words = told(migrate, "verify", shop, mirror)
    assert (code, len(words)) == (2, 1)
    assert "AppProject" in words[0]
    git(shop, "commit", "-qam", "meant")
    shown = migrate("apply", shop, "--relock", "--offline", "--chart-mirror", mirror)
    assert (shown.code, "is not the same" in shown.out) == (0, True), shown.out
    git(shop, "commit", "-qam", "relocked")
    assert told(migrate, "verify", shop, mirror) == (0, [])
    assert told(migrate, "audit", shop, mirror)[1] == []


def test_a_lock_written_anew_does_not_hide_it_from_a_base(migrate: Migrate, shop: Path, mirror: Path) -> None:
    base = git(shop, "rev-parse", "HEAD")
    CHANGES["another cluster"](shop)
    git(shop, "commit", "-qam", "meant")
    assert migrate("apply", shop, "--relock", "--offline", "--chart-mirror", mirror).code == 0
    shown = migrate("verify", shop, "--base", base, "--offline", "--chart-mirror", mirror, "--format", "json")
    found = [each["summary"] for each in json.loads(shown.out)["diagnostics"] if each["code"] == "MIG715"]
    assert (shown.code, len(found)) == (2, 1)
    assert "tiny-db" in found[0]


def test_the_name_of_a_file_and_its_comments_are_nothing(migrate: Migrate, shop: Path, mirror: Path) -> None:
    (shop / APPLICATION).rename((shop / APPLICATION).with_name("other.yaml"))
    changed(shop, PROJECT, "spec:", "# a remark\nspec:")
    assert told(migrate, "audit", shop, mirror) == (0, [])
    assert told(migrate, "verify", shop, mirror) == (0, [])
