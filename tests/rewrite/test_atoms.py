"""Roots that share kustomizations are divided together or not at all."""

from __future__ import annotations

from small_repository import Make, deployment

from migrator.rewrite.overlays.atoms import clusters

OVERLAY = "resources: [../../{}]\n"


def test_roots_in_groups_that_share_nothing(make: Make) -> None:
    repository = make(
        {
            "a/kustomization.yaml": "resources: [x.yaml]\n",
            "a/x.yaml": deployment("x"),
            "b/kustomization.yaml": "resources: [y.yaml]\n",
            "b/y.yaml": deployment("y"),
            "overlays/dev/kustomization.yaml": OVERLAY.format("a"),
            "overlays/lab/kustomization.yaml": OVERLAY.format("b"),
            "overlays/prod/kustomization.yaml": OVERLAY.format("a"),
        }
    )
    lab, shared = clusters(repository.view)
    assert dict(lab.roots) == {"overlays/lab": "lab"}
    assert dict(shared.roots) == {"overlays/dev": "dev", "overlays/prod": "prod"}
    assert [held.path for held in shared.held] == ["a", "overlays/dev", "overlays/prod"]


def test_a_root_over_all_makes_them_one_group(make: Make) -> None:
    repository = make(
        {
            "a/kustomization.yaml": "resources: [x.yaml]\n",
            "a/x.yaml": deployment("x"),
            "b/kustomization.yaml": "resources: [y.yaml]\n",
            "b/y.yaml": deployment("y"),
            "overlays/dev/kustomization.yaml": OVERLAY.format("a"),
            "overlays/lab/kustomization.yaml": OVERLAY.format("b"),
            "overlays/prod/kustomization.yaml": "resources: [../../a, ../../b]\n",
        }
    )
    (one,) = clusters(repository.view)
    assert [build.root for build in one.builds] == ["overlays/dev", "overlays/lab", "overlays/prod"]
