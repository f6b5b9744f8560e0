"""What a person applies by hand, and leaves alone once something delivers it."""

from __future__ import annotations

import pytest

from migrator.gitops.controllers.cluster import What
from migrator.gitops.controllers.world import History, Rendered
from migrator.gitops.play.play import violations
from migrator.model import resource_of

MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}, "data": {"k": "v"}}


@pytest.mark.parametrize("is_delivered", [True, False])
def test_nobody_deletes_by_hand_what_is_delivered_from_now_on(is_delivered: bool) -> None:
    history = History(
        commits=["before", "after"],
        render=lambda *_: Rendered(),
        by_hand=lambda at: [MAP] if at == 0 else [],
        delivered=lambda at: {resource_of(MAP).id} if at == 1 and is_delivered else set(),
    )
    found = {each.what for each in violations(history, count=1, troubled=0)}
    assert (What.DELETED in found) is not is_delivered
