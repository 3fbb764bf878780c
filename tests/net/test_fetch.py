"""fetch and get: whose word a document is, what failures mean, and what is not asked twice."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from aiohttp import web

from fedi.errors import (
    FetchError,
    RemoteGone,
    RemoteInvalid,
    RemoteMissing,
    RemoteRefused,
    Unreachable,
)
from fedi.net.client import NetSettings
from fedi.net.troubles import HostTrouble, NotAsked
from tests.net.servers import AP, LAB, Clock, check_signature, client, remote, signer

JRD = "application/jrd+json"


async def test_a_document_is_fetched_signed_and_says_who_it_is():
    async with remote() as here, client() as net:
        uri = here.serve_object("/note", content="hello")
        document = await net.fetch(uri + "#fragment", signer=signer())
        assert document.uri == uri
        assert document.data == {"id": uri, "type": "Note", "content": "hello"}
        request = here.requests[0]
        assert check_signature(request).key_id == signer().id
        assert request.headers["User-Agent"] == LAB.user_agent
        assert request.headers["Accept"] == (
            'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
        )
        assert request.headers["Accept-Encoding"] == "gzip"


async def test_a_fetch_for_nobody_is_not_signed():
    async with remote() as here, client() as net:
        await net.fetch(here.serve_object("/note"), signer=None)
        assert "Signature" not in here.requests[0].headers


async def test_the_id_may_be_a_fragment_of_the_address():
    async with remote() as here, client() as net:
        here.serve_json("/actor", {"id": here.url("/actor#me")})
        assert (await net.fetch(here.url("/actor"), signer=None)).uri == here.url("/actor#me")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/html", "application/ld+json", "image/png", "application/octet-stream", ""],
)
async def test_cve_2024_25623_an_uploaded_file_is_not_a_document(content_type: str):
    async with remote() as here, client() as net:
        here.serve_json("/media/1", {"id": here.url("/media/1")}, content_type=content_type)
        with pytest.raises(RemoteInvalid):
            await net.fetch(here.url("/media/1"), signer=None)


async def test_cve_2024_23832_a_document_with_an_id_on_another_host_is_refused_without_asking_there():
    async with remote() as victim, remote() as evil, client() as net:
        victim.serve_object("/users/bo")
        evil.serve_json("/users/bo", {"id": victim.url("/users/bo"), "publicKey": "evil"})
        with pytest.raises(RemoteInvalid, match="another host"):
            await net.fetch(evil.url("/users/bo"), signer=None)
        assert victim.requests == []


async def test_ghsa_2vxv_pv3m_3wvj_an_id_at_another_address_is_fetched_from_there_once():
    async with remote() as here, client() as net:
        here.serve_json("/@bo", {"id": here.url("/users/bo"), "name": "not this one"})
        uri = here.serve_object("/users/bo", name="this one")
        document = await net.fetch(here.url("/@bo"), signer=signer())
        assert (document.uri, document.data["name"]) == (uri, "this one")
        assert here.paths == ["/@bo", "/users/bo"]
        assert all(check_signature(request).key_id == signer().id for request in here.requests)


async def test_ghsa_2vxv_pv3m_3wvj_an_id_that_is_not_found_at_itself_is_refused():
    async with remote() as here, client() as net:
        here.serve_json("/1", {"id": here.url("/2")})
        here.serve_json("/2", {"id": here.url("/3")})
        here.serve_object("/3")
        with pytest.raises(RemoteInvalid, match="own id"):
            await net.fetch(here.url("/1"), signer=None)
        assert here.paths == ["/1", "/2"]


async def test_ghsa_5wxh_3p65_r4g6_an_id_that_redirects_is_not_found_at_itself():
    async with remote() as here, client() as net:
        here.serve_json("/1", {"id": here.url("/2")})
        here.serve_status("/2", 302, Location="/3")
        here.serve_json("/3", {"id": here.url("/2")})
        with pytest.raises(RemoteInvalid, match="own id"):
            await net.fetch(here.url("/1"), signer=None)


async def test_we_do_not_fetch_our_own_addresses_even_when_redirected_there():
    async with remote() as here, remote() as ours:
        settings = msgspec.structs.replace(LAB, own_authorities=frozenset({f"127.0.0.1:{ours.port}"}))
        ours.serve_object("/note")
        here.serve_status("/note", 302, Location=ours.url("/note"))
        async with client(settings) as net:
            for uri in (ours.url("/note"), here.url("/note")):
                with pytest.raises(RemoteInvalid, match="our own"):
                    await net.fetch(uri, signer=None)
        assert ours.requests == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (410, RemoteGone),
        (404, RemoteMissing),
        (401, RemoteRefused),
        (403, RemoteRefused),
        (429, Unreachable),
        (500, Unreachable),
        (503, Unreachable),
        (406, RemoteInvalid),
        (204, RemoteInvalid),
    ],
)
async def test_a_status_becomes_the_error_that_it_means(status: int, kind: type[FetchError]):
    async with remote() as here, client() as net:
        uri = here.serve_status("/note", status, Retry_After="120")
        with pytest.raises(kind) as caught:
            await net.fetch(uri, signer=None)
        if isinstance(caught.value, Unreachable):
            assert caught.value.retry_after == 120.0


async def test_a_tombstone_is_gone():
    async with remote() as here, client() as net:
        here.serve_json("/note", {"id": here.url("/note"), "type": "Tombstone"})
        with pytest.raises(RemoteGone):
            await net.fetch(here.url("/note"), signer=None)


async def test_a_burst_for_one_document_makes_one_request():
    async with remote() as here, client() as net:
        uri = here.serve_object("/note")
        documents = await asyncio.gather(*(net.fetch(uri, signer=signer()) for _ in range(50)))
        assert len(here.requests) == 1
        assert all(document == documents[0] for document in documents)
        await net.fetch(uri, signer=signer())
        assert len(here.requests) == 2  # flights are shared, answers are not kept


async def test_signers_do_not_share_what_they_may_see():
    async with remote() as here, client() as net:
        uri = here.serve_object("/note")
        await asyncio.gather(*(net.fetch(uri, signer=signer(name)) for name in ("ana", "bo") * 5))
        assert sorted(check_signature(request).key_id for request in here.requests) == [
            signer("ana").id,
            signer("bo").id,
        ]


async def test_a_caller_who_leaves_does_not_take_the_others_along():
    async with remote() as here, client() as net:
        asked, answer = asyncio.Event(), asyncio.Event()

        async def wait(_: web.BaseRequest) -> web.Response:
            asked.set()
            await answer.wait()
            return web.json_response({"id": here.url("/note")}, content_type=AP)

        here.answers["/note"] = wait
        leaver, stayer = (asyncio.create_task(net.fetch(here.url("/note"), signer=None)) for _ in range(2))
        await asked.wait()
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        answer.set()
        assert (await stayer).uri == here.url("/note")
        assert len(here.requests) == 1


async def test_closing_tells_those_who_wait():
    async with remote() as here:
        asked = asyncio.Event()

        async def never(_: web.BaseRequest) -> web.Response:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        here.answers["/note"] = never
        async with client() as net:
            waiting = asyncio.create_task(net.fetch(here.url("/note"), signer=None))
            await asked.wait()
        with pytest.raises(Unreachable, match="closing"):
            await waiting


async def test_what_failed_is_asked_again_only_after_a_while():
    clock = Clock()
    async with remote() as here, client(now=clock) as net:
        uri = here.serve_status("/note", 404)
        for _ in range(3):
            with pytest.raises(RemoteMissing):
                await net.fetch(uri, signer=None)
        assert len(here.requests) == 1
        here.serve_object("/note")
        with pytest.raises(RemoteMissing):
            await net.fetch(uri, signer=None)
        clock.pass_seconds(601)
        assert (await net.fetch(uri, signer=None)).uri == uri


async def test_fresh_asks_anyway_and_success_is_remembered_as_well():
    async with remote() as here, client() as net:
        uri = here.serve_status("/note", 410)
        with pytest.raises(RemoteGone):
            await net.fetch(uri, signer=None)
        here.serve_object("/note")
        assert (await net.fetch(uri, signer=None, fresh=True)).uri == uri
        assert (await net.fetch(uri, signer=None)).uri == uri


async def test_one_signer_being_refused_says_nothing_about_another():
    async with remote() as here, client() as net:
        uri = here.serve_status("/note", 403)
        with pytest.raises(RemoteRefused):
            await net.fetch(uri, signer=signer("ana"))
        here.serve_object("/note")
        assert (await net.fetch(uri, signer=signer("bo"))).uri == uri


async def test_a_dead_host_is_dialled_once_for_all_of_its_addresses():
    clock = Clock()
    async with remote() as here:
        dead = here.url("")
    async with client(now=clock) as net:
        with pytest.raises(HostTrouble):
            await net.fetch(f"{dead}/1", signer=None)
        with pytest.raises(NotAsked) as caught:
            await net.fetch(f"{dead}/2", signer=None)
        assert caught.value.retry_after == 60.0
        with pytest.raises(NotAsked):
            await net.get(f"{dead}/3", accept=JRD, content_types=[JRD])
        clock.pass_seconds(61)
        with pytest.raises(HostTrouble):
            await net.fetch(f"{dead}/2", signer=None)


async def test_a_dead_host_is_dialled_now_and_then_when_somebody_calls_from_there():
    clock = Clock()
    async with remote() as here:
        dead = here.url("")
    async with client(now=clock) as net:
        for called in (False, True):
            with pytest.raises(HostTrouble):
                await net.fetch(f"{dead}/1", signer=None, calling=called)
            with pytest.raises(NotAsked):
                await net.fetch(f"{dead}/2", signer=None)
        with pytest.raises(NotAsked):
            await net.fetch(f"{dead}/1", signer=None, calling=True)
        clock.pass_seconds(11)
        with pytest.raises(HostTrouble):
            await net.fetch(f"{dead}/1", signer=None, calling=True)


async def test_a_host_that_wants_us_to_wait_is_not_dialled_for_its_callers():
    async with remote() as here, client() as net:
        here.serve_status("/busy", 429, Retry_After="90")
        with pytest.raises(HostTrouble):
            await net.fetch(here.url("/busy"), signer=None)
        with pytest.raises(NotAsked):
            await net.fetch(here.serve_object("/note"), signer=None, calling=True)


async def test_a_429_silences_the_host_until_it_said():
    clock = Clock()
    async with remote() as here, client(now=clock) as net:
        here.serve_status("/busy", 429, Retry_After="90")
        uri = here.serve_object("/note")
        with pytest.raises(HostTrouble):
            await net.fetch(here.url("/busy"), signer=None)
        clock.pass_seconds(80)
        with pytest.raises(NotAsked):
            await net.fetch(uri, signer=None)
        clock.pass_seconds(11)
        assert (await net.fetch(uri, signer=None)).uri == uri


async def test_get_brings_what_is_asked_for_and_nothing_else():
    async with remote() as here, client() as net:
        here.serve_json("/.well-known/webfinger", {"subject": "acct:bo@b.test"}, content_type=f"{JRD}; x=y")
        url = here.url("/.well-known/webfinger?resource=acct:bo@b.test")
        answer = await net.get(url, accept=JRD, content_types=[JRD, "application/json"])
        assert (answer.url, answer.status) == (url, 200)
        assert answer.body == b'{"subject":"acct:bo@b.test"}'
        assert answer.headers["content-type"] == f"{JRD}; x=y"
        assert here.requests[0].headers["Accept"] == JRD
        with pytest.raises(RemoteInvalid):
            await net.get(url, accept=JRD, content_types=["application/xrd+xml"])
        with pytest.raises(RemoteMissing):
            await net.get(here.url("/nothing"), accept=JRD, content_types=[JRD])
        with pytest.raises(RemoteInvalid):
            await net.get(url, accept=JRD, content_types=[JRD], max_bytes=27)


async def test_gets_to_one_host_are_few_at_a_time_first_come_first_served():
    running = most = 0
    order: list[str] = []

    async def slow(request: web.BaseRequest) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        order.append(request.path)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1
        return web.json_response({"id": here.url(request.path)}, content_type=AP)

    settings = msgspec.structs.replace(LAB, gets_per_host=2)
    async with remote() as here, client(settings) as net:
        here.answers = {f"/{number:02}": slow for number in range(20)}
        await asyncio.gather(*(net.fetch(here.url(path), signer=None) for path in here.answers))
        assert most == 2
        # Two run side by side and may overtake each other, nothing more.
        assert all(abs(int(path[1:]) - place) <= 1 for place, path in enumerate(order))
        assert len(net._lanes) == 0


@pytest.mark.parametrize("change", [{"queued_per_host": 3}, {"queue_seconds": 0.01}])
async def test_a_host_that_holds_everything_up_costs_only_its_own_callers(change: dict[str, float]):
    go_on = asyncio.Event()

    async def stuck(request: web.BaseRequest) -> web.Response:
        await go_on.wait()
        return web.json_response({"id": slow.url(request.path)}, content_type=AP)

    settings: NetSettings = msgspec.structs.replace(LAB, gets_per_host=1, **change)
    async with remote() as slow, remote() as quick, client(settings) as net:
        slow.answers = {f"/{number}": stuck for number in range(10)}
        uri = quick.serve_object("/note")
        waiting = [asyncio.create_task(net.fetch(slow.url(path), signer=None)) for path in slow.answers]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert all(isinstance(task.exception(), NotAsked) for task in done)
        assert (await net.fetch(uri, signer=None)).uri == uri
        go_on.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        turned_away = [result for result in results if isinstance(result, NotAsked)]
        assert 1 <= len(turned_away) <= 9
        assert len(slow.requests) == 10 - len(turned_away)
        # Being turned away by ourselves is not held against the document.
        last = slow.url(
            next(path for path, result in zip(slow.answers, results, strict=True) if result in turned_away)
        )
        assert (await net.fetch(last, signer=None)).uri == last
