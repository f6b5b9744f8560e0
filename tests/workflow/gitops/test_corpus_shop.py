"""A large repository, in one layout with one tool: what is emitted deploys what the proof renders.

`benchmarks/handover.py --shop` has both layouts and tools, and the largest chart.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_support import Migrate, committed
from emitted_objects import deployed, proved, sorted_bodies


@pytest.mark.corpus
@pytest.mark.parametrize(("layout", "tool"), [("enterprise", "argocd")])
def test_what_is_emitted_is_what_is_proved(
    migrate: Migrate, corpus: Path, tmp_path: Path, layout: str, tool: str
) -> None:
    mirror, root = corpus / "charts", tmp_path / "shop"
    shutil.copytree(corpus / "phase1/shop", root)
    committed(root)
    only = [word for name in ("cert-manager", "ingress-nginx", "redis") for word in ("--only", name)]
    words = ("--offline", "--chart-mirror", mirror, "--layout", layout, "--budget", "60", *only)
    assert migrate("apply", root, *words, "--gitops", tool).code == 0
    for environment in ("dev", "prod"):
        wanted = proved(root, environment, mirror)
        assert len(wanted) > 190
        assert sorted_bodies(deployed(tool, root, mirror, environment)) == wanted
