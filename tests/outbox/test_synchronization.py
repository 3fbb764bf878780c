"""FEP-8fcf on both ends: the header, and what a difference leads to."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fedi.activitypub.collection_digests import digest_of
from fedi.activitypub.keys import SigningKey
from fedi.errors import RemoteInvalid, RemoteMissing
from fedi.model.people import Account
from fedi.net.values import Document
from fedi.outbox.synchronization import check, read_header, run
from fedi.store.follows import ASKED, FOLLOWING
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.outbox.lab import services_of, waiting

URL = "https://b.test/users/bo/followers_synchronization"


class Lists:
    """A way out that only knows collections."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []

    def listing(self, *uris: str, url: str = URL, **more: object) -> Lists:
        items = {"type": "OrderedCollection", "id": url, "orderedItems": list(uris), **more}
        self.documents[url] = {"@context": "https://www.w3.org/ns/activitystreams", **items}
        return self

    async def fetch(self, uri: str, *, signer: SigningKey, fresh: bool = False) -> Document:
        self.asked.append((uri, signer.id))
        if uri not in self.documents:
            raise RemoteMissing(uri)
        return Document(uri, self.documents[uri])


def header(bo: Account, digest: bytes, url: str = URL) -> str:
    return f'collectionId="{bo.followers_uri}", url="{url}", digest="{digest.hex()}"'


async def follow(store: Store, follower: Account, followee: Account, state: str = FOLLOWING) -> None:
    async with store.write() as tx:
        await tx.follows.add(follower.id, followee.id, state=state, uri=f"{follower.uri}#follow")


async def state_of(store: Store, follower: Account, followee: Account) -> str | None:
    async with store.read() as tx:
        found = await tx.follows.between(follower.id, followee.id)
    return found.state if found else None


async def sent(store: Store) -> list[tuple[str, str]]:
    """(type, actor) of what was published."""
    async with store.read() as tx:
        rows = await tx.db.rows("SELECT document FROM activities ORDER BY id")
    documents = [orjson.loads(row["document"]) for row in rows]
    return [(document["type"], document["actor"]) for document in documents]


async def test_the_same_digest_asks_nothing(store: Store):
    ana, bo, net = await make_person(store), await make_stranger(store), Lists()
    await follow(store, ana, bo)
    await check(services_of(store, net), bo, header(bo, digest_of([ana.uri])))
    assert net.asked == []


async def test_a_follower_whom_the_other_server_does_not_count_is_none(store: Store):
    ana, eva = await make_person(store, "ana"), await make_person(store, "eva")
    bo = await make_stranger(store)
    for person in (ana, eva):
        await follow(store, person, bo)
    net = Lists().listing(eva.uri)
    payload = {"actor_id": bo.id, "header": header(bo, digest_of([eva.uri])), "job_id": 1}
    await run(services_of(store, net), payload)
    assert net.asked == [(URL, "https://a.test/actor#main-key")]
    assert await state_of(store, ana, bo) is None
    assert await state_of(store, eva, bo) == FOLLOWING
    assert await sent(store) == [("Undo", ana.uri)]
    assert [inbox for _, inbox in await waiting(store)] == [bo.inbox]


async def test_a_follower_whom_only_the_other_server_counts(store: Store):
    """One whose Accept got lost follows from now on; one who never asked takes it back."""
    ana, eva = await make_person(store, "ana"), await make_person(store, "eva")
    bo = await make_stranger(store)
    await follow(store, ana, bo, ASKED)
    net = Lists().listing(ana.uri, eva.uri)
    await check(services_of(store, net), bo, header(bo, digest_of([ana.uri, eva.uri])))
    assert await state_of(store, ana, bo) == FOLLOWING
    assert await state_of(store, eva, bo) is None
    assert await sent(store) == [("Undo", eva.uri)]


async def test_a_list_of_several_pages(store: Store):
    ana, eva = await make_person(store, "ana"), await make_person(store, "eva")
    bo = await make_stranger(store)
    net = Lists().listing(first=f"{URL}?page=1")
    net.listing(ana.uri, url=f"{URL}?page=1", next=f"{URL}?page=2").listing(eva.uri, url=f"{URL}?page=2")
    for person in (ana, eva):
        await follow(store, person, bo, ASKED)
    await check(services_of(store, net), bo, header(bo, digest_of([ana.uri, eva.uri])))
    assert [await state_of(store, person, bo) for person in (ana, eva)] == [FOLLOWING, FOLLOWING]


async def test_a_list_without_the_promised_digest_changes_nothing(store: Store):
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    await check(services_of(store, Lists().listing()), bo, header(bo, digest_of(["https://a.test/else"])))
    assert await state_of(store, ana, bo) == FOLLOWING
    assert await sent(store) == []


async def test_a_list_of_strangers_changes_nothing(store: Store):
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    elsewhere = "https://c.test/users/eve"
    await check(services_of(store, Lists().listing(elsewhere)), bo, header(bo, digest_of([elsewhere])))
    assert await state_of(store, ana, bo) == FOLLOWING


async def test_a_server_that_refuses_the_list_changes_nothing(store: Store):
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    net = Lists()
    await check(services_of(store, net), bo, header(bo, digest_of([])))
    assert (len(net.asked), await state_of(store, ana, bo)) == (1, FOLLOWING)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        'collectionId="https://b.test/users/eve/followers", url="{url}", digest="{digest}"',
        'collectionId="{followers}", url="https://c.test/list", digest="{digest}"',
        'collectionId="{followers}", url="{url}", digest="00"',
        'collectionId="{followers}", url="{url}"',
        'collectionId="{followers}", url="{url}", digest="{digest}", padding="' + "x" * 5000 + '"',
    ],
)
async def test_a_header_that_is_not_about_its_sender_is_ignored(store: Store, given: str):
    bo, net = await make_stranger(store), Lists()
    values = {"url": URL, "digest": digest_of([]).hex(), "followers": bo.followers_uri or ""}
    text = given.format(**values) if "{" in given else given
    assert read_header(text, bo) is None
    await check(services_of(store, net), bo, text)
    assert net.asked == []


async def test_pages_elsewhere_or_in_a_circle_are_refused(store: Store):
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    for following in (URL, "https://c.test/page"):
        net = Lists().listing(ana.uri, next=following)
        with pytest.raises(RemoteInvalid, match="pages elsewhere, or in a circle"):
            await check(services_of(store, net), bo, header(bo, digest_of(["https://a.test/x"])))
        assert len(net.asked) == 1
