"""Who asks, as proxies tell it, and how often they may."""

from __future__ import annotations

import types
from typing import Any

import pytest

from fedi.config import Config
from fedi.config.values import parse_networks
from fedi.errors import TooManyRequests
from fedi.social.throttling import Throttles, address_of, network_of

TRUSTED = parse_networks(["127.0.0.0/8"])


@pytest.mark.parametrize(
    ("address", "forwarded", "found"),
    [
        ("9.9.9.9", "", "9.9.9.9"),
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"),  # nobody we trust says so
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the first one is what the asker wrote
        ("127.0.0.1", "1.2.3.4, 127.0.0.2", "1.2.3.4"),
        ("", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "x" * 200, "x" * 64),
    ],
)
def test_who_asks(address: str, forwarded: str, found: str) -> None:
    assert address_of(address, forwarded, TRUSTED) == found


def test_a_household_counts_as_one() -> None:
    assert network_of("2001:db8:1:2:3::4", "", TRUSTED) == network_of("2001:db8:1:2:ffff::1", "", TRUSTED)
    assert network_of("2001:db8:1:3::4", "", TRUSTED) != network_of("2001:db8:1:2::4", "", TRUSTED)


def test_an_account_is_guarded_from_many_networks() -> None:
    config = Config.load(None, {"FEDI_DOMAIN": "a.test", "FEDI_LIMITS__RATES__LOGIN": "3 per day"})
    store = types.SimpleNamespace(clock=lambda: 1_000)
    services: Any = types.SimpleNamespace(config=config, store=store)
    throttles = Throttles()
    for number in range(3):
        throttles.sign_in(services, f"1.2.3.{number}", "Ana@mail.test")
    with pytest.raises(TooManyRequests):
        throttles.sign_in(services, "1.2.3.9", "ana@MAIL.test")
    throttles.sign_in(services, "1.2.3.9", "bo@mail.test")
    throttles.signed_in("ana@mail.test")
    throttles.sign_in(services, "1.2.3.8", "ana@mail.test")
