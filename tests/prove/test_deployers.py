"""What is known of the deployers of kustomize roots, as a tree says it."""

from __future__ import annotations

import pytest
from hybrid_repository import Hybrid

from migrator.compare import ALL
from migrator.model import RepoPath
from migrator.prove import Owner, Part, Rendering, with_deployers

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {repoURL: https://git.example.org/own.git, path: apps}
  destination: {namespace: shop-live}
"""


def _part(hybrid: Hybrid, *, inflates: bool = False, rules: frozenset[str] = ALL) -> Part:
    root = Part(owner=Owner.KUSTOMIZE, path=RepoPath("apps"), resources=(), inflates=inflates)
    found = with_deployers(
        {"prod": Rendering(environment="prod", parts=(root,))}, hybrid.root, hybrid.lock, rules, hybrid.context
    )
    return found["prod"].parts[0]


def test_argo_cd_says_where_its_objects_go_and_runs_hooks(hybrid: Hybrid) -> None:
    assert (_part(hybrid).namespace, _part(hybrid).knows_hooks) == ("", False)
    (hybrid.root / "shop.yaml").write_text(APPLICATION)
    assert (_part(hybrid).namespace, _part(hybrid).knows_hooks) == ("shop-live", True)
    without = _part(hybrid, rules=frozenset())
    assert (without.namespace, without.knows_hooks) == ("", True)


@pytest.mark.parametrize(("text", "knows"), [("", True), ("gitops: none\n", False), ("gitops: argocd\n", True)])
def test_where_charts_are_inflated_argo_cd_is_taken_for_it_unless_told(
    hybrid: Hybrid, text: str, *, knows: bool
) -> None:
    (hybrid.root / "migrate.yaml").write_text(text)
    assert _part(hybrid, inflates=True).knows_hooks is knows
