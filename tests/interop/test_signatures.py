"""HTTP signatures between fedi and Fedify, and what happens without good ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.interop.harness.eventually import eventually
from tests.interop.harness.fedify import CAVAGE, RFC9421, fedify_server
from tests.interop.harness.nginx import tls_sites
from tests.interop.harness.person import Person
from tests.interop.harness.tls import Authority
from tests.interop.member import Member
from tests.interop.ours import fedi_server
from tests.interop.pair import Pair, like


@pytest.mark.parametrize("spec", [RFC9421, CAVAGE])
@pytest.mark.parametrize("path", ["own", "shared"])
async def test_both_signatures_open_our_inboxes(
    pair: Pair, ana: Member, bo: Person, spec: str, path: str
) -> None:
    post = await ana.post("to be liked")
    inbox = f"{ana.uri}/inbox" if path == "own" else f"{pair.ours.site.origin}/inbox"
    assert (await bo.raw(inbox, document=like(bo, post["uri"], "1"), spec=spec))["status"] == 202
    big = pair.theirs.person("max")  # whose RSA key has the 4096 bits of all keys that Fedify makes
    assert (await big.raw(inbox, document=like(big, post["uri"], f"{spec}{path}"), spec=spec))[
        "status"
    ] == 202

    async def liked() -> bool:
        found = await ana.get(f"/api/v1/statuses/{post['id']}")
        return bool(found["favourites_count"] == 2)

    await eventually(liked)
    await pair.check()


async def test_fedify_knocks_as_it_is_set_up_to_and_we_in_the_older_way(
    pair: Pair, ana: Member, bo: Person
) -> None:
    await pair.befriend(ana, bo)
    # The first that it ever signed for us. Later it keeps to what was answered well, or tries the other way.
    first = next(each.signature for each in await pair.theirs.sent() if each.signature != "none")
    assert first == ("rfc9421" if pair.theirs.site.ca_file else "cavage")
    assert {each.signature for each in await pair.deliveries()} == {"cavage"}
    await pair.check()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> AsyncIterator[Pair]:
    """Two servers over TLS that show nothing to who does not sign; the stranger's reads RFC 9421 alone."""
    folder = tmp_path_factory.mktemp("strict")
    async with (
        tls_sites(folder, authority, 2) as (here, there),
        fedify_server(there, folder, people=["bo"], secure=True, only_rfc9421=True) as theirs,
        fedi_server(here, folder, secure=True) as ours,
    ):
        yield Pair(ours, theirs)


async def test_servers_in_secure_mode_understand_each_other(strict: Pair) -> None:
    """Our second knock is RFC 9421. Fedify's, for keys, is the older one: it signs a fragment in @target-uri."""
    ana, bo = strict.ours.member("ana"), strict.theirs.person("bo")
    assert (await strict.ours.document(ana.uri)).status_code == 401
    assert (await strict.ours.document(f"{strict.ours.site.origin}/actor")).status_code == 200
    await strict.befriend(ana, bo)
    first = await ana.post("behind two doors")
    await strict.arrived_there(first["uri"])
    note = await bo.post("behind two doors as well", in_reply_to=first["uri"])
    assert (await strict.arrived_here(ana, note))["in_reply_to_id"] == first["id"]

    knocks = [(each.signature, each.verified, each.status) for each in await strict.deliveries()]
    assert ("rfc9421", True, 202) in knocks
    assert {knock for knock in knocks if knock[0] == "rfc9421"} == {("rfc9421", True, 202)}
    # What worked is remembered: no more than a first knock of each kind of request was in vain.
    assert [knock[0] for knock in knocks].count("cavage") <= 1
    gets = [
        each
        for each in await strict.theirs.wire()
        if each.method == "GET" and each.path == f"/users/{bo.name}"
    ]
    assert ("rfc9421", True, 200) in [(each.signature, each.verified, each.status) for each in gets]

    refused = [each for each in await strict.theirs.sent() if each.status == 401]
    assert refused
    assert all(urlsplit(each.url).fragment and each.signature == "rfc9421" for each in refused)
    eve = await strict.newcomer("eve")
    assert (await eve.raw(first["uri"], method="GET"))["status"] == 200
    assert (await eve.raw(first["uri"], method="GET", spec=CAVAGE))["status"] == 200
    assert (await strict.ours.document(first["uri"])).status_code == 401


async def test_nobody_acts_for_another(strict: Pair) -> None:
    ana, bo = strict.ours.member("ana"), strict.theirs.person("bo")
    eve = await strict.newcomer("eve")
    post = await ana.post("not to be liked")
    inbox = f"{ana.uri}/inbox"
    for spec in (RFC9421, CAVAGE):
        forged = await eve.raw(inbox, document=like(bo, post["uri"], f"forged-{spec}"), spec=spec)
        assert forged["status"] == 401
    async with httpx.AsyncClient(verify=strict.ours.tls) as client:
        headers = {"Content-Type": "application/activity+json"}
        unsigned = await client.post(inbox, json=like(bo, post["uri"], "unsigned"), headers=headers)
    assert unsigned.status_code == 401
    honest = await bo.raw(inbox, document=like(bo, post["uri"], "honest"))
    assert honest["status"] == 202

    async def liked() -> bool:
        found = await ana.get(f"/api/v1/statuses/{post['id']}")
        return bool(found["favourites_count"])

    await eventually(liked)
    likers = await ana.get(f"/api/v1/statuses/{post['id']}/favourited_by")
    assert [account["uri"] for account in likers] == [bo.uri]
