"""Timelines: who sees what, page by page, in a fixed number of statements."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from fedi.model.cards import Card
from fedi.model.people import Account
from fedi.model.posts import Attachment, Post
from fedi.store.store import Store
from tests.api.conftest import Api, Counting
from tests.builders import build_post, make_person, make_stranger


async def publish(api: Api, author: Account, content: str = "<p>x</p>", **values: Any) -> Post:
    async with api.store.write() as tx:
        post = build_post(tx, author, content, **values)
        await tx.posts.add(post)
        await tx.timelines.push(post.id, author)
    return post


def ids(entities: list[dict[str, Any]]) -> list[int]:
    return [int(entity["id"]) for entity in entities]


@pytest.mark.operation("GET /api/v1/timelines/home")
async def test_home_shows_what_was_pushed_newest_first(api: Api) -> None:
    ana, hers = await api.member("ana")
    far, other = await make_stranger(api.store), await make_stranger(api.store, "di")
    await api.follow(ana, far)
    first, own = await publish(api, far), await publish(api, ana)
    await publish(api, other)
    boosted = await publish(api, other)
    boost = await publish(api, far, boost_of_id=boosted.id)
    page = await hers.get("/api/v1/timelines/home")
    assert ids(page) == [boost.id, own.id, first.id]
    assert page[0]["reblog"]["id"] == str(boosted.id)
    assert page[0]["account"]["acct"] == "bo@b.test"
    assert page[0]["reblog"]["account"]["acct"] == "di@b.test"
    assert page[1]["account"]["acct"] == "ana"


async def test_posts_of_pulled_authors_are_merged_when_read(api: Api) -> None:
    ana, hers = await api.member("ana")
    star = await make_person(api.store, "star", pulled=True)
    far = await make_stranger(api.store)
    await api.follow(ana, star)
    await api.follow(ana, far)
    posts = [await publish(api, one) for one in (star, far, star, far, star)]
    await publish(api, star, visibility="direct")
    await publish(api, star, in_reply_to_uri="https://c.test/1")
    assert ids(await hers.get("/api/v1/timelines/home")) == [post.id for post in reversed(posts)]
    page = await hers.get(f"/api/v1/timelines/home?min_id={posts[0].id}&limit=2")
    assert ids(page) == [posts[2].id, posts[1].id]


async def test_pages_lead_to_each_other(api: Api) -> None:
    ana, hers = await api.member("ana")
    posts = [(await publish(api, ana)).id for _ in range(5)]
    reply = await hers.ask("GET", "/api/v1/timelines/home?limit=2&max_id=&exclude=1")
    assert ids(reply.json) == [posts[4], posts[3]]
    assert reply.headers["Link"] == (
        f'<https://a.test/api/v1/timelines/home?limit=2&exclude=1&max_id={posts[3]}>; rel="next", '
        f'<https://a.test/api/v1/timelines/home?limit=2&exclude=1&min_id={posts[4]}>; rel="prev"'
    )
    assert ids(await hers.get(f"/api/v1/timelines/home?limit=2&max_id={posts[3]}")) == [posts[2], posts[1]]
    assert ids(await hers.get(f"/api/v1/timelines/home?limit=2&min_id={posts[1]}")) == [posts[3], posts[2]]
    assert ids(await hers.get(f"/api/v1/timelines/home?limit=2&since_id={posts[1]}")) == [posts[4], posts[3]]
    empty = await hers.ask("GET", f"/api/v1/timelines/home?max_id={posts[0]}")
    assert (empty.json, "Link" in empty.headers) == ([], False)


async def test_several_boosts_of_a_post_are_one_entry(api: Api) -> None:
    ana, hers = await api.member("ana")
    far, other = await make_stranger(api.store), await make_stranger(api.store, "di")
    await api.follow(ana, far)
    await api.follow(ana, other)
    original = await publish(api, await make_stranger(api.store, "cy"))
    await publish(api, far, boost_of_id=original.id)
    latest = await publish(api, other, boost_of_id=original.id)
    assert ids(await hers.get("/api/v1/timelines/home")) == [latest.id]


@pytest.mark.parametrize("change", ["blocked", "blocking", "suspended", "deleted"])
async def test_what_may_not_be_seen_leaves_every_timeline(api: Api, change: str) -> None:
    ana, hers = await api.member("ana")
    far, friend = await make_stranger(api.store), await make_stranger(api.store, "di")
    await api.follow(ana, friend)
    post = await publish(api, far, tags=("cats",))
    boost = await publish(api, friend, boost_of_id=post.id)
    paths = ["home", "public", "tag/cats"]
    before = [ids(await hers.get(f"/api/v1/timelines/{path}")) for path in paths]
    assert before == [[boost.id], [post.id], [post.id]]
    async with api.store.write() as tx:
        if change == "blocked":
            await tx.blocks.add(far.id, ana.id, "https://b.test/block")
        elif change == "blocking":
            await tx.blocks.add(ana.id, far.id, "https://a.test/block")
        else:
            await tx.people.update(far.id, **{f"{change}_at": 1})
    assert [await hers.get(f"/api/v1/timelines/{path}") for path in paths] == [[], [], []]


@pytest.mark.operation("GET /api/v1/timelines/public")
async def test_public_timelines(api: Api) -> None:
    ana, hers = await api.member("ana")
    far, silenced = await make_stranger(api.store), await make_stranger(api.store, "di", silenced_at=1)
    picture = Attachment(id="1", type="image", url="https://b.test/1.png")
    here, there = await publish(api, ana), await publish(api, far, attachments=(picture,))
    for visibility in ("unlisted", "private", "direct"):
        await publish(api, ana, visibility=visibility)
    await publish(api, silenced)
    await publish(api, far, in_reply_to_uri=here.uri, in_reply_to_id=here.id, in_reply_to_account_id=ana.id)
    await publish(api, far, boost_of_id=here.id)
    for asker in (hers, api.anybody):
        assert ids(await asker.get("/api/v1/timelines/public")) == [there.id, here.id]
        assert ids(await asker.get("/api/v1/timelines/public?local=true")) == [here.id]
        assert ids(await asker.get("/api/v1/timelines/public?remote=1")) == [there.id]
        assert ids(await asker.get("/api/v1/timelines/public?only_media=on")) == [there.id]


@pytest.mark.operation("GET /api/v1/timelines/tag/{hashtag}")
async def test_hashtags(api: Api) -> None:
    ana, _ = await api.member("ana")
    cats, both = await publish(api, ana, tags=("cats",)), await publish(api, ana, tags=("cats", "dogs"))
    dogs = await publish(api, ana, tags=("dogs",))
    await publish(api, ana, tags=("cats",), visibility="unlisted")
    ask = api.anybody.get
    assert ids(await ask("/api/v1/timelines/tag/Cats")) == [both.id, cats.id]
    assert ids(await ask("/api/v1/timelines/tag/cats?any[]=dogs")) == [dogs.id, both.id, cats.id]
    assert ids(await ask("/api/v1/timelines/tag/cats?all[]=dogs")) == [both.id]
    assert ids(await ask("/api/v1/timelines/tag/cats?none[]=dogs")) == [cats.id]
    assert ids(await ask("/api/v1/timelines/tag/birds")) == []
    assert ids(await ask("/api/v1/timelines/tag/cats?any=dogs&limit=1")) == [dogs.id]
    assert ids(await ask("/api/v1/timelines/tag/%23cats?all[]=cats&all[]=Dogs&none[]=birds")) == [both.id]
    far = await make_stranger(api.store)
    picture = Attachment(id="1", type="image", url="https://b.test/1.png")
    there = await publish(api, far, tags=("cats",), attachments=(picture,))
    for wanted in ("remote=true", "only_media=true"):
        assert ids(await ask(f"/api/v1/timelines/tag/cats?{wanted}")) == [there.id]
    assert ids(await ask("/api/v1/timelines/tag/cats?local=true")) == [both.id, cats.id]
    await ask("/api/v1/timelines/tag/cats?limit=many", status=400)


@pytest.mark.operation("GET /api/v1/timelines/link")
async def test_who_links_to_a_page(api: Api) -> None:
    (ana, hers), (_, his) = await api.member("ana"), await api.member("bo")
    shy = await make_stranger(api.store, discoverable=False)
    found = await make_stranger(api.store, "di", discoverable=True)
    async with api.store.write() as tx:
        card = await tx.cards.put(Card(id=tx.new_id(), url="https://news.test/1", fetched_at=tx.now))
    posts = [await publish(api, one, card_id=card) for one in (ana, shy, found)]
    await publish(api, ana, card_id=card, visibility="unlisted")
    await publish(api, ana)
    path = "/api/v1/timelines/link?url=https://news.test/1"
    for asker in (hers, his, api.anybody):
        assert ids(await asker.get(path)) == [posts[2].id, posts[0].id]
    assert ids(await hers.get(f"{path}&limit=1&max_id={posts[2].id}")) == [posts[0].id]
    for other in ("?url=https://news.test/2", "?url=", ""):
        await hers.get(f"/api/v1/timelines/link{other}", status=404)


async def test_favourites_page_by_favourite(api: Api) -> None:
    ana, hers = await api.member("ana")
    posts = [await publish(api, ana) for _ in range(3)]
    for post in (posts[1], posts[0], posts[2]):
        await hers.post(f"/api/v1/statuses/{post.id}/favourite")
    reply = await hers.ask("GET", "/api/v1/favourites?limit=2")
    assert ids(reply.json) == [posts[2].id, posts[0].id]
    assert all(status["favourited"] for status in reply.json)
    following = reply.headers["Link"].partition(">")[0].removeprefix("<https://a.test")
    assert ids(await hers.get(following)) == [posts[1].id]


async def test_a_page_costs_the_same_however_much_is_on_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, hers = await api.member("ana")
    authors = [await make_stranger(api.store, f"p{number}") for number in range(5)]
    statements: list[str] = []
    reading = Store.read

    @asynccontextmanager
    async def counted(store: Store) -> Any:
        async with reading(store) as tx:
            tx.db = Counting(tx.db, statements)
            yield tx

    assert await hers.get("/api/v1/timelines/home") == []
    monkeypatch.setattr(Store, "read", counted)
    costs = []
    for author in authors:
        await api.follow(ana, author)
        for _ in range(4):
            post = await publish(api, author)
            await publish(api, authors[0], boost_of_id=post.id)
        statements.clear()
        page = await hers.get("/api/v1/timelines/home?limit=40")
        costs.append(len(statements))
    assert len(page) > 15
    # The token; the page, with what one did with its posts; the posts, with what is boosted and all authors.
    assert costs == [3] * 5
