"""What becomes of the files in which owners lie that go with the last stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from migrator.diagnostics import MigrateError
from migrator.discover import Config, discover
from migrator.gitops.stages.clean_up import removal
from migrator.load import load
from migrator.lock import LockedOwner
from migrator.model import RepoPath

DB = "kind: Kustomization\napiVersion: kustomize.toolkit.fluxcd.io/v1\nmetadata: {name: db}\n"
WEB = "# the shop\n" + DB.replace("db", "web")
ROOT = {"apps/web/kustomization.yaml": "resources: []\n"}


def removed(root: Path, files: Mapping[str, str], file: str) -> Mapping[str, str | None]:
    """Path -> the file after, for each that changes; None where it goes."""
    for name, text in {**ROOT, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    kustomizations, _ = load(discover(root, Config()))
    owner = LockedOwner(tool="flux", kind="Kustomization", name="db", file=RepoPath(file))
    found = removal([owner], kustomizations)
    return {each.path: None if each.after is None else each.after.decode() for each in found}


def test_other_objects_of_its_file_stay(tmp_path: Path) -> None:
    files = {"clusters/prod/all.yaml": f"{DB}---\n{WEB}"}
    assert removed(tmp_path, files, "clusters/prod/all.yaml") == {"clusters/prod/all.yaml": WEB}


def test_a_file_without_others_goes_and_so_does_its_entry(tmp_path: Path) -> None:
    files = {
        "clusters/prod/db.yaml": DB,
        "clusters/prod/web.yaml": WEB,
        "clusters/prod/kustomization.yaml": "# of prod\nresources:\n- db.yaml # our data\n- web.yaml\n",
    }
    assert removed(tmp_path, files, "clusters/prod/db.yaml") == {
        "clusters/prod/db.yaml": None,
        "clusters/prod/kustomization.yaml": "# of prod\nresources:\n- web.yaml\n",
    }


@pytest.mark.parametrize(
    "files",
    [
        {"clusters/prod/db.yaml": DB},
        {"clusters/prod/db.yaml": DB, "clusters/prod/kustomization.yaml": "resources:\n- db.yaml\n"},
        {"clusters/prod/db.yaml": DB, "clusters/prod/README.md": "nothing to deploy"},
    ],
)
def test_the_last_file_of_what_is_deployed_stays(tmp_path: Path, files: Mapping[str, str]) -> None:
    with pytest.raises(MigrateError) as caught:
        removed(tmp_path, files, "clusters/prod/db.yaml")
    assert caught.value.diagnostic.code == "MIG675"
    assert "nothing left to deploy" in caught.value.diagnostic.summary
