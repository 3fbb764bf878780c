"""post, and double knocking on the wire."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from fedi.errors import AddressRefused, BadSignature, RemoteRefused, Unreachable
from fedi.net.troubles import NotAsked
from tests.net.servers import PUBLIC, Clock, Remote, check_signature, client, raw_remote, remote, signer

BODY = b'{"type": "Follow"}'


def understand_only(here: Remote, path: str, scheme: str, refusal: int) -> str:
    """Answer 202 to one signature scheme, and `refusal` to the other."""

    async def handler(request: web.BaseRequest) -> web.Response:
        claim = check_signature(request, here.bodies[-1])
        return web.Response(status=202 if claim.scheme == scheme else refusal, text=claim.scheme)

    here.answers[path] = handler
    return here.url(path)


def schemes(here: Remote) -> list[str]:
    return ["rfc9421" if "Signature-Input" in request.headers else "cavage" for request in here.requests]


async def test_an_activity_is_posted_signed_with_its_digest_and_type():
    async with remote() as here, client() as net:
        inbox = understand_only(here, "/inbox", "cavage", 401)
        headers = {"Collection-Synchronization": 'digest="00"'}
        reply = await net.post(inbox, BODY, signer=signer(), headers=headers)
        assert (reply.status, reply.retry_after, reply.detail) == (202, None, "cavage")
        request = here.requests[0]
        assert here.bodies == [BODY]
        assert request.method == "POST"
        assert request.headers["Content-Type"] == "application/activity+json"
        assert request.headers["Collection-Synchronization"] == 'digest="00"'
        assert request.headers["Digest"].startswith("SHA-256=")
        assert {"digest", "date", "host", "content-type"} <= set(check_signature(request, BODY).covered)


@pytest.mark.parametrize("refusal", [400, 401, 403])
async def test_a_second_knock_in_the_other_scheme_is_remembered(refusal: int):
    clock = Clock()
    async with remote() as here, client(now=clock) as net:
        inbox = understand_only(here, "/inbox", "rfc9421", refusal)
        for _ in range(3):
            assert (await net.post(inbox, BODY, signer=signer())).status == 202
        assert schemes(here) == ["cavage", "rfc9421", "rfc9421", "rfc9421"]
        assert here.bodies == [BODY] * 4
        here.requests.clear()
        understand_only(here, "/inbox", "cavage", refusal)
        for _ in range(2):
            assert (await net.post(inbox, BODY, signer=signer())).status == 202
        assert schemes(here) == ["rfc9421", "cavage", "cavage"]


@pytest.mark.parametrize("status", [202, 200, 404, 405, 410, 413, 429, 500, 503])
async def test_other_answers_are_not_knocked_at_again(status: int):
    async with remote() as here, client() as net:
        inbox = here.serve_status("/inbox", status, Retry_After="7")
        reply = await net.post(inbox, BODY, signer=signer())
        assert (reply.status, reply.retry_after, reply.detail) == (status, 7.0, "because")
        assert len(here.requests) == 1


async def test_if_no_knock_helps_the_first_answer_counts():
    async with remote() as here, client() as net:

        async def handler(request: web.BaseRequest) -> web.Response:
            if "Signature-Input" in request.headers:
                return web.Response(status=400, text="what is this?")
            return web.Response(status=401, text="not now")

        here.answers["/inbox"] = handler
        reply = await net.post(here.url("/inbox"), BODY, signer=signer())
        assert (reply.status, reply.detail) == (401, "not now")
        assert schemes(here) == ["cavage", "rfc9421"]


async def test_a_get_is_signed_without_its_query_if_the_server_leaves_it_out():
    async with remote() as here, client() as net:

        async def handler(request: web.BaseRequest) -> web.Response:
            bare = request.clone(rel_url="/outbox")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(type(bare), "raw_path", "/outbox")
                try:
                    check_signature(bare)
                except BadSignature:
                    return web.Response(status=401)
            return web.json_response(
                {"id": here.url("/outbox?page=1")}, content_type="application/activity+json"
            )

        here.answers["/outbox"] = handler
        for _ in range(2):
            assert (await net.fetch(here.url("/outbox?page=1"), signer=signer())).data
        assert len(here.requests) == 3
        assert schemes(here) == ["cavage"] * 3


async def test_one_get_never_makes_more_than_three_requests_to_be_let_in():
    async with remote() as here, client() as net:
        uri = here.serve_status("/outbox", 401) + "?page=1"
        with pytest.raises(RemoteRefused):
            await net.fetch(uri, signer=signer())
        assert schemes(here) == ["cavage", "cavage", "rfc9421"]


async def test_the_detail_of_a_reply_is_short_and_printable():
    async with remote() as here, client() as net:
        text = "\x1b[31mred\r\n\x00" + "é" * 5000
        here.serve("/inbox", lambda: web.Response(status=422, text=text))
        reply = await net.post(here.url("/inbox"), BODY, signer=signer())
        assert reply.status == 422
        assert reply.detail.startswith(" [31mred") or reply.detail.startswith("[31mred")
        assert len(reply.detail) <= 300
        assert reply.detail.isprintable()


async def test_a_status_counts_even_if_its_body_breaks_off():
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()

    async with raw_remote(answer) as origin, client() as net:
        assert (await net.post(f"{origin}/inbox", BODY, signer=signer())).status == 202


async def test_a_connection_closed_while_it_was_kept_is_replaced():
    """A server that closes idle connections as we use one again: the activity is sent once more."""
    async with remote() as here, client() as net:
        accepted: list[int] = []

        async def handler(request: web.BaseRequest) -> web.Response:
            assert request.transport is not None
            accepted.append(id(request.transport))
            if len(accepted) == 2:
                request.transport.close()
            return web.Response(status=202)

        here.answers["/inbox"] = handler
        for _ in range(2):
            assert (await net.post(here.url("/inbox"), BODY, signer=signer())).status == 202
        assert len(accepted) == 3


async def test_trouble_without_an_answer_is_unreachable_and_known_to_fetch():
    async with remote() as here:
        dead = here.origin
    async with client() as net:
        for _ in range(2):  # deliveries have their own back-off: they always try
            with pytest.raises(Unreachable) as caught:
                await net.post(f"{dead}/inbox", BODY, signer=signer())
            assert not isinstance(caught.value, NotAsked)
        with pytest.raises(NotAsked):
            await net.fetch(f"{dead}/note", signer=None)


async def test_ghsa_vwhj_3g83_v276_an_inbox_at_a_private_address_is_refused():
    async with client(PUBLIC) as net:
        for inbox in ("https://127.0.0.1/inbox", "https://localhost/inbox", "http://b.test/inbox"):
            with pytest.raises(AddressRefused):
                await net.post(inbox, BODY, signer=signer())
