"""Which way to sign next, and what is remembered."""

from __future__ import annotations

import itertools

import pytest

from fedi.net.knocks import CAVAGE, CAVAGE_BARE, MAX_KNOCKS, RFC9421, Knock, Knocks, following

ORIGIN = "https://b.test"
WEEK = 7 * 86_400.0


def sequence(first: Knock, statuses: list[int], *, bare: bool) -> list[Knock]:
    tried: list[Knock] = []
    knock: Knock | None = first
    for status in statuses:
        if knock is None:
            break
        tried.append(knock)
        knock = following(tuple(tried), status, bare=bare)
    return tried


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_cavage_signature_is_followed_by_rfc9421(status: int):
    assert sequence(CAVAGE, [status] * 5, bare=False) == [CAVAGE, RFC9421]
    assert sequence(RFC9421, [status] * 5, bare=False) == [RFC9421, CAVAGE]


@pytest.mark.parametrize("status", [200, 202, 301, 404, 410, 429, 500, 503])
def test_every_other_answer_stands(status: int):
    assert sequence(CAVAGE, [status] * 5, bare=True) == [CAVAGE]


def test_the_query_is_left_out_only_after_a_401():
    assert sequence(CAVAGE, [401, 401, 401], bare=True) == [CAVAGE, CAVAGE_BARE, RFC9421]
    assert sequence(CAVAGE, [403, 403, 403], bare=True) == [CAVAGE, RFC9421]
    assert sequence(CAVAGE, [400, 401, 401], bare=True) == [CAVAGE, RFC9421, CAVAGE_BARE]


@pytest.mark.parametrize("first", [CAVAGE, CAVAGE_BARE, RFC9421])
def test_never_more_than_three_and_never_the_same_twice(first: Knock):
    for statuses in itertools.product([400, 401, 403], repeat=5):
        tried = sequence(first, list(statuses), bare=True)
        assert len(tried) <= MAX_KNOCKS
        assert len(set(tried)) == len(tried)


def test_the_winner_is_first_next_time_for_a_week():
    now = 0.0
    knocks = Knocks(lambda: now)
    assert knocks.first(ORIGIN, bare=False) == CAVAGE
    knocks.learn(ORIGIN, RFC9421, bare=False)
    assert knocks.first(ORIGIN, bare=False) == RFC9421
    assert knocks.first("https://c.test", bare=False) == CAVAGE
    now = WEEK + 1
    assert knocks.first(ORIGIN, bare=False) == CAVAGE


def test_a_new_winner_replaces_the_old_one():
    knocks = Knocks(lambda: 0.0)
    knocks.learn(ORIGIN, RFC9421, bare=False)
    knocks.learn(ORIGIN, CAVAGE, bare=False)
    assert knocks.first(ORIGIN, bare=False) == CAVAGE


def test_queries_are_learnt_apart():
    knocks = Knocks(lambda: 0.0)
    knocks.learn(ORIGIN, CAVAGE_BARE, bare=True)
    knocks.learn(ORIGIN, CAVAGE, bare=False)
    assert knocks.first(ORIGIN, bare=True) == CAVAGE_BARE
    assert knocks.first(ORIGIN, bare=False) == CAVAGE
