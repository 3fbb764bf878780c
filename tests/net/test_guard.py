"""The guard: a table of addresses, and the moment of dialling."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.errors import AddressRefused
from fedi.net.guard import Guard, RefusedAddress, is_reserved
from fedi.net.troubles import HostTrouble
from tests.net.servers import LAB, PUBLIC, Names, client, remote

RESERVED = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200"),
    *("100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1"),
    *("192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::"),
    *("::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::8.8.8.8"),
    *(
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "100:0:0:1::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ),
    *("2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::"),
    *("2002:808:808::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "fe80::1%eth0"),
)
PUBLIC_ADDRESSES = (
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
    *("128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.1"),
    *("192.169.0.1", "198.17.255.255", "198.20.0.0", "203.0.114.1", "223.255.255.255", "2001:200::1"),
    *("2001:4860:4860::8888", "2003::1", "2606:4700::1111", "2a01:4f8::1", "3ffe::1", "3fff:1000::1"),
)


@pytest.mark.parametrize("address", RESERVED)
@pytest.mark.parametrize("port", [80, 443])
def test_ghsa_xx55_4rrg_8xg6_and_ghsa_vwhj_3g83_v276_reserved_addresses(address: str, port: int):
    assert not Guard().permits(address, port)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_public_addresses_are_dialled_on_the_ports_of_the_web_only(address: str):
    assert Guard().permits(address, 443)
    assert Guard().permits(address, 80)
    assert not Guard().permits(address, 22)
    assert not Guard(("127.0.0.0/8",)).permits(address, 8080)


@given(st.integers(0, 2**32 - 1))
def test_cve_2026_50131_ipv4_hidden_in_ipv6_is_never_dialled(number: int):
    address = IPv4Address(number)
    guard = Guard()
    for form in (
        f"::ffff:{address}",  # v4-mapped
        f"::{address}",  # v4-compatible
        f"64:ff9b::{address}",  # NAT64
        str(IPv6Address((0x2002 << 112) | (number << 80))),  # 6to4
        str(IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))),  # Teredo
    ):
        assert not guard.permits(form, 443)


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_or_multicast_is_reserved_here_too(address: IPv4Address):
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert is_reserved(address)


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_reserved_here_too_v6(address: IPv6Address):
    if address.is_private or address.is_multicast or address.is_reserved or address.is_link_local:
        assert is_reserved(address)


def test_allow_private_opens_what_it_names_on_every_port_and_no_more():
    guard = Guard(("127.0.0.0/8", "fd00::/8"))
    assert guard.permits("127.0.0.1", 8421)
    assert guard.permits("fd12::1", 8421)
    assert not guard.permits("10.0.0.1", 443)
    assert not guard.permits("::1", 443)
    assert not guard.permits("::ffff:127.0.0.1", 443)


def test_nat64_is_opened_only_for_public_addresses_behind_it():
    guard = Guard(("64:ff9b::/96",))
    assert guard.permits("64:ff9b::8.8.8.8", 443)
    assert not guard.permits("64:ff9b::127.0.0.1", 443)
    assert not guard.permits("64:ff9b::169.254.169.254", 443)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "example.org"])
def test_what_is_not_a_numeric_address_is_not_dialled(text: str):
    assert not Guard().permits(text, 443)


def test_the_socket_factory_refuses_before_there_is_a_socket():
    with pytest.raises(RefusedAddress) as caught:
        Guard().open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443)))
    assert (caught.value.address, caught.value.port) == ("10.0.0.1", 443)


async def test_cve_2024_39687_a_name_that_leads_to_loopback_is_not_dialled():
    async with remote() as here, client(PUBLIC, names=Names(evil_test=[["127.0.0.1"]])) as net:
        here.serve_object("/note")
        with pytest.raises(AddressRefused):
            await net.fetch("https://evil.test/note", signer=None)
        assert here.requests == []


async def test_cve_2024_39687_dns_rebinding_the_address_dialled_is_the_one_checked():
    """The name is public when asked first and private when asked again: only what is dialled counts."""
    settings = msgspec.structs.replace(LAB, allow_private=("127.0.0.2/32",))
    async with remote("127.0.0.1") as target:
        names = Names(rebind_test=[["127.0.0.2"], ["127.0.0.1"]])
        async with client(settings, names=names) as net:
            # The first answer is permitted, and nothing listens there: refused by TCP, not by us.
            with pytest.raises(HostTrouble):
                await net.fetch(f"http://rebind.test:{target.port}/note", signer=None)
            forget_names(net)
            with pytest.raises(AddressRefused):
                await net.fetch(f"http://rebind.test:{target.port}/note", signer=None, fresh=True)
        assert names.asked == ["rebind.test", "rebind.test"]
        assert target.requests == []


async def test_cve_2025_25194_every_address_of_a_name_is_checked():
    """Happy eyeballs goes through all of them: none of these may be tried."""
    addresses = ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254"]
    async with remote() as here, client(PUBLIC, names=Names(many_test=[addresses])) as net:
        with pytest.raises(AddressRefused):
            await net.fetch("https://many.test/note", signer=None)
        assert here.requests == []


async def test_a_permitted_address_next_to_a_refused_one_is_used():
    async with remote() as here, client(names=Names(mixed_test=[["10.0.0.1", "127.0.0.1"]])) as net:
        here.serve_json("/note", {"id": f"http://mixed.test:{here.port}/note"})
        document = await net.fetch(f"http://mixed.test:{here.port}/note", signer=None)
        assert document.uri == f"http://mixed.test:{here.port}/note"


def forget_names(net: object) -> None:
    """Let the connector's DNS cache expire now."""
    transport = net._exchange._wire._transport  # type: ignore[attr-defined]
    transport.client.connector.clear_dns_cache()
