"""What an entry of `accept` or `refuse` is about."""

from __future__ import annotations

import pytest

from migrator.compare import Acceptance, Terms, unmatched
from migrator.model import Difference, DifferenceKind, Impact, ResId


def difference(
    path: str = "spec/replicas", impact: Impact = Impact.ROLLOUT, kind: str = "Deployment.apps", **more: bool
) -> Difference:
    name, _, group = kind.partition(".")
    return Difference(
        resource=ResId(group=group, kind=name, namespace="shop", name="web"),
        path=tuple(path.split("/")) if path else (),
        kind=DifferenceKind.CHANGED,
        impact=impact,
        **more,
    )


def entry(*only: str, **more: object) -> Acceptance:
    return Acceptance(only=only, reason="because", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("Deployment.apps/shop/web#/spec/replicas", True),
        ("Deployment.apps/*/web#/spec/**", True),
        ("Deployment.apps/*/web#/spec/replicas/**", True),
        ("Deployment.apps/shop/we?#/spec/re*", True),
        ("**#/spec/replicas", True),
        ("Deployment.apps/shop/web", True),
        ("Deployment.apps/**", True),
        ("Deployment*/*/*#/*/replicas", True),
        ("Deployment.apps/*#/spec/replicas", False),
        ("Deployment.apps/shop/web#/*", False),
        ("Deployment.apps/shop/web#", False),
        ("Deployment.apps/shop/web#/spec/replica", False),
        ("Deployment?apps/shop/[w]eb#/spec/replicas", False),
        ("deployment.apps/**", False),
    ],
)
def test_a_pattern_is_about_ids(pattern: str, fits: bool) -> None:
    assert entry(pattern).covers(difference()) is fits


def test_a_whole_object_has_an_id_too() -> None:
    assert entry("Deployment.apps/shop/web#").covers(difference(""))
    assert entry("Deployment.apps/shop/web#**").covers(difference(""))
    assert entry("Deployment.apps/shop/web#/**").covers(difference("metadata"))
    assert not entry("Deployment.apps/shop/web#/spec").covers(difference(""))


def test_an_entry_is_about_its_component_and_no_other() -> None:
    wanted = entry(component="shop", up_to=Impact.ROLLOUT)
    assert wanted.covers(difference(), "shop")
    assert not wanted.covers(difference(), "other")
    assert not wanted.covers(difference())


def test_an_entry_reaches_to_its_impact() -> None:
    assert not entry(component="", up_to=Impact.CONFIG).covers(difference())
    assert entry("**", up_to=Impact.ROLLOUT).covers(difference())


def test_the_loss_of_data_must_be_said() -> None:
    lost = difference(impact=Impact.DATA_LOSS)
    assert not entry("Deployment.apps/**").covers(lost)
    assert not entry(up_to=Impact.RECREATE).covers(lost)
    assert entry("Deployment.apps/**", up_to=Impact.DATA_LOSS).covers(lost)
    assert entry(lost.id).covers(lost)


def test_a_widened_privilege_must_be_said() -> None:
    wider = difference(privilege=True)
    assert not entry("Deployment.apps/**").covers(wider)
    assert not entry(up_to=Impact.DATA_LOSS).covers(wider)
    assert entry(up_to=Impact.ROLLOUT, privilege=True).covers(wider)
    assert entry(wider.id).covers(wider)


def test_what_is_refused_is_admitted_by_nothing() -> None:
    terms = Terms(accepted=(entry(up_to=Impact.RECREATE),), refused=(entry("**#/spec/replicas"),))
    replicas, image = terms.judged([difference(), difference("spec/image")])
    assert (replicas.admitted, replicas.why) == (False, "refused in migrate.yaml")
    assert (image.admitted, image.why) == (True, "accepted in migrate.yaml")


def test_entries_that_are_about_nothing_are_told() -> None:
    entries = (entry("Gone/x/y#"), entry(component="shop", up_to=Impact.ROLLOUT), entry("**#/spec/replicas"))
    left = unmatched(entries, [(difference(), "other")])
    assert [str(each) for each in left] == ["Gone/x/y#", "shop up to rollout"]
