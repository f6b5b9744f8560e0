"""Which item of a list is which of the target."""

from __future__ import annotations

from migrator.inference.gaps.pairing import align


def test_a_variable_of_another_name_is_another_variable():
    now, target = [{"name": "DATA", "value": "/data"}], [{"name": "URL", "value": "https://example.org"}]
    assert align(now, target) == [(0, None), (None, 0)]


def test_a_container_of_another_name_takes_the_place_of_the_only_one():
    now, target = [{"name": "main", "image": "a"}], [{"name": "web", "image": "b"}]
    assert align(now, target) == [(0, 0)]


def test_of_two_items_that_may_be_it_the_one_with_the_same_fields_is():
    now = [{"backend": {"name": "a"}, "path": "/", "kind": "Prefix"}]
    target = [{"backend": {"name": "b"}, "path": "/b"}, {"backend": {"name": "a"}, "path": "/a", "kind": "Prefix"}]
    assert align(now, target) == [(0, 1), (None, 0)]
