"""A large repository, one layout for each tool: what is emitted deploys what the proof renders."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_support import Migrate, committed
from emitted_objects import ArgoCd, Flux, documents, proved, sorted_bodies


@pytest.mark.corpus
@pytest.mark.parametrize(("layout", "tool"), [("enterprise", "argocd"), ("growing", "flux")])
def test_what_is_emitted_is_what_is_proved(
    migrate: Migrate, corpus: Path, tmp_path: Path, layout: str, tool: str
) -> None:
    mirror, root = corpus / "charts", tmp_path / "shop"
    shutil.copytree(corpus / "phase1/shop", root)
    committed(root)
    words = ("--offline", "--chart-mirror", mirror, "--layout", layout, "--budget", "60")
    assert migrate("apply", root, *words, "--gitops", tool).code == 0
    for environment in ("dev", "prod"):
        wanted = proved(root, environment, mirror)
        assert len(wanted) > 190
        assert sorted_bodies(_rendered(tool, root, mirror, environment)) == wanted


def _rendered(tool: str, root: Path, mirror: Path, environment: str) -> list:
    if tool == "flux":
        return Flux(root, mirror, f"platform/flux/{environment}").rendered()
    argocd = ArgoCd(root, mirror)
    (root_app,) = documents(root / f"platform/argocd/root-app-{environment}.yaml")
    applications = [each for each in argocd.delivered(root_app) if each["kind"] == "Application"]
    return [one for each in applications for one in argocd.rendered(each)]
