"""A search stops on time even inside one step."""

from __future__ import annotations

import time

import pytest

from migrator.inference.budget import OutOfTimeError, limited


def busy_until(moment: float) -> None:
    while time.process_time() < moment:
        pass


def test_a_step_without_end_is_interrupted() -> None:
    started = time.process_time()
    with pytest.raises(OutOfTimeError), limited(started + 0.2):
        busy_until(started + 5)
    assert time.process_time() - started < 1


def test_a_limit_inside_another_ends_its_own_step_and_the_outer_one_still_holds() -> None:
    started = time.process_time()
    ended = []

    def step() -> None:
        with pytest.raises(OutOfTimeError), limited(started + 0.2):
            busy_until(started + 5)
        ended.append(time.process_time() - started)
        busy_until(started + 5)

    with pytest.raises(OutOfTimeError), limited(started + 0.5):
        step()
    assert 0.2 <= ended[0] < 0.5
    assert 0.5 <= time.process_time() - started < 1


def test_a_limit_inside_another_ends_with_the_outer_one() -> None:
    started = time.process_time()
    with pytest.raises(OutOfTimeError), limited(started + 0.2), limited(started + 5):
        busy_until(started + 5)
    assert time.process_time() - started < 1


def test_a_step_that_ends_in_time_is_left_alone() -> None:
    with limited(time.process_time() + 0.05):
        total = sum(range(1000))
    spent = time.process_time()
    while time.process_time() < spent + 0.2:
        total += 1
    assert total > 0
