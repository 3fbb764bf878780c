"""What strangers send is bounded: in time, in size, in number, and in whom it can hurt."""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest
from aiohttp import web

from fedi.activitypub import codec, types
from fedi.errors import Unreachable
from fedi.inbox.accepting import Acceptor
from fedi.inbox.readings import Readings
from fedi.model.sanitizing import clean, plain
from fedi.net.documents import is_activitypub
from fedi.net.failures import Failures
from fedi.net.troubles import HostTrouble
from fedi.store.received import Arrival
from fedi.webfinger.asking import template_in
from tests.advisories.scenes import comes, count, follows, known, post
from tests.builders import make_person
from tests.net.servers import LAB, client, remote
from tests.peer import World


async def test_cve_2023_36461_redirects_do_not_start_the_deadline_anew() -> None:
    """Mastodon had a time-out for each read, and none for the whole: a slow answer held a worker for ever."""
    settings = msgspec.structs.replace(LAB, total_seconds=0.3, read_seconds=5.0)
    never = asyncio.Event()
    async with remote() as here, client(settings) as net:

        async def slow(request: web.BaseRequest) -> web.StreamResponse:
            await asyncio.sleep(0.2)
            return web.Response(status=302, headers={"Location": here.url("/b")})

        async def silent(request: web.BaseRequest) -> web.StreamResponse:
            await never.wait()
            return web.Response()

        here.answers.update({"/a": slow, "/b": silent})
        with pytest.raises(Unreachable, match=r"longer than 0\.3 s"):
            await net.fetch(here.url("/a"), signer=None)
        never.set()


@pytest.mark.parametrize(
    "text",
    [
        "<Link " + "rel='lrdd' " * 9_000,
        "<Link " * 60_000,
        "<a" + ' a="b"' * 60_000 + " ",
        "<h1 " * 60_000,
        "</p>" + " " * 100_000 + "<",
        "<script <" * 40_000,
        "application/activity+json" + "; a" * 60_000 + "=",
        'application/ld+json; profile="' + "\\" * 100_000,
    ],
)
async def test_cve_2025_68475_no_expression_goes_back_and_forth_over_a_strangers_text(text: str) -> None:
    """Fedify: 170 bytes of HTML held its event loop for 14 seconds. With such an expression this never ends."""
    assert template_in(text[:65_536]) is None
    assert not is_activitypub(text)
    clean(text)
    plain(text)


def test_cve_2026_69132_what_is_remembered_of_troubled_hosts_is_bounded() -> None:
    """Fedify kept a state for each host that failed, for good; names are free."""
    failures = Failures(lambda: 0.0)
    for number in range(30_000):
        failures.note_host(HostTrouble("no route", authority=f"h{number}.evil.test"))
    assert len(failures._hosts) <= 20_000


async def test_ghsa_gg8q_rcg7_p79g_an_actor_is_kept_within_limits(world: World) -> None:
    """Mastodon had forgotten limits on some of what other servers send."""
    eve = world.peer("evil.test").person("eve")
    document = codec.render(eve.actor())
    document["name"] = "n" * 50_000
    document["summary"] = "s" * 200_000
    document["alsoKnownAs"] = [f"https://evil.test/{number}" for number in range(3_000)]
    document["attachment"] = [{"type": "PropertyValue", "name": "k" * 9_000, "value": "v" * 9_000}] * 500
    emoji = {"type": "Emoji", "icon": {"type": "Image", "url": "https://evil.test/e.png"}}
    document["tag"] = [{**emoji, "name": f":e{number}:"} for number in range(900)]
    document["tag"] += [{**emoji, "name": ":<b>bold</b>:"}]
    eve.peer.documents[eve.uri] = document
    account = await known(world, eve)
    assert len(account.name) <= 2_048
    assert len(account.summary) <= 20_000
    assert len(account.also_known_as) <= 256
    assert len(account.fields) <= 50
    assert max(len(field.value) for field in account.fields) <= 2_047
    assert 0 < len(account.emojis) <= 64
    assert all(emoji.shortcode.isalnum() for emoji in account.emojis)


async def test_a_post_to_a_thousand_people_tells_a_hundred(world: World) -> None:
    people = [await make_person(world.store, f"p{number}") for number in range(3)]
    eve = world.peer("evil.test").person("eve")
    await follows(world, people[0], eve)
    nobody = [f"https://a.test/ap/users/{number}" for number in range(1, 1_000)]
    tags = tuple(types.Mention(href=uri) for uri in [people[1].uri, *nobody, people[2].uri])
    note = eve.note(tags=tags, cc=(*nobody, people[2].uri))
    assert await comes(world, eve, eve.create(note)) == 202
    assert await count(world, "mentions") == 1
    assert await count(world, "notifications") == 1


async def test_an_id_longer_than_an_index_takes_is_refused(world: World) -> None:
    """2,048 characters may be 8,192 bytes: PostgreSQL would refuse the row, and with it all that came along."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    letters = random.Random(1).choices([chr(code) for code in range(0x20000, 0x2A000)], k=1_900)
    follow = types.Follow(id=f"{eve.uri}/{''.join(letters)}", actor=eve.uri, object=ana.uri)
    assert await comes(world, eve, follow) == 400
    assert await comes(world, eve, types.Follow(id=eve.new_id(), actor=eve.uri, object=ana.uri)) == 202


async def test_what_one_sender_makes_the_database_refuse_fails_alone(world: World) -> None:
    bo = await known(world, world.peer("b.test").person("bo"))
    acceptor = Acceptor(world.store)
    good = [Arrival(f"https://b.test/{number}", bo.id, None, b"{}") for number in range(3)]
    bad = Arrival("https://evil.test/1", 404, None, b"{}")  # an actor that is not there
    arrivals = [good[0], bad, *good[1:]]
    results = await asyncio.gather(*map(acceptor.accept, arrivals), return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [False, True, False, False]
    assert await count(world, "received") == 3


def test_readings_of_large_bodies_do_not_fill_the_memory() -> None:
    readings = Readings()
    for number in range(500):
        uri = f"https://evil.test/{number}"
        readings.put(uri, types.Delete(id=uri, actor="https://evil.test/eve", object=uri), 1_000_000)
    assert len(readings._kept) <= 8


@pytest.mark.parametrize("year", ["0001", "1969", "9999"])
async def test_times_at_the_ends_of_the_calendar_are_taken_for_the_nearest(world: World, year: str) -> None:
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    await follows(world, ana, eve)
    note = eve.note()
    document = codec.render(eve.create(note))
    document["object"]["published"] = document["object"]["updated"] = f"{year}-12-31T23:59:59Z"
    assert await comes(world, eve, document) == 202
    kept = await post(world, note.id)
    assert kept is not None
    assert kept.id >= 0
    assert 0 <= kept.created_at <= world.store.clock()


async def test_section_13_a_body_of_64_kib_is_taken(world: World) -> None:
    """As much as Misskey takes, and what others may send: with text that is not ASCII."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    await follows(world, ana, bo)
    note = bo.note("<p>" + "ü" * 32_000 + "</p>")
    assert len(codec.dumps(codec.render(bo.create(note)))) > 64_000
    assert await comes(world, bo, bo.create(note)) == 202
    kept = await post(world, note.id)
    assert kept is not None
    assert kept.content.count("ü") == 32_000
