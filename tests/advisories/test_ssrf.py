"""Nobody makes us ask inside our own network. The table of addresses is tested in tests/net/test_guard.py."""

from __future__ import annotations

import pytest

from fedi.errors import AddressRefused
from tests.net.servers import LAB, PUBLIC, Names, client, remote, signer

METADATA = "http://169.254.169.254/latest/meta-data"


@pytest.mark.parametrize("address", ["0.0.0.0", "0.1.2.3", "::", "255.255.255.255"])
async def test_cve_2026_33693_a_name_for_the_unspecified_address_is_not_dialled(address: str) -> None:
    """Lemmy: 0.0.0.0 had been forgotten, and is this machine."""
    async with remote("127.0.0.1") as here, client(PUBLIC, names=Names(evil_test=[[address]])) as net:
        with pytest.raises(AddressRefused):
            await net.fetch("https://evil.test/note", signer=None)
        with pytest.raises(AddressRefused):
            await net.post("https://evil.test/inbox", b"{}", signer=signer())
        assert here.requests == []


@pytest.mark.parametrize("location", [METADATA, "http://[::1]/", "http://inside.test/"])
async def test_cve_2026_77632_a_signed_request_is_not_redirected_inside(location: str) -> None:
    """Fedify checked the address that it was given, and not where its signed request was sent on to."""
    async with remote() as here, client(LAB, names=Names(inside_test=[["10.0.0.1"]])) as net:
        note = here.serve_status("/note", 302, Location=location)
        with pytest.raises(AddressRefused):
            await net.fetch(note, signer=signer())
        assert here.paths == ["/note"]
        assert "Signature" in here.requests[0].headers


@pytest.mark.parametrize(
    "url", [METADATA, "https://inside.test/nodeinfo/2.0", "https://localhost/", "file:///etc/passwd"]
)
async def test_cve_2026_62857_links_in_discovery_documents_are_checked_like_all_others(url: str) -> None:
    """Fedify followed the link of a NodeInfo document unchecked. Whatever is asked for goes by the same guard."""
    names = Names(inside_test=[["10.0.0.1"]], localhost=[["127.0.0.1"]])
    async with client(PUBLIC, names=names) as net:
        with pytest.raises(AddressRefused):
            await net.get(url, accept="application/json", content_types=["application/json"])
