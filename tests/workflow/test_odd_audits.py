"""Names that are no UTF-8 stop nothing, and an audit says what it could not look at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from cli_support import Migrate

FILES = {
    "web/kustomization.yaml": "resources: [settings.yaml]\n",
    "web/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "repository"


def test_a_root_that_does_not_build_is_told_beside_those_that_do(migrate: Migrate, root: Path) -> None:
    assert migrate("audit", root, "--offline").code == 0
    (root / "broken").mkdir()
    (root / "broken/kustomization.yaml").write_text("resources: [nowhere.yaml]\n")
    shown = migrate("audit", root, "--offline")
    assert shown.code == 2
    assert "broken/nowhere.yaml does not exist [MIG210]" in shown.out


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems have no such names")
@pytest.mark.parametrize("command", ["plan", "audit", "graph", "apply"])
def test_a_name_that_is_no_utf_8_stops_nothing(migrate: Migrate, root: Path, command: str) -> None:
    folder = os.fsencode(root) + b"/d\xff"
    os.mkdir(folder)  # noqa: PTH102 - bytes
    with open(folder + b"/kustomization.yaml", "wb") as file:  # noqa: PTH123
        file.write(b"resources: ['../web']\nnamePrefix: a-\n")
    with open(os.fsencode(root) + b"/web/x\xff.txt", "wb"):  # noqa: PTH123
        pass
    shown = migrate(command, root, "--offline")
    assert "MIG999" not in shown.err
    assert shown.code in {0, 2}, shown.err
