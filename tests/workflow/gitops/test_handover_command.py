"""`migrate handover` in its formats, after the first stage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cli_support import Migrate


def test_it_says_where_the_repository_stands(migrate: Migrate, staged: Callable[[str, int], Path], app: Path) -> None:
    shop = staged("argocd", 1)
    told = json.loads(migrate("handover", shop, "--format", "json").out)
    assert (told["tool"], told["stage"], told["total"]) == ("argocd", 1, 2)
    assert "argocd app get shop-prod" in told["stages"][0]["check"]
    assert "kubectl apply -f platform/argocd/root-app-prod.yaml" in told["stages"][1]["apply"]
    assert "Stage 1 of 2 is written, for Argo CD." in migrate("handover", shop).out
    assert migrate("handover", shop, "--format", "markdown").out == (shop / ".migrate/handover.md").read_text()
    refused = migrate("handover", app)
    assert refused.code == 1
    assert "MIG666" in refused.err
