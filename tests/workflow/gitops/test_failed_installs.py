"""A HelmRelease whose first install fails leaves the objects as they were."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from migrator.gitops.controllers.cluster import What
from migrator.gitops.controllers.manifest import Address
from migrator.gitops.controllers.world import History, Rendered
from migrator.gitops.play.violations import Violation
from migrator.model import Impact, ResId
from migrator.prove.handover import replay

MODULE = sys.modules["migrator.prove.handover.replay"]
WEB = ResId(group="", kind="Service", namespace="shop", name="web")
OTHER = ResId(group="", kind="Service", namespace="shop", name="other")
RELEASE = ResId(group="helm.toolkit.fluxcd.io", kind="HelmRelease", namespace="flux-system", name="web")


@pytest.mark.parametrize(("named", "rule", "is_harm"), [(WEB, "F13", False), (OTHER, "F13", True), (WEB, "F9", True)])
def test_that_is_no_harm_where_the_proof_names_what_differs(
    monkeypatch: pytest.MonkeyPatch, named: ResId, rule: str, *, is_harm: bool
) -> None:
    stuck = Violation(
        what=What.STUCK,
        rule=rule,
        object=Address("", WEB),
        deployer=Address("", RELEASE),
        commit="switch",
        is_way_back=False,
        words="it renders something else",
        steps=(),
    )
    history = History(commits=["before", "switch"], render=lambda *_: Rendered(), by_hand=lambda *_: ())
    found = iter([(stuck,)])
    monkeypatch.setattr(MODULE, "_worlds", lambda *_: [(frozenset({"prod"}), "")])
    monkeypatch.setattr(MODULE, "_history", lambda *_: history)
    monkeypatch.setattr(MODULE, "violations", lambda *_, **__: next(found, ()))
    difference = SimpleNamespace(resource=named, counterpart=None, impact=Impact.METADATA)
    held = SimpleNamespace(found=[SimpleNamespace(admitted=True, difference=difference)])
    proof: Any = SimpleNamespace(environments={"prod": held})
    context: Any = None
    assert bool(replay([], context, proof)) is is_harm
