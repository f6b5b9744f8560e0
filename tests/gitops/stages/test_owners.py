"""What is given back to an owner is what a stage takes from it, whatever a lock says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.gitops.stages.owners import astray, restored
from migrator.lock import LockedOwner
from migrator.model import RepoPath

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


_TWO = """\
kind: Application
metadata:
  name: web
spec:
  syncPolicy:
    automated: {prune: false, selfHeal: false}
---
kind: Application
metadata: {name: db, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec: {}
"""


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (_TWO, "web", None),
        (_TWO, "db", ("metadata.finalizers is in it again", 9)),
        (_TWO.replace("prune: false", "prune: true"), "web", ("spec.syncPolicy.automated.prune is true again", 6)),
        (_TWO.partition("---")[0], "shop", ("it is called web now", 3)),
        (_TWO, "shop", ("its file does not hold it any more", 0)),
    ],
)
def test_an_owner_that_is_not_as_it_was_left_is_told_with_its_line(
    text: str, name: str, said: tuple[str, int] | None
) -> None:
    owner = LockedOwner(tool="argocd", kind="Application", name=name, file=RepoPath("a.yaml"))
    found = astray(text, owner, is_loosened=True)
    assert (None if found is None else (found[0], found[1].line)) == said
    if name in {"web", "db"}:
        assert astray(text, owner, is_loosened=False) is None


def test_an_owner_that_a_kustomization_renames_is_not_astray_in_its_file() -> None:
    text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s}\nspec: {}\n"
    owner = LockedOwner(tool="argocd", kind="Application", name="shop-dev", file=RepoPath("apps/base/app.yaml"))
    assert astray(text % "shop", owner, is_loosened=True) is None
    assert astray(text % "web", owner, is_loosened=True) is not None
    changed = replace(owner, before={"spec.syncPolicy.automated.prune": True})  # its file had that name
    assert astray(text % "shop", changed, is_loosened=True) is not None
