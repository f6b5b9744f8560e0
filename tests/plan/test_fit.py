"""What a chart renders for an environment, set against what is there."""

from __future__ import annotations

from migrator.compare import compare
from migrator.inference.shared_metadata import SharedMetadata
from migrator.model import resource_of
from migrator.plan.fit import Fit, shared_by, with_shared

CHART = tuple(
    resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "web"}})
    for name in ("a", "b", "c", "d")
)
SHARED = SharedMetadata(labels={"team": "blue"})


def test_what_stands_on_every_object_is_no_difference_once_they_are_given_it() -> None:
    targets = [SHARED.applied(each) for each in CHART[:3]]
    fit = Fit(
        environment="dev",
        targets={each.id: each for each in targets},
        rendered={each.id: each for each in CHART},
        differences=compare(targets, CHART),
        companions=(),
    )
    assert shared_by(fit, fit.differences) == SHARED
    left = with_shared(fit, SHARED)
    assert left.shared == SHARED
    # what no target is met by is not touched
    assert [(each.resource.name, each.path) for each in left.differences] == [("d", ())]
