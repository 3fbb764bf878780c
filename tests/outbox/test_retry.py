"""Back-off and the meaning of answers: pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.errors import AddressRefused, NotFound, RemoteGone, Unreachable
from fedi.net.values import Reply
from fedi.outbox.retry import (
    DELIVERY_TRIES,
    JOB_TRIES,
    Delivered,
    Down,
    Failed,
    Gone,
    Outcome,
    Refused,
    job_next_try,
    next_probe,
    next_try,
    outcome_of,
    outcome_of_error,
    pause,
)
from tests.outbox.lab import DAY, HOUR

NOW = 1_800_000_000_000
rngs = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ((200, 201, 202, 204), Delivered),
        ((400, 403, 404, 405, 406, 413, 422, 451, 501), Refused),
        ((410,), Gone),
        ((301, 302, 401, 408, 500, 505, 520), Failed),
        ((429, 502, 503, 504), Down),
    ],
)
def test_the_meaning_of_a_status(statuses: tuple[int, ...], kind: type[Outcome]):
    assert {type(outcome_of(Reply(status, None, ""))) for status in statuses} == {kind}


def test_the_meaning_of_no_answer():
    assert isinstance(outcome_of_error(AddressRefused("private")), Refused)
    assert outcome_of_error(Unreachable("x", retry_after=7)) == Down("Unreachable: x", 7)


@given(st.integers(1, 60), rngs)
def test_pauses_grow_and_are_bounded(failures: int, at: float):
    shorter, longer = pause(failures, lambda: at), pause(failures + 1, lambda: at)
    assert 24_000 <= shorter <= longer <= 14.4 * HOUR


@given(st.lists(rngs, min_size=DELIVERY_TRIES, max_size=DELIVERY_TRIES))
def test_a_delivery_is_tried_for_about_three_days(draws: list[float]):
    rng = iter(draws).__next__
    now, tries = NOW, 1
    while (at := next_try(tries, Failed("500"), now, rng)) is not None:
        assert at > now
        now, tries = at, tries + 1
    assert tries == DELIVERY_TRIES
    assert 2.3 * DAY <= now - NOW <= 3.6 * DAY


@given(st.integers(1, 60), st.floats(0, 10**9))
def test_what_is_for_good_is_not_tried_again_and_a_down_host_costs_no_try(attempts: int, wish: float):
    for outcome in (Delivered(), Refused(""), Gone("")):
        assert next_try(attempts, outcome, NOW, lambda: 0.5) is None
    assert next_try(attempts, Down("", wish), NOW, lambda: 0.5) == NOW


@given(st.integers(1, 11), st.floats(0, 10**9), rngs)
def test_retry_after_is_honoured_up_to_a_day(failures: int, wish: float, at: float):
    least = min(wish * 1000, DAY)
    for again in (
        next_try(failures, Failed("", wish), NOW, lambda: at),
        next_probe(failures, None, Down("", wish), NOW, lambda: at),
    ):
        assert again is not None
        assert least - 1 <= again - NOW <= max(least, 14.4 * HOUR)


@pytest.mark.parametrize(
    ("failures", "days", "gives_up"), [(10, 7, True), (9, 30, False), (40, 6.9, False), (2, 8, False)]
)
def test_a_host_is_given_up_after_a_week_of_failures(failures: int, days: float, gives_up: bool):
    at = next_probe(failures, NOW - int(days * DAY), Down("x"), NOW, lambda: 0.5)
    assert (at is None) is gives_up


def test_jobs_are_tried_again_unless_that_is_no_use():
    assert job_next_try(1, Unreachable("x", retry_after=3600), NOW, lambda: 0.5) == NOW + HOUR
    assert job_next_try(1, NotFound(), NOW, lambda: 0.5) == NOW + 30_000
    assert job_next_try(1, RemoteGone(), NOW) is None
    assert job_next_try(JOB_TRIES, ValueError(), NOW) is None
