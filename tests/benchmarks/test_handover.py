"""What the benchmark of handovers counts as failed."""

from __future__ import annotations

from pathlib import Path

import pytest

import handover
from measuring.handover_shapes import SHAPES


def test_a_stage_that_is_not_written_is_a_failure_and_ends_the_shape(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refused(root: Path, tool: str) -> list[tuple[str, list[str]]]:
        return [("stage 1", ["apply", str(root), "--gitops", tool, "--layout", "not-there"]), ("stage 2", [])]

    monkeypatch.setattr(handover, "written", refused)
    row = handover.measured("none, for Flux", 1)
    assert (row["stages"], row["failed"], row["harm"]) == (0, 1, 0)
    assert "not-there" in capfd.readouterr().err


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_a_repository_of_its_own(shape: str, tmp_path: Path) -> None:
    tool = handover.made(shape, tmp_path / "shop")
    texts = "".join(path.read_text() for path in sorted((tmp_path / "shop").rglob("*.yaml")))
    kind = {"argocd": "kind: Application", "flux": "apiVersion: kustomize.toolkit.fluxcd.io"}[tool]
    assert (kind in texts) is not shape.startswith("none")
