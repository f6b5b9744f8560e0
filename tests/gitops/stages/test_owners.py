"""What is given back to an owner is what a stage takes from it, whatever a lock says."""

from __future__ import annotations

from migrator.gitops.stages.owners import restored

APPLICATION = """\
kind: Application
metadata: {name: shop}
spec:
  source: {repoURL: https://git.example.org/shop.git}
  syncPolicy: {automated: {prune: false, selfHeal: false}}
"""


def test_policies_are_given_back_and_nothing_else() -> None:
    before = {
        "spec.syncPolicy.automated.prune": True,
        "spec.source.repoURL": "https://git.example.com/other.git",
        "spec.source": None,
    }
    text = restored(APPLICATION, "Application", "shop", before)
    assert text == APPLICATION.replace("prune: false", "prune: true")
