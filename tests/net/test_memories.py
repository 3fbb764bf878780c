"""What is remembered, for how long, and how much: failures, Retry-After, bounded maps."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from email.utils import format_datetime

import pytest

from fedi.errors import (
    AddressRefused,
    FetchError,
    RemoteGone,
    RemoteInvalid,
    RemoteMissing,
    RemoteRefused,
    Unreachable,
)
from fedi.net.bounded import Bounded
from fedi.net.failures import Failures
from fedi.net.retry_after import parse_retry_after
from fedi.net.troubles import HostTrouble, NotAsked, refusal
from tests.net.servers import Clock

KEY = ("https://b.test/1", None)


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def remembered(failures: Failures, clock: Seconds, error: FetchError, after: float) -> bool:
    """Whether the failure is still raised `after` seconds from when it happened."""
    failures.note(KEY, error)
    clock.now += after
    expected = NotAsked if isinstance(error, Unreachable) else type(error)
    with contextlib.suppress(expected):
        failures.check(KEY)
        return False
    return True


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RemoteGone("x"), 6 * 3600),
        (RemoteMissing("x"), 600),
        (RemoteRefused("x"), 600),
        (RemoteInvalid("x"), 1800),
        (AddressRefused("x"), 600),
        (Unreachable("x"), 60),
        (Unreachable("x", retry_after=300.0), 300),
        (Unreachable("x", retry_after=1.0), 60),
    ],
)
def test_a_failure_is_remembered_as_long_as_its_meaning_deserves(error: FetchError, seconds: float):
    clock = Seconds()
    assert remembered(Failures(clock), clock, error, seconds - 1)
    assert not remembered(Failures(clock), clock, error, seconds + 1)


def test_unreachable_doubles_up_to_an_hour_and_starts_anew_after_success():
    clock = Seconds()
    failures = Failures(clock)
    waits = []
    for _ in range(9):
        failures.note(KEY, Unreachable("x"))
        with pytest.raises(NotAsked) as caught:
            failures.check(KEY)
        waits.append(caught.value.retry_after)
        clock.now += (caught.value.retry_after or 0) + 1
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    failures.clear(KEY)
    failures.note(KEY, Unreachable("x"))
    with pytest.raises(NotAsked) as caught:
        failures.check(KEY)
    assert caught.value.retry_after == 60


def test_failures_side_by_side_count_once():
    clock = Seconds()
    failures = Failures(clock)
    for _ in range(50):
        failures.note_host(HostTrouble("x", authority="b.test"))
    with pytest.raises(NotAsked) as caught:
        failures.check_host("b.test")
    assert caught.value.retry_after == 60


def test_a_429_with_a_day_silences_its_host_for_an_hour():
    failures = Failures(Seconds())
    failures.note_host(HostTrouble("x", authority="b.test", retry_after=86_400.0))
    with pytest.raises(NotAsked) as caught:
        failures.check_host("b.test")
    assert caught.value.retry_after == 3600
    failures.check_host("c.test")
    failures.clear_host("b.test")
    failures.check_host("b.test")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (410, RemoteGone),
        (404, RemoteMissing),
        (401, RemoteRefused),
        (403, RemoteRefused),
        (408, Unreachable),
        (429, HostTrouble),
        (500, Unreachable),
        (503, Unreachable),
        (599, Unreachable),
        (204, RemoteInvalid),
        (206, RemoteInvalid),
        (304, RemoteInvalid),
        (400, RemoteInvalid),
        (406, RemoteInvalid),
        (451, RemoteInvalid),
    ],
)
def test_a_status_has_one_meaning(status: int, kind: type[FetchError]):
    error = refusal("https://b.test/1", "b.test", status, 7.0, "because")
    assert type(error) is kind
    if isinstance(error, Unreachable):
        assert error.retry_after == 7.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("0", 0.0),
        (" 30 ", 30.0),
        ("99999999999999999999", 86_400.0),
        ("9" * 1000, None),
        ("Sun, 32 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_in_seconds(value: str | None, seconds: float | None):
    assert parse_retry_after(value, Clock()()) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0), (10**7, 86_400.0)])
def test_retry_after_as_a_date(ahead: int, seconds: float):
    now = Clock()()
    moment = now + timedelta(seconds=ahead)
    assert parse_retry_after(format_datetime(moment, usegmt=True), now) == seconds
    assert parse_retry_after(moment.strftime("%d %b %Y %H:%M:%S -0000"), now) == seconds


def test_a_bounded_map_forgets_what_was_used_longest_ago():
    entries: Bounded[int, str] = Bounded(3)
    for number in range(3):
        entries.put(number, str(number))
    assert entries.get(0) == "0"
    entries.put(3, "3")
    assert [entries.get(number) for number in range(4)] == ["0", None, "2", "3"]
    assert len(entries) == 3
    entries.drop(2)
    entries.drop(2)
    assert entries.get(2) is None


def test_failures_of_a_million_addresses_fit_into_bounded_memory():
    failures = Failures(Seconds())
    for number in range(50_000):
        failures.note(number, RemoteMissing("x"))
    assert len(failures._documents) == 20_000
