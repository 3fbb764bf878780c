"""Redirects: few, each checked and signed like a first request."""

from __future__ import annotations

import pytest

from fedi.errors import AddressRefused, RemoteInvalid
from tests.net.servers import LAB, Names, check_signature, client, remote, signer


async def test_each_hop_is_signed_for_itself():
    async with remote() as first, remote() as second, client() as net:
        uri = second.serve_object("/note?at=2")
        second.serve_json("/note", {"id": uri})
        second.serve_status("/moved", 307, Location="/note?at=2")
        first.serve_status("/note", 301, Location=second.url("/moved"))
        assert (await net.fetch(first.url("/note"), signer=signer())).uri == uri
        requests = first.requests + second.requests
        assert [request.raw_path for request in requests] == ["/note", "/moved", "/note?at=2"]
        assert len({request.headers["Signature"] for request in requests}) == 3
        for request in requests:
            assert check_signature(request).key_id == signer().id
        assert second.requests[0].headers["Host"] == f"127.0.0.1:{second.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_cve_2025_23221_at_most_three_redirects_and_no_endless_loop(status: int):
    async with remote() as here, client() as net:
        for number in range(4):
            here.serve_status(f"/{number}", status, Location=f"/{number + 1}")
        here.serve_object("/4")
        here.serve_status("/loop", status, Location="/loop")
        with pytest.raises(RemoteInvalid, match="3 redirects"):
            await net.fetch(here.url("/0"), signer=None)
        assert here.paths == ["/0", "/1", "/2", "/3"]
        assert (await net.fetch(here.url("/4"), signer=None)).uri == here.url("/4")
        with pytest.raises(RemoteInvalid, match="3 redirects"):
            await net.fetch(here.url("/loop"), signer=None)
        assert here.paths.count("/loop") == 4


async def test_three_redirects_are_followed():
    async with remote() as here, client() as net:
        for number in range(3):
            here.serve_status(f"/{number}", 302, Location=f"/{number + 1}")
        uri = here.serve_object("/3")
        assert (await net.fetch(here.url("/0"), signer=None)).uri == uri


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://user:secret@127.0.0.1/",
        "http://private.test/",
        "http://hidden.onion/",
        "http://127.1/",
        "http://localtest:22/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
    ],
)
async def test_ghsa_xx55_4rrg_8xg6_a_redirect_to_a_private_address_is_refused(location: str):
    names = Names(private_test=[["10.0.0.1"]], localtest=[["10.0.0.1"]])
    async with remote() as here, client(names=names) as net:
        here.serve_status("/note", 302, Location=location)
        with pytest.raises(AddressRefused):
            await net.fetch(here.url("/note"), signer=signer())
        with pytest.raises(AddressRefused):
            await net.get(here.url("/note"), accept="*/*", content_types=["text/plain"])


async def test_cve_2024_23832_a_redirect_does_not_lend_its_name():
    """The open redirect of a trusted host leads to a document that claims to be the trusted host's."""
    async with remote() as victim, remote() as evil, client() as net:
        victim.serve_status("/redirect", 302, Location=evil.url("/users/bo"))
        evil.serve_json("/users/bo", {"id": victim.url("/redirect")})
        with pytest.raises(RemoteInvalid, match="another host"):
            await net.fetch(victim.url("/redirect"), signer=None)


async def test_a_redirect_to_nowhere_is_invalid():
    async with remote() as here, client() as net:
        here.serve_status("/note", 302)
        with pytest.raises(RemoteInvalid, match="nowhere"):
            await net.fetch(here.url("/note"), signer=None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_post_is_not_redirected(status: int):
    async with remote() as here, remote() as other, client() as net:
        inbox = here.serve_status("/inbox", status, Location=other.url("/inbox"))
        reply = await net.post(inbox, b"{}", signer=signer())
        assert reply.status == status
        assert len(here.requests) == 1
        assert other.requests == []
        assert LAB.max_redirects == 3
