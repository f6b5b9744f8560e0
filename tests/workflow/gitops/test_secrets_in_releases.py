"""What a Secret holds today is not put into a HelmRelease without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Migrate


@pytest.mark.parametrize(
    ("said", "is_told"), [("flux", True), ("{tool: flux, flux: {source: git}}", False), ("argocd", False)]
)
def test_values_in_clear_are_named(migrate: Migrate, app: Path, mirror: Path, said: str, *, is_told: bool) -> None:
    (app / "migrate.yaml").write_text(f"gitops: {said}\n")
    shown = migrate("plan", app, "--offline", "--chart-mirror", mirror)
    assert shown.code == 0
    assert ("HelmReleases of tiny-db would hold in clear" in shown.err + shown.out) is is_told
    assert (shown.err + shown.out).count("MIG680") == int(is_told)
